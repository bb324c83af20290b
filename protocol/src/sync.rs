//! Pull, push and events.
//!
//! A scope is a compartment of one audience with a feed of its own: a head that grows by one for every
//! mutation that touches it, and records that stand once each, at their latest sequence number. A client
//! asks with its cursors and gets, from one snapshot of the database, the authoritative set of its
//! grants, the records above each cursor, and what became of its mutations.

use crate::Millis;
use crate::access::Grant;
use crate::id::{DeviceId, MutationId, ScopeId};
use crate::mutation::{Mutation, MutationResult};
use crate::record::Record;
use serde::{Deserialize, Serialize};

/// `POST /sync/pull`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// This installation.
    pub device: DeviceId,
    /// What the client has. A granted scope without a cursor starts at 0.
    #[serde(default)]
    pub cursors: Vec<Cursor>,
    /// Mutations whose result the client does not have applied yet.
    #[serde(default)]
    pub waiting: Vec<MutationId>,
}

/// How far a client has come in a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The scope.
    pub scope: ScopeId,
    /// The grant's epoch that it was made under; another one makes the scope start anew.
    pub epoch: i64,
    /// Every record at or below this is in the client's store.
    pub seq: i64,
}

/// The answer to a pull, all from one snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PullResponse {
    /// Names the life of the database; changes when it was restored from a backup. Another one than
    /// before: every cursor is void, what is pending stays.
    pub db_epoch: String,
    /// The server's clock.
    pub now: Millis,
    /// Every grant of the person, served now or not.
    pub grants: Vec<Grant>,
    /// New records, for the scopes that have any.
    pub pages: Vec<Page>,
    /// What became of the mutations that were asked about, as far as they arrived.
    pub results: Vec<MutationResult>,
    /// There is more than fitted: pull again at once.
    pub more: bool,
}

/// Records of one scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The scope.
    pub scope: ScopeId,
    /// The grant's epoch, for the new cursor.
    pub epoch: i64,
    /// Discard what was there before: the cursor was of another epoch or below the floor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    /// The new cursor.
    pub upto: i64,
    /// In order of `seq`.
    pub records: Vec<Record>,
}

/// `POST /sync/push`: mutations in order of lane number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushRequest {
    /// This installation.
    pub device: DeviceId,
    /// At most [`MAX_PUSH`].
    pub mutations: Vec<Mutation>,
}

/// The most mutations in one push.
pub const MAX_PUSH: usize = 500;

/// The answer to a push: durable when it arrives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushResponse {
    /// One for each mutation, in the same order.
    pub results: Vec<MutationResult>,
}

/// `GET /sync/digest`: what a complete copy of each served scope amounts to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestResponse {
    /// See [`PullResponse::db_epoch`].
    pub db_epoch: String,
    /// One for each served scope, from one snapshot.
    pub scopes: Vec<ScopeDigest>,
}

/// What a complete copy of one scope amounts to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeDigest {
    /// The scope.
    pub scope: ScopeId,
    /// See [`Grant::epoch`].
    pub epoch: i64,
    /// The head that it was made at: compare only with a cursor of the same epoch and number.
    pub head: i64,
    /// See [`crate::digest::Digest`].
    pub digest: String,
}

/// One event of `GET /sync/events` (server-sent events, the JSON in `data`). Losing one costs latency,
/// never correctness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Something changed that this person can see: pull.
    Changed {
        /// Where.
        scope: ScopeId,
    },
    /// The set of grants changed, or events were lost: pull.
    Stale,
    /// An event newer than this build: pull.
    #[serde(other)]
    Unknown,
}

/// Seconds between two signs of life on an event stream.
pub const HEARTBEAT_SECONDS: u64 = 20;
