//! Logging in: our issuer towards the app, our relying party towards a provider that can misbehave.

mod bound;
mod canary;
#[path = "../common/mod.rs"]
mod common;
mod devices;
mod fake;
mod invite;
mod issuer;
mod limits;
mod login;
mod logout;
mod manner;
mod refused;
mod session;
mod stage;
