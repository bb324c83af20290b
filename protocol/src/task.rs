//! What is expected of a resident: read this, bring that, answer by then.

use crate::Millis;
use crate::id::{CaseId, PersonId, RecordId};
use serde::{Deserialize, Serialize};

/// Something that is expected of a resident. Stands in their own scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Task {
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// What to do, in one plain sentence.
    pub title: String,
    /// Why, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// By when, if it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Millis>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Millis>,
}

/// Ask a resident to do something. Staff only. Lane: the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AskFor {
    /// The case.
    pub case: CaseId,
    /// The task's record id, made by the sender.
    pub task: RecordId,
    /// Of whom.
    pub person: PersonId,
    /// See [`Task::title`]; 1..=200 characters.
    pub title: String,
    /// See [`Task::detail`].
    #[serde(default)]
    pub detail: Option<String>,
    /// See [`Task::due_at`].
    #[serde(default)]
    pub due_at: Option<Millis>,
}

/// Say that a task is done. Lane: the sender's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CompleteTask {
    /// The task.
    pub task: RecordId,
}
