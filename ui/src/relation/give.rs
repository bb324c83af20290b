//! Giving a power of attorney: three things to fill in, and the answers once more before it is given.

use crate::failure;
use crate::kit::{Confirm, focus};
use crate::locale::{Key, Words, use_words};
use crate::notice::{Notice, use_tell};
use crate::relation::draft::{Draft, Edit, Fault, MONTHS};
use crate::relation::{ALL, matter_key};
use crate::shell;
use bridge::relation::Matter;
use yew::prelude::*;

/// The form.
#[component]
pub(super) fn Give() -> Html {
    let words = use_words();
    let tell = use_tell();
    let draft = use_reducer_eq(Draft::default);
    let (code, fault) = (use_node_ref(), use_node_ref());
    let on_submit = {
        let (draft, code, fault) = (draft.clone(), code.clone(), fault.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match draft.checked() {
                Ok(_) => draft.dispatch(Edit::Ask),
                Err(wrong) => {
                    focus(if wrong == Fault::Code { &code } else { &fault });
                    draft.dispatch(Edit::Refuse(wrong));
                }
            }
        })
    };
    let on_yes = {
        let draft = draft.clone();
        Callback::from(move |()| {
            let Ok(call) = draft.checked() else { return draft.dispatch(Edit::Back) };
            if draft.busy {
                return;
            }
            draft.dispatch(Edit::Hand);
            let (dispatch, tell) = (draft.dispatcher(), tell.clone());
            shell::send(call, move |stored| match stored {
                Ok(()) => {
                    dispatch.dispatch(Edit::Stored);
                    tell.emit(Notice::Done(Key("relation-given")));
                }
                Err(failure) => dispatch.dispatch(Edit::Refuse(Fault::Failed(failure))),
            });
        })
    };
    let on_no = {
        let dispatch = draft.dispatcher();
        Callback::from(move |()| dispatch.dispatch(Edit::Back))
    };
    if draft.asking {
        let detail =
            words.say_with("relation-give-detail", &[("months", months(&words, draft.months).as_str().into())]);
        return html! {
            <Confirm id="give-confirm" question={words.say("relation-give-question")} {detail}
                yes={words.say("relation-give-yes")} loses=false {on_yes} {on_no} />
        };
    }
    let on_code = {
        let dispatch = draft.dispatcher();
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                dispatch.dispatch(Edit::Code(field.value()));
            }
        })
    };
    let is_wrong = draft.fault == Some(Fault::Code);
    html! {
        <form class="give" onsubmit={on_submit} novalidate=true>
            if let Some(wrong) = &draft.fault {
                <p class="fault" id="give-fault" role="alert" tabindex="-1" ref={fault}>{ say_fault(&words, wrong) }</p>
            }
            <div class="field">
                <label for="give-code">{ words.say("relation-code") }</label>
                <p class="hint" id="give-code-hint">{ words.say("relation-code-hint") }</p>
                <input id="give-code" ref={code} class="invitation" type="text" dir="ltr" autocomplete="off"
                    autocapitalize="characters" spellcheck="false" value={draft.code.clone()} oninput={on_code}
                    aria-invalid={is_wrong.then_some("true")}
                    aria-describedby={if is_wrong { "give-fault give-code-hint" } else { "give-code-hint" }} />
            </div>
            <fieldset>
                <legend>{ words.say("relation-matters") }</legend>
                { for ALL.into_iter().map(|matter| choose_matter(&words, &draft, matter)) }
            </fieldset>
            <fieldset>
                <legend>{ words.say("relation-how-long") }</legend>
                { for MONTHS.into_iter().map(|count| choose_months(&words, &draft, count)) }
            </fieldset>
            <button type="submit" id="give-next" class="primary">{ words.say("relation-give-next") }</button>
        </form>
    }
}

fn choose_matter(words: &Words, draft: &UseReducerHandle<Draft>, matter: Matter) -> Html {
    let dispatch = draft.dispatcher();
    html! {
        <label class="choice">
            <input type="checkbox" checked={draft.matters.contains(&matter)}
                onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::Toggle(matter)))} />
            <span>{ words.say(matter_key(matter)) }</span>
        </label>
    }
}

fn choose_months(words: &Words, draft: &UseReducerHandle<Draft>, count: u8) -> Html {
    let dispatch = draft.dispatcher();
    html! {
        <label class="choice">
            <input type="radio" name="months" value={count.to_string()} checked={draft.months == count}
                onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::Months(count)))} />
            <span>{ months(words, count) }</span>
        </label>
    }
}

fn months(words: &Words, count: u8) -> AttrValue {
    words.say_with("relation-months", &[("count", count.into())])
}

fn say_fault(words: &Words, fault: &Fault) -> AttrValue {
    match fault {
        Fault::Code => words.say("relation-code-wrong"),
        Fault::Matters => words.say("relation-matters-missing"),
        Fault::Failed(failure) => failure::say(words, failure),
    }
}
