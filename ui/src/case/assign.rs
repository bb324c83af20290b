//! Giving a case to another caseworker: to whom, why, and the question once more before it goes.

use crate::call::use_call;
use crate::failure;
use crate::kit::{Confirm, Empty, awaited, focus};
use crate::locale::{Key, Words, use_words};
use crate::notice::{Notice, use_tell};
use crate::shell;
use bridge::Failure;
use bridge::case::{AssignCase, AssignableView, ListAssignable};
use std::rc::Rc;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq)]
enum Fault {
    Person,
    Ground,
    Failed(Failure),
}

/// A case being given away.
#[derive(Clone, Debug, Default, PartialEq)]
struct Draft {
    person: Option<AssignableView>,
    ground: String,
    /// Whether it is asked about once more.
    asking: bool,
    busy: bool,
    fault: Option<Fault>,
}

enum Edit {
    Person(AssignableView),
    Ground(String),
    Ask,
    Back,
    Hand,
    Refuse(Fault),
}

impl Draft {
    /// The call, if nothing is wrong.
    fn checked(&self, case: &str) -> Result<AssignCase, Fault> {
        let person = self.person.as_ref().ok_or(Fault::Person)?.person.clone();
        let ground = self.ground.trim();
        if ground.is_empty() {
            return Err(Fault::Ground);
        }
        Ok(AssignCase { case: case.to_owned(), person, ground: ground.to_owned() })
    }
}

impl Reducible for Draft {
    type Action = Edit;

    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        let mut draft = (*self).clone();
        match edit {
            Edit::Person(person) => (draft.person, draft.fault) = (Some(person), None),
            Edit::Ground(ground) => (draft.ground, draft.fault) = (ground, None),
            Edit::Ask => (draft.asking, draft.fault) = (true, None),
            Edit::Back => draft.asking = false,
            Edit::Hand => draft.busy = true,
            Edit::Refuse(fault) => (draft.asking, draft.busy, draft.fault) = (false, false, Some(fault)),
        }
        Rc::new(draft)
    }
}

/// Props of [`Assign`].
#[derive(Properties, PartialEq)]
pub(super) struct AssignProps {
    pub(super) case: String,
}

/// The way to it, folded away, as it is seldom needed.
#[component]
pub(super) fn Assign(props: &AssignProps) -> Html {
    let words = use_words();
    let open = use_state_eq(|| false);
    let toggle = {
        let (set, is_open) = (open.setter(), *open);
        Callback::from(move |_: MouseEvent| set.set(!is_open))
    };
    let on_done = {
        let set = open.setter();
        Callback::from(move |()| set.set(false))
    };
    html! {
        <section class="assign" aria-label={words.say("case-assign")}>
            <button type="button" id="assign" aria-expanded={open.to_string()} onclick={toggle}>{ words.say("case-assign") }</button>
            if *open { <AssignForm case={props.case.clone()} {on_done} /> }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct FormProps {
    case: String,
    on_done: Callback<()>,
}

#[component]
fn AssignForm(props: &FormProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let answer = use_call(ListAssignable { case: props.case.clone() });
    let draft = use_reducer_eq(Draft::default);
    let fault = use_node_ref();
    let on_submit = {
        let (draft, case, fault) = (draft.clone(), props.case.clone(), fault.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match draft.checked(&case) {
                Ok(_) => draft.dispatch(Edit::Ask),
                Err(wrong) => {
                    draft.dispatch(Edit::Refuse(wrong));
                    focus(&fault);
                }
            }
        })
    };
    let on_yes = {
        let (draft, case, done) = (draft.clone(), props.case.clone(), props.on_done.clone());
        Callback::from(move |()| {
            let Ok(call) = draft.checked(&case) else { return draft.dispatch(Edit::Back) };
            if draft.busy {
                return;
            }
            draft.dispatch(Edit::Hand);
            let (dispatch, tell, done) = (draft.dispatcher(), tell.clone(), done.clone());
            shell::send(call, move |stored| match stored {
                Ok(()) => {
                    tell.emit(Notice::Done(Key("case-assign-stored")));
                    done.emit(());
                }
                Err(failure) => dispatch.dispatch(Edit::Refuse(Fault::Failed(failure))),
            });
        })
    };
    let on_no = {
        let dispatch = draft.dispatcher();
        Callback::from(move |()| dispatch.dispatch(Edit::Back))
    };
    if let Some(person) = draft.person.as_ref().filter(|_| draft.asking) {
        let values = [("name", person.name.as_str().into())];
        return html! {
            <Confirm id="assign-confirm" question={words.say_with("case-assign-question", &values)}
                detail={words.say_with("case-assign-detail", &values)} yes={words.say("case-assign-yes")} {on_yes} {on_no} />
        };
    }
    let oninput = {
        let dispatch = draft.dispatcher();
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlTextAreaElement>() {
                dispatch.dispatch(Edit::Ground(field.value()));
            }
        })
    };
    awaited(&answer, |people| {
        if people.is_empty() {
            return html! { <Empty text={words.say("case-assign-nobody")} /> };
        }
        html! {
            <form class="panel" onsubmit={on_submit} novalidate=true>
                <p class="fault" id="assign-fault" role="alert" tabindex="-1" ref={fault} hidden={draft.fault.is_none()}>
                    { draft.fault.as_ref().map(|wrong| say_fault(&words, wrong)) }
                </p>
                <fieldset>
                    <legend>{ words.say("case-assign-whom") }</legend>
                    { for people.iter().map(|one| choose(&draft, one)) }
                </fieldset>
                <div class="field">
                    <label for="assign-ground">{ words.say("case-assign-ground") }</label>
                    <p class="hint" id="assign-ground-hint">{ words.say("case-assign-ground-hint") }</p>
                    <textarea id="assign-ground" rows="2" maxlength="300" aria-describedby="assign-ground-hint"
                        aria-invalid={(draft.fault == Some(Fault::Ground)).then_some("true")}
                        value={draft.ground.clone()} {oninput} />
                </div>
                <button type="submit" id="assign-next" class="primary">{ words.say("case-assign-next") }</button>
            </form>
        }
    })
}

fn choose(draft: &UseReducerHandle<Draft>, one: &AssignableView) -> Html {
    let (dispatch, person) = (draft.dispatcher(), one.clone());
    let is_chosen = draft.person.as_ref().is_some_and(|chosen| chosen.person == one.person);
    html! {
        <label class="choice" key={one.person.clone()}>
            <input type="radio" name="assignable" value={one.person.clone()} checked={is_chosen}
                onchange={Callback::from(move |_: Event| dispatch.dispatch(Edit::Person(person.clone())))} />
            <span><bdi>{ &one.name }</bdi>{ " · " }<bdi lang="sv">{ &one.title }{ ", " }{ &one.unit }</bdi></span>
        </label>
    }
}

fn say_fault(words: &Words, fault: &Fault) -> AttrValue {
    match fault {
        Fault::Person => words.say("case-assign-person-missing"),
        Fault::Ground => words.say("case-assign-ground-missing"),
        Fault::Failed(failure) => failure::say(words, failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samir() -> AssignableView {
        let text = |text: &str| text.to_owned();
        AssignableView {
            person: text("s2"),
            name: text("Samir Nouri"),
            title: text("Socialsekreterare"),
            unit: text("Barn"),
        }
    }

    #[test]
    fn only_with_somebody_and_a_ground_is_it_asked_about() {
        let draft = Rc::new(Draft::default());
        assert_eq!(draft.checked("c"), Err(Fault::Person));
        let draft = draft.reduce(Edit::Person(samir()));
        assert_eq!(draft.checked("c"), Err(Fault::Ground));
        assert_eq!(draft.clone().reduce(Edit::Ground("  ".into())).checked("c"), Err(Fault::Ground));
        let call = draft.reduce(Edit::Ground(" Sara slutar ".into())).checked("c").expect("is whole");
        assert_eq!((call.person.as_str(), call.ground.as_str()), ("s2", "Sara slutar"));
    }

    #[test]
    fn a_fault_leads_back_to_what_was_written() {
        let draft = Rc::new(Draft::default()).reduce(Edit::Person(samir())).reduce(Edit::Ground("Byte".into()));
        let draft = draft.reduce(Edit::Ask).reduce(Edit::Hand).reduce(Edit::Refuse(Fault::Ground));
        assert!(!draft.asking && !draft.busy && draft.ground == "Byte" && draft.fault.is_some());
        assert_eq!(draft.reduce(Edit::Ground("Nytt".into())).fault, None);
    }
}
