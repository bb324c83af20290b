//! Opening case content for work (staff), and who looked at what is one's own.

use crate::document::DocumentSort;
use crate::{Call, Millis};
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
    /// Asked for something to be done.
    Asked,
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
