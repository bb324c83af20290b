//! The imitation of the app on a phone or on this device.
//!
//! It knows an order by its start token alone, as the real app does, and never sees the browser's cookie. A person is
//! chosen from the list of the realm, and confirms or says no.

use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::order::Device;
use crate::page;
use crate::provider::Provider;
use crate::words::Language;

/// The form behind the list of people.
#[derive(Deserialize)]
pub(crate) struct Choice {
    person: String,
}

/// The form behind the forced hints.
#[derive(Deserialize)]
pub(crate) struct Forced {
    hint: String,
}

/// `GET /phone/{token}`: the list of people, or the question.
pub(crate) async fn show(State(provider): State<Arc<Provider>>, Path(token): Path<String>) -> Response {
    let now = provider.now();
    let mut logins = provider.logins();
    let Some(found) = logins.find_order(&token, now) else { return page::ended(Language::Swedish) };
    found.order.open(now);
    let place = provider.path(&format!("phone/{token}"));
    match found.order.chosen() {
        None => page::people(&provider, found.language, &place),
        Some(person) => {
            let sign = found.sign.and_then(|sign| sign.message(found.language));
            let asked = page::Asked { scopes: found.scopes, message: found.message, sign };
            page::confirm(&provider, found.language, &place, person, &asked)
        }
    }
}

/// `POST /phone/{token}/person`
pub(crate) async fn choose(
    State(provider): State<Arc<Provider>>,
    Path(token): Path<String>,
    Form(choice): Form<Choice>,
) -> Response {
    let now = provider.now();
    let mut logins = provider.logins();
    let Some(found) = logins.find_order(&token, now) else { return page::ended(Language::Swedish) };
    let Some(person) = provider.people.iter().find(|person| person.id == choice.person) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    found.order.choose(person.clone());
    Redirect::to(&provider.path(&format!("phone/{token}"))).into_response()
}

/// `POST /phone/{token}/confirm`
pub(crate) async fn confirm(State(provider): State<Arc<Provider>>, Path(token): Path<String>) -> Response {
    finish(&provider, &token, Answer::Confirm)
}

/// `POST /phone/{token}/deny`
pub(crate) async fn deny(State(provider): State<Arc<Provider>>, Path(token): Path<String>) -> Response {
    finish(&provider, &token, Answer::Deny)
}

/// `POST /phone/{token}/hint`: makes the order say what real ones say now and then.
pub(crate) async fn force(
    State(provider): State<Arc<Provider>>,
    Path(token): Path<String>,
    Form(forced): Form<Forced>,
) -> Response {
    let now = provider.now();
    let mut logins = provider.logins();
    let Some(found) = logins.find_order(&token, now) else { return page::ended(Language::Swedish) };
    if !found.order.force(&forced.hint) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    match (found.order.is_pending(), found.order.device) {
        (true, _) => Redirect::to(&provider.path(&format!("phone/{token}"))).into_response(),
        (false, Device::This) => Redirect::to(&provider.path(&format!("login/{}", found.login))).into_response(),
        (false, Device::Other) => page::denied(found.language),
    }
}

#[derive(Clone, Copy)]
enum Answer {
    Confirm,
    Deny,
}

fn finish(provider: &Provider, token: &str, answer: Answer) -> Response {
    let now = provider.now();
    let mut logins = provider.logins();
    let Some(found) = logins.find_order(token, now) else { return page::ended(Language::Swedish) };
    match answer {
        Answer::Confirm => found.order.confirm(),
        Answer::Deny => found.order.deny(),
    }
    match (found.order.device, answer) {
        (Device::This, _) => Redirect::to(&provider.path(&format!("login/{}", found.login))).into_response(),
        (Device::Other, Answer::Confirm) => page::done(found.language),
        (Device::Other, Answer::Deny) => page::denied(found.language),
    }
}
