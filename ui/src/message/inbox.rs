//! The caseworker's inbox: the list at one side, the chosen thread beside it. Made for the keyboard: arrows move
//! in the list, Enter opens.

use crate::call::use_call;
use crate::kit::{Empty, Newer, Page, awaited};
use crate::locale::{Words, use_words};
use crate::message::open::OpenPanel;
use crate::message::thread::{ThreadPane, subject};
use crate::message::threads::{badge, tags};
use crate::moment::{Form, Moment};
use crate::route::Route;
use crate::shell;
use bridge::access::{OpenScope, Purpose};
use bridge::message::{InboxRowView, ListInbox};
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Props of [`InboxPage`].
#[derive(Properties, PartialEq)]
pub(crate) struct InboxProps {
    /// The chosen one.
    #[prop_or_default]
    pub(crate) thread: Option<AttrValue>,
}

/// The page.
#[component]
pub(crate) fn InboxPage(props: &InboxProps) -> Html {
    let words = use_words();
    let answer = use_call(ListInbox {});
    let chosen = props.thread.as_deref();
    let chosen_row = answer.asked.ready().and_then(|rows| {
        let wanted = chosen?;
        rows.iter().find(|one| one.row.thread == wanted).cloned()
    });
    html! {
        <Page id="inbox" title={words.say("message-inbox")}>
            <div class="desk-panes">
                <div class="desk-list">
                    { awaited(&answer, |rows| if rows.is_empty() {
                        html! { <Empty text={words.say("message-inbox-none")} /> }
                    } else {
                        html! {
                            <ul role="list" class="rows" onkeydown={Callback::from(|event: KeyboardEvent| move_focus(&event))} aria-label={words.say("message-inbox")}>
                                { for rows.iter().map(|one| show_row(&words, one, chosen)) }
                            </ul>
                        }
                    }) }
                </div>
                <div class="desk-content">
                    if let Some(one) = chosen_row {
                        <Content key={one.row.thread.clone()} row={one.clone()} />
                    } else {
                        <Empty text={words.say("message-choose")} />
                    }
                </div>
            </div>
        </Page>
    }
}

#[derive(Properties, PartialEq)]
struct ContentProps {
    row: InboxRowView,
}

/// The thread where its content is open, otherwise the question why to open it.
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
        if was_open && !scope.is_empty() {
            shell::send(OpenScope { scope, purpose: Purpose::Reply, reason: None }, drop);
        }
    });
    if props.row.opened || *opened_now {
        html! { <ThreadPane thread={props.row.row.thread.clone()} /> }
    } else {
        html! { <OpenPanel scope={props.row.scope.clone()} subject={props.row.row.subject.clone()} usual={Purpose::Reply} {on_open} /> }
    }
}

fn show_row(words: &Words, one: &InboxRowView, chosen: Option<&str>) -> Html {
    let row = &one.row;
    if row.newer {
        return html! { <li key={row.thread.clone()}><Newer /></li> };
    }
    // One that is not here any more has nobody to be with.
    let with = if row.with.is_empty() { subject(words, "") } else { AttrValue::from(row.with.clone()) };
    let route = Route::Thread(row.thread.clone());
    let onclick = Callback::from(move |_: MouseEvent| route.go());
    let current = (chosen == Some(row.thread.as_str())).then_some("true");
    html! {
        <li key={row.thread.clone()}>
            <button type="button" class={classes!("row", "desk-row", "inbox-row", (row.unread > 0).then_some("unread"))}
                data-thread={row.thread.clone()} aria-current={current} {onclick}>
                <span class="row-words">
                    <span class="row-title"><bdi>{ with }</bdi></span>
                    <span class="row-detail"><bdi>{ &row.subject }</bdi></span>
                    if one.awaits_reply {
                        <span class="tag accent">{ words.say("message-awaits-reply") }</span>
                    }
                    { tags(words, row) }
                </span>
                <span class="row-side">
                    <Moment at={row.last_at} form={Form::Short} />
                    { badge(words, row) }
                </span>
            </button>
        </li>
    }
}

/// Arrow keys, Home and End move the focus from row to row of a desk's list.
pub(crate) fn move_focus(event: &KeyboardEvent) {
    let Some(list) = event.current_target().and_then(|list| list.dyn_into::<web_sys::Element>().ok()) else { return };
    let from = event.target().and_then(|from| from.dyn_into::<web_sys::Element>().ok());
    let Ok(rows) = list.query_selector_all(".desk-row") else { return };
    let row_at = |at: u32| rows.get(at).and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok());
    let now = (0..rows.length()).find(|at| row_at(*at).map(Into::into) == from);
    if let Some(row) = next_row(&event.key(), now.unwrap_or_default(), rows.length()).and_then(row_at) {
        event.prevent_default();
        drop(row.focus());
    }
}

fn next_row(key: &str, now: u32, count: u32) -> Option<u32> {
    let last = count.checked_sub(1)?;
    match key {
        "ArrowDown" => Some(last.min(now + 1)),
        "ArrowUp" => Some(now.saturating_sub(1)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::next_row;

    #[test]
    fn arrows_stay_within_the_list() {
        assert_eq!(next_row("ArrowDown", 0, 3), Some(1));
        assert_eq!(next_row("ArrowDown", 2, 3), Some(2));
        assert_eq!(next_row("ArrowUp", 0, 3), Some(0));
        assert_eq!(next_row("End", 0, 3), Some(2));
        assert_eq!(next_row("ArrowDown", 0, 0), None);
        assert_eq!(next_row("a", 0, 3), None);
    }
}
