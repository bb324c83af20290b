//! A thread: as the resident's page, and as the pane beside the caseworker's inbox.

use crate::call::use_call;
use crate::identity::GiveInvitePanel;
use crate::kit::{Page, awaited, focus_quietly};
use crate::locale::{Words, use_words};
use crate::message::conversation::Conversation;
use crate::message::draft::{Draft, Drafts, Edit};
use crate::message::reply::Reply;
use crate::notice::{Notice, use_tell};
use crate::relation::Acting;
use crate::route::Route;
use crate::shell;
use bridge::message::{OtherView, ShowThread, TakeBack, ThreadView};
use bridge::relation::ActingAt;
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`ThreadPage`] and [`ThreadPane`].
#[derive(Properties, PartialEq)]
pub(crate) struct ThreadProps {
    pub(crate) thread: AttrValue,
}

/// The resident's page.
#[component]
pub(crate) fn ThreadPage(props: &ThreadProps) -> Html {
    let words = use_words();
    let answer = use_call(ShowThread { thread: props.thread.to_string() });
    let title =
        answer.asked.ready().map_or_else(|| words.say("message-thread"), |thread| subject(&words, &thread.subject));
    html! {
        <Page id="thread" {title} back={(Route::Messages, words.say("message-title"))}>
            <Acting at={ActingAt::Thread { thread: props.thread.to_string() }} />
            { awaited(&answer, |thread| html! { <Body key={thread.thread.clone()} thread={thread.clone()} /> }) }
        </Page>
    }
}

/// What a thread is about, or that it is not here any more.
pub(crate) fn subject(words: &Words, subject: &str) -> AttrValue {
    if subject.is_empty() { words.say("message-gone") } else { AttrValue::from(subject.to_owned()) }
}

/// The pane on a desk.
#[component]
pub(crate) fn ThreadPane(props: &ThreadProps) -> Html {
    let words = use_words();
    let answer = use_call(ShowThread { thread: props.thread.to_string() });
    let heading = use_node_ref();
    let is_ready = answer.asked.ready().is_some();
    {
        let heading = heading.clone();
        use_effect_with(is_ready, move |_| {
            focus_quietly(&heading);
        });
    }
    html! {
        <section id="thread" aria-labelledby="thread-heading">
            if let Some(thread) = answer.asked.ready() {
                <h2 id="thread-heading" ref={heading} tabindex="-1"><bdi>{ subject(&words, &thread.subject) }</bdi></h2>
            }
            { awaited(&answer, |thread| html! { <Body key={thread.thread.clone()} thread={thread.clone()} /> }) }
            if is_ready { <GiveInvitePanel thread={props.thread.clone()} /> }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct BodyProps {
    thread: Rc<ThreadView>,
}

/// Whom it is with, what was written, and the reply. Holds the draft, as a refused message can go back into it.
#[component]
fn Body(props: &BodyProps) -> Html {
    let words = use_words();
    let drafts = use_context::<Drafts>().expect("App puts the drafts around every page");
    let thread = &props.thread;
    let draft = use_reducer_eq(|| Draft::new(drafts.begun(&thread.thread, &thread.draft)));
    let on_change = {
        let (draft, tell) = (draft.clone(), use_tell());
        Callback::from(move |mid: AttrValue| {
            let (dispatch, tell) = (draft.dispatcher(), tell.clone());
            let call = TakeBack { mid: mid.to_string(), draft: draft.text.clone() };
            shell::send(call, move |taken| match taken {
                Ok(text) => dispatch.dispatch(Edit::Write(text)),
                Err(failure) => tell.emit(Notice::Failed(failure)),
            });
        })
    };
    html! {
        <>
            if !thread.others.is_empty() {
                <p class="with">
                    { words.say("message-with") }{ " " }
                    { for thread.others.iter().enumerate().map(|(at, other)| show_other(at, other)) }
                </p>
            }
            <Conversation thread={thread.clone()} {on_change} />
            if !thread.gone {
                <Reply thread={AttrValue::from(thread.thread.clone())} {draft} files={thread.draft_files.clone()} />
            }
        </>
    }
}

fn show_other(at: usize, other: &OtherView) -> Html {
    let title = other.title.as_ref().map(|title| format!(", {title}")).unwrap_or_default();
    html! {
        <>
            if at > 0 { { " · " } }
            // Name and title in one piece, so that they keep their order in a text that runs the other way.
            <bdi>{ &other.name }{ title }</bdi>
        </>
    }
}
