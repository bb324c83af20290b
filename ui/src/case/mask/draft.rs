//! A mask being decided: what of it, from whom, by which law.

use bridge::Failure;
use bridge::mask::HideFrom;
use std::collections::BTreeSet;
use std::rc::Rc;
use yew::prelude::*;

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    Passages,
    People,
    Ground,
    Failed(Failure),
}

/// The draft. Nothing is kept from anybody by itself: whoever hides something chooses all of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Draft {
    /// Only passages of it, not the whole.
    pub(super) in_part: bool,
    pub(super) passages: BTreeSet<u32>,
    pub(super) people: BTreeSet<String>,
    pub(super) ground: Option<String>,
    /// Whether it is asked about once more.
    pub(super) asking: bool,
    pub(super) busy: bool,
    pub(super) fault: Option<Fault>,
}

/// What happens to it.
pub(super) enum Edit {
    InPart(bool),
    Passage(u32),
    Person(String),
    Ground(String),
    Ask,
    Back,
    Hand,
    Stored,
    Refuse(Fault),
}

impl Draft {
    /// The call, if nothing is wrong.
    pub(super) fn checked(&self, case: &str, fact: &str) -> Result<HideFrom, Fault> {
        if self.in_part && self.passages.is_empty() {
            return Err(Fault::Passages);
        }
        if self.people.is_empty() {
            return Err(Fault::People);
        }
        let ground = match (&self.ground, self.in_part) {
            (Some(ground), true) => ground.clone(),
            (None, true) => return Err(Fault::Ground),
            (_, false) => String::new(),
        };
        Ok(HideFrom {
            case: case.to_owned(),
            fact: fact.to_owned(),
            people: self.people.iter().cloned().collect(),
            passages: if self.in_part { self.passages.iter().copied().collect() } else { Vec::new() },
            ground,
        })
    }
}

fn toggle<T: Ord>(set: &mut BTreeSet<T>, one: T) {
    if !set.remove(&one) {
        set.insert(one);
    }
}

impl Reducible for Draft {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        let mut draft = (*self).clone();
        if !matches!(edit, Edit::Back | Edit::Hand) {
            draft.fault = None;
        }
        match edit {
            Edit::InPart(in_part) => draft.in_part = in_part,
            Edit::Passage(passage) => toggle(&mut draft.passages, passage),
            Edit::Person(person) => toggle(&mut draft.people, person),
            Edit::Ground(ground) => draft.ground = Some(ground),
            Edit::Ask => draft.asking = true,
            Edit::Back => draft.asking = false,
            Edit::Hand => draft.busy = true,
            Edit::Stored => return Rc::new(Self::default()),
            Edit::Refuse(fault) => (draft.asking, draft.busy, draft.fault) = (false, false, Some(fault)),
        }
        Rc::new(draft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_needs_people_and_passages_need_a_ground_too() {
        let draft = Rc::new(Draft::default());
        assert_eq!(draft.checked("c", "n"), Err(Fault::People));
        let draft = draft.reduce(Edit::Person("far".into()));
        let whole = draft.checked("c", "n").expect("is whole");
        assert!(whole.passages.is_empty() && whole.ground.is_empty() && whole.people == ["far"]);
        let draft = draft.reduce(Edit::InPart(true));
        assert_eq!(draft.checked("c", "n"), Err(Fault::Passages));
        let draft = draft.reduce(Edit::Passage(2)).reduce(Edit::Passage(0));
        assert_eq!(draft.checked("c", "n"), Err(Fault::Ground));
        let draft = draft.reduce(Edit::Ground("26 kap. 1 §".into()));
        let part = draft.checked("c", "n").expect("is whole");
        assert_eq!((part.passages, part.ground.as_str()), (vec![0, 2], "26 kap. 1 §"));
        // Back to the whole, nothing of the passages goes along.
        assert!(draft.reduce(Edit::InPart(false)).checked("c", "n").expect("is whole").passages.is_empty());
    }

    #[test]
    fn a_fault_leads_back_and_a_change_puts_it_away() {
        let draft = Rc::new(Draft::default()).reduce(Edit::Person("far".into())).reduce(Edit::Ask).reduce(Edit::Hand);
        let draft = draft.reduce(Edit::Refuse(Fault::Ground));
        assert!(!draft.asking && !draft.busy && draft.fault.is_some());
        assert_eq!(draft.reduce(Edit::Person("far".into())).checked("c", "n"), Err(Fault::People));
    }
}
