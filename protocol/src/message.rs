//! Messages between a resident (or guardian) and their caseworker.

use crate::Millis;
use crate::document::BlobRef;
use crate::id::{CaseId, MessageId, PersonId, ThreadId};
use serde::{Deserialize, Serialize};

/// The longest message, in Unicode scalar values.
pub const MAX_TEXT: usize = 10_000;
/// The longest subject of a thread, in Unicode scalar values.
pub const MAX_SUBJECT: usize = 120;
/// The most files of one message.
pub const MAX_FILES: usize = 10;
/// The largest file of a message, in bytes.
pub const MAX_FILE: u64 = 10 * 1024 * 1024;

/// What a thread is about and who takes part. One per thread scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Thread {
    /// The thread itself.
    pub thread: ThreadId,
    /// The case it belongs to, if any.
    pub case: Option<CaseId>,
    /// What it is about, in the words of whoever began it.
    pub subject: String,
    /// Everybody who can read and write here.
    pub participants: Vec<Participant>,
    /// When it began.
    pub started_at: Millis,
}

/// Somebody in a thread, by the name shown to the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Participant {
    /// Who.
    pub person: PersonId,
    /// The name that this audience may see.
    pub name: String,
    /// `true` for staff.
    pub staff: bool,
    /// The staff member's title, such as "Socialsekreterare".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// They take part no more, but what they wrote stands here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
}

/// One message; never changed once sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Message {
    /// The sender.
    pub from: PersonId,
    /// Plain text, 1..=[`MAX_TEXT`] characters.
    pub text: String,
    /// When the backend took it.
    pub sent_at: Millis,
    /// What was sent with it, in the sender's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<BlobRef>,
}

/// How far `reader` has read. One record per reader and thread; only ever moves forward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ReadMark {
    /// Who has read.
    pub reader: PersonId,
    /// Highest sequence number of a message that was on the reader's screen.
    pub upto_seq: i64,
    /// When.
    pub at: Millis,
}

/// A caseworker's inbox row: who and about what, never the words of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ThreadRow {
    /// The thread.
    pub thread: ThreadId,
    /// Its scope, to open.
    pub scope: crate::id::ScopeId,
    /// The resident or guardian in it.
    pub with: String,
    /// What it is about.
    pub subject: String,
    /// When the last message came.
    pub last_at: Millis,
    /// Whether the last message came from somebody else than the desk's owner.
    pub last_from_other: bool,
    /// Messages that the desk's owner has not read.
    pub unread: u32,
}

/// Begin a thread with its first message. Lane: the sender's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct StartThread {
    /// Made by the sender.
    pub thread: ThreadId,
    /// The case it belongs to.
    pub case: CaseId,
    /// 1..=[`MAX_SUBJECT`] characters.
    pub subject: String,
    /// The resident or guardian it is with.
    pub with: PersonId,
    /// The first message's id.
    pub message: MessageId,
    /// The first message.
    pub text: String,
    /// See [`SendMessage::files`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<BlobRef>,
}

/// Send a message in a thread. Lane: the thread's scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SendMessage {
    /// The thread.
    pub thread: ThreadId,
    /// Made by the sender.
    pub message: MessageId,
    /// 1..=[`MAX_TEXT`] characters after trimming; with files it may be empty.
    pub text: String,
    /// Files that the sender has uploaded, at most [`MAX_FILES`] of [`FILE_TYPES`](crate::document::FILE_TYPES) and [`MAX_FILE`] bytes each. Until all
    /// are stored the act is answered with [`Missing`](crate::refusal::RefusalCode::Missing).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<BlobRef>,
}

/// Move the sender's read mark forward. Lane: the thread's scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MarkRead {
    /// The thread.
    pub thread: ThreadId,
    /// See [`ReadMark::upto_seq`]. A lower one than before changes nothing.
    pub upto_seq: i64,
}
