//! Cases (ärenden) and the journal (journalanteckningar) kept in them.

use crate::Millis;
use crate::id::{CaseId, PersonId, ScopeId};
use serde::{Deserialize, Serialize};

/// The most people that one note or document can be hidden from.
pub const MAX_HIDDEN: usize = 64;

/// A case as one audience sees it. One per case scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Case {
    /// The case itself.
    pub case: CaseId,
    /// The municipality's own number, such as "2026-01432".
    pub number: String,
    /// In plain words what it is about, such as "Ekonomiskt bistånd".
    pub title: String,
    /// Whom it concerns, by the name that this audience may see.
    pub concerns: String,
    /// The one to turn to.
    pub caseworker: Caseworker,
    /// Where it stands.
    pub stage: Stage,
    /// What happens next, in the caseworker's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    /// When it was opened.
    pub opened_at: Millis,
}

/// The staff member to turn to, as shown to a resident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Caseworker {
    /// Who.
    pub person: PersonId,
    /// Name as shown.
    pub name: String,
    /// Title, such as "Socialsekreterare".
    pub title: String,
    /// The unit's name.
    pub unit: String,
    /// The unit's telephone number, in the form to dial.
    pub phone: String,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Report or application received, not yet begun (aktualisering, förhandsbedömning).
    Received,
    /// Under investigation (utredning).
    Investigating,
    /// Decided (beslut fattat).
    Decided,
    /// Help is being given and followed up (insats, uppföljning).
    FollowUp,
    /// Closed (avslutat).
    Closed,
    /// A stage newer than this build.
    #[serde(other)]
    Unknown,
}

/// A journal note; signed when written, never changed. A correction is a new note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Note {
    /// The case.
    pub case: CaseId,
    /// What happened, in one line.
    pub heading: String,
    /// The note. Plain text with blank lines between paragraphs.
    pub text: String,
    /// Who wrote and signed it, by name and title.
    pub author: String,
    /// When that which is told happened.
    pub happened_at: Millis,
    /// When it was signed.
    pub signed_at: Millis,
    /// The passages that this audience is not shown. None of their words are in `text`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub masked: Vec<Masked>,
}

/// Passages of a note that are not shown, where they would stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Masked {
    /// How many [`paragraphs`] of the shown text stand before it.
    pub after: u32,
    /// The legal ground, such as "26 kap. 1 § offentlighets- och sekretesslagen".
    pub ground: String,
}

/// The paragraphs of a text, as blank lines part them. A note's passages are counted by these.
pub fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
}

/// A caseworker's row of a case on their desk: no content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CaseRow {
    /// The case.
    pub case: CaseId,
    /// The staff audience's scope, to open.
    pub scope: ScopeId,
    /// See [`Case::number`].
    pub number: String,
    /// See [`Case::title`].
    pub title: String,
    /// See [`Case::concerns`].
    pub concerns: String,
    /// Where it stands.
    pub stage: Stage,
}

/// Open a case for a person. Staff only. Lane: the caseworker's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct OpenCase {
    /// Made by the sender.
    pub case: CaseId,
    /// See [`Case::number`].
    pub number: String,
    /// See [`Case::title`].
    pub title: String,
    /// Whom it concerns.
    pub person: PersonId,
    /// See [`Case::next_step`].
    #[serde(default)]
    pub next_step: Option<String>,
    /// Whether the person it concerns sees it from the start. A case begun by a report does not show
    /// outside the unit until it is opened to the party.
    pub visible: bool,
}

/// Move a case to another stage, with what happens next. Staff only. Lane: the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MoveCase {
    /// The case.
    pub case: CaseId,
    /// Where it stands from now on.
    pub stage: Stage,
    /// See [`Case::next_step`].
    #[serde(default)]
    pub next_step: Option<String>,
}

/// Write and sign a journal note. Staff only. Lane: the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct WriteNote {
    /// The case.
    pub case: CaseId,
    /// The note's record id, made by the sender.
    pub note: crate::id::RecordId,
    /// See [`Note::heading`]; 1..=200 characters.
    pub heading: String,
    /// See [`Note::text`]; 1..=50,000 characters.
    pub text: String,
    /// See [`Note::happened_at`].
    pub happened_at: Millis,
    /// People who must not see this note, such as one guardian of two. The note is then not in their
    /// scope at all.
    #[serde(default)]
    pub hidden_from: Vec<PersonId>,
}

/// Give a case to another caseworker, with the threads about it. By the case's own caseworker or a lead of its unit, to
/// staff of the same unit or of one that shares an activity with it. Lane: the staff scope of the case, or a lead's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AssignCase {
    /// The case.
    pub case: CaseId,
    /// Who has it from now on.
    pub person: PersonId,
    /// Why, 1..=300 characters.
    pub ground: String,
}

/// Somebody whom a case can be given to (`GET /cases/{case}/assignable`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Assignable {
    /// Who.
    pub person: PersonId,
    /// Name as shown.
    pub name: String,
    /// Title.
    pub title: String,
    /// The unit's name.
    pub unit: String,
}

/// Let a guardian or representative into a case that concerns somebody else. Staff only; a relation
/// makes eligible, this step opens. Lane: the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct OpenCaseTo {
    /// The case.
    pub case: CaseId,
    /// Who is let in.
    pub person: PersonId,
    /// Why, in words that stand in the access log.
    pub ground: String,
    /// When it must be looked at again; access ends then unless renewed.
    pub review_at: Millis,
}

/// End the access of somebody who was let into a case, before its time. Staff only. Lane: the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CloseCaseTo {
    /// The case.
    pub case: CaseId,
    /// Whose access ends; never of the person it concerns.
    pub person: PersonId,
    /// Why, 1..=300 characters.
    pub ground: String,
}

/// Change who must not see a note or document, or some passages of it. Staff only. Lane: the staff scope of the case.
///
/// The two are apart: whoever must not see the whole sees no mark either. To hide passages before anybody has read
/// them, sign with `hidden_from`, mask the passages, then lift the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Mask {
    /// The case.
    pub case: CaseId,
    /// The note or document.
    pub fact: crate::id::RecordId,
    /// Everybody who must not see it from now on; others who take part in the case do.
    #[serde(default)]
    pub hidden_from: Vec<PersonId>,
    /// Only these passages, from 0: sections of a document, [`paragraphs`] of a note. Empty for the whole; at most
    /// [`MAX_SECTIONS`](crate::document::MAX_SECTIONS).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<u32>,
    /// The legal ground that is shown in their place, 1..=200 characters; needed with `sections`, and only then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
}

/// What is kept from whom of a note or document; in the scope of the staff who work on the case and in no other. Its id
/// is that of the note or document. Gone when nothing is kept from anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Masking {
    /// The case.
    pub case: CaseId,
    /// By person.
    pub from: Vec<Kept>,
}

/// What is kept from one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Kept {
    /// From whom.
    pub person: PersonId,
    /// By name.
    pub name: String,
    /// The whole: they do not know of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// Passages, as [`Mask::sections`] counts them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passages: Vec<KeptPassage>,
}

/// A passage that is kept from somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct KeptPassage {
    /// Which, from 0.
    pub passage: u32,
    /// The legal ground that stands in its place.
    pub ground: String,
}

/// A legal ground for keeping passages from somebody (`GET /mask-grounds`). Data of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MaskGround {
    /// As it stands in the place of what is kept; for [`Mask::ground`].
    pub law: String,
    /// What it is for, in plain words.
    pub about: String,
}
