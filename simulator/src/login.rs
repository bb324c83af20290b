//! A login in the browser: the choice of device, the wait for the app, and the way back to the client.
//!
//! A login belongs to the browser that began it, by a cookie whose path is the login's own. The page asks for the status
//! again and again; what is final moves the login on and is not asked for twice. Leaving for the client ends it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use crate::authorize::AuthorizationRequest;
use crate::grant::Grant;
use crate::message::Message;
use crate::order::{Collected, Device, Order};
use crate::page;
use crate::people::Person;
use crate::provider::{Provider, make_token};
use crate::qr::svg;
use crate::sign::SignRequest;
use crate::words::Language;

/// A login is forgotten after this long, in milliseconds.
const LIFE: u64 = 1_800_000;

/// Logins under way, by the id in their address.
#[derive(Default)]
pub(crate) struct Logins(HashMap<String, Login>);

struct Login {
    request: AuthorizationRequest,
    secret: String,
    since: u64,
    stage: Stage,
}

enum Stage {
    Choosing,
    Ordered(Order),
    Confirmed { person: Arc<Person>, at: u64 },
    Failed(&'static str),
}

/// An order found by the app, with the login it belongs to.
pub(crate) struct Found<'a> {
    pub(crate) login: &'a str,
    pub(crate) language: Language,
    pub(crate) scopes: &'a [String],
    pub(crate) message: Option<&'a Message>,
    pub(crate) sign: Option<&'a SignRequest>,
    pub(crate) order: &'a mut Order,
}

/// The form behind the two devices.
#[derive(Deserialize)]
pub(crate) struct Choice {
    device: String,
}

impl Logins {
    /// Begins a login: its id and the secret of its cookie.
    pub(crate) fn begin(&mut self, request: AuthorizationRequest, now: u64) -> (String, String) {
        self.0.retain(|_, login| login.since + LIFE > now);
        let (id, secret) = (make_token(), make_token());
        self.0.insert(id.clone(), Login { request, secret: secret.clone(), since: now, stage: Stage::Choosing });
        (id, secret)
    }

    /// The order that the app was started with.
    pub(crate) fn find_order(&mut self, autostart: &str, now: u64) -> Option<Found<'_>> {
        self.0.iter_mut().find_map(|(id, login)| {
            let Stage::Ordered(order) = &mut login.stage else { return None };
            order.advance(now);
            let fits = order.autostart() == autostart && order.is_pending();
            let AuthorizationRequest { language, scopes, message, sign, .. } = &login.request;
            let (message, sign) = (message.as_ref(), sign.as_ref());
            fits.then_some(Found { login: id, language: *language, scopes, message, sign, order })
        })
    }

    /// The login of this browser, with its order collected.
    fn enter(&mut self, id: &str, headers: &HeaderMap, now: u64) -> Option<&mut Login> {
        let login = self.0.get_mut(id).filter(|login| {
            let expected = format!("login={}", login.secret);
            headers
                .get_all(header::COOKIE)
                .iter()
                .filter_map(|cookies| cookies.to_str().ok())
                .any(|cookies| cookies.split(';').any(|one| one.trim() == expected))
        })?;
        login.stage = match std::mem::replace(&mut login.stage, Stage::Choosing) {
            Stage::Ordered(order) => match order.collect(now) {
                Collected::Pending(order) => Stage::Ordered(order),
                Collected::Complete(person) => Stage::Confirmed { person, at: now },
                Collected::Failed(hint) => Stage::Failed(hint),
            },
            other => other,
        };
        Some(login)
    }
}

/// `GET /login/{id}`: the page of the present stage, or the way back.
pub(crate) async fn show(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let now = provider.now();
    let mut logins = provider.logins();
    let Some(login) = logins.enter(&id, &headers, now) else { return ended() };
    let place = provider.path(&format!("login/{id}"));
    let language = login.request.language;
    match &login.stage {
        Stage::Choosing => page::choose(&provider, language, &place, login.request.message.as_ref()),
        Stage::Ordered(order) => page::wait(&provider, language, &place, order),
        Stage::Failed("userCancel") => leave(&provider, &mut logins, &id, None),
        Stage::Failed(hint) => page::failed(language, &place, hint),
        Stage::Confirmed { person, at } => {
            let confirmed = Some((person.clone(), *at));
            leave(&provider, &mut logins, &id, confirmed)
        }
    }
}

/// `POST /login/{id}/start`: places the order.
pub(crate) async fn start(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Response {
    let now = provider.now();
    let device = if choice.device == "this" { Device::This } else { Device::Other };
    let mut logins = provider.logins();
    let Some(login) = logins.enter(&id, &headers, now) else { return ended() };
    if matches!(login.stage, Stage::Choosing) {
        login.stage = Stage::Ordered(Order::new(device, provider.times, now));
    }
    Redirect::to(&provider.path(&format!("login/{id}"))).into_response()
}

/// `GET /login/{id}/status`: what the waiting page shows, or that it should load itself anew.
pub(crate) async fn status(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let now = provider.now();
    let mut logins = provider.logins();
    let answer = match logins.enter(&id, &headers, now) {
        Some(Login { stage: Stage::Ordered(order), request, .. }) => json!({
            "status": "pending",
            "hint": order.hint(),
            "text": request.language.pending(order.hint(), order.device),
            "open": provider.path(&format!("phone/{}", order.autostart())),
        }),
        _ => json!({ "status": "final" }),
    };
    Json(answer).into_response()
}

/// `GET /login/{id}/qr.svg`: the code of this second.
pub(crate) async fn qr(State(provider): State<Arc<Provider>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let now = provider.now();
    match provider.logins().enter(&id, &headers, now) {
        Some(Login { stage: Stage::Ordered(order), .. }) => {
            ([(header::CONTENT_TYPE, "image/svg+xml")], svg(&order.qr_text(now))).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `POST /login/{id}/retry`: from a failed order back to the choice of device.
pub(crate) async fn retry(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let now = provider.now();
    let mut logins = provider.logins();
    let Some(login) = logins.enter(&id, &headers, now) else { return ended() };
    if matches!(login.stage, Stage::Failed(_)) {
        login.stage = Stage::Choosing;
    }
    Redirect::to(&provider.path(&format!("login/{id}"))).into_response()
}

/// `POST /login/{id}/cancel`: back to the client with nothing.
pub(crate) async fn cancel(
    State(provider): State<Arc<Provider>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let now = provider.now();
    let mut logins = provider.logins();
    if logins.enter(&id, &headers, now).is_none() {
        return ended();
    }
    leave(&provider, &mut logins, &id, None)
}

/// Ends the login and sends the browser to the client, with a code if someone confirmed.
fn leave(provider: &Provider, logins: &mut Logins, id: &str, confirmed: Option<(Arc<Person>, u64)>) -> Response {
    let Some(Login { request, .. }) = logins.0.remove(id) else { return ended() };
    let Some((person, at)) = confirmed else {
        return request.send_back(provider, &[("error", "access_denied")]);
    };
    if !request.asked.is_for(&person.number) {
        tracing::info!("somebody else than the one asked for");
        return request.send_back(provider, &[("error", "unmet_authentication_requirements")]);
    }
    tracing::info!(realm = ?provider.realm, "login confirmed");
    let grant = Grant {
        person,
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.clone(),
        nonce: request.nonce.clone(),
        scopes: request.scopes.clone(),
        auth_time: at / 1000,
        txn: uuid::Uuid::new_v4().to_string(),
        asked: request.asked.clone(),
        sign: request.sign.clone(),
    };
    let code = provider.grants().make_code(grant, provider.now());
    request.send_back(provider, &[("code", &code)])
}

fn ended() -> Response {
    page::ended(Language::Swedish)
}
