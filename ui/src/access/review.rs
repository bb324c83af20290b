//! Openings of what was not assigned to whoever opened it: the lead of the unit reads why, and says that they have
//! looked at it. It goes out when it can; until then it waits, and is shown to.

use super::purpose_key;
use crate::call::use_call;
use crate::failure;
use crate::kit::{Empty, Icon, Newer, Page, Paragraphs, Refused, Sign, awaited, focus};
use crate::locale::{Key, Words, use_words};
use crate::moment::{self, Form};
use crate::route::Route;
use crate::shell;
use bridge::Failure;
use bridge::access::{ListOpenings, OpeningState, OpeningView, ReviewOpening};
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// The place in the navigation, with how many nobody has looked at.
#[component]
pub(crate) fn ReviewPlace(props: &ReviewPlaceProps) -> Html {
    let words = use_words();
    let answer = use_call(ListOpenings {});
    let open = answer.asked.ready().map_or(0, |rows| rows.iter().filter(|one| one.state == OpeningState::Open).count());
    html! {
        <a id="nav-review" href={Route::Review.to_string()} aria-current={props.is_here.then_some("page")}>
            <Icon sign={Sign::Lock} /><span>{ words.say("access-review-nav") }</span>
            if open > 0 {
                <span class="badge">
                    { open }<span class="visually-hidden">{ " " }{ words.say("access-review-open") }</span>
                </span>
            }
        </a>
    }
}

/// Props of [`ReviewPlace`].
#[derive(Properties, PartialEq)]
pub(crate) struct ReviewPlaceProps {
    pub(crate) is_here: bool,
}

/// The page.
#[component]
pub(crate) fn ReviewPage() -> Html {
    let words = use_words();
    let answer = use_call(ListOpenings {});
    html! {
        <Page id="review" title={words.say("access-review-title")}>
            <p>{ words.say("access-review-lead") }</p>
            { awaited(&answer, |rows| if rows.is_empty() {
                html! { <Empty text={words.say("access-review-none")} /> }
            } else {
                html! { <ul role="list" class="openings">{ for rows.iter().map(|one| show(&words, one)) }</ul> }
            }) }
        </Page>
    }
}

fn show(words: &Words, one: &OpeningView) -> Html {
    if one.newer {
        return html! { <li key={one.opening.clone()} class="card opening"><Newer /></li> };
    }
    let at = moment::say(words, one.at, Form::Stamp);
    html! {
        <li key={one.opening.clone()} class="card opening">
            <h2><bdi>{ &one.by }</bdi></h2>
            <p>
                { words.say_with("access-review-opened", &[("at", at.as_str().into())]) }{ " " }
                <bdi lang="sv">{ &one.title }</bdi>{ " · " }<bdi>{ &one.concerns }</bdi>{ " · " }
                <bdi class="number">{ &one.number }</bdi>
            </p>
            if let Some(purpose) = one.purpose { <p class="hint">{ words.say(purpose_key(purpose)) }</p> }
            <blockquote><Paragraphs text={one.reason.clone()} lang="sv" /></blockquote>
            { state(words, one) }
        </li>
    }
}

fn state(words: &Words, one: &OpeningView) -> Html {
    match &one.state {
        OpeningState::Open => html! { <Look opening={one.opening.clone()} by={one.by.clone()} /> },
        OpeningState::Own => html! { <p class="hint">{ words.say("access-review-own") }</p> },
        OpeningState::Waiting => html! {
            <p class="tag"><Icon sign={Sign::Clock} />{ words.say("access-review-waiting") }</p>
        },
        OpeningState::Refused(refused) => html! {
            <Refused said={Key("access-review-refused")} refused={refused.clone()} />
        },
        OpeningState::Reviewed { by, at, note } => {
            let at = moment::say(words, *at, Form::Stamp);
            let values = [("who", by.as_str().into()), ("at", at.as_str().into())];
            html! {
                <>
                    <p class="tag"><Icon sign={Sign::Done} />{ words.say_with("access-review-done", &values) }</p>
                    if let Some(note) = note { <Paragraphs text={note.clone()} lang="sv" /> }
                </>
            }
        }
    }
}

#[derive(Properties, PartialEq)]
struct LookProps {
    opening: String,
    by: String,
}

/// The way to say that one has looked, with a few words if one wants.
#[component]
fn Look(props: &LookProps) -> Html {
    let words = use_words();
    let note = use_state_eq(|| None::<String>);
    let busy = use_state_eq(|| false);
    let failed = use_state_eq(|| None::<Failure>);
    let field = use_node_ref();
    let is_begun = note.is_some();
    {
        let field = field.clone();
        use_effect_with(is_begun, move |is_begun| {
            if *is_begun {
                focus(&field);
            }
        });
    }
    let begin = {
        let set = note.setter();
        Callback::from(move |_: MouseEvent| set.set(Some(String::new())))
    };
    let leave = {
        let (set, failed) = (note.setter(), failed.setter());
        Callback::from(move |_: MouseEvent| {
            set.set(None);
            failed.set(None);
        })
    };
    let Some(written) = &*note else {
        let label = words.say_with("access-review-which", &[("who", props.by.as_str().into())]);
        return html! {
            <button type="button" class="look" aria-label={label} onclick={begin}>{ words.say("access-review-begin") }</button>
        };
    };
    let oninput = {
        let set = note.setter();
        Callback::from(move |event: InputEvent| {
            set.set(event.target_dyn_into::<HtmlTextAreaElement>().map(|field| field.value()));
        })
    };
    let onsubmit = {
        let call = ReviewOpening { opening: props.opening.clone(), note: Some(written.clone()) };
        let (busy, failed) = (busy.setter(), failed.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            busy.set(true);
            let (busy, failed) = (busy.clone(), failed.clone());
            shell::send(call.clone(), move |stored| {
                busy.set(false);
                failed.set(stored.err());
            });
        })
    };
    let id = format!("review-note-{}", props.opening);
    html! {
        <form class="look" {onsubmit}>
            if let Some(failure) = &*failed { <p class="fault" role="alert">{ failure::say(&words, failure) }</p> }
            <div class="field">
                <label for={id.clone()}>{ words.say("access-review-note") }</label>
                <p class="hint" id={format!("{id}-hint")}>{ words.say("access-review-note-hint") }</p>
                <textarea id={id.clone()} ref={field} rows="3" maxlength="300" aria-describedby={format!("{id}-hint")}
                    value={written.clone()} {oninput} />
            </div>
            <div class="actions">
                <button type="submit" class="primary" disabled={*busy}>{ words.say("access-review-submit") }</button>
                <button type="button" onclick={leave}>{ words.say("kit-cancel") }</button>
            </div>
        </form>
    }
}
