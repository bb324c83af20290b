//! Who may see what: grants, and the opening of content that does not come by itself.

use crate::Millis;
use crate::id::ScopeId;
use serde::{Deserialize, Serialize};

/// What a scope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScopeKind {
    /// A person's private things.
    Person,
    /// A case as one audience sees it.
    Case,
    /// A thread.
    Thread,
    /// A caseworker's desk: summary rows.
    Desk,
    /// A unit's worklist.
    Unit,
    /// A kind newer than this build.
    #[serde(other)]
    Unknown,
}

/// As what a person has a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person it concerns.
    Resident,
    /// A guardian (vårdnadshavare) of a child it concerns.
    Guardian,
    /// God man, förvaltare or holder of a power of attorney.
    Representative,
    /// Staff.
    Caseworker,
    /// Somebody let into one thing for one time.
    Guest,
    /// A role newer than this build.
    #[serde(other)]
    Unknown,
}

/// Whether a granted scope comes to the device by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SyncMode {
    /// It does.
    Auto,
    /// Only while opened, with a purpose that is logged first.
    OnOpen,
    /// A mode newer than this build: kept only as long as it is served.
    #[serde(other)]
    Unknown,
}

/// One entry of the authoritative grant set. A scope that is not in the set leaves the device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Grant {
    /// The scope.
    pub scope: ScopeId,
    /// What it holds.
    pub kind: ScopeKind,
    /// As what.
    pub role: Role,
    /// Whether its records are served now: `auto` scopes always, `on_open` ones while opened.
    pub sync: SyncMode,
    /// Bound into cursors, so that revoke and grant cannot revive an old one.
    pub epoch: i64,
    /// The scope's head in this snapshot; equals a cursor when nothing is missing. Null for an `on_open`
    /// scope that is not open: its head would tell that something happened in it.
    pub head: Option<i64>,
    /// Until when the content may stand on the device without contact: of what was opened, and of what guardians
    /// are let into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<Millis>,
}

/// Open an `on_open` scope (`POST /access/open`). Logged before the first byte leaves; the person whom
/// it concerns can read that log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct OpenScope {
    /// Which.
    pub scope: ScopeId,
    /// Why.
    pub purpose: Purpose,
}

/// Why staff open content. The words for each are the ui's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Answering a message.
    Reply,
    /// Handling the case.
    Handle,
    /// Standing in for a colleague.
    StandIn,
    /// Checking quality or access.
    Review,
    /// A purpose newer than this build.
    #[serde(other)]
    Unknown,
}

/// The answer to [`OpenScope`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Opened {
    /// Until when the content may stand on the device.
    pub lease_until: Millis,
}

/// Say that opened content was shown again from the cache. Lane: the sender's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Seen {
    /// Which scope.
    pub scope: ScopeId,
    /// When, by the device's clock.
    pub at: Millis,
}
