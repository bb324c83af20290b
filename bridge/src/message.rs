//! Threads and messages.

use crate::sync::RefusedView;
use crate::{Call, Millis, Topic};
use serde::{Deserialize, Serialize};

/// My threads (resident), newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListThreads {}

impl Call for ListThreads {
    const NAME: &'static str = "list_threads";
    const TOPICS: &'static [Topic] = &[Topic::Message];
    type Reply = Vec<ThreadRowView>;
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadRowView {
    /// For [`ShowThread`].
    pub thread: String,
    /// What it is about; empty for one that is not here any more and holds refused words of one's own.
    pub subject: String,
    /// Who it is with, as shown.
    pub with: String,
    /// The beginning of the last message; `None` on a staff desk, where no words stand before opening.
    pub preview: Option<String>,
    /// When the last message came or was written.
    pub last_at: Millis,
    /// Messages not read.
    pub unread: u32,
    /// Own messages that wait to be sent.
    pub waiting: u32,
    /// Own messages that were refused.
    pub refused: u32,
    /// This build cannot read it: "update the app to read this". Nothing else is told of it.
    pub newer: bool,
}

/// The caseworker's inbox, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListInbox {}

impl Call for ListInbox {
    const NAME: &'static str = "list_inbox";
    const TOPICS: &'static [Topic] = &[Topic::Message];
    type Reply = Vec<InboxRowView>;
}

/// A row of the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxRowView {
    /// The row.
    pub row: ThreadRowView,
    /// To open it; see [`crate::access::OpenScope`].
    pub scope: String,
    /// Whether its content is on this device under a lease that still holds.
    pub opened: bool,
    /// Whether the resident waits for an answer.
    pub awaits_reply: bool,
}

/// One thread with all its messages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowThread {
    /// Which.
    pub thread: String,
}

impl Call for ShowThread {
    const NAME: &'static str = "show_thread";
    const TOPICS: &'static [Topic] = &[Topic::Message];
    type Reply = ThreadView;
}

/// A thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadView {
    /// Which.
    pub thread: String,
    /// What it is about; empty for one that is not here any more, see [`ThreadRowView::subject`].
    pub subject: String,
    /// The others in it: name, and title for staff.
    pub others: Vec<OtherView>,
    /// Oldest first, pending ones last.
    pub messages: Vec<MessageView>,
    /// For [`MarkRead`]: the highest sequence number here, 0 if none.
    pub upto_seq: i64,
    /// How far the other side has read, by the same numbers.
    pub read_by_other_upto: i64,
    /// It is not here any more; what is shown are own words that were refused. There is nothing to write to.
    pub gone: bool,
    /// What was begun and not sent; see [`KeepDraft`].
    pub draft: String,
    /// What will go with it; see [`AttachFile`].
    pub draft_files: Vec<AttachedView>,
}

/// Somebody else in a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherView {
    /// Name as shown.
    pub name: String,
    /// Title, for staff.
    pub title: Option<String>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// Its id.
    pub message: String,
    /// The sender's name as shown.
    pub from: String,
    /// Whether it is one's own.
    pub mine: bool,
    /// The words.
    pub text: String,
    /// When it was sent, or written if it waits.
    pub at: Millis,
    /// Where it stands.
    pub state: MessageState,
    /// What goes with it.
    pub files: Vec<AttachedView>,
    /// This build cannot read it: "update the app to read this". Of the rest only its place is known.
    pub newer: bool,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedView {
    /// For [`FileAt::Message`](crate::document::FileAt) and [`DetachFile`].
    pub file: String,
    /// Name as shown.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Whether it is on this device.
    pub here: bool,
}

/// Where a message stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MessageState {
    /// The backend has it.
    Sent {
        /// Its number in the thread.
        seq: i64,
        /// Whether the other side has read it.
        read: bool,
    },
    /// It waits to be sent.
    Waiting,
    /// It was refused.
    Refused(RefusedView),
}

/// Send a message; it is stored first, and sent as soon as can be.
#[derive(Clone, Serialize, Deserialize)]
pub struct SendMessage {
    /// Where.
    pub thread: String,
    /// 1..=10,000 characters after trimming; empty where files go with it. They are those of the draft.
    pub text: String,
}

impl Call for SendMessage {
    const NAME: &'static str = "send_message";
    type Reply = ();
}

/// Keep what is being written, for whenever the thread is shown again. An empty text forgets it; sending does too.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeepDraft {
    /// Where.
    pub thread: String,
    /// As it stands.
    pub text: String,
}

impl Call for KeepDraft {
    const NAME: &'static str = "keep_draft";
    type Reply = ();
}

/// Put a file beside what is being written. It is kept sealed on the device until it is sent or removed.
#[derive(Clone, Serialize, Deserialize)]
pub struct AttachFile {
    /// Where.
    pub thread: String,
    /// What it is called on the device.
    pub name: String,
    /// Its bytes, base64; at most [`MAX_FILE`]. A JPEG or PNG picture, a PDF or plain text, whatever it is called.
    pub data: String,
}

/// The largest file of a message, in bytes.
pub const MAX_FILE: u64 = 10 * 1024 * 1024;
/// The most files of a message.
pub const MAX_FILES: usize = 10;

impl Call for AttachFile {
    const NAME: &'static str = "attach_file";
    /// The draft's files now.
    type Reply = Vec<AttachedView>;
}

/// Remove a file from what is being written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DetachFile {
    /// Where.
    pub thread: String,
    /// See [`AttachedView`].
    pub file: String,
}

impl Call for DetachFile {
    const NAME: &'static str = "detach_file";
    /// The draft's files now.
    type Reply = Vec<AttachedView>;
}

/// Take a refused message back, to change it: its words and files become what is being written, before what stands there.
/// They are never in neither place, and never in both.
#[derive(Clone, Serialize, Deserialize)]
pub struct TakeBack {
    /// See [`RefusedView`].
    pub mid: String,
    /// What is being written, as it stands.
    pub draft: String,
}

impl Call for TakeBack {
    const NAME: &'static str = "take_back";
    /// What is being written now.
    type Reply = String;
}

/// Everything up to here was on the screen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MarkRead {
    /// Where.
    pub thread: String,
    /// See [`ThreadView::upto_seq`].
    pub upto_seq: i64,
}

impl Call for MarkRead {
    const NAME: &'static str = "mark_read";
    type Reply = ();
}
