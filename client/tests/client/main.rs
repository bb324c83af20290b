//! The client core against a typed fake backend: real SQLCipher in a temp folder, real HTTP on loopback.

mod attachment;
mod backend;
mod blob;
mod decide;
mod device;
mod devices;
mod document;
mod feed;
mod invite;
mod link;
mod lock;
mod message;
mod oidc;
mod party;
mod passphrase;
mod proof;
mod relation;
mod review;
mod session;
mod staff;
mod stolen;
mod sync;
