//! Writing a reply. What is handed over is stored on the device first, so sending works without a network too; what is
//! still being written is kept there as well, a moment after each pause.

use crate::failure;
use crate::kit::focus;
use crate::locale::{Words, use_words};
use crate::message::attach::Attach;
use crate::message::draft::{Draft, Drafts, Edit, Fault, MAX_TEXT};
use crate::shell;
use bridge::message::{AttachedView, KeepDraft};
use gloo_timers::callback::Timeout;
use std::cell::RefCell;
use std::rc::Rc;
use yew::prelude::*;

/// How long a pause is, in milliseconds.
const PAUSE: u32 = 400;

/// Props of [`Reply`].
#[derive(Properties, PartialEq)]
pub(super) struct ReplyProps {
    pub(super) thread: AttrValue,
    pub(super) draft: UseReducerHandle<Draft>,
    /// What goes with it.
    pub(super) files: Vec<AttachedView>,
}

/// The field and its button.
#[component]
pub(super) fn Reply(props: &ReplyProps) -> Html {
    let words = use_words();
    let drafts = use_context::<Drafts>().expect("App puts the drafts around every page");
    let field = use_node_ref();
    let draft = props.draft.clone();
    use_effect_with((draft.text.clone(), props.thread.clone()), move |(text, thread)| drafts.keep(thread, text));
    let unsaved = use_written_through(&props.thread, &draft.text);
    let send = {
        let (draft, thread, field) = (draft.clone(), props.thread.clone(), field.clone());
        let (unsaved, files) = (unsaved.clone(), props.files.len());
        Callback::from(move |()| {
            if draft.busy {
                return;
            }
            let dispatch = draft.dispatcher();
            let call = match draft.checked(&thread, files) {
                Ok(call) => call,
                Err(fault) => {
                    dispatch.dispatch(Edit::Refuse(fault));
                    focus(&field);
                    return;
                }
            };
            // The core forgets the draft with the sending; a later word of it would bring it back.
            drop(unsaved.take());
            dispatch.dispatch(Edit::Hand);
            let field = field.clone();
            shell::send(call, move |stored| {
                dispatch.dispatch(match stored {
                    Ok(()) => Edit::Stored,
                    Err(failure) => Edit::Refuse(Fault::Failed(failure)),
                });
                focus(&field);
            });
        })
    };
    let on_submit = {
        let send = send.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            send.emit(());
        })
    };
    let on_key = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            send.emit(());
        }
    });
    let on_input = {
        let dispatch = draft.dispatcher();
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<web_sys::HtmlTextAreaElement>() {
                dispatch.dispatch(Edit::Write(field.value()));
            }
        })
    };
    let on_blur = Callback::from(move |_: FocusEvent| {
        if let Some(unsaved) = unsaved.take() {
            unsaved.save();
        }
    });
    let fault = draft.fault.as_ref().map(|fault| say_fault(&words, fault));
    html! {
        <form class="reply" onsubmit={on_submit}>
            <label for="reply">{ words.say("message-reply") }</label>
            <p class="hint" id="reply-hint">{ words.say("message-reply-hint") }</p>
            if let Some(fault) = &fault {
                <p class="fault" id="reply-fault" role="alert">{ fault }</p>
            }
            <textarea id="reply" ref={field} rows="2" dir="auto" value={draft.text.clone()}
                oninput={on_input} onkeydown={on_key} onblur={on_blur}
                aria-invalid={fault.is_some().then_some("true")}
                aria-describedby={if fault.is_some() { "reply-fault reply-hint" } else { "reply-hint" }} />
            <Attach thread={props.thread.clone()} files={props.files.clone()} />
            <div class="reply-foot">
                <p class="hint" role="status">
                    if let Some(left) = draft.left() { { say_left(&words, left) } }
                </p>
                <button type="submit" id="send" class="primary" disabled={draft.busy}>{ words.say("message-send") }</button>
            </div>
        </form>
    }
}

/// What the core has not been told yet. Dropped without being saved it is forgotten.
struct Unsaved {
    call: KeepDraft,
    _timer: Timeout,
}

impl Unsaved {
    fn save(self) {
        // What cannot be kept now still stands in the field.
        shell::send(self.call, drop);
    }
}

/// Has the core keep the text after each pause, and at once when the field goes away.
#[hook]
fn use_written_through(thread: &AttrValue, text: &str) -> Rc<RefCell<Option<Unsaved>>> {
    let unsaved = use_mut_ref(|| None::<Unsaved>);
    let known = {
        let text = text.to_owned();
        use_mut_ref(move || text)
    };
    {
        let unsaved = unsaved.clone();
        use_effect_with((thread.clone(), text.to_owned()), move |(thread, text)| {
            if known.replace(text.clone()) == *text {
                return;
            }
            let call = KeepDraft { thread: thread.to_string(), text: text.clone() };
            let due = unsaved.clone();
            let timer = Timeout::new(PAUSE, move || {
                if let Some(unsaved) = due.take() {
                    unsaved.save();
                }
            });
            unsaved.replace(Some(Unsaved { call, _timer: timer }));
        });
    }
    {
        let unsaved = unsaved.clone();
        use_effect_with((), move |()| {
            move || {
                if let Some(unsaved) = unsaved.take() {
                    unsaved.save();
                }
            }
        });
    }
    unsaved
}

fn say_left(words: &Words, left: i64) -> AttrValue {
    if left < 0 {
        words.say_with("message-over", &[("count", (-left).into())])
    } else {
        words.say_with("message-left", &[("count", left.into())])
    }
}

fn say_fault(words: &Words, fault: &Fault) -> AttrValue {
    match fault {
        Fault::Empty => words.say("message-empty"),
        Fault::TooLong => words.say_with("message-too-long", &[("max", MAX_TEXT.into())]),
        Fault::Failed(failure) => failure::say(words, failure),
    }
}
