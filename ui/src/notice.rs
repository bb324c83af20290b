//! Notices: what happened to something the person did, told once, above the page.
//!
//! A notice never holds what the person wrote. It stays until it is put away or the next one comes; what went
//! well is told only on the page where it happened.

use crate::failure;
use crate::kit::{Icon, Sign};
use crate::locale::{Key, use_words};
use crate::route::use_route;
use bridge::Failure;
use std::rc::Rc;
use yew::prelude::*;

/// What can be told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Notice {
    /// It went well.
    Done(Key),
    /// It did not, and this is what to do.
    NotDone(Key),
    /// It did not.
    Failed(Failure),
}

/// What is told now.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notices {
    shown: Option<Notice>,
}

/// What happens to it.
pub(crate) enum Edit {
    /// Something is told.
    Tell(Notice),
    /// It is put away.
    PutAway,
    /// The person went to another page.
    Leave,
}

impl Reducible for Notices {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        match edit {
            Edit::Tell(notice) => Rc::new(Self { shown: Some(notice) }),
            Edit::PutAway => Rc::new(Self::default()),
            Edit::Leave if matches!(self.shown, Some(Notice::Done(_))) => Rc::new(Self::default()),
            Edit::Leave => self,
        }
    }
}

/// The way to tell something.
#[hook]
pub(crate) fn use_tell() -> Callback<Notice> {
    let notices = use_context::<UseReducerHandle<Notices>>().expect("App puts the notices around every page");
    let dispatch = notices.dispatcher();
    use_callback((), move |notice, ()| dispatch.dispatch(Edit::Tell(notice)))
}

/// The place where notices stand.
#[component]
pub(crate) fn NoticePlace() -> Html {
    let words = use_words();
    let route = use_route();
    let notices = use_context::<UseReducerHandle<Notices>>().expect("App puts the notices around every page");
    {
        let dispatch = notices.dispatcher();
        use_effect_with(route, move |_| dispatch.dispatch(Edit::Leave));
    }
    let put_away = {
        let dispatch = notices.dispatcher();
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Edit::PutAway))
    };
    let (class, text) = match &notices.shown {
        None => ("", AttrValue::default()),
        Some(Notice::Done(key)) => ("done", words.say(*key)),
        Some(Notice::NotDone(key)) => ("bad", words.say(*key)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use bridge::{FailureCode, Retry};

    #[test]
    fn what_failed_is_still_told_on_the_next_page() {
        let failed = Notice::Failed(Failure { code: FailureCode::Offline, retry: Retry::Network, details: None });
        let after =
            |notice: &Notice| Rc::new(Notices::default()).reduce(Edit::Tell(notice.clone())).reduce(Edit::Leave);
        assert_eq!(after(&Notice::Done(Key("task-thanks"))).shown, None);
        assert_eq!(after(&failed).shown, Some(failed.clone()));
        assert_eq!(after(&failed).reduce(Edit::PutAway).shown, None);
    }
}
