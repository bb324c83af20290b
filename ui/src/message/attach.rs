//! Files that go with a message: choosing and removing them while it is written, and opening them where it stands.
//!
//! What is chosen is handed to the core at once, which keeps it sealed; this side keeps none of it. The core says what
//! a file is and whether it can be sent, and draws it: nothing that somebody sent is ever read by the webview.

use crate::document::Pages;
use crate::failure;
use crate::kit::{Icon, Sign};
use crate::locale::{Key, Words, use_words};
use crate::shell;
use bridge::document::FileAt;
use bridge::message::{AttachFile, AttachedView, DetachFile, MAX_FILE, MAX_FILES};
use bridge::{Failure, FailureCode};
use gloo_events::EventListener;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, FileReader, HtmlInputElement};
use yew::prelude::*;

/// What the picker offers; the core looks for itself.
const ACCEPT: &str = "image/jpeg,image/png,application/pdf,text/plain";

/// Why a file was not taken, and which.
#[derive(Clone, Debug, PartialEq)]
enum Fault {
    TooLarge(String),
    NotSendable(String),
    TooMany,
    Failed(Failure),
}

impl Fault {
    fn of(name: String, failure: Failure) -> Self {
        match failure.code {
            FailureCode::TooLong => Self::TooLarge(name),
            FailureCode::Unreadable => Self::NotSendable(name),
            FailureCode::Invalid => Self::TooMany,
            _ => Self::Failed(failure),
        }
    }
}

/// Props of [`Attach`].
#[derive(Properties, PartialEq)]
pub(super) struct AttachProps {
    pub(super) thread: AttrValue,
    /// What goes with the draft now.
    pub(super) files: Vec<AttachedView>,
}

/// The button, and what was chosen.
#[component]
pub(super) fn Attach(props: &AttachProps) -> Html {
    let words = use_words();
    let busy = use_state_eq(|| false);
    let fault = use_state_eq(|| None::<Fault>);
    let on_choose = {
        let thread = props.thread.to_string();
        let (busy, fault) = (busy.setter(), fault.setter());
        Callback::from(move |event: Event| {
            let Some(field) = event.target_dyn_into::<HtmlInputElement>() else { return };
            let chosen: Vec<File> = field
                .files()
                .map(|files| (0..files.length()).filter_map(|at| files.get(at)).collect())
                .unwrap_or_default();
            let (thread, busy, fault) = (thread.clone(), busy.clone(), fault.clone());
            busy.set(true);
            fault.set(None);
            spawn_local(async move {
                let refused = attach_all(&thread, chosen).await;
                // So that the same file can be chosen again.
                field.set_value("");
                busy.set(false);
                fault.set(refused);
            });
        })
    };
    let detach = |file: &AttachedView| {
        let (thread, file, fault) = (props.thread.to_string(), file.file.clone(), fault.setter());
        Callback::from(move |_: MouseEvent| {
            let (call, fault) = (DetachFile { thread: thread.clone(), file: file.clone() }, fault.clone());
            shell::send(call, move |gone| fault.set(gone.err().map(Fault::Failed)));
        })
    };
    let said = fault.as_ref().map(|fault| say_fault(&words, fault));
    html! {
        <div class="attach">
            if let Some(said) = &said {
                <p class="fault" id="attach-fault" role="alert">{ said }</p>
            }
            if !props.files.is_empty() {
                <ul role="list" class="chips" aria-label={words.say("message-attached")}>
                    { for props.files.iter().map(|file| html! {
                        <li key={file.file.clone()}>
                            <Icon sign={Sign::Document} />
                            <span class="name"><bdi>{ &file.name }</bdi>{ " " }{ size(&words, file) }</span>
                            <button type="button" class="quiet icon-only detach" onclick={detach(file)}
                                aria-label={words.say_with("message-detach", &[("name", file.name.as_str().into())])}>
                                <Icon sign={Sign::Close} />
                            </button>
                        </li>
                    }) }
                </ul>
            }
            <label class="button" aria-disabled={busy.to_string()}>
                <Icon sign={Sign::Clip} />
                { words.say(if *busy { Key("message-attaching") } else { Key("message-attach") }) }
                <input type="file" id="attach" class="visually-hidden" multiple=true accept={ACCEPT} disabled={*busy}
                    onchange={on_choose} aria-invalid={said.is_some().then_some("true")}
                    aria-describedby={if said.is_some() { "attach-fault attach-hint" } else { "attach-hint" }} />
            </label>
            <p class="hint" id="attach-hint">{ words.say_with("message-attach-hint", &[("max", mebibytes().into())]) }</p>
        </div>
    }
}

/// Takes them one after the other; the last that was not taken is told.
async fn attach_all(thread: &str, chosen: Vec<File>) -> Option<Fault> {
    let mut fault = None;
    for file in chosen {
        let name = file.name();
        #[expect(clippy::cast_precision_loss, reason = "far below where a float skips numbers")]
        let is_large = file.size() > MAX_FILE as f64;
        if is_large {
            fault = Some(Fault::TooLarge(name));
            continue;
        }
        let Some(data) = read(&file).await else {
            fault = Some(Fault::NotSendable(name));
            continue;
        };
        let call = AttachFile { thread: thread.to_owned(), name: name.clone(), data };
        if let Err(failure) = shell::invoke(&call).await {
            fault = Some(Fault::of(name, failure));
        }
    }
    fault
}

/// A file's bytes, base64; `None` when it is empty or cannot be read.
async fn read(file: &File) -> Option<String> {
    let reader = FileReader::new().ok()?;
    let done = Promise::new(&mut |resolve, _| {
        let listener = EventListener::once(&reader, "loadend", move |_| drop(resolve.call0(&JsValue::NULL)));
        // It ends with its one call.
        listener.forget();
    });
    reader.read_as_data_url(file).ok()?;
    JsFuture::from(done).await.ok()?;
    let url = reader.result().ok()?.as_string()?;
    url.split_once(";base64,").map(|(_, data)| data.to_owned())
}

fn say_fault(words: &Words, fault: &Fault) -> AttrValue {
    match fault {
        Fault::TooLarge(name) => {
            words.say_with("message-file-large", &[("name", name.as_str().into()), ("max", mebibytes().into())])
        }
        Fault::NotSendable(name) => words.say_with("message-file-unsendable", &[("name", name.as_str().into())]),
        Fault::TooMany => {
            words.say_with("message-files-many", &[("max", u32::try_from(MAX_FILES).unwrap_or(u32::MAX).into())])
        }
        Fault::Failed(failure) => failure::say(words, failure),
    }
}

fn mebibytes() -> u32 {
    u32::try_from(MAX_FILE >> 20).unwrap_or(u32::MAX)
}

fn size(words: &Words, file: &AttachedView) -> AttrValue {
    let size = i64::try_from(file.size.div_ceil(1024)).unwrap_or(i64::MAX);
    words.say_with("document-size", &[("size", size.into())])
}

/// Props of [`Attached`].
#[derive(Properties, PartialEq)]
pub(super) struct AttachedProps {
    pub(super) files: Vec<AttachedView>,
}

/// The files of a message, each opened where it stands.
#[component]
pub(super) fn Attached(props: &AttachedProps) -> Html {
    let words = use_words();
    html! {
        if !props.files.is_empty() {
            <ul role="list" class="attached" aria-label={words.say("message-files")}>
                { for props.files.iter().map(|file| html! { <Row key={file.file.clone()} file={file.clone()} /> }) }
            </ul>
        }
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    file: AttachedView,
}

/// A file: its name opens and closes it.
#[component]
fn Row(props: &RowProps) -> Html {
    let words = use_words();
    let open = use_state_eq(|| false);
    let file = &props.file;
    let toggle = {
        let (open, is_open) = (open.setter(), *open);
        Callback::from(move |_: MouseEvent| open.set(!is_open))
    };
    html! {
        <li>
            <button type="button" class="quiet open-file" onclick={toggle} aria-expanded={open.to_string()}>
                <Icon sign={Sign::Document} />
                <span class="name"><bdi>{ &file.name }</bdi>{ " " }{ size(&words, file) }</span>
            </button>
            if *open {
                <Pages id={AttrValue::from(file.file.clone())} file={FileAt::Message { file: file.file.clone() }} />
            } else if !file.here {
                <p class="hint">{ words.say("document-not-here") }</p>
            }
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Locale;
    use bridge::Retry;

    #[test]
    fn each_fault_says_which_file_and_what_to_do() {
        let words = Words::new(Locale::Swedish);
        let of = |code| Fault::of("semester.mov".to_owned(), Failure { code, retry: Retry::Never, details: None });
        for (code, said) in [(FailureCode::TooLong, "10"), (FailureCode::Unreadable, "JPEG")] {
            let text = say_fault(&words, &of(code));
            assert!(text.contains("semester.mov") && text.contains(said), "{text}");
        }
        assert!(say_fault(&words, &of(FailureCode::Invalid)).contains("10"));
        assert_eq!(
            of(FailureCode::DiskFull),
            Fault::Failed(Failure { code: FailureCode::DiskFull, retry: Retry::Never, details: None })
        );
    }
}
