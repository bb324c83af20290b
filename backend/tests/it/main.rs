//! The backend's rules on real databases: SQLite always, PostgreSQL where a server is named.

mod access;
mod acme;
mod acts;
mod apart;
mod assign;
mod attachment;
mod authorisation;
mod booking;
mod collect;
#[path = "../common/mod.rs"]
mod common;
mod copy;
mod demo;
mod door;
mod events;
mod feed;
mod gap;
mod health;
mod invite;
mod limits;
mod log;
mod mask;
mod message;
mod model;
mod nodes;
mod parse;
mod party;
mod protect;
mod pull;
mod relation;
mod remind;
mod review;
mod routes;
mod town;
