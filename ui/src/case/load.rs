//! The cases on a caseworker's desk: the list at one side, the chosen case beside it once it was said what for.

use crate::call::use_call;
use crate::case::acts::Acts;
use crate::case::remind::Reminders;
use crate::case::show::CasePane;
use crate::case::stage_key;
use crate::kit::{Empty, Newer, Page, awaited};
use crate::locale::{Words, use_words};
use crate::message::{OpenPanel, move_focus};
use crate::route::Route;
use crate::shell;
use bridge::access::{OpenScope, Purpose};
use bridge::case::{CaseloadRowView, ListCaseload};
use yew::prelude::*;

/// Props of [`CaseloadPage`].
#[derive(Properties, PartialEq)]
pub(crate) struct CaseloadProps {
    /// The chosen one.
    #[prop_or_default]
    pub(crate) case: Option<AttrValue>,
}

/// The page.
#[component]
pub(crate) fn CaseloadPage(props: &CaseloadProps) -> Html {
    let words = use_words();
    let answer = use_call(ListCaseload {});
    let chosen = props.case.as_deref();
    let chosen_row = answer.asked.ready().and_then(|rows| {
        let wanted = chosen?;
        rows.iter().find(|one| one.row.case == wanted).cloned()
    });
    html! {
        <Page id="caseload" title={words.say("case-load")}>
            <Reminders />
            <div class="desk-panes">
                <div class="desk-list">
                    { awaited(&answer, |rows| if rows.is_empty() {
                        html! { <Empty text={words.say("case-load-none")} /> }
                    } else {
                        html! {
                            <ul role="list" class="rows" onkeydown={Callback::from(|event: KeyboardEvent| move_focus(&event))} aria-label={words.say("case-load")}>
                                { for rows.iter().map(|one| show_row(&words, one, chosen)) }
                            </ul>
                        }
                    }) }
                </div>
                <div class="desk-content">
                    if let Some(case) = &props.case { <Acts {case} /> }
                    if let Some(one) = chosen_row {
                        <Content key={one.row.case.clone()} row={one.clone()} />
                    } else {
                        <Empty text={words.say("case-choose")} />
                    }
                </div>
            </div>
        </Page>
    }
}

#[derive(Properties, PartialEq)]
struct ContentProps {
    row: CaseloadRowView,
}

/// The case where its content is open, otherwise the question why to open it.
#[component]
fn Content(props: &ContentProps) -> Html {
    let opened_now = use_state_eq(|| false);
    let on_open = {
        let opened = opened_now.setter();
        Callback::from(move |()| opened.set(true))
    };
    let scope = props.row.scope.clone();
    let was_open = props.row.opened;
    // Looking again at what is on the device is told too; the purpose stands in the log from its opening.
    use_effect_with((), move |()| {
        if was_open {
            shell::send(OpenScope { scope, purpose: Purpose::Handle, reason: None }, drop);
        }
    });
    let row = &props.row.row;
    if props.row.opened || *opened_now {
        html! { <CasePane case={row.case.clone()} /> }
    } else {
        html! { <OpenPanel scope={props.row.scope.clone()} subject={row.title.clone()} usual={Purpose::Handle} {on_open} /> }
    }
}

fn show_row(words: &Words, one: &CaseloadRowView, chosen: Option<&str>) -> Html {
    if one.row.newer {
        return html! { <li key={one.row.case.clone()}><Newer /></li> };
    }
    let row = &one.row;
    let route = Route::Case(row.case.clone());
    let onclick = Callback::from(move |_: MouseEvent| route.go());
    let current = (chosen == Some(row.case.as_str())).then_some("true");
    html! {
        <li key={row.case.clone()}>
            <button type="button" class="row desk-row case-row" aria-current={current} {onclick}>
                <span class="row-words">
                    <span class="row-title"><bdi>{ &row.concerns }</bdi></span>
                    <span class="row-detail" lang="sv"><bdi>{ &row.title }</bdi></span>
                    <span class="row-detail"><bdi class="number">{ &row.number }</bdi></span>
                    <span class="tag accent">{ words.say(stage_key(row.stage)) }</span>
                </span>
            </button>
        </li>
    }
}
