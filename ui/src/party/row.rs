//! Somebody around a case: what they are, whether they can read it, and what can be changed about that.

use crate::kit::{Icon, Newer, Sign, focus_quietly};
use crate::locale::{Key, Words, use_words};
use crate::moment::{self, Form};
use crate::party::draft::Deed;
use crate::party::form::ChangeForm;
use crate::party::sort_key;
use crate::relation::{kind_key, source_key};
use bridge::Millis;
use bridge::party::{ApartView, PartyRelationView, PartyView, Standing, When};
use yew::prelude::*;

/// Props of [`Row`].
#[derive(Properties, PartialEq)]
pub(super) struct RowProps {
    pub(super) case: AttrValue,
    pub(super) one: PartyView,
    /// Whom the case concerns.
    pub(super) concerned: AttrValue,
    /// Everybody else in the list.
    pub(super) others: Vec<ApartView>,
    /// Whether the case is the reader's own to answer for.
    pub(super) is_mine: bool,
    /// Whether the reader decides on protected identity.
    pub(super) leads: bool,
    /// What is being changed about them, if something is.
    pub(super) deed: Option<Deed>,
    pub(super) on_choose: Callback<Option<Deed>>,
}

/// The row.
#[component]
pub(super) fn Row(props: &RowProps) -> Html {
    let words = use_words();
    let heading = use_node_ref();
    let was_open = use_mut_ref(|| false);
    {
        let heading = heading.clone();
        // Where a form was, the focus goes back to whom it was about.
        use_effect_with(props.deed.is_some(), move |is_open| {
            if was_open.replace(*is_open) && !*is_open {
                focus_quietly(&heading);
            }
        });
    }
    let one = &props.one;
    if one.newer {
        return html! { <li class="card person"><Newer /></li> };
    }
    let (sign, standing) = say_standing(&words, one, &props.concerned);
    html! {
        <li class="card person" data-person={one.person.clone()}>
            <h3 ref={heading} tabindex="-1">
                <bdi>{ &one.name }</bdi>
                if one.concerned { { " " }<span class="tag accent">{ words.say("party-concerned") }</span> }
                if one.protected { { " " }<span class="tag bad"><Icon sign={Sign::Lock} />{ words.say("party-protected") }</span> }
            </h3>
            <p class="person-standing"><Icon {sign} /><span>{ standing }</span></p>
            if let Standing::Open { ground, .. } = &one.standing {
                <p class="hint">{ words.say("party-ground-given") }{ " " }<bdi lang="sv">{ ground }</bdi></p>
            }
            if !one.relations.is_empty() {
                <ul role="list" class="person-relations">
                    { for one.relations.iter().map(|relation| show_relation(&words, props, relation)) }
                </ul>
            }
            { for one.apart.iter().map(|other| show_apart(&words, props, other)) }
            if let Some(deed) = &props.deed {
                <ChangeForm key={format!("{deed:?}")} case={props.case.clone()} one={one.clone()} deed={deed.clone()}
                    concerned={props.concerned.clone()} others={props.others.clone()}
                    on_close={props.on_choose.reform(|()| None)} />
            } else {
                <div class="actions">{ for deeds(props).into_iter().map(|deed| button(&words, props, deed)) }</div>
            }
        </li>
    }
}

/// What can be changed about somebody as a whole.
fn deeds(props: &RowProps) -> Vec<Deed> {
    let one = &props.one;
    let may_let_in = !one.guarded || props.is_mine;
    let mut deeds = Vec::new();
    match &one.standing {
        Standing::Open { .. } if one.concerned => {}
        Standing::Open { .. } => {
            deeds.extend(may_let_in.then_some(Deed::LetIn));
            deeds.push(Deed::ShutOut);
        }
        Standing::Eligible { .. } | Standing::ToConfirm => deeds.extend(may_let_in.then_some(Deed::LetIn)),
        Standing::Apart | Standing::Staff | Standing::Outside => {}
    }
    deeds.push(Deed::KeepApart);
    if props.leads && one.standing != Standing::Staff {
        deeds.push(if one.protected { Deed::EndProtection } else { Deed::Protect });
    }
    deeds
}

fn button(words: &Words, props: &RowProps, deed: Deed) -> Html {
    let key = match (&deed, &props.one.standing) {
        (Deed::LetIn, Standing::Open { .. }) => Key("party-prolong"),
        (Deed::LetIn, Standing::ToConfirm) => Key("party-confirm"),
        _ => sort_key(deed.sort()),
    };
    let sort = format!("{:?}", deed.sort());
    let onclick = props.on_choose.reform(move |_: MouseEvent| Some(deed.clone()));
    html! {
        <button type="button" data-deed={sort} {onclick}>
            { words.say(key) }<span class="visually-hidden">{ ": " }{ &props.one.name }</span>
        </button>
    }
}

fn show_relation(words: &Words, props: &RowProps, relation: &PartyRelationView) -> Html {
    let day = |at: Millis| moment::say(words, at, Form::Date);
    let time = match (relation.when, relation.until) {
        (When::Over, Some(until)) => words.say_with("party-over", &[("day", day(until).as_str().into())]),
        (When::Ahead, _) => words.say_with("party-ahead", &[("day", day(relation.starts).as_str().into())]),
        (_, Some(until)) => words.say_with("relation-until", &[("day", day(until).as_str().into())]),
        (_, None) => words.say_with("party-since", &[("day", day(relation.starts).as_str().into())]),
    };
    let checked = words.say_with("relation-checked", &[("day", day(relation.checked_at).as_str().into())]);
    let id = relation.relation.clone();
    let check = Deed::Check { relation: id.clone(), source: relation.source };
    html! {
        <li key={id.clone()} class={classes!("person-relation", (relation.when == When::Over).then_some("over"))}>
            <p><strong>{ words.say(kind_key(relation.kind)) }</strong>{ ", " }{ time }</p>
            <p class="hint">
                { words.say(source_key(relation.source)) }{ " · " }{ checked }
                if relation.same_address { { " · " }{ words.say("party-lives-there") } }
            </p>
            if relation.when != When::Over && props.deed.is_none() {
                <div class="actions">
                    { button(words, props, check) }
                    { button(words, props, Deed::EndRelation { relation: id }) }
                </div>
            }
        </li>
    }
}

fn show_apart(words: &Words, props: &RowProps, other: &ApartView) -> Html {
    html! {
        <div key={other.person.clone()} class="person-apart">
            <p><Icon sign={Sign::Warning} />{ words.say_with("party-apart-from", &[("name", other.name.as_str().into())]) }</p>
            if props.deed.is_none() {
                { button(words, props, Deed::EndApart { other: other.clone() }) }
            }
        </div>
    }
}

/// Whether they can read the case, as a sentence.
fn say_standing(words: &Words, one: &PartyView, concerned: &str) -> (Sign, AttrValue) {
    let day = |at: Millis| moment::say(words, at, Form::Date);
    match &one.standing {
        Standing::Open { since, review_at: Some(review), .. } => {
            let values = [("since", day(*since)), ("review", day(*review))];
            let values = values.each_ref().map(|(name, day)| (*name, day.as_str().into()));
            (Sign::Done, words.say_with("party-open-until", &values))
        }
        Standing::Open { since, review_at: None, .. } => {
            (Sign::Done, words.say_with("party-open", &[("since", day(*since).as_str().into())]))
        }
        Standing::ToConfirm => (Sign::Lock, words.say_with("party-to-confirm", &[("concerned", concerned.into())])),
        Standing::Apart => (Sign::Lock, words.say("party-apart")),
        Standing::Staff => (Sign::Case, words.say("party-staff")),
        Standing::Eligible { .. } | Standing::Outside if one.lapsed_at.is_some() => {
            let lapsed = one.lapsed_at.map(day).unwrap_or_default();
            (Sign::Clock, words.say_with("party-lapsed", &[("day", lapsed.as_str().into())]))
        }
        Standing::Eligible { .. } => (Sign::Lock, words.say("party-eligible")),
        Standing::Outside => (Sign::Lock, words.say("party-outside")),
    }
}
