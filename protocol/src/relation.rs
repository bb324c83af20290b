//! How people belong together: custody, god man, power of attorney, assignment. A relation makes eligible; what it opens
//! is opened by staff, one case at a time.

use crate::Millis;
use crate::id::{CaseId, PersonId, RecordId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// How long an invitation can be used.
pub const INVITATION_LIFE: Millis = 7 * 24 * 60 * 60 * 1000;
/// The longest that a power of attorney can be given for, in days.
pub const POWER_OF_ATTORNEY_DAYS: i64 = 366;
/// How long before the end of a power of attorney both are warned.
pub const WARNING: Millis = 21 * 24 * 60 * 60 * 1000;

/// What somebody is to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// Custody together with another guardian (gemensam vårdnad).
    #[serde(alias = "custody")]
    JointCustody,
    /// Custody alone (ensam vårdnad).
    SoleCustody,
    /// Särskilt förordnad vårdnadshavare.
    AppointedGuardian,
    /// God man.
    GodMan,
    /// Förvaltare.
    Forvaltare,
    /// Fullmakt, between two adults, given by one of them.
    PowerOfAttorney,
    /// Ombud in one case.
    Ombud,
    /// Offentligt biträde in one case.
    PublicCounsel,
    /// A member of staff who works on one case besides the one it is assigned to.
    Caseworker,
    /// Somebody let into one case for one time.
    Guest,
    /// A kind newer than this build: makes nobody eligible.
    #[serde(other)]
    Unknown,
}

/// What a representative may have to do with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// Writing with the caseworker.
    Messages,
    /// Booking and joining meetings.
    Meetings,
    /// Reading notes and documents.
    File,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// Where a relation is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Folkbokföringen.
    PopulationRegister,
    /// A court's decision.
    CourtDecision,
    /// The chief guardian's register (överförmyndaren).
    ChiefGuardian,
    /// A decision of the municipality.
    Municipality,
    /// The person themself.
    Person,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// Who acts for whom, in the own scope of each of the two. Its id is the relation's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Representation {
    /// Which of the two sees this.
    pub side: Side,
    /// The other one's name.
    pub name: String,
    /// As what.
    pub kind: RelationKind,
    /// What it can be about; empty: everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matters: Vec<Matter>,
    /// When it ends, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// From when on both are warned that it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_at: Option<Millis>,
    /// Where it is known from.
    pub source: Source,
    /// When that was last looked at.
    pub checked_at: Millis,
    /// What staff have opened to the representative.
    #[serde(default)]
    pub cases: Vec<RepresentedCase>,
}

/// Which end of a representation one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// I act for the other one.
    Representative,
    /// The other one acts for me.
    Represented,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// A case that is opened to a representative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RepresentedCase {
    /// Which.
    pub case: CaseId,
    /// Until when, if it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

/// That somebody whom a case concerns soon comes of an age at which something changes, on the desk of the case's
/// caseworker: some weeks before, until the day is there. It changes nothing by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AgeReminder {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// Whom it concerns.
    pub concerns: String,
    /// What changes.
    pub rule: AgeRule,
    /// At which age.
    pub years: i64,
    /// When: the first moment of that birthday in Sweden.
    pub at: Millis,
    /// The law that says so.
    pub law: String,
}

/// What changes at an age. The ages are data of the installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AgeRule {
    /// From then on one speaks for oneself.
    OwnAction,
    /// Then custody ends.
    Majority,
    /// A rule of the installation's own, or newer than this build.
    #[serde(other)]
    Unknown,
}

/// An access to a case that ended without its holder's or staff's asking for just that; in the scope of the staff who
/// work on the case. Its id is the person's. Gone when the person is let in again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Closure {
    /// The case.
    pub case: CaseId,
    /// Whose access.
    pub name: String,
    /// What ended it.
    pub why: ClosedBy,
    /// In the words of whoever decided it.
    pub ground: String,
    /// When.
    pub at: Millis,
}

/// What ended an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// The relation that it rested on ended.
    RelationEnded,
    /// The two are kept apart.
    KeptApart,
    /// The one it concerns got protected identity: named staff confirm each representative.
    Protected,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// Record that somebody is related to the person whom a case concerns. Staff only. Lane: the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RecordRelation {
    /// The case; with it, whom the relation is to.
    pub case: CaseId,
    /// Made by the sender.
    pub relation: RecordId,
    /// As what.
    pub kind: RelationKind,
    /// Who.
    pub person: PersonId,
    /// When it began.
    pub starts: Millis,
    /// When it ends, if that is known.
    #[serde(default)]
    pub until: Option<Millis>,
    /// What it is about; empty: everything.
    #[serde(default)]
    pub matters: Vec<Matter>,
    /// Where it is known from.
    pub source: Source,
    /// Whether the two live at the same address, so that one's address is no secret to the other.
    #[serde(default)]
    pub same_address: bool,
}

/// End a relation, and with it at once what was opened because of it. Staff only. Lane: the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct EndRelation {
    /// A case of the person it is to.
    pub case: CaseId,
    /// Which.
    pub relation: RecordId,
    /// Why, 1..=300 characters.
    pub ground: String,
}

/// Say that a relation was looked at again, in this source, and holds. Staff only. Lane: the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CheckRelation {
    /// A case of the person it is to.
    pub case: CaseId,
    /// Which.
    pub relation: RecordId,
    /// Where it was looked up.
    pub source: Source,
}

/// Make it possible for whoever has the code to give the sender a power of attorney. The code itself stays with the
/// people; whoever does not have it cannot find out who is registered. Lane: the sender's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Invite {
    /// SHA-256 of the code's letters, lower-case hex.
    pub code_hash: String,
}

/// Give somebody a power of attorney (fullmakt). Adults only. Lane: the sender's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct GivePowerOfAttorney {
    /// The relation's id, made by the sender.
    pub relation: RecordId,
    /// The other one's code, as [`Invite`] had its hash. Good for one use.
    pub code: String,
    /// What it is about; at least one.
    pub matters: Vec<Matter>,
    /// When it ends; at most [`POWER_OF_ATTORNEY_DAYS`] from now.
    pub until: Millis,
}

/// Withdraw a power of attorney that one gave, or renounce one that one got. Lane: the sender's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct WithdrawPowerOfAttorney {
    /// Which.
    pub relation: RecordId,
}

/// Keep two people apart: they never share anything, and neither learns of the other. What they share already is closed
/// to whoever came later. Staff only. Lane: the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct KeepApart {
    /// A case that one of them is a part of.
    pub case: CaseId,
    /// One.
    pub person: PersonId,
    /// The other.
    pub other: PersonId,
    /// Why, 1..=300 characters.
    pub ground: String,
}

/// Keep two people apart no longer. Opens nothing again. Staff only. Lane: the staff scope of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct EndKeepApart {
    /// A case that one of them is a part of.
    pub case: CaseId,
    /// One.
    pub person: PersonId,
    /// The other.
    pub other: PersonId,
}

/// Mark a person as having protected identity. Suspends everybody who acts for them, but for a guardian at the same
/// address, and leaves the content to named staff. By a unit's lead. Lane: the sender's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MarkProtected {
    /// Who.
    pub person: PersonId,
    /// Why, 1..=300 characters.
    pub ground: String,
}

/// End the mark of protected identity, in the sender's municipality. Lets nobody in again who was suspended: each of
/// them, and the unit, stays outside until staff open the case to them. By a unit's lead. Lane: the sender's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct EndProtected {
    /// Who.
    pub person: PersonId,
    /// Why, 1..=300 characters.
    pub ground: String,
}

/// Let a representative of a person with protected identity in. By the case's own caseworker. Lane: the staff scope of
/// the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ConfirmProxy {
    /// The case.
    pub case: CaseId,
    /// Who is let in.
    pub person: PersonId,
    /// Why, in words that stand in the access log.
    pub ground: String,
    /// When it must be looked at again; access ends then unless renewed.
    pub review_at: Millis,
}

/// How many letters a code has: 130 bits of chance.
pub const CODE_LETTERS: usize = 26;
/// The letters of a code: none can be taken for another.
pub const CODE_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The hash by which a code is known, however it was typed; `None` for what is no code.
pub fn hash_code(typed: &str) -> Option<String> {
    let letters: Vec<u8> = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => Some(b'0'),
            'I' | 'L' => Some(b'1'),
            letter => u8::try_from(letter).ok().filter(|letter| CODE_ALPHABET.contains(letter)),
        })
        .collect::<Option<_>>()?;
    let hash = Sha256::digest(&letters);
    (letters.len() == CODE_LETTERS).then(|| hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let code = hash_code("0123456789ABCDEFGHJKMNPQRS").expect("is a code");
        assert_eq!(hash_code(" o123-4567 89abc-defgh-jkmnp-qrs\n"), Some(code.clone()));
        assert_eq!(hash_code("0L23456789ABCDEFGHJKMNPQRS"), Some(code), "letters that look alike");
        for wrong in ["", "0123456789ABCDEFGHJKMNPQR", "0123456789ABCDEFGHJKMNPQRU", "0123456789ABCDEFGHJKMNPQRÅ"] {
            assert_eq!(hash_code(wrong), None, "{wrong}");
        }
    }
}
