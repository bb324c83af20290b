//! Documents: as readable text, and page by page where there is a file.

use crate::{Call, Millis, Topic};
use serde::{Deserialize, Serialize};

/// One document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowDocument {
    /// Which.
    pub document: String,
}

impl Call for ShowDocument {
    const NAME: &'static str = "show_document";
    const TOPICS: &'static [Topic] = &[Topic::Document];
    type Reply = DocumentView;
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentView {
    /// Which.
    pub document: String,
    /// The case it stands in.
    pub case: String,
    /// What it is.
    pub sort: DocumentSort,
    /// Its title.
    pub title: String,
    /// The text, in order.
    pub sections: Vec<SectionView>,
    /// The file, if there is one.
    pub file: Option<FileView>,
    /// Who signed.
    pub author: String,
    /// When.
    pub signed_at: Millis,
    /// Until when it can be appealed.
    pub appeal_until: Option<Millis>,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentSort {
    /// Decision.
    Decision,
    /// Investigation.
    Investigation,
    /// Any other.
    Letter,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// One headed part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionView {
    /// The heading; empty where the section is masked.
    pub heading: String,
    /// The rest.
    pub passage: PassageView,
}

/// A passage of something written in a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "passage", rename_all = "snake_case")]
pub enum PassageView {
    /// It is shown.
    Words {
        /// Plain text, blank lines between paragraphs.
        text: String,
    },
    /// It is not shown to this person.
    Masked {
        /// The legal ground.
        ground: String,
    },
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileView {
    /// Name as shown.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Whether it is on this device.
    pub here: bool,
}

/// One page of a file: of a PDF or picture as a picture, of a text its words. Fetches the file first when it is not on
/// the device.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowPage {
    /// Which file.
    pub file: FileAt,
    /// From 0.
    pub page: u32,
    /// Width in device pixels; at most 2,400.
    pub width: u32,
}

impl Call for ShowPage {
    const NAME: &'static str = "show_page";
    type Reply = PageView;
}

/// Where a file belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum FileAt {
    /// To a document.
    Document {
        /// Which.
        document: String,
    },
    /// To a message, sent or not.
    Message {
        /// See [`crate::message::AttachedView`].
        file: String,
    },
}

/// A page.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageView {
    /// How many there are.
    pub pages: u32,
    /// PNG, base64; empty for a text.
    pub png: String,
    /// The words of a plain text.
    pub text: Option<String>,
}
