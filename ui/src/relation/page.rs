//! For whom I act and who acts for me, and where a power of attorney is given.

use crate::call::use_call;
use crate::kit::{Empty, Icon, Page, Refused, Sign, awaited};
use crate::locale::{Key, Words, use_words};
use crate::moment::{self, Form};
use crate::relation::give::Give;
use crate::relation::invite::Invite;
use crate::relation::matter_key;
use crate::relation::row::Row;
use crate::route::Route;
use bridge::relation::{GivingView, ListRepresentations, RepresentationView, RepresentationsView};
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn RelationsPage() -> Html {
    let words = use_words();
    let answer = use_call(ListRepresentations {});
    html! {
        <Page id="relations" title={words.say("relation-title")} back={(Route::Me, words.say("identity-me"))}>
            { awaited(&answer, |view| show(&words, view)) }
            <section aria-labelledby="give-heading">
                <h2 id="give-heading">{ words.say("relation-give") }</h2>
                <p>{ words.say("relation-give-intro") }</p>
                <Give />
            </section>
            <section aria-labelledby="invite-heading">
                <h2 id="invite-heading">{ words.say("relation-invite") }</h2>
                <p>{ words.say("relation-invite-intro") }</p>
                <Invite />
            </section>
        </Page>
    }
}

fn show(words: &Words, view: &RepresentationsView) -> Html {
    html! {
        <>
            <section aria-labelledby="acting-heading">
                <h2 id="acting-heading">{ words.say("relation-mine") }</h2>
                { list(&view.acting, true, words.say("relation-mine-none")) }
            </section>
            <section aria-labelledby="acted-for-heading">
                <h2 id="acted-for-heading">{ words.say("relation-others") }</h2>
                { list(&view.acted_for, false, words.say("relation-others-none")) }
                { for view.giving.iter().map(|giving| show_giving(words, giving)) }
            </section>
        </>
    }
}

fn list(rows: &[RepresentationView], is_mine: bool, none: AttrValue) -> Html {
    if rows.is_empty() {
        return html! { <Empty text={none} /> };
    }
    html! {
        <ul role="list" class="relations">
            { for rows.iter().map(|one| html! { <Row key={one.relation.clone()} one={one.clone()} {is_mine} /> }) }
        </ul>
    }
}

/// One that waits to be given, or was refused.
fn show_giving(words: &Words, giving: &GivingView) -> Html {
    html! {
        <div key={giving.relation.clone()} class="card relation giving">
            <h3>{ words.say("relation-power-of-attorney") }</h3>
            <ul>{ for giving.matters.iter().map(|matter| html! { <li>{ words.say(matter_key(*matter)) }</li> }) }</ul>
            <p class="hint">
                { words.say_with("relation-until", &[("day", moment::say(words, giving.until, Form::Date).as_str().into())]) }
            </p>
            if let Some(refused) = &giving.refused {
                <Refused said={Key("relation-giving-refused")} refused={refused.clone()} />
            } else {
                <p class="tag"><Icon sign={Sign::Clock} />{ words.say("relation-giving") }</p>
            }
        </div>
    }
}
