//! The line that is always visible: how fresh what one sees is, what waits to be sent, what was refused.

use crate::call::use_call;
use crate::kit::{Icon, Sign};
use crate::locale::{Key, Words, use_words};
use crate::moment::{self, Form};
use crate::notice::{Notice, use_tell};
use crate::route::Route;
use crate::shell;
use bridge::sync::{DismissRescue, RefusedAt, Rescue, ShowSync, Storage, SyncView};
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
                    <a href={place_of_refused(sync).to_string()}>
                        { words.say_with("sync-refused", &[("count", sync.refused.into())]) }
                    </a>
                </p>
            }
            if let Some(key) = room(sync.storage) {
                <p id="storage" role="status"><Icon sign={Sign::Warning} />{ words.say(key) }</p>
            }
            if sync.clock_behind {
                <p id="clock-behind" role="status"><Icon sign={Sign::Clock} />{ words.say("sync-clock-behind") }</p>
            }
            if let Some(rescue) = sync.rescued {
                <Rescued {rescue} />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct RescuedProps {
    rescue: Rescue,
}

/// What became of what waited, until somebody has read it.
#[component]
fn Rescued(props: &RescuedProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let read = Callback::from(move |_: MouseEvent| {
        let tell = tell.clone();
        shell::send(DismissRescue {}, move |done| {
            if let Err(failure) = done {
                tell.emit(Notice::Failed(failure));
            }
        });
    });
    let said = match props.rescue {
        Rescue { lost: true, .. } => words.say("sync-rescued-lost"),
        Rescue { kept, .. } => words.say_with("sync-rescued", &[("count", kept.into())]),
    };
    html! {
        <p id="rescued" role="status">
            <Icon sign={Sign::Warning} /><span>{ said }</span>
            <button type="button" onclick={read}>{ words.say("sync-rescued-read") }</button>
        </p>
    }
}

fn room(storage: Storage) -> Option<Key> {
    match storage {
        Storage::Ok => None,
        Storage::Low => Some(Key("sync-storage-low")),
        Storage::Full => Some(Key("sync-storage-full")),
    }
}

/// Where it stands what was refused: what staff decided in its case, tasks on the first page, everything else in its
/// thread.
fn place_of_refused(sync: &SyncView) -> Route {
    match &sync.refused_at {
        Some(RefusedAt::Case { case }) => Route::Case(case.clone()),
        Some(RefusedAt::Openings) => Route::Review,
        None if sync.refused_tasks == sync.refused => Route::Home,
        None => Route::Messages,
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
