//! The way to the shell, and the only place that touches `window.__TAURI__`.
//!
//! Calls go out as JSON and come back as the reply or a [`Failure`]; announced changes are handed to whoever
//! asked for their topic. A test double that puts its own `__TAURI__` on the window can stand in for the shell.

use bridge::{CHANGED, Call, Failure, FailureCode, Retry, Topic};
use js_sys::{Function, JSON, Object, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use yew::Callback;

/// Which of the app's windows this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowKind {
    /// For residents and guardians.
    Resident,
    /// The caseworker's desk.
    Desk,
}

/// The window that the shell opened us in, by its label.
pub(crate) fn window_kind() -> WindowKind {
    let label = at_path(&["__TAURI_INTERNALS__", "metadata", "currentWindow", "label"]);
    match label.and_then(|label| label.as_string()).as_deref() {
        Some("desk") => WindowKind::Desk,
        _ => WindowKind::Resident,
    }
}

/// Asks the shell.
pub(crate) async fn invoke<C: Call>(call: &C) -> Result<C::Reply, Failure> {
    let answer = async {
        let input = serde_json::to_string(call).map_err(|_| JsValue::NULL)?;
        let args = Object::new();
        Reflect::set(&args, &"call".into(), &JSON::parse(&input)?)?;
        let core = at_path(&["__TAURI__", "core"]).ok_or(JsValue::NULL)?;
        let invoke: Function = Reflect::get(&core, &"invoke".into())?.dyn_into()?;
        let promise: Promise = invoke.call2(&core, &C::NAME.into(), &args)?.dyn_into()?;
        JsFuture::from(promise).await
    };
    match answer.await {
        Ok(reply) => read_json(&reply).ok_or_else(internal),
        Err(failure) => Err(read_json(&failure).unwrap_or_else(internal)),
    }
}

/// Asks the shell to do something and goes on with what it answers.
pub(crate) fn send<C: Call>(call: C, then: impl FnOnce(Result<C::Reply, Failure>) + 'static) {
    wasm_bindgen_futures::spawn_local(async move { then(invoke(&call).await) });
}

/// A wish to hear of changes; it ends when this is dropped.
pub(crate) struct Listening(u64);

/// Runs `then` each time one of the topics is announced.
pub(crate) fn on_change(topics: &'static [Topic], then: Callback<()>) -> Listening {
    let id = NEXT.with(|next| next.replace(next.get() + 1));
    LISTENERS.with_borrow_mut(|all| all.push(Rc::new(Listener { id, topics, then })));
    Listening(id)
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENERS.with_borrow_mut(|all| all.retain(|one| one.id != self.0));
    }
}

/// Starts to hear the shell's announcements. Called once, before the first page.
pub(crate) async fn listen() {
    let heard = Closure::<dyn Fn(JsValue)>::new(|event: JsValue| {
        let payload = Reflect::get(&event, &"payload".into()).unwrap_or(JsValue::NULL);
        announce(&read_json::<Vec<Topic>>(&payload).unwrap_or_default());
    });
    let started = at_path(&["__TAURI__", "event"]).and_then(|event| {
        let listen: Function = Reflect::get(&event, &"listen".into()).ok()?.dyn_into().ok()?;
        listen.call2(&event, &CHANGED.into(), heard.as_ref()).ok()?.dyn_into::<Promise>().ok()
    });
    // The window's lifetime is the listener's.
    heard.forget();
    if let Some(started) = started {
        // Without announcements the pages still show what they fetch; each call tells its own failure.
        drop(JsFuture::from(started).await);
    }
}

struct Listener {
    id: u64,
    topics: &'static [Topic],
    then: Callback<()>,
}

thread_local! {
    static NEXT: Cell<u64> = const { Cell::new(0) };
    static LISTENERS: RefCell<Vec<Rc<Listener>>> = const { RefCell::new(Vec::new()) };
}

fn announce(changed: &[Topic]) {
    // A copy, as a listener may come or go while it is told.
    let all = LISTENERS.with_borrow(|all| all.clone());
    for one in all.iter().filter(|one| one.topics.iter().any(|topic| changed.contains(topic))) {
        one.then.emit(());
    }
}

fn at_path(path: &[&str]) -> Option<JsValue> {
    let mut at: JsValue = web_sys::window()?.into();
    for name in path {
        at = Reflect::get(&at, &(*name).into()).ok()?;
        if at.is_undefined() || at.is_null() {
            return None;
        }
    }
    Some(at)
}

fn read_json<T: serde::de::DeserializeOwned>(value: &JsValue) -> Option<T> {
    // A call without a reply resolves to undefined or null, and undefined has no JSON.
    let text = JSON::stringify(value).ok().and_then(|text| text.as_string());
    serde_json::from_str(text.as_deref().unwrap_or("null")).ok()
}

fn internal() -> Failure {
    Failure { code: FailureCode::Internal, retry: Retry::Never, details: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_who_asked_for_a_topic_hear_of_it() {
        let heard = Rc::new(Cell::new(0));
        let count = heard.clone();
        let listening = on_change(&[Topic::Message], Callback::from(move |()| count.set(count.get() + 1)));

        announce(&[Topic::Case]);
        assert_eq!(heard.get(), 0);
        announce(&[Topic::Case, Topic::Message]);
        assert_eq!(heard.get(), 1);

        drop(listening);
        announce(&[Topic::Message]);
        assert_eq!(heard.get(), 1);
    }
}
