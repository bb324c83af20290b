//! The list of cases. Who has one case only comes straight to it.

use crate::app::use_me;
use crate::call::use_call;
use crate::case::show::CasePage;
use crate::case::stage_key;
use crate::kit::{Empty, Icon, Newer, Page, Sign, awaited};
use crate::locale::{Key, Words, use_words};
use crate::route::Route;
use bridge::case::{CaseRowView, ListCases};
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn CasesPage() -> Html {
    let words = use_words();
    let me = use_me();
    let answer = use_call(ListCases {});
    if let Some([only]) =
        answer.asked.ready().map(|rows| rows.as_slice()).filter(|rows| !rows.iter().any(|row| row.newer))
    {
        return html! { <CasePage key={only.case.clone()} case={only.case.clone()} is_only=true /> };
    }
    html! {
        <Page id="cases" title={words.say("case-list")}>
            { awaited(&answer, |rows| if rows.is_empty() {
                // Whoever came in with a code is served no case, and it is not said that there is none.
                let none = if me.invited { Key("case-none-by-code") } else { Key("case-none") };
                html! { <Empty text={words.say(none)} /> }
            } else {
                html! { <ul role="list" class="rows">{ for rows.iter().map(|row| show_row(&words, row)) }</ul> }
            }) }
        </Page>
    }
}

fn show_row(words: &Words, row: &CaseRowView) -> Html {
    if row.newer {
        return html! { <li key={row.case.clone()}><Newer /></li> };
    }
    html! {
        <li key={row.case.clone()}>
            <a class="row case-row" href={Route::Case(row.case.clone()).to_string()}>
                <Icon sign={Sign::Case} />
                <span class="row-words">
                    <span class="row-title" lang="sv"><bdi>{ &row.title }</bdi></span>
                    <span class="row-detail"><bdi>{ &row.concerns }</bdi>{ " · " }<bdi class="number">{ &row.number }</bdi></span>
                    <span class="tag">{ words.say(stage_key(row.stage)) }</span>
                </span>
            </a>
        </li>
    }
}
