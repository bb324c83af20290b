//! Whether what is shown is fresh, and what waits to be sent.

use crate::{Call, Millis, Topic};
use serde::{Deserialize, Serialize};

/// How fresh is it?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowSync {}

impl Call for ShowSync {
    const NAME: &'static str = "show_sync";
    const TOPICS: &'static [Topic] = &[Topic::Sync];
    type Reply = SyncView;
}

/// The line that is always visible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncView {
    /// Whether the backend answered last time.
    pub online: bool,
    /// When everything that is granted was last complete; `None` before the first time.
    pub as_of: Option<Millis>,
    /// Whether records are still arriving.
    pub catching_up: bool,
    /// Mutations that wait to be sent.
    pub waiting: u32,
    /// Mutations that were refused and that nobody has dealt with.
    pub refused: u32,
}
