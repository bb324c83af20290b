//! The resident's list of threads, newest first.

use crate::call::use_call;
use crate::kit::{Empty, Icon, Newer, Page, Sign, awaited};
use crate::locale::{Words, use_words};
use crate::message::thread::subject;
use crate::moment::{Form, Moment};
use crate::route::Route;
use bridge::message::{ListThreads, ThreadRowView};
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn ThreadsPage() -> Html {
    let words = use_words();
    let answer = use_call(ListThreads {});
    html! {
        <Page id="messages" title={words.say("message-title")}>
            { awaited(&answer, |rows| if rows.is_empty() {
                html! { <Empty text={words.say("message-none")} /> }
            } else {
                html! { <ul role="list" class="rows">{ for rows.iter().map(|row| show_row(&words, row)) }</ul> }
            }) }
        </Page>
    }
}

fn show_row(words: &Words, row: &ThreadRowView) -> Html {
    let route = Route::Thread(row.thread.clone());
    if row.newer {
        return html! { <li key={row.thread.clone()}><Newer /></li> };
    }
    html! {
        <li key={row.thread.clone()}>
            <a class={classes!("row", "thread-row", (row.unread > 0).then_some("unread"))} href={route.to_string()}>
                <span class="row-words">
                    <span class="row-title"><bdi>{ subject(words, &row.subject) }</bdi></span>
                    <span class="row-detail"><bdi>{ &row.with }</bdi></span>
                    if let Some(preview) = &row.preview {
                        <span class="row-preview" dir="auto">{ preview }</span>
                    }
                    { tags(words, row) }
                </span>
                <span class="row-side">
                    <Moment at={row.last_at} form={Form::Short} />
                    { badge(words, row) }
                </span>
            </a>
        </li>
    }
}

/// How many messages of a row are not read; the store counts no further than a hundred.
pub(super) fn badge(words: &Words, row: &ThreadRowView) -> Html {
    let unread = match row.unread {
        0 => return Html::default(),
        count @ 1..100 => words.say_with("message-unread", &[("count", count.into())]),
        _ => words.say("message-unread-many"),
    };
    html! { <span class="badge">{ unread }</span> }
}

/// What a row tells of waiting and refused messages.
pub(super) fn tags(words: &Words, row: &ThreadRowView) -> Html {
    html! {
        <>
            if row.waiting > 0 {
                <span class="tag">
                    <Icon sign={Sign::Clock} />{ words.say_with("message-waiting-count", &[("count", row.waiting.into())]) }
                </span>
            }
            if row.refused > 0 {
                <span class="tag bad">
                    <Icon sign={Sign::Warning} />{ words.say_with("message-refused-count", &[("count", row.refused.into())]) }
                </span>
            }
        </>
    }
}
