//! What stands where something is awaited: a quiet shape while it loads, words and a way on when it failed or
//! when there is nothing.

use crate::call::{Answer, Asked};
use crate::failure;
use crate::kit::{Icon, Sign};
use crate::locale::use_words;
use bridge::{Failure, Retry};
use std::rc::Rc;
use yew::prelude::*;

/// The answer shown by `show`, or the state it is in.
pub(crate) fn awaited<T>(answer: &Answer<T>, show: impl FnOnce(&Rc<T>) -> Html) -> Html {
    match &answer.asked {
        Asked::Loading => html! { <Loading /> },
        Asked::Failed(failure) => html! { <Failed failure={failure.clone()} on_retry={answer.retry.clone()} /> },
        Asked::Ready(value) => show(value),
    }
}

#[component]
fn Loading() -> Html {
    let words = use_words();
    html! {
        <div class="loading" aria-busy="true">
            <p class="visually-hidden" role="status">{ words.say("kit-loading") }</p>
            <div class="bone" /><div class="bone short" /><div class="bone" />
        </div>
    }
}

/// Props of [`Failed`].
#[derive(Properties, PartialEq)]
pub(crate) struct FailedProps {
    pub(crate) failure: Failure,
    #[prop_or_default]
    pub(crate) on_retry: Option<Callback<()>>,
}

/// What went wrong, and a way to try again where that can help.
#[component]
pub(crate) fn Failed(props: &FailedProps) -> Html {
    let words = use_words();
    let retry = props.on_retry.clone().filter(|_| props.failure.retry != Retry::Never);
    html! {
        <div class="notice bad" role="alert">
            <Icon sign={Sign::Warning} />
            <div>
                <p>{ failure::say(&words, &props.failure) }</p>
                if let Some(retry) = retry {
                    <button type="button" onclick={retry.reform(|_: MouseEvent| ())}>{ words.say("kit-retry") }</button>
                }
            </div>
        </div>
    }
}

/// Props of [`Empty`].
#[derive(Properties, PartialEq)]
pub(crate) struct EmptyProps {
    pub(crate) text: AttrValue,
}

/// Nothing, said kindly.
#[component]
pub(crate) fn Empty(props: &EmptyProps) -> Html {
    html! { <p class="empty">{ &props.text }</p> }
}

/// Something that this build cannot read.
#[component]
pub(crate) fn Newer() -> Html {
    let words = use_words();
    html! { <p class="newer"><Icon sign={Sign::Warning} />{ words.say("kit-newer") }</p> }
}
