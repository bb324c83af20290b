//! Keeping something from somebody: what, from whom, by which law, and the question once more that says what follows.

use super::draft::{Draft, Edit, Fault};
use crate::call::use_call;
use crate::failure;
use crate::kit::{Confirm, Empty, awaited, focus};
use crate::locale::{Key, Words, use_words};
use crate::notice::{Notice, use_tell};
use crate::shell;
use bridge::mask::{ListMaskGrounds, MaskGroundView, MaskingView};
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`Form`].
#[derive(Properties, PartialEq)]
pub(super) struct FormProps {
    pub(super) case: String,
    pub(super) fact: String,
    pub(super) masking: Rc<MaskingView>,
}

/// The form.
#[component]
pub(super) fn Form(props: &FormProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let draft = use_reducer_eq(Draft::default);
    let fault = use_node_ref();
    let on_submit = {
        let (draft, case, fact, fault) = (draft.clone(), props.case.clone(), props.fact.clone(), fault.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match draft.checked(&case, &fact) {
                Ok(_) => draft.dispatch(Edit::Ask),
                Err(wrong) => {
                    draft.dispatch(Edit::Refuse(wrong));
                    focus(&fault);
                }
            }
        })
    };
    let on_yes = {
        let (draft, case, fact) = (draft.clone(), props.case.clone(), props.fact.clone());
        Callback::from(move |()| {
            let Ok(call) = draft.checked(&case, &fact) else { return draft.dispatch(Edit::Back) };
            if draft.busy {
                return;
            }
            draft.dispatch(Edit::Hand);
            let (dispatch, tell) = (draft.dispatcher(), tell.clone());
            shell::send(call, move |stored| match stored {
                Ok(()) => {
                    dispatch.dispatch(Edit::Stored);
                    tell.emit(Notice::Done(Key("case-mask-stored")));
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
        let names = names(&props.masking, &draft);
        let values = [("names", names.as_str().into())];
        let detail = if draft.in_part { Key("case-mask-detail-part") } else { Key("case-mask-detail-whole") };
        return html! {
            <Confirm id="mask-confirm" question={words.say_with("case-mask-question", &values)}
                detail={words.say_with(detail, &values)} yes={words.say("case-mask-yes")} {on_yes} {on_no} />
        };
    }
    if props.masking.people.is_empty() {
        return html! { <Empty text={words.say("case-mask-nobody")} /> };
    }
    html! {
        <form class="decision" onsubmit={on_submit} novalidate=true>
            <p class="fault" role="alert" tabindex="-1" ref={fault} hidden={draft.fault.is_none()}>
                { draft.fault.as_ref().map(|wrong| say_fault(&words, wrong)) }
            </p>
            <fieldset>
                <legend>{ words.say("case-mask-what") }</legend>
                { choose_part(&words, &draft, false) }
                { choose_part(&words, &draft, true) }
            </fieldset>
            if draft.in_part {
                <fieldset>
                    <legend>{ words.say("case-mask-passages") }</legend>
                    { for props.masking.passages.iter().enumerate().map(|(at, text)| choose_passage(&draft, at, text)) }
                </fieldset>
            }
            <fieldset>
                <legend>{ words.say("case-mask-whom") }</legend>
                { for props.masking.people.iter().map(|one| {
                    let (dispatch, person) = (draft.dispatcher(), one.person.clone());
                    html! {
                        <label class="choice" key={one.person.clone()}>
                            <input type="checkbox" checked={draft.people.contains(&one.person)}
                                onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::Person(person.clone())))} />
                            <span><bdi>{ &one.name }</bdi></span>
                        </label>
                    }
                }) }
            </fieldset>
            if draft.in_part { <Grounds draft={draft.clone()} /> }
            <button type="submit" class="primary mask-next">{ words.say("case-mask-next") }</button>
        </form>
    }
}

fn names(masking: &MaskingView, draft: &Draft) -> String {
    let chosen = masking.people.iter().filter(|one| draft.people.contains(&one.person));
    chosen.map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn choose_part(words: &Words, draft: &UseReducerHandle<Draft>, in_part: bool) -> Html {
    let dispatch = draft.dispatcher();
    let (value, key) = if in_part { ("part", Key("case-mask-part")) } else { ("whole", Key("case-mask-whole")) };
    html! {
        <label class="choice">
            <input type="radio" name="mask-what" {value} checked={draft.in_part == in_part}
                onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::InPart(in_part)))} />
            <span>{ words.say(key) }</span>
        </label>
    }
}

fn choose_passage(draft: &UseReducerHandle<Draft>, at: usize, text: &str) -> Html {
    let (dispatch, passage) = (draft.dispatcher(), u32::try_from(at).unwrap_or(u32::MAX));
    html! {
        <label class="choice" key={at}>
            <input type="checkbox" checked={draft.passages.contains(&passage)}
                onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::Passage(passage)))} />
            <span lang="sv"><bdi>{ text.to_owned() }</bdi></span>
        </label>
    }
}

#[derive(Properties, PartialEq)]
struct GroundsProps {
    draft: UseReducerHandle<Draft>,
}

/// The legal grounds, as the installation has them.
#[component]
fn Grounds(props: &GroundsProps) -> Html {
    let words = use_words();
    let answer = use_call(ListMaskGrounds {});
    html! {
        <fieldset>
            <legend>{ words.say("case-mask-ground") }</legend>
            { awaited(&answer, |grounds| html! { { for grounds.iter().map(|one| choose_ground(&props.draft, one)) } }) }
        </fieldset>
    }
}

fn choose_ground(draft: &UseReducerHandle<Draft>, one: &MaskGroundView) -> Html {
    let (dispatch, law) = (draft.dispatcher(), one.law.clone());
    html! {
        <label class="choice" key={one.law.clone()}>
            <input type="radio" name="mask-ground" value={one.law.clone()} checked={draft.ground.as_ref() == Some(&one.law)}
                onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::Ground(law.clone())))} />
            <span lang="sv">{ &one.about }{ " (" }<bdi>{ &one.law }</bdi>{ ")" }</span>
        </label>
    }
}

fn say_fault(words: &Words, fault: &Fault) -> AttrValue {
    match fault {
        Fault::Passages => words.say("case-mask-passages-missing"),
        Fault::People => words.say("case-mask-whom-missing"),
        Fault::Ground => words.say("case-mask-ground-missing"),
        Fault::Failed(failure) => failure::say(words, failure),
    }
}
