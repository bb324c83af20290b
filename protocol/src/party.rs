//! Who is around a case: what they are to the one it concerns, and whether it is open to them. For its staff alone.

use crate::Millis;
use crate::access::{Purpose, Role};
use crate::id::{CaseId, PersonId, RecordId};
use crate::relation::{ClosedBy, Matter, RelationKind, Source};
use serde::{Deserialize, Serialize};

/// Somebody around a case, in the scope of the staff who work on it and in no other. Its id is the person's. Times are
/// told and not judged: what began or ended by the clock is for whoever shows it to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Party {
    /// The case.
    pub case: CaseId,
    /// First and family name; never a place.
    pub name: String,
    /// Whether the case concerns them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub concerned: bool,
    /// Whether they have protected identity.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
    /// What they are, or were, to the one it concerns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<PartyRelation>,
    /// How far the case is open to them; none: it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<PartyAccess>,
    /// Why a relation alone does not make them eligible: [`ClosedBy::KeptApart`], or [`ClosedBy::Protected`], where the
    /// case's own caseworker confirms each one, and each renewal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<ClosedBy>,
    /// From whom of this list they are kept apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<PersonId>,
}

/// A relation to the one whom a case concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PartyRelation {
    /// Which.
    pub relation: RecordId,
    /// As what.
    pub kind: RelationKind,
    /// What it is about; empty: everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matters: Vec<Matter>,
    /// When it began, or begins.
    pub starts: Millis,
    /// When it ended, or ends; a guardian's with the eighteenth birthday at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// Where it is known from.
    pub source: Source,
    /// When that was last looked at.
    pub checked_at: Millis,
    /// Whether the two live together.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub same_address: bool,
}

/// How far a case is open to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PartyAccess {
    /// As what.
    pub role: Role,
    /// Why, in the words of whoever opened it.
    pub ground: String,
    /// Since when.
    pub since: Millis,
    /// When it has to be looked at again, and ends unless it is renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_at: Option<Millis>,
    /// What it is about; empty: everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matters: Vec<Matter>,
}

/// `POST /party/look-up`: who in the case's municipality has this number, for staff who work on the case. Noted in the
/// access log before it is answered. Whoever has protected identity, or is kept apart from the asker or from somebody in
/// the case, gets the answer of somebody who does not exist.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LookUp {
    /// For which case.
    pub case: CaseId,
    /// Twelve digits, exactly.
    pub personal_number: String,
    /// Why.
    pub purpose: Purpose,
}

/// The answer to [`LookUp`], and no more than that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Found {
    /// Who, for acts that name somebody.
    pub person: PersonId,
    /// Name as shown.
    pub name: String,
}
