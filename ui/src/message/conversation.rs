//! The messages of a thread, oldest first, parted by day.
//!
//! Own and others' messages differ by side, colour and words. The view follows what is new only for someone
//! who stands at the end already; a message from somebody else is announced, and what was on the screen of a
//! visible window is marked as read.

use crate::kit::{Icon, Newer, Paragraphs, Refused, Sign};
use crate::locale::{Key, Words, use_words};
use crate::message::attach::Attached;
use crate::moment::{self, Form, Moment};
use crate::shell;
use bridge::message::{MarkRead, MessageState, MessageView, ThreadView};
use gloo_events::EventListener;
use std::rc::Rc;
use yew::prelude::*;

/// Props of [`Conversation`].
#[derive(Properties, PartialEq)]
pub(super) struct ConversationProps {
    pub(super) thread: Rc<ThreadView>,
    /// A refused message should be changed: its id, to be taken back into the reply.
    pub(super) on_change: Callback<AttrValue>,
}

/// The messages.
#[component]
pub(super) fn Conversation(props: &ConversationProps) -> Html {
    let words = use_words();
    let thread = &props.thread;
    let end = use_node_ref();
    use_follow(thread, end.clone());
    use_mark_read(thread);
    let news = use_announcement(thread, &words);
    let mut day = String::new();
    html! {
        <>
            if thread.messages.is_empty() {
                <p class="empty">{ words.say("message-none-yet") }</p>
            }
            <ol role="list" class="messages" aria-label={words.say("message-list")}>
                { for thread.messages.iter().map(|message| {
                    let its_day = moment::day_of(message.at);
                    let first_of_day = its_day != day;
                    day = its_day;
                    html! {
                        <>
                            if first_of_day {
                                <li class="day"><Moment at={message.at} form={Form::Day} /></li>
                            }
                            <Message key={message.message.clone()} message={message.clone()} gone={thread.gone} on_change={props.on_change.clone()} />
                        </>
                    }
                }) }
            </ol>
            <p class="visually-hidden" role="log" aria-live="polite">{ news }</p>
            <div ref={end} class="end" />
        </>
    }
}

#[derive(Properties, PartialEq)]
struct MessageProps {
    message: MessageView,
    gone: bool,
    on_change: Callback<AttrValue>,
}

#[component]
fn Message(props: &MessageProps) -> Html {
    let words = use_words();
    let message = &props.message;
    if message.newer {
        return html! {
            <li class="message newer" data-id={message.message.clone()}>
                <Newer />
            </li>
        };
    }
    let state = match message.state {
        MessageState::Sent { .. } => "sent",
        MessageState::Waiting => "waiting",
        MessageState::Refused(_) => "refused",
    };
    let class = classes!("message", if message.mine { "mine" } else { "theirs" });
    html! {
        <li {class} data-state={state} data-id={message.message.clone()}>
            <p class="from">
                if message.mine { { words.say("message-mine") } } else { <bdi>{ &message.from }</bdi> }
                { " " }<Moment at={message.at} form={Form::Time} />
            </p>
            <Paragraphs text={message.text.clone()} />
            <Attached files={message.files.clone()} />
            { match &message.state {
                MessageState::Sent { read: true, .. } if message.mine => html! {
                    <p class="state"><Icon sign={Sign::Done} />{ words.say("message-read") }</p>
                },
                MessageState::Sent { .. } if message.mine => html! { <p class="state">{ words.say("message-sent") }</p> },
                MessageState::Sent { .. } => Html::default(),
                MessageState::Waiting => html! {
                    <p class="state waiting"><Icon sign={Sign::Clock} />{ words.say("message-waiting") }</p>
                },
                MessageState::Refused(refused) => {
                    // Where there is no reply there is nothing to take it back into.
                    let lost = props.gone.then(|| AttrValue::from(message.text.clone()));
                    let on_change = (!props.gone).then(|| {
                        let (mid, on_change) = (AttrValue::from(refused.mid.clone()), props.on_change.clone());
                        Callback::from(move |()| on_change.emit(mid.clone()))
                    });
                    html! { <Refused said={Key("message-refused")} refused={refused.clone()} {lost} {on_change} /> }
                }
            } }
        </li>
    }
}

/// Shows the end at first, and again when something came and the end was in sight or the message is one's own.
#[hook]
fn use_follow(thread: &Rc<ThreadView>, end: NodeRef) {
    let shown_before = use_mut_ref(|| None::<usize>);
    let last_is_mine = thread.messages.last().is_some_and(|message| message.mine);
    use_effect_with(thread.messages.len(), move |count| {
        let before = shown_before.borrow_mut().replace(*count);
        let Some(end) = end.cast::<web_sys::Element>() else { return };
        let height = web_sys::window().and_then(|window| window.inner_height().ok()).and_then(|height| height.as_f64());
        let near = end.get_bounding_client_rect().top() < height.unwrap_or_default() * NEAR;
        let follows = match before {
            // A thread that was opened just now is here before its messages are.
            None | Some(0) => true,
            Some(before) => *count > before && (near || last_is_mine),
        };
        if follows {
            to_end(&end);
        }
    });
}

/// How many window heights below the window's top the end counts as in sight; a long message may just have come.
const NEAR: f64 = 1.5;

/// Shows the end of whatever scrolls: the pane, the page between bar and places, or the window.
fn to_end(end: &web_sys::Element) {
    if let Some(scroller) = end.closest(".desk-content, .content").ok().flatten() {
        scroller.set_scroll_top(scroller.scroll_height());
    }
    if let Some(root) = end.owner_document().and_then(|document| document.document_element()) {
        root.set_scroll_top(root.scroll_height());
    }
}

/// Marks what is here as read, once per number, and only while the window can be seen.
#[hook]
fn use_mark_read(thread: &Rc<ThreadView>) {
    let visible = use_state_eq(is_visible);
    {
        let visible = visible.setter();
        use_effect_with((), move |()| {
            let document = web_sys::window().and_then(|window| window.document());
            let listener = document
                .map(|document| EventListener::new(&document, "visibilitychange", move |_| visible.set(is_visible())));
            move || drop(listener)
        });
    }
    use_effect_with((thread.thread.clone(), thread.upto_seq, *visible), |(thread, upto_seq, visible)| {
        if *visible && *upto_seq > 0 {
            // Told again at the next opening, should it fail now.
            shell::send(MarkRead { thread: thread.clone(), upto_seq: *upto_seq }, drop);
        }
    });
}

fn is_visible() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.visibility_state() == web_sys::VisibilityState::Visible)
}

/// Words for what came since the thread was opened.
#[hook]
fn use_announcement(thread: &Rc<ThreadView>, words: &Words) -> AttrValue {
    let known = use_mut_ref(|| None::<usize>);
    let news = use_state_eq(AttrValue::default);
    let theirs: Vec<&MessageView> = thread.messages.iter().filter(|message| !message.mine).collect();
    let from = theirs.last().map(|message| message.from.clone()).unwrap_or_default();
    {
        let (news, words) = (news.setter(), words.clone());
        use_effect_with(theirs.len(), move |count| {
            let before = known.borrow_mut().replace(*count);
            if before.is_some_and(|before| *count > before) {
                news.set(words.say_with(Key("message-came"), &[("from", from.into())]));
            }
        });
    }
    (*news).clone()
}
