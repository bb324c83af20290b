//! The provider as a client and a person meet it, in process, with a clock that the test turns.
//!
//! Only the client's keys are fetched over a real connection, as they are in life.

mod actors;
mod login;
mod manner;
mod profile;
mod refusal;
