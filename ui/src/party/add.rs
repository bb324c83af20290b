//! Recording what somebody is to the one whom the case concerns. It opens nothing, and the form says so.

use crate::failure;
use crate::kit::focus;
use crate::locale::{Key, Words, use_words};
use crate::notice::{Notice, use_tell};
use crate::party::find::Find;
use crate::party::relate::{Draft, Edit, Fault, KINDS, SOURCES, usual_source};
use crate::relation::{kind_key, source_key};
use crate::shell;
use bridge::party::{ChangeParty, FoundView};
use bridge::relation::{RelationKind, Source};
use yew::prelude::*;

/// Props of [`AddPerson`].
#[derive(Properties, PartialEq)]
pub(super) struct AddProps {
    pub(super) case: AttrValue,
    /// Whom the case concerns.
    pub(super) concerned: AttrValue,
    pub(super) on_close: Callback<()>,
}

/// First who it is, then as what.
#[component]
pub(super) fn AddPerson(props: &AddProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let draft = use_reducer_eq(Draft::default);
    let (heading, fault) = (use_node_ref(), use_node_ref());
    {
        let heading = heading.clone();
        use_effect_with(draft.found.is_some(), move |_| focus(&heading));
    }
    let on_found = {
        let dispatch = draft.dispatcher();
        Callback::from(move |found: FoundView| dispatch.dispatch(Edit::Found(found)))
    };
    let on_submit = {
        let (draft, fault, case) = (draft.clone(), fault.clone(), props.case.to_string());
        let on_close = props.on_close.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let change = match draft.checked() {
                Ok(Some(change)) if !draft.busy => change,
                Ok(_) => return,
                Err(wrong) => {
                    draft.dispatch(Edit::Refuse(wrong));
                    return focus(&fault);
                }
            };
            draft.dispatch(Edit::Hand);
            let (dispatch, tell, on_close) = (draft.dispatcher(), tell.clone(), on_close.clone());
            shell::send(ChangeParty { case: case.clone(), change }, move |stored| match stored {
                Ok(()) => {
                    tell.emit(Notice::Done(Key("party-saved")));
                    on_close.emit(());
                }
                Err(failure) => dispatch.dispatch(Edit::Refuse(Fault::Failed(failure))),
            });
        })
    };
    let cancel = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <form class="panel change" id="person-form" onsubmit={on_submit} novalidate=true>
            if let Some(found) = &draft.found {
                <h3 ref={heading} tabindex="-1"><bdi>{ &found.name }</bdi></h3>
                if let Some(wrong) = &draft.fault {
                    <p class="fault" id="person-fault" role="alert" tabindex="-1" ref={fault}>{ say_fault(&words, wrong) }</p>
                }
                <fieldset>
                    <legend>{ words.say_with("party-kind", &[("name", props.concerned.as_str().into())]) }</legend>
                    { for KINDS.into_iter().map(|kind| choose_kind(&words, &draft, kind)) }
                </fieldset>
                if draft.is_guardian() { { same_address(&words, &draft) } }
                <fieldset>
                    <legend>{ words.say("party-source") }</legend>
                    { for SOURCES.into_iter().map(|source| choose_source(&words, &draft, source)) }
                </fieldset>
                { last_day(&words, &draft) }
                <p class="hint">{ words.say("party-add-hint") }</p>
                <div class="actions">
                    <button type="submit" id="person-save" class="primary" disabled={draft.busy}>{ words.say("party-add-save") }</button>
                    <button type="button" onclick={cancel}>{ words.say("kit-cancel") }</button>
                </div>
            } else {
                <h3 ref={heading} tabindex="-1">{ words.say("party-add") }</h3>
                <Find case={props.case.clone()} id="person-number" {on_found} />
                <button type="button" onclick={cancel}>{ words.say("kit-cancel") }</button>
            }
        </form>
    }
}

fn choose_kind(words: &Words, draft: &UseReducerHandle<Draft>, kind: RelationKind) -> Html {
    let dispatch = draft.dispatcher();
    html! {
        <label class="choice">
            <input type="radio" name="kind" checked={draft.kind == Some(kind)}
                onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::Kind(kind)))} />
            <span>{ words.say(kind_key(kind)) }</span>
        </label>
    }
}

fn choose_source(words: &Words, draft: &UseReducerHandle<Draft>, source: Source) -> Html {
    let dispatch = draft.dispatcher();
    let chosen = draft.source.or(draft.kind.map(usual_source));
    html! {
        <label class="choice">
            <input type="radio" name="source" checked={chosen == Some(source)}
                onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::Source(source)))} />
            <span>{ words.say(source_key(source)) }</span>
        </label>
    }
}

fn same_address(words: &Words, draft: &UseReducerHandle<Draft>) -> Html {
    let dispatch = draft.dispatcher();
    html! {
        <div>
            <label class="choice">
                <input type="checkbox" checked={draft.same_address} aria-describedby="person-address-hint"
                    onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::SameAddress))} />
                <span>{ words.say("party-same-address") }</span>
            </label>
            <p class="hint" id="person-address-hint">{ words.say("party-same-address-hint") }</p>
        </div>
    }
}

fn last_day(words: &Words, draft: &UseReducerHandle<Draft>) -> Html {
    let dispatch = draft.dispatcher();
    let oninput = Callback::from(move |event: InputEvent| {
        if let Some(field) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
            dispatch.dispatch(Edit::LastDay(field.value()));
        }
    });
    let is_wrong = draft.fault == Some(Fault::Day);
    html! {
        <div class="field">
            <label for="person-last-day">{ words.say("party-last-day") }</label>
            <p class="hint" id="person-last-day-hint">{ words.say("party-last-day-hint") }</p>
            <input id="person-last-day" type="text" inputmode="numeric" dir="ltr" autocomplete="off"
                value={draft.last_day.clone()} {oninput} aria-invalid={is_wrong.then_some("true")}
                aria-describedby={if is_wrong { "person-fault person-last-day-hint" } else { "person-last-day-hint" }} />
        </div>
    }
}

fn say_fault(words: &Words, fault: &Fault) -> AttrValue {
    match fault {
        Fault::Kind => words.say("party-kind-missing"),
        Fault::Day => words.say("party-day-wrong"),
        Fault::Failed(failure) => failure::say(words, failure),
    }
}
