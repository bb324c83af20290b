//! Who is around a case, for the staff who work on it, and what they change about that.

use crate::relation::{Matter, RelationKind, Source};
use crate::sync::RefusedView;
use crate::{Call, Millis, Topic};
use serde::{Deserialize, Serialize};

/// Who is around a case that is open on the desk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListParties {
    /// Which.
    pub case: String,
}

impl Call for ListParties {
    const NAME: &'static str = "list_parties";
    const TOPICS: &'static [Topic] = &[Topic::Case, Topic::Sync];
    type Reply = PartiesView;
}

/// Everybody around a case, and what is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartiesView {
    /// Whom the case concerns first, then those to whom it is open, then by name.
    pub people: Vec<PartyView>,
    /// What waits to be sent, and what was refused.
    pub changes: Vec<ChangeView>,
    /// Whether the case is my own to answer for, so that I confirm who acts for somebody protected.
    pub is_mine: bool,
    /// Whether I lead a unit, and so decide on protected identity.
    pub leads: bool,
}

/// Somebody around a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyView {
    /// Who, for [`ChangeParty`].
    pub person: String,
    /// Name as shown.
    pub name: String,
    /// Whether the case concerns them.
    pub concerned: bool,
    /// Whether they have protected identity.
    pub protected: bool,
    /// What they are, or were, to the one it concerns.
    pub relations: Vec<PartyRelationView>,
    /// How they stand to the case now.
    pub standing: Standing,
    /// Whether the case's own caseworker alone lets them in, by confirming them.
    pub guarded: bool,
    /// When an access that was not renewed ran out.
    pub lapsed_at: Option<Millis>,
    /// From whom they are kept apart.
    pub apart: Vec<ApartView>,
    /// This build cannot read it: "update the app to read this". Nothing else is told of it.
    pub newer: bool,
}

/// A relation to the one whom the case concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyRelationView {
    /// Which, for [`ChangeParty`].
    pub relation: String,
    /// As what.
    pub kind: RelationKind,
    /// What it is about; empty: everything.
    pub matters: Vec<Matter>,
    /// Since when, or from when on.
    pub starts: Millis,
    /// Until when, if that is known.
    pub until: Option<Millis>,
    /// Whether it holds now.
    pub when: When,
    /// Where it is known from.
    pub source: Source,
    /// When that was last looked at.
    pub checked_at: Millis,
    /// Whether the two live together.
    pub same_address: bool,
}

/// Where a time lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// It has not begun.
    Ahead,
    /// Now.
    Now,
    /// It is over.
    Over,
}

/// How somebody stands to a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// It is open to them.
    Open {
        /// Why, in the words of whoever opened it.
        ground: String,
        /// Since when.
        since: Millis,
        /// When it must be looked at again.
        review_at: Option<Millis>,
        /// What it is about; empty: everything.
        matters: Vec<Matter>,
    },
    /// It is not, and can be opened to them.
    Eligible {
        /// What a relation makes them eligible for; empty: everything.
        matters: Vec<Matter>,
    },
    /// The one it concerns has protected identity: the case's own caseworker confirms them.
    ToConfirm,
    /// They are kept apart from somebody in it.
    Apart,
    /// They work on it.
    Staff,
    /// No relation makes them eligible now.
    Outside,
}

/// Somebody from whom one is kept apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApartView {
    /// Who, for [`ChangeParty`].
    pub person: String,
    /// Name as shown.
    pub name: String,
}

/// A change on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// Which, to tell them apart.
    pub mid: String,
    /// What.
    pub sort: ChangeSort,
    /// Whom it is about, if they are in the list.
    pub name: Option<String>,
    /// Why it was refused, if it was.
    pub refused: Option<RefusedView>,
}

/// What can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeSort {
    /// A relation is recorded.
    Relate,
    /// One was looked at again.
    Check,
    /// One ends.
    EndRelation,
    /// The case is opened to somebody.
    LetIn,
    /// It is closed to them.
    ShutOut,
    /// Two are kept apart.
    KeepApart,
    /// And no longer.
    EndApart,
    /// Somebody has protected identity.
    Protect,
    /// And no longer.
    EndProtection,
}

/// Find somebody by their personal number, for a case. Asked for and noted at the service each time.
#[derive(Clone, Serialize, Deserialize)]
pub struct FindPerson {
    /// For which case.
    pub case: String,
    /// Twelve digits, however they are written.
    pub number: String,
}

impl Call for FindPerson {
    const NAME: &'static str = "find_person";
    type Reply = FoundView;
}

/// Whoever was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundView {
    /// Who, for [`ChangeParty`].
    pub person: String,
    /// Name as shown.
    pub name: String,
}

/// Change who is around a case; stored first, and sent as soon as can be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeParty {
    /// Which case.
    pub case: String,
    /// What.
    pub change: Change,
}

impl Call for ChangeParty {
    const NAME: &'static str = "change_party";
    type Reply = ();
}

/// What is changed. Every `ground` has 1..=300 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// Record what somebody is to the one whom the case concerns. Opens nothing.
    Relate {
        /// Who.
        person: String,
        /// As what.
        kind: RelationKind,
        /// The last day, as `2026-12-31`; none: no end is known.
        last_day: Option<String>,
        /// Where it is known from.
        source: Source,
        /// Whether the two live together.
        same_address: bool,
    },
    /// A relation was looked at again, and holds.
    Check {
        /// Which.
        relation: String,
        /// Where.
        source: Source,
    },
    /// End a relation, and with it what was opened because of it.
    EndRelation {
        /// Which.
        relation: String,
        /// Why.
        ground: String,
    },
    /// Open the case to somebody, or prolong it; of somebody protected: confirm who acts for them.
    LetIn {
        /// Who.
        person: String,
        /// Why.
        ground: String,
        /// For how many months, 1..=12.
        months: u8,
    },
    /// Close it to them.
    ShutOut {
        /// Who.
        person: String,
        /// Why.
        ground: String,
    },
    /// Keep two people apart.
    KeepApart {
        /// One.
        person: String,
        /// The other.
        other: String,
        /// Why.
        ground: String,
    },
    /// Keep them apart no longer.
    EndApart {
        /// One.
        person: String,
        /// The other.
        other: String,
    },
    /// Mark somebody as having protected identity (a unit's lead).
    Protect {
        /// Who.
        person: String,
        /// Why.
        ground: String,
    },
    /// End the mark (a unit's lead).
    EndProtection {
        /// Who.
        person: String,
        /// Why.
        ground: String,
    },
}
