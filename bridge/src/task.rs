//! What is expected of the resident.

use crate::sync::RefusedView;
use crate::{Call, Millis};
use serde::{Deserialize, Serialize};

/// One task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskView {
    /// Its id.
    pub task: String,
    /// What to do.
    pub title: String,
    /// Why, and how.
    pub detail: Option<String>,
    /// By when.
    pub due_at: Option<Millis>,
    /// The case it belongs to, as an id.
    pub case: Option<String>,
    /// Said to be done, but not yet sent.
    pub done_waiting: bool,
    /// Said to be done, and refused.
    pub refused: Option<RefusedView>,
    /// This build cannot read it: "update the app to read this". Nothing else is told of it.
    pub newer: bool,
}

/// Say that it is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompleteTask {
    /// Which.
    pub task: String,
}

impl Call for CompleteTask {
    const NAME: &'static str = "complete_task";
    type Reply = ();
}
