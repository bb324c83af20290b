//! What a caseworker is reminded of: somebody soon comes of an age, what changes then, and what to decide before.

use crate::call::use_call;
use crate::kit::{Icon, Sign};
use crate::locale::{Key, Words, use_words};
use crate::moment::{self, Form};
use crate::route::Route;
use bridge::case::{AgeRule, ListReminders, ReminderView};
use yew::prelude::*;

/// The reminders; nothing where there are none, as they are no list that anybody looks for.
#[component]
pub(super) fn Reminders() -> Html {
    let words = use_words();
    let answer = use_call(ListReminders {});
    let Some(reminders) = answer.asked.ready().filter(|reminders| !reminders.is_empty()) else {
        return Html::default();
    };
    html! {
        <section class="reminders" aria-labelledby="reminders-heading">
            <h2 id="reminders-heading">{ words.say("case-remind") }</h2>
            <ul role="list">{ for reminders.iter().map(|one| show(&words, one)) }</ul>
        </section>
    }
}

fn show(words: &Words, one: &ReminderView) -> Html {
    let day = moment::say(words, one.at, Form::Date);
    let values = [("name", one.concerns.as_str().into()), ("years", one.years.into()), ("day", day.as_str().into())];
    html! {
        <li key={format!("{} {}", one.case, one.years)} class="notice">
            <Icon sign={Sign::Clock} />
            <div>
                <p>
                    <a href={Route::Case(one.case.clone()).to_string()}>{ words.say_with("case-remind-who", &values) }</a>
                    { " · " }<bdi class="number">{ &one.number }</bdi>
                </p>
                <p>{ words.say_with(what(one.rule), &values) }</p>
                <p class="hint">{ words.say("case-remind-law") }{ " " }<bdi lang="sv">{ &one.law }</bdi></p>
            </div>
        </li>
    }
}

/// What changes, and what to decide.
fn what(rule: AgeRule) -> Key {
    match rule {
        AgeRule::OwnAction => Key("case-remind-own-action"),
        AgeRule::Majority => Key("case-remind-majority"),
        AgeRule::Unknown => Key("case-remind-other"),
    }
}
