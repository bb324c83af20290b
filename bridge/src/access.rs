//! Opening case content for work (staff), the openings that a lead looks at, and who looked at what is one's own.

use crate::document::DocumentSort;
use crate::sync::RefusedView;
use crate::{Call, Millis, Topic};
use serde::{Deserialize, Serialize};

/// Open content with a purpose that is logged first. Online only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenScope {
    /// As given in the row that leads there.
    pub scope: String,
    /// Why.
    pub purpose: Purpose,
    /// Why, in words of their own, where it is not assigned to them; without it that fails with `Reason`.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Why content is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl Call for OpenScope {
    const NAME: &'static str = "open_scope";
    type Reply = ();
}

/// Openings of what was not assigned to whoever opened it, in the units that I lead: those that nobody has looked at
/// first, then the newest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListOpenings {}

impl Call for ListOpenings {
    const NAME: &'static str = "list_openings";
    const TOPICS: &'static [Topic] = &[Topic::Case, Topic::Sync];
    type Reply = Vec<OpeningView>;
}

/// An opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningView {
    /// For [`ReviewOpening`].
    pub opening: String,
    /// Who, by name and title.
    pub by: String,
    /// The case's number.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Whom it concerns.
    pub concerns: String,
    /// Why; none of a purpose that this build does not know.
    pub purpose: Option<Purpose>,
    /// Why, in their own words.
    pub reason: String,
    /// When.
    pub at: Millis,
    /// Where it stands.
    pub state: OpeningState,
    /// This build cannot read it. Nothing else is told of it.
    pub newer: bool,
}

/// Whether somebody has looked at an opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OpeningState {
    /// Nobody has.
    Open,
    /// It is my own: somebody else looks at it.
    Own,
    /// I have, and it waits to be sent.
    Waiting,
    /// I have, and it was refused.
    Refused(RefusedView),
    /// Somebody has.
    Reviewed {
        /// Who, by name and title.
        by: String,
        /// When.
        at: Millis,
        /// What they made of it.
        note: Option<String>,
    },
}

/// Say that I have looked at an opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewOpening {
    /// Which.
    pub opening: String,
    /// What I made of it.
    pub note: Option<String>,
}

impl Call for ReviewOpening {
    const NAME: &'static str = "review_opening";
    type Reply = ();
}

/// Who looked at what concerns me or whom I act for, newest first. Online only, and nothing of it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowAccessLog {
    /// From [`AccessLogView::next`]; without it the newest.
    pub before: Option<String>,
}

impl Call for ShowAccessLog {
    const NAME: &'static str = "show_access_log";
    type Reply = AccessLogView;
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessLogView {
    /// Its lines.
    pub lines: Vec<LogLineView>,
    /// For the page after it, if there is one.
    pub next: Option<String>,
}

/// That somebody looked or wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLineView {
    /// When.
    pub at: Millis,
    /// Who.
    pub who: LogWho,
    /// What they did.
    pub act: LogAct,
    /// With what.
    pub what: LogThing,
    /// Why, where they had to say.
    pub purpose: Option<Purpose>,
    /// It was not assigned to them.
    pub unassigned: bool,
    /// Whom it concerns, if not me.
    pub concerns: Option<String>,
    /// Who was let in or shut out.
    pub about: Option<String>,
}

/// Who looked or wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum LogWho {
    /// I did.
    Me,
    /// Staff; without a name where that is kept from me.
    Staff {
        /// By name.
        name: Option<String>,
        /// Title.
        title: Option<String>,
        /// Unit.
        unit: Option<String>,
    },
    /// A guardian.
    Guardian {
        /// By name.
        name: String,
    },
    /// A representative, or somebody else who was let in.
    Proxy {
        /// By name.
        name: String,
    },
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogAct {
    /// Opened.
    Opened,
    /// Looked at it.
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
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// With what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "thing", rename_all = "snake_case")]
pub enum LogThing {
    /// A case.
    Case {
        /// What it is about.
        title: String,
    },
    /// Messages.
    Thread {
        /// Their subject.
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
    /// Something else.
    Other,
}
