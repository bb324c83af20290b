//! One change of somebody who is in the list: why, for how long, and then the question once more, with what follows.

use crate::failure;
use crate::kit::{Confirm, focus};
use crate::locale::{Key, Words, use_words};
use crate::notice::{Notice, use_tell};
use crate::party::draft::{Deed, Draft, Edit, Fault, MONTHS};
use crate::party::find::Find;
use crate::party::relate::SOURCES;
use crate::party::sort_key;
use crate::relation::source_key;
use crate::shell;
use bridge::party::{ApartView, ChangeParty, FoundView, PartyView, Standing};
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// Props of [`ChangeForm`].
#[derive(Properties, PartialEq)]
pub(super) struct FormProps {
    pub(super) case: AttrValue,
    pub(super) one: PartyView,
    pub(super) deed: Deed,
    /// Whom the case concerns.
    pub(super) concerned: AttrValue,
    /// Everybody else in the list.
    pub(super) others: Vec<ApartView>,
    pub(super) on_close: Callback<()>,
}

/// The form, and then the question.
#[component]
pub(super) fn ChangeForm(props: &FormProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let draft = {
        let deed = props.deed.clone();
        use_reducer_eq(move || Draft::of(&deed))
    };
    let (heading, fault) = (use_node_ref(), use_node_ref());
    {
        let heading = heading.clone();
        use_effect_with((), move |()| focus(&heading));
    }
    let save = {
        let (draft, case, tell) = (draft.clone(), props.case.to_string(), tell);
        let (deed, person, on_close) = (props.deed.clone(), props.one.person.clone(), props.on_close.clone());
        Callback::from(move |()| {
            let change = match draft.checked(&deed, &person) {
                Ok(change) if !draft.busy => change,
                Ok(_) => return,
                Err(wrong) => return draft.dispatch(Edit::Refuse(wrong)),
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
    if draft.asking {
        let on_no = {
            let (dispatch, deed, on_close) = (draft.dispatcher(), props.deed.clone(), props.on_close.clone());
            Callback::from(move |()| {
                // What had nothing to fill in has no fields to go back to.
                if deed.has_ground() { dispatch.dispatch(Edit::Back) } else { on_close.emit(()) }
            })
        };
        let (question, detail) = ask(&words, props, &draft);
        return html! {
            <Confirm id="party-confirm" {question} {detail} yes={words.say(sort_key(props.deed.sort()))} on_yes={save} {on_no} />
        };
    }
    let on_submit = {
        let (draft, fault, save) = (draft.clone(), fault.clone(), save);
        let (deed, person) = (props.deed.clone(), props.one.person.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match draft.checked(&deed, &person) {
                Ok(_) if matches!(deed, Deed::Check { .. }) => save.emit(()),
                Ok(_) => draft.dispatch(Edit::Ask),
                Err(wrong) => {
                    draft.dispatch(Edit::Refuse(wrong));
                    focus(&fault);
                }
            }
        })
    };
    let cancel = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <form class="panel change" onsubmit={on_submit} novalidate=true>
            <h4 ref={heading} tabindex="-1">{ words.say(sort_key(props.deed.sort())) }</h4>
            if let Some(wrong) = &draft.fault {
                <p class="fault" id="party-fault" role="alert" tabindex="-1" ref={fault}>{ say_fault(&words, wrong) }</p>
            }
            if matches!(props.deed, Deed::KeepApart) { { choose_other(&words, props, &draft) } }
            if matches!(props.deed, Deed::Check { .. }) { { choose_source(&words, &draft) } }
            if props.deed.has_ground() { { write_ground(&words, &draft) } }
            if matches!(props.deed, Deed::LetIn) { { choose_months(&words, &draft) } }
            <div class="actions">
                <button type="submit" id="party-next" class="primary" disabled={draft.busy}>
                    { words.say(if matches!(props.deed, Deed::Check { .. }) { Key("party-check-save") } else { Key("party-next") }) }
                </button>
                <button type="button" onclick={cancel}>{ words.say("kit-cancel") }</button>
            </div>
        </form>
    }
}

fn write_ground(words: &Words, draft: &UseReducerHandle<Draft>) -> Html {
    let dispatch = draft.dispatcher();
    let oninput = Callback::from(move |event: InputEvent| {
        if let Some(field) = event.target_dyn_into::<HtmlTextAreaElement>() {
            dispatch.dispatch(Edit::Ground(field.value()));
        }
    });
    let is_wrong = draft.fault == Some(Fault::Ground);
    html! {
        <div class="field">
            <label for="party-ground">{ words.say("party-ground") }</label>
            <p class="hint" id="party-ground-hint">{ words.say("party-ground-hint") }</p>
            <textarea id="party-ground" rows="2" value={draft.ground.clone()} {oninput}
                aria-invalid={is_wrong.then_some("true")}
                aria-describedby={if is_wrong { "party-fault party-ground-hint" } else { "party-ground-hint" }} />
        </div>
    }
}

fn choose_months(words: &Words, draft: &UseReducerHandle<Draft>) -> Html {
    html! {
        <fieldset>
            <legend>{ words.say("party-review") }</legend>
            { for MONTHS.into_iter().map(|count| {
                let dispatch = draft.dispatcher();
                html! {
                    <label class="choice">
                        <input type="radio" name="months" checked={draft.months == count}
                            onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::Months(count)))} />
                        <span>{ words.say_with("party-review-in", &[("count", count.into())]) }</span>
                    </label>
                }
            }) }
        </fieldset>
    }
}

fn choose_source(words: &Words, draft: &UseReducerHandle<Draft>) -> Html {
    html! {
        <fieldset>
            <legend>{ words.say("party-source") }</legend>
            { for SOURCES.into_iter().map(|source| {
                let dispatch = draft.dispatcher();
                html! {
                    <label class="choice">
                        <input type="radio" name="source" checked={draft.source == source}
                            onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::Source(source)))} />
                        <span>{ words.say(source_key(source)) }</span>
                    </label>
                }
            }) }
        </fieldset>
    }
}

/// Somebody of the list, or somebody who is found by their number.
fn choose_other(words: &Words, props: &FormProps, draft: &UseReducerHandle<Draft>) -> Html {
    let found = draft.other.iter().filter(|other| !props.others.contains(other));
    let on_found = {
        let dispatch = draft.dispatcher();
        Callback::from(move |FoundView { person, name }: FoundView| {
            dispatch.dispatch(Edit::Other(ApartView { person, name }));
        })
    };
    html! {
        <>
            <fieldset>
                <legend>{ words.say_with("party-other", &[("name", props.one.name.as_str().into())]) }</legend>
                { for props.others.iter().chain(found).cloned().map(|other| {
                    let (dispatch, name) = (draft.dispatcher(), other.name.clone());
                    html! {
                        <label class="choice" key={other.person.clone()}>
                            <input type="radio" name="other" checked={draft.other.as_ref() == Some(&other)}
                                onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::Other(other.clone())))} />
                            <span><bdi>{ name }</bdi></span>
                        </label>
                    }
                }) }
            </fieldset>
            <Find case={props.case.clone()} id="party-other-number" {on_found} />
        </>
    }
}

/// What is asked, and what will follow.
fn ask(words: &Words, props: &FormProps, draft: &Draft) -> (AttrValue, AttrValue) {
    let name = props.one.name.as_str();
    let other = match &props.deed {
        Deed::EndApart { other } => Some(other),
        _ => draft.other.as_ref(),
    };
    let other = other.map(|other| other.name.as_str()).unwrap_or_default();
    let months = words.say_with("relation-months", &[("count", draft.months.into())]);
    let values = [
        ("name", name.into()),
        ("other", other.into()),
        ("concerned", props.concerned.as_str().into()),
        ("months", months.as_str().into()),
    ];
    let (question, detail) = match &props.deed {
        Deed::LetIn => (Key("party-let-in-question"), let_in_key(&props.one)),
        Deed::ShutOut => (Key("party-shut-out-question"), Key("party-shut-out-detail")),
        Deed::EndRelation { .. } if props.one.standing == Standing::Staff => {
            (Key("party-end-relation-question"), Key("party-end-relation-staff"))
        }
        Deed::EndRelation { .. } => (Key("party-end-relation-question"), Key("party-end-relation-detail")),
        Deed::KeepApart => (Key("party-keep-apart-question"), Key("party-keep-apart-detail")),
        Deed::EndApart { .. } => (Key("party-end-apart-question"), Key("party-end-apart-detail")),
        Deed::Protect => (Key("party-protect-question"), Key("party-protect-detail")),
        Deed::EndProtection => (Key("party-end-protection-question"), Key("party-end-protection-detail")),
        Deed::Check { .. } => (Key("party-check"), Key("party-check-save")),
    };
    (words.say_with(question, &values), words.say_with(detail, &values))
}

/// What somebody who is let in will be able to do.
fn let_in_key(one: &PartyView) -> Key {
    let matters = match &one.standing {
        Standing::Open { matters, .. } | Standing::Eligible { matters } => matters.as_slice(),
        _ => &[],
    };
    match () {
        () if one.concerned => Key("party-let-in-own"),
        () if one.guarded => Key("party-let-in-guarded"),
        () if !matters.is_empty() => Key("party-let-in-part"),
        () => Key("party-let-in-detail"),
    }
}

fn say_fault(words: &Words, fault: &Fault) -> AttrValue {
    match fault {
        Fault::Ground => words.say("party-ground-wrong"),
        Fault::Other => words.say("party-other-missing"),
        Fault::Failed(failure) => failure::say(words, failure),
    }
}
