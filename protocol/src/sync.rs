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
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PullRequest {
    /// This installation.
    pub device: DeviceId,
    /// The [`grants_hash`](PullResponse::grants_hash) of the grant set that the client holds; none, or another
    /// one: the set is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<String>,
    /// What the client has. A granted scope without a cursor begins with a [window](Span::Window). At most
    /// [`MAX_CURSORS`].
    #[serde(default)]
    pub cursors: Vec<Cursor>,
    /// Mutations whose result the client does not have applied yet.
    #[serde(default)]
    pub waiting: Vec<MutationId>,
}

/// The most cursors in one pull; nobody has as many grants.
pub const MAX_CURSORS: usize = 10_000;

/// How far a client has come in a scope: it holds every record up to `seq`, but for those that `back` leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Cursor {
    /// The scope.
    pub scope: ScopeId,
    /// The grant's epoch that it was made under; another one makes the scope start anew.
    pub epoch: i64,
    /// Every record at or below this is in the client's store, save those that are still to be fetched.
    pub seq: i64,
    /// What is still to be fetched from before the first window; none: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Back>,
}

/// The older part of a scope that is still to be fetched, upwards: records with `at < seq <= to` that have not
/// changed since. What changes has a number above `to` and comes as [tail](Span::Tail), tombstones included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Back {
    /// Fetched up to here.
    pub at: i64,
    /// The highest number among what the window left out; at most the head when it was made.
    pub to: i64,
}

/// The answer to a pull, all from one snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PullResponse {
    /// Names the life of the database; changes when it was restored from a backup. Another one than
    /// before: every cursor is void, what is pending stays.
    pub db_epoch: String,
    /// The server's clock.
    pub now: Millis,
    /// Names the set of grants. Opaque: only compared. Heads are no part of it, being served is.
    #[serde(default)]
    pub grants_hash: String,
    /// Every grant of the person, served now or not; missing when it is the set that the client named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Vec<Grant>>,
    /// New records, for the scopes that have any: tails and windows first, older ones once all those are there.
    pub pages: Vec<Page>,
    /// What became of the mutations that were asked about, as far as they arrived.
    pub results: Vec<MutationResult>,
    /// There is more than fitted: pull again at once.
    pub more: bool,
}

/// Records of one scope. It says from where to where it goes, so that one that comes late or twice is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Page {
    /// The scope.
    pub scope: ScopeId,
    /// The grant's epoch, for the new cursor.
    pub epoch: i64,
    /// The scope's head in the snapshot that the page is from.
    pub head: i64,
    /// Which part of the scope.
    pub span: Span,
    /// In order of `seq`, each number whole.
    pub records: Vec<Record>,
}

impl Page {
    /// Whether nothing of its kind is left to fetch after it.
    pub fn is_last(&self) -> bool {
        match self.span {
            Span::Window { back, .. } => back.is_none(),
            Span::Tail { upto, .. } => upto >= self.head,
            Span::Back { upto, to, .. } => upto >= to,
        }
    }
}

/// Which part of a scope a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// The newest records of each kind, at most [`WINDOW`] each, and nothing deleted. What stood there before is
    /// discarded; the new cursor is at the page's `head`.
    Window {
        /// The number of the cursor that this makes void: it was below the floor, above the head, or of another
        /// epoch. None: the client had no cursor.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<i64>,
        /// What the window left out; none: it is the whole scope.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        back: Option<Back>,
    },
    /// What changed: records and tombstones with `after < seq <= upto`. For a cursor with `after <= seq`.
    Tail {
        /// Where it begins.
        after: i64,
        /// The new `seq` of the cursor, even when nothing is in between.
        upto: i64,
    },
    /// Older records with `after < seq <= upto`, and nothing deleted. For a cursor with exactly this `back` that is
    /// not ahead of the page's `head`; it is `None` afterwards when `upto == to`.
    Back {
        /// Where it begins: the cursor's `back.at`.
        after: i64,
        /// The new `back.at`.
        upto: i64,
        /// The cursor's `back.to`.
        to: i64,
    },
}

/// The most records of each kind in a [window](Span::Window).
pub const WINDOW: i64 = 50;

/// `POST /sync/push`: mutations in order of lane number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PushResponse {
    /// See [`PullResponse::db_epoch`]. Results of another life than the one that the client knows say nothing about
    /// its cursors: pull first, and send again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub db_epoch: String,
    /// One for each mutation, in the same order.
    pub results: Vec<MutationResult>,
}

/// `GET /sync/digest`: what a complete copy of each served scope amounts to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DigestResponse {
    /// See [`PullResponse::db_epoch`].
    pub db_epoch: String,
    /// One for each served scope, from one snapshot.
    pub scopes: Vec<ScopeDigest>,
}

/// What a complete copy of one scope amounts to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Event {
    /// What happened.
    pub event: EventKind,
    /// Where, if in one scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeId>,
    /// What changed there, when it is small: a [tail](Span::Tail) for whoever has come as far as it begins.
    /// Without it, or for anybody else: pull.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
}

impl Event {
    /// Something changed in `scope`.
    pub fn changed(scope: ScopeId, page: Option<Page>) -> Self {
        Self { event: EventKind::Changed, scope: Some(scope), page }
    }

    /// Anything may have changed.
    pub fn stale() -> Self {
        Self { event: EventKind::Stale, scope: None, page: None }
    }
}

/// What an event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Something changed in a scope that this person is served.
    Changed,
    /// The set of grants changed, or events were lost: pull.
    Stale,
    /// An event newer than this build: pull.
    #[serde(other)]
    Unknown,
}

/// The most bytes of a page inside an event.
pub const INLINE_BYTES: usize = 4 * 1024;

/// Seconds between two signs of life on an event stream.
pub const HEARTBEAT_SECONDS: u64 = 20;
