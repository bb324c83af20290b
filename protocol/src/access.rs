//! Who may see what: grants, and the opening of content that does not come by itself.

use crate::Millis;
use crate::document::DocumentSort;
use crate::id::{CaseId, PersonId, RecordId, ScopeId};
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
    /// Why, in words of their own, where it is not assigned to them; 1..=[`MAX_REASON`] characters. Without it the
    /// answer is then [`Reason`](crate::refusal::RefusalCode::Reason).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The longest reason, in Unicode scalar values.
pub const MAX_REASON: usize = 300;

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
    /// The note or document that was shown, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordId>,
}

/// Decide that somebody reads of staff by title and unit only, for a threat, or that they no longer do. Staff only. Lane:
/// the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct HideStaff {
    /// A case that they take part in.
    pub case: CaseId,
    /// Who reads no names.
    pub person: PersonId,
    /// Why, 1..=300 characters.
    pub ground: String,
    /// Whether it holds from now on.
    pub hidden: bool,
}

/// That somebody around a case reads of staff by title and unit only; in the scope of the staff who work on the case and
/// in no other. Its id is the person's. Gone when they read names again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct HiddenStaff {
    /// The case.
    pub case: CaseId,
    /// Who, by name.
    pub name: String,
    /// Why, in the words of whoever decided it.
    pub ground: String,
    /// Who decided it, by name and title.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// On the desk of a unit's lead: content of the unit that somebody opened without being assigned to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlaggedOpening {
    /// Who, by name and title.
    pub by: String,
    /// The case's number.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Whom it concerns.
    pub concerns: String,
    /// Why.
    pub purpose: Purpose,
    /// Why, in their own words.
    pub reason: String,
    /// When.
    pub at: Millis,
    /// It was the desk's owner: somebody else looks at it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// What a lead said of it; none as long as nobody has looked at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
}

/// That a lead has looked at an opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Who, by name and title.
    pub by: String,
    /// When.
    pub at: Millis,
    /// What they made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Say that one has looked at a flagged opening. By a lead of the case's unit, never of one's own. Lane: the sender's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ReviewOpening {
    /// Which: the id of the [`FlaggedOpening`].
    pub opening: RecordId,
    /// What one made of it, 1..=[`MAX_REASON`] characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// A page of the access log as the caller may read it, newest first (`GET /access/log?before=…`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LogPage {
    /// The lines.
    pub lines: Vec<LogLine>,
    /// Where the next page begins, as `before`; none: this is the last. Opaque.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// That somebody looked or wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LogLine {
    /// When.
    pub at: Millis,
    /// Who.
    pub by: LogReader,
    /// What they did.
    pub act: LogAct,
    /// With what.
    pub what: LogThing,
    /// Why, where they had to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// It was not assigned to them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unassigned: bool,
    /// Whom it concerns, if not the one who reads this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concerns: Option<String>,
    /// Who was let in or shut out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// Who looked or wrote, as far as the one who reads it may know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LogReader {
    /// As what.
    pub role: Role,
    /// By name; none where staff show by title and unit only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Staff: their title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Staff: the unit that they worked in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// It is the one who reads this.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub you: bool,
}

/// What was done. The words for each are the ui's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogAct {
    /// Opened.
    Opened,
    /// Looked at what was open, or fetched its file.
    Read,
    /// Was sent what is new in it.
    Received,
    /// Wrote it.
    Wrote,
    /// Changed where the case stands.
    Changed,
    /// Let somebody in.
    LetIn,
    /// Ended somebody's access.
    ShutOut,
    /// Gave the case to another caseworker.
    Assigned,
    /// Asked for something to be done.
    Asked,
    /// Looked at an opening by somebody to whom it was not assigned.
    Reviewed,
    /// Something newer than this build.
    #[serde(other)]
    Unknown,
}

/// With what it was done, by the name that the one who reads it knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "thing", rename_all = "snake_case")]
pub enum LogThing {
    /// A case as a whole.
    Case {
        /// What it is about.
        title: String,
    },
    /// A thread.
    Thread {
        /// Its subject.
        subject: String,
    },
    /// A document.
    Document {
        /// What it is.
        sort: DocumentSort,
        /// Its title.
        title: String,
    },
    /// A journal note.
    Note {
        /// Its heading.
        heading: String,
    },
    /// Something else, or newer than this build.
    #[serde(other)]
    Other,
}
