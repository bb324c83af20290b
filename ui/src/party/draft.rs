//! A change being filled in: why, for how long, with whom.

use bridge::Failure;
use bridge::party::{ApartView, Change, ChangeSort};
use bridge::relation::Source;
use std::rc::Rc;
use yew::prelude::*;

/// The longest ground, in letters.
pub(super) const MAX_GROUND: usize = 300;
/// After how many months an access can be looked at again.
pub(super) const MONTHS: [u8; 4] = [1, 3, 6, 12];

/// What is to be changed about somebody.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Deed {
    LetIn,
    ShutOut,
    EndRelation { relation: String },
    Check { relation: String, source: Source },
    KeepApart,
    EndApart { other: ApartView },
    Protect,
    EndProtection,
}

impl Deed {
    /// What it is called.
    pub(super) fn sort(&self) -> ChangeSort {
        match self {
            Self::LetIn => ChangeSort::LetIn,
            Self::ShutOut => ChangeSort::ShutOut,
            Self::EndRelation { .. } => ChangeSort::EndRelation,
            Self::Check { .. } => ChangeSort::Check,
            Self::KeepApart => ChangeSort::KeepApart,
            Self::EndApart { .. } => ChangeSort::EndApart,
            Self::Protect => ChangeSort::Protect,
            Self::EndProtection => ChangeSort::EndProtection,
        }
    }

    /// Whether it has to be said why.
    pub(super) fn has_ground(&self) -> bool {
        !matches!(self, Self::Check { .. } | Self::EndApart { .. })
    }
}

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    Ground,
    Other,
    Failed(Failure),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub(super) ground: String,
    pub(super) months: u8,
    pub(super) other: Option<ApartView>,
    pub(super) source: Source,
    /// Whether it is asked about once more.
    pub(super) asking: bool,
    pub(super) busy: bool,
    pub(super) fault: Option<Fault>,
}

/// What happens to it.
pub(super) enum Edit {
    Ground(String),
    Months(u8),
    Other(ApartView),
    Source(Source),
    Ask,
    Back,
    Hand,
    Refuse(Fault),
}

impl Draft {
    /// An empty one; what has nothing to fill in is asked about at once.
    pub(super) fn of(deed: &Deed) -> Self {
        let source = match deed {
            Deed::Check { source, .. } => *source,
            _ => Source::PopulationRegister,
        };
        let asking = matches!(deed, Deed::EndApart { .. });
        Self { ground: String::new(), months: 6, other: None, source, asking, busy: false, fault: None }
    }

    /// The change of `person`, if nothing is wrong.
    pub(super) fn checked(&self, deed: &Deed, person: &str) -> Result<Change, Fault> {
        let person = person.to_owned();
        let ground = self.ground.trim().to_owned();
        if matches!(deed, Deed::KeepApart) && self.other.is_none() {
            return Err(Fault::Other);
        }
        if deed.has_ground() && !(1..=MAX_GROUND).contains(&ground.chars().count()) {
            return Err(Fault::Ground);
        }
        Ok(match deed {
            Deed::LetIn => Change::LetIn { person, ground, months: self.months },
            Deed::ShutOut => Change::ShutOut { person, ground },
            Deed::EndRelation { relation } => Change::EndRelation { relation: relation.clone(), ground },
            Deed::Check { relation, .. } => Change::Check { relation: relation.clone(), source: self.source },
            Deed::KeepApart => {
                let other = self.other.as_ref().map(|other| other.person.clone()).unwrap_or_default();
                Change::KeepApart { person, other, ground }
            }
            Deed::EndApart { other } => Change::EndApart { person, other: other.person.clone() },
            Deed::Protect => Change::Protect { person, ground },
            Deed::EndProtection => Change::EndProtection { person, ground },
        })
    }
}

impl Reducible for Draft {
    type Action = Edit;

    // What was filled in stays, whatever is wrong with it.
    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        let mut draft = (*self).clone();
        match edit {
            Edit::Ground(ground) => (draft.ground, draft.fault) = (ground, None),
            Edit::Months(months) => draft.months = months,
            Edit::Other(other) => (draft.other, draft.fault) = (Some(other), None),
            Edit::Source(source) => draft.source = source,
            Edit::Ask => (draft.asking, draft.fault) = (true, None),
            Edit::Back => draft.asking = false,
            Edit::Hand => draft.busy = true,
            Edit::Refuse(fault) => (draft.asking, draft.busy, draft.fault) = (false, false, Some(fault)),
        }
        Rc::new(draft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bridge::{FailureCode, Retry};

    #[test]
    fn what_needs_a_ground_is_no_change_without_one() {
        let draft = Draft::of(&Deed::LetIn);
        assert_eq!(draft.checked(&Deed::LetIn, "p").err(), Some(Fault::Ground));
        let draft = Rc::new(draft).reduce(Edit::Ground(" vårdnadshavare ".into())).reduce(Edit::Months(3));
        let change = Change::LetIn { person: "p".into(), ground: "vårdnadshavare".into(), months: 3 };
        assert_eq!(draft.checked(&Deed::LetIn, "p"), Ok(change));
        let long = draft.reduce(Edit::Ground("å".repeat(301)));
        assert_eq!(long.checked(&Deed::ShutOut, "p").err(), Some(Fault::Ground));
        let check = Deed::Check { relation: "r".into(), source: Source::CourtDecision };
        let change = Change::Check { relation: "r".into(), source: Source::CourtDecision };
        assert_eq!(Draft::of(&check).checked(&check, "p"), Ok(change));
    }

    #[test]
    fn two_are_kept_apart_and_never_one() {
        let draft = Rc::new(Draft::of(&Deed::KeepApart)).reduce(Edit::Ground("kontaktförbud".into()));
        assert_eq!(draft.checked(&Deed::KeepApart, "p").err(), Some(Fault::Other));
        let other = ApartView { person: "q".into(), name: "Ove".into() };
        let change = Change::KeepApart { person: "p".into(), other: "q".into(), ground: "kontaktförbud".into() };
        assert_eq!(draft.reduce(Edit::Other(other)).checked(&Deed::KeepApart, "p"), Ok(change));
    }

    #[test]
    fn a_fault_leads_back_to_the_fields_with_everything_in_them() {
        let failure = Failure { code: FailureCode::DiskFull, retry: Retry::Never, details: None };
        let draft = Rc::new(Draft::of(&Deed::ShutOut)).reduce(Edit::Ground("dom".into()));
        let draft = draft.reduce(Edit::Ask).reduce(Edit::Hand).reduce(Edit::Refuse(Fault::Failed(failure)));
        assert!(!draft.asking && !draft.busy && draft.fault.is_some());
        assert_eq!(draft.ground, "dom");
    }
}
