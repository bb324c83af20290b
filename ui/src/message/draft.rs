//! The reply that is being written: its text, whether it is on its way, and what is wrong with it.
//!
//! Texts stay in memory while the person goes elsewhere in the app, until it locks. They are written through to the
//! core, which keeps them encrypted for afterwards.

use bridge::Failure;
use bridge::message::SendMessage;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use yew::prelude::*;

/// The longest message, in characters after trimming.
pub(crate) const MAX_TEXT: usize = 10_000;
/// From how many characters left the count is shown.
const COUNT_FROM: usize = 500;

/// What was begun in each thread while this was open. Emptied when it locks or the person logs out.
#[derive(Clone, Default)]
pub(crate) struct Drafts(Rc<RefCell<HashMap<String, String>>>);

impl PartialEq for Drafts {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Drafts {
    /// Throws everything away.
    pub(crate) fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    pub(super) fn keep(&self, thread: &str, text: &str) {
        self.0.borrow_mut().insert(thread.to_owned(), text.to_owned());
    }

    /// What was begun in `thread`; `stored` is what the core knows of it, which may be a moment older.
    pub(super) fn begun(&self, thread: &str, stored: &str) -> String {
        self.0.borrow().get(thread).cloned().unwrap_or_else(|| stored.to_owned())
    }
}

/// Why a draft is not sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    Empty,
    TooLong,
    Failed(Failure),
}

/// A reply being written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) busy: bool,
    pub(super) fault: Option<Fault>,
}

/// What happens to it.
#[derive(Debug)]
pub(super) enum Edit {
    /// Another text.
    Write(String),
    /// It is handed over.
    Hand,
    /// It could not be handed over.
    Refuse(Fault),
    /// It was stored, and will be sent.
    Stored,
}

impl Draft {
    pub(super) fn new(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// The call that sends it with so many `files`, if it can be sent.
    pub(super) fn checked(&self, thread: &str, files: usize) -> Result<SendMessage, Fault> {
        let text = self.text.trim();
        match text.chars().count() {
            0 if files == 0 => Err(Fault::Empty),
            count if count > MAX_TEXT => Err(Fault::TooLong),
            _ => Ok(SendMessage { thread: thread.to_owned(), text: text.to_owned() }),
        }
    }

    /// How many characters are left (or too many, below zero), once that matters.
    pub(super) fn left(&self) -> Option<i64> {
        let left = i64::try_from(MAX_TEXT).ok()? - i64::try_from(self.text.trim().chars().count()).ok()?;
        (left < i64::try_from(COUNT_FROM).ok()?).then_some(left)
    }
}

impl Reducible for Draft {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        Rc::new(match edit {
            Edit::Write(text) => Self::new(text),
            Edit::Hand => Self { busy: true, fault: None, text: self.text.clone() },
            Edit::Refuse(fault) => Self { busy: false, fault: Some(fault), text: self.text.clone() },
            Edit::Stored => Self::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        Draft::new(text.to_owned())
    }

    #[test]
    fn only_a_text_of_fitting_length_becomes_a_call() {
        assert_eq!(draft(" \n ").checked("t", 0).err(), Some(Fault::Empty));
        assert_eq!(draft(&"å".repeat(MAX_TEXT + 1)).checked("t", 1).err(), Some(Fault::TooLong));
        assert!(draft(" ").checked("t", 1).is_ok(), "a picture may say it all");
        let call = draft("  Hej! ").checked("t", 0);
        assert_eq!(call.ok().map(|call| (call.thread, call.text)), Some(("t".into(), "Hej!".into())));
    }

    #[test]
    fn the_count_shows_only_near_the_limit() {
        assert_eq!(draft("Hej").left(), None);
        assert_eq!(draft(&"a".repeat(MAX_TEXT - 10)).left(), Some(10));
        assert_eq!(draft(&"a".repeat(MAX_TEXT + 3)).left(), Some(-3));
    }

    #[test]
    fn what_failed_keeps_its_words_and_what_was_stored_leaves_none() {
        let failed = Rc::new(draft("Hej")).reduce(Edit::Hand).reduce(Edit::Refuse(Fault::TooLong));
        assert_eq!((failed.text.as_str(), failed.busy), ("Hej", false));
        assert_eq!(*failed.reduce(Edit::Stored), Draft::default());
    }

    #[test]
    fn drafts_are_kept_by_thread_until_cleared() {
        let drafts = Drafts::default();
        drafts.keep("a", "Hej");
        assert_eq!((drafts.begun("a", "He").as_str(), drafts.begun("b", "").as_str()), ("Hej", ""));
        drafts.keep("a", "");
        assert_eq!(drafts.begun("a", "Hej"), "", "what was sent a moment ago is not begun again");
        drafts.clear();
        assert_eq!(drafts.begun("a", "Hej"), "Hej");
    }
}
