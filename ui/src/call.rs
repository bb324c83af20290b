//! `use_call`: what a call answers, kept fresh.
//!
//! It asks when the component appears and each time one of the call's topics is announced, and keeps showing
//! the former answer meanwhile. An answer that comes late never replaces a newer one.

use crate::shell;
use bridge::{Call, Failure};
use std::rc::Rc;
use yew::prelude::*;

/// Where an asked call stands.
#[derive(Debug)]
pub(crate) enum Asked<T> {
    /// No answer yet.
    Loading,
    /// The newest answer.
    Ready(Rc<T>),
    /// It could not be answered.
    Failed(Failure),
}

impl<T> Clone for Asked<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Loading => Self::Loading,
            Self::Ready(value) => Self::Ready(value.clone()),
            Self::Failed(failure) => Self::Failed(failure.clone()),
        }
    }
}

impl<T> Asked<T> {
    /// The answer, if there is one.
    pub(crate) fn ready(&self) -> Option<&Rc<T>> {
        match self {
            Self::Ready(value) => Some(value),
            _ => None,
        }
    }
}

/// An asked call and the way to ask again.
pub(crate) struct Answer<T> {
    /// Where it stands.
    pub(crate) asked: Asked<T>,
    /// Asks again.
    pub(crate) retry: Callback<()>,
}

/// Asks and keeps asking; see the module.
#[hook]
pub(crate) fn use_call<C>(call: C) -> Answer<C::Reply>
where
    C: Call,
    C::Reply: PartialEq,
{
    // Calls are compared by what would be sent.
    let question = serde_json::to_string(&call).unwrap_or_default();
    let call = use_memo(question.clone(), |_| call);
    let shown = use_reducer(|| Shown { question: String::new(), number: 0, asked: Asked::Loading });
    let counter = use_mut_ref(|| 0_u64);

    let ask = {
        let dispatch = shown.dispatcher();
        use_callback(question.clone(), move |(), question: &String| {
            let number = {
                let mut counter = counter.borrow_mut();
                *counter += 1;
                *counter
            };
            let (call, dispatch, question) = (call.clone(), dispatch.clone(), question.clone());
            wasm_bindgen_futures::spawn_local(async move {
                let answer = shell::invoke(&*call).await;
                dispatch.dispatch(Arrived { question, number, answer });
            });
        })
    };

    use_effect_with((question.clone(), ask.clone()), |(_, ask)| {
        let listening = shell::on_change(C::TOPICS, ask.clone());
        ask.emit(());
        move || drop(listening)
    });

    let asked = if shown.question == question { shown.asked.clone() } else { Asked::Loading };
    Answer { asked, retry: ask }
}

struct Shown<T> {
    question: String,
    number: u64,
    asked: Asked<T>,
}

struct Arrived<T> {
    question: String,
    number: u64,
    answer: Result<T, Failure>,
}

impl<T: PartialEq> Reducible for Shown<T> {
    type Action = Arrived<T>;

    fn reduce(self: Rc<Self>, arrived: Arrived<T>) -> Rc<Self> {
        if arrived.number <= self.number {
            return self;
        }
        let asked = match (arrived.answer, &self.asked) {
            // The same object where nothing changed, so that what depends on it stays as it is.
            (Ok(value), Asked::Ready(old)) if **old == value => Asked::Ready(old.clone()),
            (Ok(value), _) => Asked::Ready(Rc::new(value)),
            (Err(failure), _) => Asked::Failed(failure),
        };
        Rc::new(Self { question: arrived.question, number: arrived.number, asked })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrived(number: u64, value: u32) -> Arrived<u32> {
        Arrived { question: "q".into(), number, answer: Ok(value) }
    }

    #[test]
    fn a_late_answer_never_replaces_a_newer_one() {
        let shown = Rc::new(Shown { question: String::new(), number: 0, asked: Asked::Loading });
        let shown = shown.reduce(arrived(2, 20)).reduce(arrived(1, 10));
        assert_eq!(shown.asked.ready().map(|value| **value), Some(20));
    }

    #[test]
    fn an_equal_answer_keeps_the_object() {
        let shown = Rc::new(Shown { question: String::new(), number: 0, asked: Asked::Loading });
        let first = shown.reduce(arrived(1, 7));
        let second = first.clone().reduce(arrived(2, 7));
        let both = first.asked.ready().zip(second.asked.ready());
        assert!(both.is_some_and(|(a, b)| Rc::ptr_eq(a, b)));
    }
}
