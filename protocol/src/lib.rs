//! What travels between a Digiteam client and the municipal backend.
//!
//! Wire types only: ids, records, mutations, requests, refusals. No I/O, no clock, no randomness, and
//! nothing that would keep it from compiling to wasm. A shipped type is never edited in a way that an
//! older peer could not read: fields are added with defaults, kinds and codes grow, and whatever a peer
//! does not know it keeps as it came.

pub mod access;
pub mod case;
pub mod digest;
pub mod document;
pub mod id;
pub mod identity;
pub mod invite;
pub mod login;
pub mod message;
pub mod mutation;
pub mod party;
pub mod person;
pub mod record;
pub mod refusal;
pub mod relation;
pub mod sync;
pub mod task;

/// Milliseconds since 1970-01-01T00:00:00Z, always by the server's clock unless a field says otherwise.
pub type Millis = i64;
