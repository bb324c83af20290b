//! A power of attorney being filled in: the other one's code, what it is about, for how long.

use bridge::Failure;
use bridge::relation::{GivePowerOfAttorney, Matter};
use std::rc::Rc;
use yew::prelude::*;

/// How many letters a code has, whatever stands between them.
const LETTERS: usize = 26;
/// For how many months it can be given.
pub(super) const MONTHS: [u8; 4] = [1, 3, 6, 12];

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    Code,
    Matters,
    Failed(Failure),
}

/// Without `Debug`, as the code is a secret.
#[derive(Clone, PartialEq)]
pub(super) struct Draft {
    pub(super) code: String,
    pub(super) matters: Vec<Matter>,
    pub(super) months: u8,
    /// Whether it is asked about once more.
    pub(super) asking: bool,
    pub(super) busy: bool,
    pub(super) fault: Option<Fault>,
}

impl Default for Draft {
    fn default() -> Self {
        Self { code: String::new(), matters: Vec::new(), months: MONTHS[1], asking: false, busy: false, fault: None }
    }
}

/// What happens to it.
pub(super) enum Edit {
    Code(String),
    Toggle(Matter),
    Months(u8),
    /// It is filled in; now it is asked about once more.
    Ask,
    /// Back to the fields.
    Back,
    Hand,
    Stored,
    Refuse(Fault),
}

impl Draft {
    /// The call, if nothing is wrong.
    pub(super) fn checked(&self) -> Result<GivePowerOfAttorney, Fault> {
        let letters = self.code.chars().filter(|letter| letter.is_ascii_alphanumeric()).count();
        let others =
            self.code.chars().any(|letter| !letter.is_ascii_alphanumeric() && !letter.is_whitespace() && letter != '-');
        if letters != LETTERS || others {
            return Err(Fault::Code);
        }
        if self.matters.is_empty() {
            return Err(Fault::Matters);
        }
        Ok(GivePowerOfAttorney { code: self.code.clone(), matters: self.matters.clone(), months: self.months })
    }
}

impl Reducible for Draft {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        let mut draft = (*self).clone();
        match edit {
            Edit::Code(code) => (draft.code, draft.fault) = (code, None),
            Edit::Toggle(matter) => {
                draft.fault = None;
                if draft.matters.contains(&matter) {
                    draft.matters.retain(|other| *other != matter);
                } else {
                    draft.matters.push(matter);
                }
            }
            Edit::Months(months) => draft.months = months,
            Edit::Ask => (draft.asking, draft.fault) = (true, None),
            Edit::Back => draft.asking = false,
            Edit::Hand => draft.busy = true,
            Edit::Stored => return Rc::new(Self::default()),
            Edit::Refuse(fault) => {
                (draft.asking, draft.busy, draft.fault) = (false, false, Some(fault));
            }
        }
        Rc::new(draft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Rc<Draft> {
        let draft = Rc::new(Draft::default()).reduce(Edit::Code("01234-56789 ABCDE-fghjk-MNPQR-S".into()));
        draft.reduce(Edit::Toggle(Matter::File))
    }

    #[test]
    fn only_a_whole_code_and_at_least_one_matter_make_a_call() {
        assert_eq!(Draft::default().checked().err(), Some(Fault::Code));
        let call = filled().checked().unwrap_or_else(|fault| panic!("{fault:?}"));
        assert_eq!((call.matters, call.months), (vec![Matter::File], 3));
        assert_eq!(filled().reduce(Edit::Toggle(Matter::File)).checked().err(), Some(Fault::Matters));
        for wrong in ["01234-56789-ABCDE-FGHJK-MNPQR", "01234-56789-ABCDE-FGHJK-MNPQR-S.", "å"] {
            assert_eq!(filled().reduce(Edit::Code(wrong.into())).checked().err(), Some(Fault::Code), "{wrong}");
        }
    }

    #[test]
    fn a_fault_leads_back_to_the_fields_and_a_change_puts_it_away() {
        let draft = filled().reduce(Edit::Ask).reduce(Edit::Hand).reduce(Edit::Refuse(Fault::Code));
        assert!(!draft.asking && !draft.busy && draft.fault.is_some());
        assert_eq!(draft.reduce(Edit::Code(String::new())).fault, None);
        assert!(filled().reduce(Edit::Stored).code.is_empty(), "the code is kept");
    }
}
