//! Logging in: our issuer towards the app, our relying party towards a provider that can misbehave.

mod bound;
mod canary;
mod choice;
#[path = "../common/mod.rs"]
mod common;
mod devices;
mod fake;
mod invite;
mod issuer;
mod leave;
mod limits;
mod login;
mod logout;
mod manner;
mod npm;
mod outside;
mod refused;
mod session;
mod simulator;
mod stage;
