//! The backend's rules on real databases: SQLite always, PostgreSQL where a server is named.

mod access;
mod acts;
#[path = "../common/mod.rs"]
mod common;
mod copy;
mod demo;
mod feed;
mod message;
mod pull;
mod town;
