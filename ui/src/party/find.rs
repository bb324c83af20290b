//! Finding somebody by their whole personal number. Each search is noted at the service, so it is asked for, never
//! done while somebody writes.

use crate::failure;
use crate::kit::focus;
use crate::locale::use_words;
use crate::shell;
use bridge::party::{FindPerson, FoundView};
use bridge::{Failure, FailureCode};
use yew::prelude::*;

/// Props of [`Find`].
#[derive(Properties, PartialEq)]
pub(super) struct FindProps {
    pub(super) case: AttrValue,
    /// What the field and its words are told apart by.
    pub(super) id: AttrValue,
    pub(super) on_found: Callback<FoundView>,
}

/// The field and the button.
#[component]
pub(super) fn Find(props: &FindProps) -> Html {
    let words = use_words();
    let number = use_state_eq(String::new);
    let busy = use_state_eq(|| false);
    let failed = use_state_eq(|| None::<Failure>);
    let field = use_node_ref();
    let oninput = {
        let (number, failed) = (number.setter(), failed.setter());
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                number.set(field.value());
                failed.set(None);
            }
        })
    };
    let search = {
        let call = FindPerson { case: props.case.to_string(), number: (*number).clone() };
        let (busy, failed, field, on_found) = (busy.setter(), failed.setter(), field.clone(), props.on_found.clone());
        Callback::from(move |()| {
            busy.set(true);
            let (busy, failed, field, on_found) = (busy.clone(), failed.clone(), field.clone(), on_found.clone());
            shell::send(call.clone(), move |answer| {
                busy.set(false);
                match answer {
                    Ok(found) => on_found.emit(found),
                    Err(failure) => {
                        failed.set(Some(failure));
                        focus(&field);
                    }
                }
            });
        })
    };
    // It may stand within another form, so Enter is taken here.
    let onkeydown = {
        let search = search.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" {
                event.prevent_default();
                search.emit(());
            }
        })
    };
    let fault = failed.as_ref().map(|failure| match failure.code {
        FailureCode::Access => words.say("party-not-found"),
        FailureCode::Invalid => words.say("party-number-wrong"),
        _ => failure::say(&words, failure),
    });
    let (hint_id, fault_id) = (format!("{}-hint", props.id), format!("{}-fault", props.id));
    let described = if fault.is_some() { format!("{fault_id} {hint_id}") } else { hint_id.clone() };
    html! {
        <div class="field find">
            <label for={props.id.clone()}>{ words.say("party-number") }</label>
            <p class="hint" id={hint_id}>{ words.say("party-number-hint") }</p>
            if let Some(fault) = &fault { <p class="fault" id={fault_id} role="alert">{ fault }</p> }
            <input id={props.id.clone()} ref={field} type="text" inputmode="numeric" dir="ltr" autocomplete="off"
                value={(*number).clone()} {oninput} {onkeydown} aria-invalid={fault.is_some().then_some("true")}
                aria-describedby={described} />
            <button type="button" class="search" disabled={*busy} onclick={search.reform(|_: MouseEvent| ())}>
                { words.say("party-find") }
            </button>
        </div>
    }
}
