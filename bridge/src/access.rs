//! Opening case content for work (staff).

use crate::Call;
use serde::{Deserialize, Serialize};

/// Open content with a purpose that is logged first. Online only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenScope {
    /// As given in the row that leads there.
    pub scope: String,
    /// Why.
    pub purpose: Purpose,
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
