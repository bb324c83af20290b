//! Documents in a case: decisions, investigations, letters; as readable text, and as a file where there is one.

use crate::Millis;
use crate::id::{BlobId, CaseId, DocumentId, PersonId};
use serde::{Deserialize, Serialize};

/// The largest file that is taken, in bytes.
pub const MAX_BLOB: u64 = 20 * 1024 * 1024;

/// What a file may be, with a message or a document: pictures, PDF and plain text, each of which a reader's device draws by itself.
pub const FILE_TYPES: [&str; 4] = ["image/jpeg", "image/png", "application/pdf", "text/plain"];

/// The most sections of one document.
pub const MAX_SECTIONS: usize = 200;

/// A document as one audience sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Document {
    /// The case.
    pub case: CaseId,
    /// What it is.
    pub sort: DocumentSort,
    /// Its title.
    pub title: String,
    /// The text, in order.
    pub sections: Vec<Section>,
    /// The same as a file, if there is one. Not shown where a section is masked: it holds the same words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<BlobRef>,
    /// Who signed it, by name and title.
    pub author: String,
    /// When it was decided or signed.
    pub signed_at: Millis,
    /// Until when it can be appealed, for a decision that can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_until: Option<Millis>,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentSort {
    /// Beslut.
    Decision,
    /// Utredning.
    Investigation,
    /// Any other document.
    Letter,
    /// A sort newer than this build.
    #[serde(other)]
    Unknown,
}

/// One headed part of a document's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// Plain text with blank lines between paragraphs.
    pub text: String,
    /// The legal ground, where this audience is not shown the section: heading and text are empty then. Never in what
    /// is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masked: Option<String>,
}

/// A file that belongs to a record. Who may read the record may fetch the file, nobody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BlobRef {
    /// Which.
    pub blob: BlobId,
    /// Name to show and to save under.
    pub name: String,
    /// Media type, one of [`FILE_TYPES`].
    pub media_type: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the bytes, lower-case hex; the client checks it.
    pub sha256: String,
}

/// The backend's answer to an upload (`POST /blobs`, the bytes as body).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BlobStored {
    /// To be named in the mutation that uses it.
    pub blob: BlobId,
    /// Size in bytes, as counted.
    pub size: u64,
    /// SHA-256 of the bytes, lower-case hex, as computed.
    pub sha256: String,
}

/// Sign a document into a case. Staff only. Lane: the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SignDocument {
    /// The case.
    pub case: CaseId,
    /// Made by the sender.
    pub document: DocumentId,
    /// What it is.
    pub sort: DocumentSort,
    /// 1..=200 characters.
    pub title: String,
    /// The text; 1..=[`MAX_SECTIONS`] sections.
    pub sections: Vec<Section>,
    /// The file, uploaded before.
    #[serde(default)]
    pub file: Option<BlobRef>,
    /// See [`Document::appeal_until`].
    #[serde(default)]
    pub appeal_until: Option<Millis>,
    /// People who must not see this document.
    #[serde(default)]
    pub hidden_from: Vec<PersonId>,
}
