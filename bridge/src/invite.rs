//! Codes for people without e-identification: staff give one, and whoever got it comes in with it.

use crate::{Call, Millis};
use serde::{Deserialize, Serialize};

/// Log in with a code that staff gave. What it opens are messages and bookings, not the file.
#[derive(Clone, Serialize, Deserialize)]
pub struct UseInvite {
    /// As it was written, with or without groups.
    pub code: String,
}

impl Call for UseInvite {
    const NAME: &'static str = "use_invite";
    type Reply = ();
}

/// Give whoever one writes with in a thread a code (staff).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GiveInvite {
    /// The thread with them.
    pub thread: String,
    /// How one knows who they are.
    pub checked: Checked,
}

impl Call for GiveInvite {
    const NAME: &'static str = "give_invite";
    type Reply = InviteView;
}

/// How staff know who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// By an identity document.
    Document,
    /// They have met before.
    Known,
    /// Somebody who is known vouched for them.
    Vouched,
}

/// A code, to be handed over now: it is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteView {
    /// For [`TakeBackInvite`].
    pub invite: String,
    /// For whom.
    pub name: String,
    /// In groups.
    pub code: String,
    /// The same as a picture for a telephone: the rows of a QR code, `1` for dark.
    pub picture: Vec<String>,
    /// Until when it can be used.
    pub expires_at: Millis,
}

/// Take a code back that was not used.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakeBackInvite {
    /// See [`InviteView::invite`].
    pub invite: String,
}

impl Call for TakeBackInvite {
    const NAME: &'static str = "take_back_invite";
    type Reply = ();
}
