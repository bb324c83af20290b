//! Notices: what happened to something the person did, told once, above the page.
//!
//! A notice never holds what the person wrote, and it stays until it is put away or the next one comes.

use crate::failure;
use crate::kit::{Icon, Sign};
use crate::locale::{Key, use_words};
use bridge::Failure;
use std::rc::Rc;
use yew::prelude::*;

/// What can be told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Notice {
    /// It went well.
    Done(Key),
    /// It did not.
    Failed(Failure),
}

/// What is told now.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notices {
    shown: Option<Notice>,
}

impl Reducible for Notices {
    type Action = Option<Notice>;

    fn reduce(self: Rc<Self>, shown: Option<Notice>) -> Rc<Self> {
        Rc::new(Self { shown })
    }
}

/// The way to tell something.
#[hook]
pub(crate) fn use_tell() -> Callback<Notice> {
    let notices = use_context::<UseReducerHandle<Notices>>().expect("App puts the notices around every page");
    let dispatch = notices.dispatcher();
    use_callback((), move |notice, ()| dispatch.dispatch(Some(notice)))
}

/// The place where notices stand.
#[component]
pub(crate) fn NoticePlace() -> Html {
    let words = use_words();
    let notices = use_context::<UseReducerHandle<Notices>>().expect("App puts the notices around every page");
    let put_away = {
        let dispatch = notices.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(None))
    };
    let (class, text) = match &notices.shown {
        None => ("", AttrValue::default()),
        Some(Notice::Done(key)) => ("done", words.say(*key)),
        Some(Notice::Failed(failure)) => ("bad", failure::say(&words, failure)),
    };
    html! {
        <div class="notice-place" role="status">
            if notices.shown.is_some() {
                <div class={classes!("notice", class)}>
                    <p>{ text }</p>
                    <button type="button" class="quiet icon-only" onclick={put_away} aria-label={words.say("kit-close")}>
                        <Icon sign={Sign::Close} />
                    </button>
                </div>
            }
        </div>
    }
}
