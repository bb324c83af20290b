//! Whose access log names no staff: decided in a case, with a ground and a way back.

use crate::call::use_call;
use crate::failure;
use crate::kit::{Confirm, Empty, awaited, focus};
use crate::locale::{Key, use_words};
use crate::moment::{self, Form};
use crate::notice::{Notice, use_tell};
use crate::shell;
use bridge::Failure;
use bridge::mask::{HideStaff, ListHiddenStaff, StaffNamesView};
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// Props of [`StaffNames`].
#[derive(Properties, PartialEq)]
pub(super) struct StaffNamesProps {
    pub(super) case: String,
}

/// The way to it, folded away, as it is seldom needed.
#[component]
pub(super) fn StaffNames(props: &StaffNamesProps) -> Html {
    let words = use_words();
    let open = use_state_eq(|| false);
    let toggle = {
        let (set, is_open) = (open.setter(), *open);
        Callback::from(move |_: MouseEvent| set.set(!is_open))
    };
    html! {
        <section class="decision" aria-label={words.say("case-hide")}>
            <button type="button" id="staff-names" aria-expanded={open.to_string()} onclick={toggle}>{ words.say("case-hide") }</button>
            if *open { <People case={props.case.clone()} /> }
        </section>
    }
}

#[component]
fn People(props: &StaffNamesProps) -> Html {
    let words = use_words();
    let answer = use_call(ListHiddenStaff { case: props.case.clone() });
    html! {
        <div class="panel">
            <p>{ words.say("case-hide-lead") }</p>
            { awaited(&answer, |people| if people.is_empty() {
                html! { <Empty text={words.say("case-mask-nobody")} /> }
            } else {
                html! { { for people.iter().map(|one| html! {
                    // Keyed by the state too: a decision that has come through is a new beginning.
                    <Person key={format!("{} {}", one.person, one.hidden.is_some())} case={props.case.clone()} one={one.clone()} />
                }) } }
            }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct PersonProps {
    case: String,
    one: StaffNamesView,
}

/// One person: how they read of staff, and the way to change it.
#[component]
fn Person(props: &PersonProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let ground = use_state_eq(|| None::<String>);
    let asking = use_state_eq(|| false);
    let failed = use_state_eq(|| None::<Failure>);
    let field = use_node_ref();
    let is_begun = ground.is_some();
    {
        let field = field.clone();
        use_effect_with(is_begun, move |is_begun| {
            if *is_begun {
                focus(&field);
            }
        });
    }
    let one = &props.one;
    let hidden = one.hidden.is_none();
    let values = [("name", one.name.as_str().into())];
    let (begin, question, detail) = if hidden {
        (Key("case-hide-begin"), Key("case-hide-question"), Key("case-hide-detail"))
    } else {
        (Key("case-hide-end"), Key("case-hide-end-question"), Key("case-hide-end-detail"))
    };
    let on_begin = {
        let set = ground.setter();
        Callback::from(move |_: MouseEvent| set.set(Some(String::new())))
    };
    let oninput = {
        let (set, failed) = (ground.setter(), failed.setter());
        Callback::from(move |event: InputEvent| {
            failed.set(None);
            set.set(event.target_dyn_into::<HtmlTextAreaElement>().map(|field| field.value()));
        })
    };
    let written = ground.as_deref().unwrap_or_default().trim().to_owned();
    let is_empty = use_state_eq(|| false);
    let on_submit = {
        let (asking, is_empty, field) = (asking.setter(), is_empty.setter(), field.clone());
        let nothing = written.is_empty();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            is_empty.set(nothing);
            if nothing {
                focus(&field);
            } else {
                asking.set(true);
            }
        })
    };
    let on_no = {
        let asking = asking.setter();
        Callback::from(move |()| asking.set(false))
    };
    let on_yes = {
        let call = HideStaff { case: props.case.clone(), person: one.person.clone(), ground: written, hidden };
        let (asking, ground, failed) = (asking.setter(), ground.setter(), failed.setter());
        Callback::from(move |()| {
            let (tell, ground, failed) = (tell.clone(), ground.clone(), failed.clone());
            asking.set(false);
            shell::send(call.clone(), move |stored| match stored {
                Ok(()) => {
                    ground.set(None);
                    tell.emit(Notice::Done(Key("case-hide-stored")));
                }
                Err(failure) => failed.set(Some(failure)),
            });
        })
    };
    let id = format!("hide-ground-{}", one.person);
    html! {
        <div class="staff-names">
            <h3><bdi>{ &one.name }</bdi></h3>
            if let Some(now) = &one.hidden {
                <p>{ words.say("case-hide-now") }{ " " }<bdi lang="sv">{ &now.ground }</bdi></p>
                <p class="hint">{ words.say_with("case-hide-by", &[("who", now.by.as_str().into()),
                    ("day", moment::say(&words, now.at, Form::Date).as_str().into())]) }</p>
            }
            if *asking {
                <Confirm id="hide-confirm" question={words.say_with(question, &values)} detail={words.say_with(detail, &values)}
                    yes={words.say(begin)} {on_yes} {on_no} />
            } else if let Some(text) = &*ground {
                <form onsubmit={on_submit} novalidate=true>
                    if let Some(failure) = &*failed { <p class="fault" role="alert">{ failure::say(&words, failure) }</p> }
                    if *is_empty { <p class="fault" role="alert" id={format!("{id}-fault")}>{ words.say("case-hide-ground-missing") }</p> }
                    <div class="field">
                        <label for={id.clone()}>{ words.say("case-hide-ground") }</label>
                        <textarea id={id.clone()} ref={field} rows="2" maxlength="300" value={text.clone()} {oninput}
                            aria-invalid={is_empty.then_some("true")} />
                    </div>
                    <button type="submit" class="primary">{ words.say("case-mask-next") }</button>
                </form>
            } else {
                <button type="button" class="hide-staff" aria-label={words.say_with("case-hide-which", &values)} onclick={on_begin}>
                    { words.say(begin) }
                </button>
            }
        </div>
    }
}
