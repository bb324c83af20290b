//! One that acts for another: as what, what is in it, until when, from where it is known, and the way to end it.

use crate::kit::{Confirm, Icon, Refused, Sign};
use crate::locale::{Key, Words, use_words};
use crate::moment::{self, Form};
use crate::notice::{Notice, use_tell};
use crate::relation::acting::show_end;
use crate::relation::{kind_key, matter_key, matters, source_key};
use crate::route::Route;
use crate::shell;
use bridge::Millis;
use bridge::relation::{RepresentationView, RepresentedCaseView, WithdrawPowerOfAttorney};
use yew::prelude::*;

/// Props of [`Row`].
#[derive(Properties, PartialEq)]
pub(super) struct RowProps {
    pub(super) one: RepresentationView,
    /// Whether it is the person themself who acts.
    pub(super) is_mine: bool,
}

/// The row.
#[component]
pub(super) fn Row(props: &RowProps) -> Html {
    let words = use_words();
    let one = &props.one;
    html! {
        <li class="card relation">
            <h3><bdi>{ &one.name }</bdi></h3>
            <p class="relation-kind">{ words.say(kind_key(one.kind)) }</p>
            if one.ends_soon { { show_end(&words, one) } }
            <h4>{ words.say("relation-can") }</h4>
            <ul>{ for matters(&one.matters).iter().map(|matter| html! { <li>{ words.say(matter_key(*matter)) }</li> }) }</ul>
            if one.cases.is_empty() {
                <p class="hint">{ words.say("relation-nothing-open") }</p>
            } else {
                <h4>{ words.say("relation-opened") }</h4>
                <ul>{ for one.cases.iter().map(|case| show_case(&words, case)) }</ul>
            }
            <p class="hint">
                if let Some(until) = one.until {
                    { words.say_with("relation-until", &[("day", day(&words, until).as_str().into())]) }{ " · " }
                }
                { words.say(source_key(one.source)) }
                { " · " }
                { words.say_with("relation-checked", &[("day", day(&words, one.checked_at).as_str().into())]) }
            </p>
            <Ending one={one.clone()} is_mine={props.is_mine} />
        </li>
    }
}

/// The way to end it, where there is one, or how far that has come.
#[component]
fn Ending(props: &RowProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let asking = use_state_eq(|| false);
    let one = &props.one;
    if let Some(refused) = &one.refused {
        return html! { <Refused said={Key("relation-withdraw-refused")} refused={refused.clone()} /> };
    }
    if one.withdrawing {
        return html! { <p class="tag"><Icon sign={Sign::Clock} />{ words.say("relation-withdrawing") }</p> };
    }
    if !one.can_withdraw {
        return Html::default();
    }
    let (button, question, detail) = if props.is_mine {
        (Key("relation-renounce"), Key("relation-renounce-question"), Key("relation-renounce-detail"))
    } else {
        (Key("relation-withdraw"), Key("relation-withdraw-question"), Key("relation-withdraw-detail"))
    };
    let ask = {
        let asking = asking.clone();
        Callback::from(move |_: MouseEvent| asking.set(true))
    };
    let on_no = {
        let asking = asking.clone();
        Callback::from(move |()| asking.set(false))
    };
    let on_yes = {
        let (asking, relation) = (asking.clone(), one.relation.clone());
        Callback::from(move |()| {
            asking.set(false);
            let tell = tell.clone();
            shell::send(WithdrawPowerOfAttorney { relation: relation.clone() }, move |stored| {
                if let Err(failure) = stored {
                    tell.emit(Notice::Failed(failure));
                }
            });
        })
    };
    html! {
        if *asking {
            <Confirm id="withdraw-confirm" question={words.say(question)}
                detail={words.say_with(detail, &[("name", one.name.as_str().into())])}
                yes={words.say(button)} {on_yes} {on_no} />
        } else {
            <button type="button" class="withdraw" onclick={ask}>{ words.say(button) }</button>
        }
    }
}

fn show_case(words: &Words, case: &RepresentedCaseView) -> Html {
    html! {
        <li key={case.case.clone()}>
            if let Some(title) = &case.title {
                <a lang="sv" href={Route::Case(case.case.clone()).to_string()}><bdi>{ title }</bdi></a>
            } else {
                { words.say("relation-case-elsewhere") }
            }
            if let Some(until) = case.until {
                { " · " }{ words.say_with("relation-until", &[("day", day(words, until).as_str().into())]) }
            }
        </li>
    }
}

fn day(words: &Words, at: Millis) -> AttrValue {
    moment::say(words, at, Form::Date)
}
