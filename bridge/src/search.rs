//! Looking for words in everything that is on this device.

use crate::{Call, Millis, Topic};
use serde::{Deserialize, Serialize};

/// Where do these words stand?
#[derive(Clone, Serialize, Deserialize)]
pub struct Search {
    /// All of them must stand in what is found, in any order. One of three letters or more may stand inside a
    /// longer word; a shorter one begins a word.
    pub words: String,
}

impl Call for Search {
    const NAME: &'static str = "search";
    const TOPICS: &'static [Topic] = &[Topic::Task, Topic::Message, Topic::Case, Topic::Document, Topic::Sync];
    type Reply = SearchView;
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchView {
    /// The newest first.
    pub hits: Vec<HitView>,
    /// Whether there are more than are shown.
    pub more: bool,
    /// What the search covers.
    pub coverage: Coverage,
}

/// How much of what is here has been looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Still to be indexed; 0: the search covers everything that is on this device.
    pub left: u64,
    /// All that is here, indexed or not.
    pub of: u64,
}

/// One find.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HitView {
    /// What it is, and where it leads.
    pub found: Found,
    /// Its heading, or its thread's subject.
    pub title: Marked,
    /// The words around the find, when it is not in the heading alone.
    pub snippet: Option<Marked>,
    /// When it happened, if it has a time.
    pub at: Option<Millis>,
}

/// Text with places to show in a stronger face. Plain text, never markup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// The text.
    pub text: String,
    /// From where to where, in bytes of `text`; in order, apart, and always between letters.
    pub marks: Vec<(u32, u32)>,
}

/// What was found, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub enum Found {
    /// A message.
    Message {
        /// In which thread.
        thread: String,
        /// Which.
        message: String,
    },
    /// A thread, by its subject or those in it.
    Thread {
        /// Which.
        thread: String,
        /// To open it, on a desk; see [`crate::access::OpenScope`].
        scope: Option<String>,
    },
    /// A journal note.
    Note {
        /// In which case.
        case: String,
        /// Which.
        note: String,
    },
    /// A document.
    Document {
        /// Which.
        document: String,
    },
    /// A task.
    Task {
        /// Which.
        task: String,
        /// In which case.
        case: Option<String>,
    },
    /// A case.
    Case {
        /// Which.
        case: String,
        /// To open it, on a desk; see [`crate::access::OpenScope`].
        scope: Option<String>,
    },
}
