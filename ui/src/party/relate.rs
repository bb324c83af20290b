//! Somebody new around a case being filled in: who, as what, and from where that is known.

use bridge::Failure;
use bridge::party::{Change, FoundView};
use bridge::relation::{RelationKind, Source};
use std::rc::Rc;
use yew::prelude::*;

/// What can be recorded here, in the order in which it is offered. A power of attorney is given by the people themselves.
pub(super) const KINDS: [RelationKind; 7] = [
    RelationKind::JointCustody,
    RelationKind::SoleCustody,
    RelationKind::AppointedGuardian,
    RelationKind::GodMan,
    RelationKind::Forvaltare,
    RelationKind::Ombud,
    RelationKind::PublicCounsel,
];
/// From where it can be known.
pub(super) const SOURCES: [Source; 5] =
    [Source::PopulationRegister, Source::CourtDecision, Source::ChiefGuardian, Source::Municipality, Source::Person];

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    Kind,
    Day,
    Failed(Failure),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Draft {
    pub(super) found: Option<FoundView>,
    pub(super) kind: Option<RelationKind>,
    pub(super) source: Option<Source>,
    pub(super) same_address: bool,
    pub(super) last_day: String,
    pub(super) busy: bool,
    pub(super) fault: Option<Fault>,
}

/// What happens to it.
pub(super) enum Edit {
    Found(FoundView),
    Kind(RelationKind),
    Source(Source),
    SameAddress,
    LastDay(String),
    Hand,
    Refuse(Fault),
}

impl Draft {
    /// Whether it is a guardian, who may live with the child.
    pub(super) fn is_guardian(&self) -> bool {
        matches!(
            self.kind,
            Some(RelationKind::JointCustody | RelationKind::SoleCustody | RelationKind::AppointedGuardian)
        )
    }

    /// The change, if nothing is wrong; none before somebody was found.
    pub(super) fn checked(&self) -> Result<Option<Change>, Fault> {
        let Some(found) = &self.found else { return Ok(None) };
        let kind = self.kind.ok_or(Fault::Kind)?;
        let last_day = self.last_day.trim();
        if !last_day.is_empty() && !is_day(last_day) {
            return Err(Fault::Day);
        }
        Ok(Some(Change::Relate {
            person: found.person.clone(),
            kind,
            last_day: (!last_day.is_empty()).then(|| last_day.to_owned()),
            source: self.source.unwrap_or_else(|| usual_source(kind)),
            same_address: self.same_address && self.is_guardian(),
        }))
    }
}

/// Written as `2026-12-31`; whether there is such a day, and it is to come, is looked at where the calendar is.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [4, 2, 2] && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// From where such a relation is known as a rule.
pub(super) fn usual_source(kind: RelationKind) -> Source {
    match kind {
        RelationKind::GodMan | RelationKind::Forvaltare => Source::ChiefGuardian,
        RelationKind::AppointedGuardian | RelationKind::PublicCounsel => Source::CourtDecision,
        RelationKind::Ombud => Source::Person,
        _ => Source::PopulationRegister,
    }
}

impl Reducible for Draft {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        let mut draft = (*self).clone();
        match edit {
            Edit::Found(found) => draft.found = Some(found),
            Edit::Kind(kind) => (draft.kind, draft.fault) = (Some(kind), None),
            Edit::Source(source) => draft.source = Some(source),
            Edit::SameAddress => draft.same_address = !draft.same_address,
            Edit::LastDay(day) => (draft.last_day, draft.fault) = (day, None),
            Edit::Hand => draft.busy = true,
            Edit::Refuse(fault) => (draft.busy, draft.fault) = (false, Some(fault)),
        }
        Rc::new(draft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Rc<Draft> {
        Rc::new(Draft::default()).reduce(Edit::Found(FoundView { person: "p".into(), name: "Moa Berg".into() }))
    }

    #[test]
    fn it_takes_somebody_and_what_they_are() {
        assert_eq!(Draft::default().checked(), Ok(None));
        assert_eq!(found().checked(), Err(Fault::Kind));
        let Ok(Some(Change::Relate { source, same_address, last_day, .. })) =
            found().reduce(Edit::SameAddress).reduce(Edit::Kind(RelationKind::GodMan)).checked()
        else {
            panic!("it is a relation");
        };
        assert_eq!((source, same_address, last_day), (Source::ChiefGuardian, false, None), "he is no guardian");
    }

    #[test]
    fn a_day_is_written_in_one_way() {
        for (day, is_one) in [("2026-12-31", true), (" 2026-12-31 ", true), ("31/12 2026", false), ("2026-1-1", false)]
        {
            let draft = found().reduce(Edit::Kind(RelationKind::SoleCustody)).reduce(Edit::LastDay(day.into()));
            assert_eq!(draft.checked().is_ok(), is_one, "{day}");
        }
    }
}
