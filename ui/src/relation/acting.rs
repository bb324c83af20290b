//! For whom one acts, always in view where one does; and what both sides have to know on the first page.

use crate::call::use_call;
use crate::kit::{Icon, Sign};
use crate::locale::{Words, use_words};
use crate::moment::{self, Form};
use crate::relation::{kind_key, matter_key, matters};
use crate::route::Route;
use bridge::relation::{ActingAt, ListRepresentations, RepresentationView, ShowActing};
use yew::prelude::*;

/// Props of [`Acting`].
#[derive(Properties, PartialEq)]
pub(crate) struct ActingProps {
    pub(crate) at: ActingAt,
}

/// Nothing, where one is there for oneself.
#[component]
pub(crate) fn Acting(props: &ActingProps) -> Html {
    let words = use_words();
    let answer = use_call(ShowActing { at: props.at.clone() });
    let Some(acting) = answer.asked.ready().filter(|acting| !acting.is_empty()) else { return Html::default() };
    html! {
        <section class="acting" aria-label={words.say("relation-acting-region")}>
            { for acting.iter().map(|one| show_one(&words, one)) }
            <a href={Route::Relations.to_string()}>{ words.say("relation-more") }</a>
        </section>
    }
}

fn show_one(words: &Words, one: &RepresentationView) -> Html {
    html! {
        <div key={one.relation.clone()} class="acting-for">
            <Icon sign={Sign::Me} />
            <div>
                <p class="acting-name">{ words.say_with("relation-acting", &[("name", one.name.as_str().into())]) }</p>
                <p>
                    { words.say(kind_key(one.kind)) }
                    if let Some(until) = one.until {
                        { " · " }{ words.say_with("relation-until", &[("day", moment::say(words, until, Form::Date).as_str().into())]) }
                    }
                </p>
                <ul class="acting-can" aria-label={words.say("relation-can")}>
                    { for matters(&one.matters).iter().map(|matter| html! { <li>{ words.say(matter_key(*matter)) }</li> }) }
                </ul>
            </div>
        </div>
    }
}

/// A power of attorney that ends soon, or could not be given or withdrawn.
#[component]
pub(crate) fn RelationNotices() -> Html {
    let words = use_words();
    let answer = use_call(ListRepresentations {});
    let Some(view) = answer.asked.ready() else { return Html::default() };
    let both = || view.acting.iter().chain(&view.acted_for);
    let is_refused =
        both().any(|one| one.refused.is_some()) || view.giving.iter().any(|giving| giving.refused.is_some());
    html! {
        <>
            { for both().filter(|one| one.ends_soon).map(|one| show_end(&words, one)) }
            if is_refused {
                <div class="notice bad" id="relation-refused">
                    <Icon sign={Sign::Warning} />
                    <p><a href={Route::Relations.to_string()}>{ words.say("relation-refused") }</a></p>
                </div>
            }
        </>
    }
}

/// That one ends soon.
pub(super) fn show_end(words: &Words, one: &RepresentationView) -> Html {
    let day = one.until.map(|until| moment::say(words, until, Form::Date)).unwrap_or_default();
    html! {
        <div key={format!("end-{}", one.relation)} class="notice ends-soon">
            <Icon sign={Sign::Clock} />
            <p>
                { words.say_with("relation-ends-soon", &[("name", one.name.as_str().into()), ("day", day.as_str().into())]) }
            </p>
        </div>
    }
}
