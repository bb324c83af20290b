//! The idle lock's two ends in the face: that somebody is there is told to the core, sparsely, and when it is about to
//! lock the person is asked. Any press or key is answer enough. Nothing of what is pressed or written is told.

use crate::call::use_call;
use crate::kit::focus;
use crate::locale::use_words;
use crate::notice::{Notice, use_tell};
use crate::shell;
use bridge::identity::{ChooseIdle, IDLE_MINUTES, NoteActivity, SessionView, ShowSession};
use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// That somebody is there is told at most this often, in milliseconds, unless they are asked.
const SPARSELY: f64 = 15_000.0;

/// Props of [`IdleGuard`].
#[derive(Properties, PartialEq)]
pub(crate) struct IdleGuardProps {
    /// Whether the lock is near.
    pub(crate) is_near: bool,
    /// Whether anything stays when it locks.
    pub(crate) kept: bool,
}

/// Listens for presses and keys, and asks whether anybody is there when the lock is near.
#[component]
pub(crate) fn IdleGuard(props: &IdleGuardProps) -> Html {
    let told_at = use_mut_ref(|| f64::NEG_INFINITY);
    use_effect_with(props.is_near, move |is_near| {
        let is_near = *is_near;
        let note = move |_: &web_sys::Event| {
            let now = js_sys::Date::now();
            if is_due(*told_at.borrow(), now, is_near) {
                *told_at.borrow_mut() = now;
                // What comes too late is told by the lock itself.
                shell::send(NoteActivity {}, drop);
            }
        };
        let listeners = web_sys::window().map(|window| {
            ["pointerdown", "keydown"].map(|kind| {
                let options = EventListenerOptions::run_in_capture_phase();
                EventListener::new_with_options(&window, kind, options, note.clone())
            })
        });
        move || drop(listeners)
    });
    html! {
        if props.is_near { <AreYouThere kept={props.kept} /> }
    }
}

fn is_due(told_at: f64, now: f64, is_near: bool) -> bool {
    // A clock that was set back tells too often rather than never.
    is_near || now - told_at >= SPARSELY || now < told_at
}

#[derive(Properties, PartialEq)]
struct AreYouThereProps {
    kept: bool,
}

/// The question. The focus goes back to where it was, so that whoever was writing goes on.
#[component]
fn AreYouThere(props: &AreYouThereProps) -> Html {
    let words = use_words();
    let button = use_node_ref();
    {
        let button = button.clone();
        use_effect_with((), move |()| {
            let document = web_sys::window().and_then(|window| window.document());
            let before = document.and_then(|document| document.active_element());
            focus(&button);
            move || {
                if let Some(before) = before.and_then(|before| before.dyn_into::<web_sys::HtmlElement>().ok()) {
                    drop(before.focus());
                }
            }
        });
    }
    let detail = if props.kept { words.say("identity-idle-detail") } else { words.say("identity-idle-detail-once") };
    html! {
        <div class="veil">
            <section id="idle" class="panel" role="alertdialog" aria-modal="true" aria-labelledby="idle-question" aria-describedby="idle-detail">
                <h2 id="idle-question">{ words.say("identity-idle") }</h2>
                <p id="idle-detail">{ detail }</p>
                // Pressing anything at all is heard; the button is where the focus and the eye find it.
                <button type="button" id="still-here" class="primary wide" ref={button}>{ words.say("identity-idle-yes") }</button>
            </section>
        </div>
    }
}

/// Props of [`IdleChoice`].
#[derive(Properties, PartialEq)]
pub(crate) struct IdleChoiceProps {
    /// In few words, as beside other things.
    #[prop_or_default]
    pub(crate) brief: bool,
}

/// After how many minutes without anybody it locks.
#[component]
pub(crate) fn IdleChoice(props: &IdleChoiceProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let session = use_call(ShowSession {});
    let chosen = match session.asked.ready().map(|session| &**session) {
        Some(SessionView::Open { idle_minutes, .. }) => *idle_minutes,
        _ => return Html::default(),
    };
    let onchange = Callback::from(move |event: Event| {
        let value = event.target_dyn_into::<web_sys::HtmlSelectElement>().map(|field| field.value());
        let Some(minutes) = value.and_then(|value| value.parse().ok()) else { return };
        let tell = tell.clone();
        shell::send(ChooseIdle { minutes }, move |done| {
            if let Err(failure) = done {
                tell.emit(Notice::Failed(failure));
            }
        });
    });
    html! {
        <label class="idle-choice">
            if props.brief {
                <span>{ words.say("identity-idle-brief") }</span>
            } else {
                <span>{ words.say("identity-idle-choice") }</span>
            }
            <select id="idle-minutes" {onchange}>
                { for IDLE_MINUTES.into_iter().map(|minutes| html! {
                    <option value={minutes.to_string()} selected={minutes == chosen}>
                        { words.say_with("identity-idle-minutes", &[("count", minutes.into())]) }
                    </option>
                }) }
            </select>
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_sparsely_and_at_once_when_asked() {
        assert!(is_due(f64::NEG_INFINITY, 0.0, false));
        assert!(!is_due(1_000.0, 15_999.0, false));
        assert!(is_due(1_000.0, 16_000.0, false));
        assert!(is_due(1_000.0, 1_001.0, true));
        assert!(is_due(100_000.0, 1.0, false), "the clock was set back");
    }
}
