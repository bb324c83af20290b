//! The line that is always visible: how fresh what one sees is, what waits to be sent, what was refused.

use crate::call::use_call;
use crate::kit::{Icon, Sign};
use crate::locale::{Words, use_words};
use crate::moment::{self, Form};
use crate::route::Route;
use bridge::sync::{ShowSync, SyncView};
use yew::prelude::*;

/// The line.
#[component]
pub(crate) fn Freshness() -> Html {
    let words = use_words();
    let answer = use_call(ShowSync {});
    let Some(sync) = answer.asked.ready() else {
        return html! { <div class="sync"><p id="freshness" role="status" /></div> };
    };
    html! {
        <div class={classes!("sync", (!sync.online).then_some("offline"))}>
            // The minute that passes is not worth an interruption; losing the connection is.
            <p id="freshness" role="status" aria-live={if sync.online { "off" } else { "polite" }}
                data-online={sync.online.to_string()}>
                { fresh(&words, sync) }
            </p>
            if sync.waiting > 0 {
                <p id="waiting" role="status">
                    <Icon sign={Sign::Clock} />
                    { words.say_with("sync-waiting", &[("count", sync.waiting.into())]) }
                </p>
            }
            if sync.refused > 0 {
                <p id="refused">
                    <Icon sign={Sign::Warning} />
                    <a href={Route::Messages.to_string()}>
                        { words.say_with("sync-refused", &[("count", sync.refused.into())]) }
                    </a>
                </p>
            }
        </div>
    }
}

fn fresh(words: &Words, sync: &SyncView) -> AttrValue {
    let at = sync.as_of.map(|at| moment::say(words, at, Form::Stamp));
    match (sync.online, at) {
        (true, _) if sync.catching_up => words.say("sync-catching-up"),
        (true, Some(at)) => words.say_with("sync-fresh", &[("at", at.as_str().into())]),
        (true, None) => words.say("sync-catching-up"),
        (false, Some(at)) => words.say_with("sync-offline", &[("at", at.as_str().into())]),
        (false, None) => words.say("sync-offline-empty"),
    }
}
