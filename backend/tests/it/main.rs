//! The backend's rules on real databases: SQLite always, PostgreSQL where a server is named.

mod access;
mod acts;
#[path = "../common/mod.rs"]
mod common;
mod demo;
mod feed;
mod message;
mod town;
