//! What staff keep from whom: words of a note or document, and their own names.

use crate::{Call, Millis, Topic};
use serde::{Deserialize, Serialize};

/// Somebody around a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// Who.
    pub person: String,
    /// By name.
    pub name: String,
}

/// What is kept from one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptView {
    /// From whom.
    pub person: String,
    /// By name.
    pub name: String,
    /// The whole: they do not know of it.
    pub whole: bool,
    /// Passages.
    pub passages: Vec<KeptPassageView>,
}

/// A passage that is kept from somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPassageView {
    /// Which, from 0.
    pub passage: u32,
    /// The legal ground.
    pub ground: String,
}

/// What is kept from whom of a note or document?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowMasking {
    /// The case.
    pub case: String,
    /// The note or document.
    pub fact: String,
}

impl Call for ShowMasking {
    const NAME: &'static str = "show_masking";
    const TOPICS: &'static [Topic] = &[Topic::Case, Topic::Document, Topic::Sync];
    type Reply = MaskingView;
}

/// What is kept, and what can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskingView {
    /// How each passage begins, or its heading, in order.
    pub passages: Vec<String>,
    /// From whom something can be kept.
    pub people: Vec<PersonView>,
    /// What is kept, with what waits to be sent.
    pub kept: Vec<KeptView>,
}

/// The legal grounds for keeping passages from somebody.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListMaskGrounds {}

impl Call for ListMaskGrounds {
    const NAME: &'static str = "list_mask_grounds";
    type Reply = Vec<MaskGroundView>;
}

/// A legal ground.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskGroundView {
    /// As it stands in the place of what is kept.
    pub law: String,
    /// What it is for.
    pub about: String,
}

/// Keep a note or document, or passages of it, from people; whoever it is kept from already stays so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HideFrom {
    /// The case.
    pub case: String,
    /// The note or document.
    pub fact: String,
    /// From whom.
    pub people: Vec<String>,
    /// Which passages; none: the whole.
    pub passages: Vec<u32>,
    /// The legal ground; needed with passages.
    pub ground: String,
}

impl Call for HideFrom {
    const NAME: &'static str = "hide_from";
    type Reply = ();
}

/// Show somebody again what was kept from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowAgain {
    /// The case.
    pub case: String,
    /// The note or document.
    pub fact: String,
    /// To whom.
    pub person: String,
    /// Which passage; none: the whole.
    pub passage: Option<u32>,
}

impl Call for ShowAgain {
    const NAME: &'static str = "show_again";
    type Reply = ();
}

/// Who around a case reads of staff by title and unit only, and who by name?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListHiddenStaff {
    /// Which.
    pub case: String,
}

impl Call for ListHiddenStaff {
    const NAME: &'static str = "list_hidden_staff";
    const TOPICS: &'static [Topic] = &[Topic::Case];
    type Reply = Vec<StaffNamesView>;
}

/// How somebody reads of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffNamesView {
    /// Who.
    pub person: String,
    /// By name.
    pub name: String,
    /// That they read no names; none: they do.
    pub hidden: Option<HiddenStaffView>,
}

/// That somebody reads no names of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenStaffView {
    /// Why, in the words of whoever decided it.
    pub ground: String,
    /// Who decided it.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// Decide that somebody reads of staff by title and unit only, or that they no longer do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HideStaff {
    /// The case.
    pub case: String,
    /// Who.
    pub person: String,
    /// Why.
    pub ground: String,
    /// Whether it holds from then on.
    pub hidden: bool,
}

impl Call for HideStaff {
    const NAME: &'static str = "hide_staff";
    type Reply = ();
}
