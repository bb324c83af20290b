//! What was refused: why, and the ways out of it. The same wherever the thing is.

use crate::app::use_me;
use crate::failure;
use crate::kit::{Icon, Sign};
use crate::locale::{Key, use_words};
use crate::notice::{Notice, use_tell};
use crate::shell;
use bridge::Call;
use bridge::sync::{Discard, RefusedView, Resend};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

/// Props of [`Refused`].
#[derive(Properties, PartialEq)]
pub(crate) struct RefusedProps {
    /// What could not be done, as a sentence.
    pub(crate) said: Key,
    pub(crate) refused: RefusedView,
    /// Takes what was refused back to be changed.
    #[prop_or_default]
    pub(crate) on_change: Option<Callback<()>>,
    /// There is nowhere to send it any more: the words that can be taken along instead.
    #[prop_or_default]
    pub(crate) lost: Option<AttrValue>,
}

/// The reason, and: try again or copy, change, remove, call.
#[component]
pub(crate) fn Refused(props: &RefusedProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let me = use_me();
    let mid = &props.refused.mid;
    let resend = {
        let (mid, tell) = (mid.clone(), tell.clone());
        Callback::from(move |_: MouseEvent| act(Resend { mid: mid.clone() }, tell.clone()))
    };
    let discard = {
        let (mid, tell) = (mid.clone(), tell.clone());
        Callback::from(move |_: MouseEvent| act(Discard { mid: mid.clone() }, tell.clone()))
    };
    let change = props.on_change.clone().map(|on_change| Callback::from(move |_: MouseEvent| on_change.emit(())));
    let copy = props.lost.clone().map(|text| {
        Callback::from(move |_: MouseEvent| {
            let (text, tell) = (text.clone(), tell.clone());
            spawn_local(async move {
                let copied = copy(&text).await;
                tell.emit(if copied {
                    Notice::Done(Key("kit-copied"))
                } else {
                    Notice::NotDone(Key("kit-not-copied"))
                });
            });
        })
    });
    html! {
        <div class="refused">
            <p><Icon sign={Sign::Warning} />{ words.say(props.said) }{ " " }{ words.say(failure::key(props.refused.code)) }</p>
            <div class="actions">
                if let Some(copy) = copy {
                    <button type="button" class="copy" onclick={copy}>{ words.say("kit-copy") }</button>
                } else {
                    <button type="button" class="resend" onclick={resend}>{ words.say("kit-retry") }</button>
                }
                if let Some(change) = change {
                    <button type="button" class="change" onclick={change}>{ words.say("kit-change") }</button>
                }
                <button type="button" class="discard" onclick={discard}>{ words.say("kit-discard") }</button>
                if !me.phone.is_empty() {
                    <a class="button" href={format!("tel:{}", me.phone)}>
                        <Icon sign={Sign::Phone} />{ words.say("kit-call") }{ " " }<bdi dir="ltr">{ &me.phone }</bdi>
                    </a>
                }
            </div>
        </div>
    }
}

fn act<C: Call<Reply = ()>>(call: C, tell: Callback<Notice>) {
    shell::send(call, move |done| {
        if let Err(failure) = done {
            tell.emit(Notice::Failed(failure));
        }
    });
}

// Whether the words are on the clipboard now.
async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}
