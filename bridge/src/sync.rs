//! Whether what is shown is fresh, and what waits to be sent.

use crate::{Call, FailureCode, Millis, Topic};
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
    /// How many of those are told of on the first page: tasks and powers of attorney.
    pub refused_tasks: u32,
    /// Where the oldest of what staff decided and was refused stands, if there is one.
    pub refused_at: Option<RefusedAt>,
    /// Whether there is room on this device.
    pub storage: Storage,
    /// What became of mutations that waited, when what is stored here was damaged and made anew.
    pub rescued: Option<Rescue>,
    /// The device's clock is behind the service's: what may stay here only for a time has left until the next contact.
    pub clock_behind: bool,
}

/// A place on a desk for what was refused and is no message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum RefusedAt {
    /// Among the openings that a lead looks at.
    Openings,
    /// In a case.
    Case {
        /// Which.
        case: String,
    },
}

/// Whether there is room on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// There is.
    Ok,
    /// Little: nothing is fetched ahead any more.
    Low,
    /// Hardly any: what the person writes is still kept, and nothing else.
    Full,
}

/// After damage: what waited to be sent, as far as it could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescue {
    /// Mutations that still wait.
    pub kept: u32,
    /// Whether some could not be read, and are lost.
    pub lost: bool,
}

/// Somebody has read what became of mutations that waited; see [`SyncView::rescued`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DismissRescue {}

impl Call for DismissRescue {
    const NAME: &'static str = "dismiss_rescue";
    type Reply = ();
}

/// Something that one wanted done and that was refused for good. It stays, where the thing is, until one has dealt
/// with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedView {
    /// Why.
    pub code: FailureCode,
    /// For [`Resend`] and [`Discard`].
    pub mid: String,
}

/// Try what was refused again as it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resend {
    /// See [`RefusedView`].
    pub mid: String,
}

impl Call for Resend {
    const NAME: &'static str = "resend";
    type Reply = ();
}

/// Throw away what was refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Discard {
    /// See [`RefusedView`].
    pub mid: String,
}

impl Call for Discard {
    const NAME: &'static str = "discard";
    type Reply = ();
}
