//! The list, what is on its way, and the way to somebody new.

use crate::call::use_call;
use crate::kit::{Icon, Refused, Sign, awaited, focus};
use crate::locale::{Key, Words, use_words};
use crate::party::add::AddPerson;
use crate::party::draft::Deed;
use crate::party::row::Row;
use crate::party::sort_key;
use bridge::party::{ApartView, ChangeView, ListParties, PartiesView};
use yew::prelude::*;

/// Props of [`People`].
#[derive(Properties, PartialEq)]
pub(crate) struct PeopleProps {
    pub(crate) case: AttrValue,
}

/// What is being changed: one thing at a time.
#[derive(Clone, Debug, PartialEq)]
enum Chosen {
    Nothing,
    Somebody { person: String, deed: Deed },
    New,
}

/// The part of the case.
#[component]
pub(crate) fn People(props: &PeopleProps) -> Html {
    let words = use_words();
    let answer = use_call(ListParties { case: props.case.to_string() });
    let chosen = use_state_eq(|| Chosen::Nothing);
    let add = use_node_ref();
    let was_new = use_mut_ref(|| false);
    {
        let add = add.clone();
        use_effect_with(*chosen == Chosen::New, move |is_new| {
            if was_new.replace(*is_new) && !*is_new {
                focus(&add);
            }
        });
    }
    html! {
        <section id="people" aria-labelledby="people-heading">
            <h2 id="people-heading">{ words.say("party-title") }</h2>
            <p class="hint">{ words.say("party-lead") }</p>
            { awaited(&answer, |view| show(&words, &props.case, view, &chosen, &add)) }
        </section>
    }
}

fn show(
    words: &Words,
    case: &AttrValue,
    view: &PartiesView,
    chosen: &UseStateHandle<Chosen>,
    button: &NodeRef,
) -> Html {
    let concerned: AttrValue =
        view.people.iter().find(|one| one.concerned).map(|one| one.name.clone()).unwrap_or_default().into();
    let add = {
        let set = chosen.setter();
        Callback::from(move |_: MouseEvent| set.set(Chosen::New))
    };
    let on_close = {
        let set = chosen.setter();
        Callback::from(move |()| set.set(Chosen::Nothing))
    };
    html! {
        <>
            if !view.changes.is_empty() {
                <ul role="list" class="person-changes">{ for view.changes.iter().map(|change| show_change(words, change)) }</ul>
            }
            <ul role="list" class="people">
                { for view.people.iter().map(|one| {
                    let deed = match &**chosen {
                        Chosen::Somebody { person, deed } if *person == one.person => Some(deed.clone()),
                        _ => None,
                    };
                    let (set, person) = (chosen.setter(), one.person.clone());
                    let on_choose = Callback::from(move |deed: Option<Deed>| {
                        set.set(deed.map_or(Chosen::Nothing, |deed| Chosen::Somebody { person: person.clone(), deed }));
                    });
                    html! {
                        <Row key={one.person.clone()} case={case.clone()} one={one.clone()} concerned={concerned.clone()}
                            others={others(view, &one.person)} is_mine={view.is_mine} leads={view.leads} {deed} {on_choose} />
                    }
                }) }
            </ul>
            if **chosen == Chosen::New {
                <AddPerson case={case.clone()} {concerned} {on_close} />
            } else {
                <button type="button" id="person-add" ref={button.clone()} onclick={add}>{ words.say("party-add") }</button>
            }
        </>
    }
}

/// Everybody from whom somebody is not kept apart yet.
fn others(view: &PartiesView, person: &str) -> Vec<ApartView> {
    let is_apart = |one: &&bridge::party::PartyView| one.apart.iter().any(|other| other.person == person);
    let others = view.people.iter().filter(|one| one.person != person && !one.newer).filter(|one| !is_apart(one));
    others.map(|one| ApartView { person: one.person.clone(), name: one.name.clone() }).collect()
}

fn show_change(words: &Words, change: &ChangeView) -> Html {
    let name = change.name.clone().map_or_else(|| words.say("party-somebody"), AttrValue::from);
    html! {
        <li key={change.mid.clone()} class="card person-change">
            <p><strong>{ words.say(sort_key(change.sort)) }</strong>{ ": " }<bdi>{ name }</bdi></p>
            if let Some(refused) = &change.refused {
                <Refused said={Key("party-refused")} refused={refused.clone()} />
            } else {
                <p class="tag"><Icon sign={Sign::Clock} />{ words.say("party-waiting") }</p>
            }
        </li>
    }
}
