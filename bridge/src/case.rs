//! Cases and what is written in them.

use crate::sync::RefusedView;
use crate::{Call, Millis, Topic};
use serde::{Deserialize, Serialize};

/// The cases I take part in, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListCases {}

impl Call for ListCases {
    const NAME: &'static str = "list_cases";
    const TOPICS: &'static [Topic] = &[Topic::Case];
    type Reply = Vec<CaseRowView>;
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseRowView {
    /// For [`ShowCase`].
    pub case: String,
    /// The municipality's number.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Whom it concerns, as shown.
    pub concerns: String,
    /// Where it stands.
    pub stage: Stage,
    /// This build cannot read it: "update the app to read this". Nothing else is told of it.
    pub newer: bool,
}

/// The cases on a caseworker's desk, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListCaseload {}

impl Call for ListCaseload {
    const NAME: &'static str = "list_caseload";
    const TOPICS: &'static [Topic] = &[Topic::Case];
    type Reply = Vec<CaseloadRowView>;
}

/// A row of the desk's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseloadRowView {
    /// The row.
    pub row: CaseRowView,
    /// For [`crate::access::OpenScope`].
    pub scope: String,
    /// Whether the content is open, so that [`ShowCase`] shows it.
    pub opened: bool,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Received.
    Received,
    /// Under investigation.
    Investigating,
    /// Decided.
    Decided,
    /// Help is being given and followed up.
    FollowUp,
    /// Closed.
    Closed,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// One case with all that is written in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowCase {
    /// Which.
    pub case: String,
}

impl Call for ShowCase {
    const NAME: &'static str = "show_case";
    const TOPICS: &'static [Topic] = &[Topic::Case, Topic::Document];
    type Reply = CaseView;
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseView {
    /// As in the list.
    pub row: CaseRowView,
    /// Whom to turn to.
    pub caseworker: CaseworkerView,
    /// Whether that is me.
    pub yours: bool,
    /// What happens next.
    pub next_step: Option<String>,
    /// When it was opened.
    pub opened_at: Millis,
    /// Notes and documents, newest first.
    pub entries: Vec<EntryView>,
}

/// Whom to turn to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseworkerView {
    /// Name as shown.
    pub name: String,
    /// Title.
    pub title: String,
    /// Unit.
    pub unit: String,
    /// Telephone, in the form to dial.
    pub phone: String,
}

/// One line of the case's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum EntryView {
    /// A journal note, whole.
    Note {
        /// Its id.
        id: String,
        /// One line.
        heading: String,
        /// The words, and where some are not shown.
        passages: Vec<crate::document::PassageView>,
        /// Who signed.
        author: String,
        /// When it happened.
        at: Millis,
        /// From whom it or passages of it are kept; on a desk.
        kept: Vec<crate::mask::KeptView>,
    },
    /// A document, to open.
    Document {
        /// For [`crate::document::ShowDocument`].
        document: String,
        /// What it is.
        sort: crate::document::DocumentSort,
        /// Its title.
        title: String,
        /// Who signed.
        author: String,
        /// When.
        at: Millis,
        /// From whom it or passages of it are kept; on a desk.
        kept: Vec<crate::mask::KeptView>,
    },
    /// An access to the case that ended by itself; for the staff who work on it.
    Closed {
        /// Its id.
        id: String,
        /// Whose access.
        name: String,
        /// What ended it.
        why: ClosedBy,
        /// In the words of whoever decided it.
        ground: String,
        /// When.
        at: Millis,
    },
    /// Something this build cannot read: "update the app to read this".
    Newer {
        /// Its id.
        id: String,
    },
}

/// What ended an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// The relation that it rested on ended.
    RelationEnded,
    /// The two are kept apart.
    KeptApart,
    /// The one it concerns got protected identity.
    Protected,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// Whom can a case be given to? Only the backend knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListAssignable {
    /// Which.
    pub case: String,
}

impl Call for ListAssignable {
    const NAME: &'static str = "list_assignable";
    type Reply = Vec<AssignableView>;
}

/// A colleague whom a case can be given to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignableView {
    /// For [`AssignCase`].
    pub person: String,
    /// Name.
    pub name: String,
    /// Title.
    pub title: String,
    /// Unit.
    pub unit: String,
}

/// Give a case to another caseworker, with its threads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignCase {
    /// Which.
    pub case: String,
    /// Who has it from then on.
    pub person: String,
    /// Why.
    pub ground: String,
}

impl Call for AssignCase {
    const NAME: &'static str = "assign_case";
    type Reply = ();
}

/// What I decided in a case and is not done: it waits to be sent, or was refused. Also of a case that is not on the desk
/// any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListCaseActs {
    /// Which.
    pub case: String,
}

impl Call for ListCaseActs {
    const NAME: &'static str = "list_case_acts";
    const TOPICS: &'static [Topic] = &[Topic::Case, Topic::Sync];
    type Reply = Vec<CaseActView>;
}

/// One decision that is not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseActView {
    /// What.
    pub act: CaseAct,
    /// Why not, if it was refused; otherwise it waits.
    pub refused: Option<RefusedView>,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseAct {
    /// The case goes to another caseworker.
    Assign,
    /// Something is kept from somebody, or shown again.
    Mask,
    /// Somebody reads no names of staff, or reads them again.
    HideStaff,
}

/// What I am reminded of: somebody in one of my cases soon comes of an age at which something changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListReminders {}

impl Call for ListReminders {
    const NAME: &'static str = "list_reminders";
    const TOPICS: &'static [Topic] = &[Topic::Case];
    type Reply = Vec<ReminderView>;
}

/// A reminder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReminderView {
    /// For [`ShowCase`].
    pub case: String,
    /// The case's number.
    pub number: String,
    /// Whom it concerns.
    pub concerns: String,
    /// What changes.
    pub rule: AgeRule,
    /// At which age.
    pub years: i64,
    /// When.
    pub at: Millis,
    /// By which law.
    pub law: String,
}

/// What changes at an age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgeRule {
    /// From then on one speaks for oneself.
    OwnAction,
    /// Then custody ends.
    Majority,
    /// Something else, or newer than this build.
    #[serde(other)]
    Unknown,
}
