//! The authorization endpoint: checks what a client asks for and begins a login in the browser.
//!
//! The request comes as plain parameters or as a Request Object that the client signed; then what stands in the object
//! counts, and what stands beside it must be the same. As long as client and redirect address are not both known, an error ends on a plain page; afterwards it goes back to
//! the client with `state` and `iss`.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{RawForm, State};
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use crate::asked::Asked;
use crate::claims::{self, LEVELS, SCOPE_APPROVAL, SCOPE_SIGN};
use crate::message::{self, Message};
use crate::page;
use crate::provider::Provider;
use crate::sign::{self, SignRequest};
use crate::words::Language;

/// 128 bits in base64url.
const STATE_LENGTH: usize = 22;
/// A SHA-256 in base64url.
const CHALLENGE_LENGTH: usize = 43;

/// A request that was found good.
#[derive(Clone)]
pub(crate) struct AuthorizationRequest {
    pub(crate) redirect_uri: String,
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) challenge: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) language: Language,
    /// What the client tells the person.
    pub(crate) message: Option<Message>,
    /// Claims that are named.
    pub(crate) asked: Asked,
    /// What is to be signed.
    pub(crate) sign: Option<SignRequest>,
}

/// Why a request was turned down.
enum Refused {
    /// Not safe to send back.
    Here(Language),
    /// Told to the client.
    Back { redirect_uri: String, state: Option<String>, error: &'static str, description: &'static str },
}

/// `GET` and `POST /authorize`
pub(crate) async fn authorize(State(provider): State<Arc<Provider>>, RawForm(query): RawForm) -> Response {
    let (mut fields, repeated) = read(&query);
    let opened = unwrap(&provider, &mut fields).await;
    match parse(&provider, &fields, &repeated, opened).await {
        Ok(request) => {
            let now = provider.now();
            let (id, secret) = provider.logins().begin(request, now);
            let place = provider.path(&format!("login/{id}"));
            let cookie = format!("login={secret}; Path={place}; HttpOnly; SameSite=Lax");
            (AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(&place)).into_response()
        }
        Err(Refused::Here(language)) => page::refused(language, StatusCode::BAD_REQUEST),
        Err(Refused::Back { redirect_uri, state, error, description }) => {
            tracing::info!(error, description, "authorization refused");
            let answer = [("error", error), ("error_description", description)];
            send_back(&provider, &redirect_uri, state.as_deref(), &answer)
        }
    }
}

impl AuthorizationRequest {
    /// Sends the browser back to the client with this answer.
    pub(crate) fn send_back(&self, provider: &Provider, answer: &[(&str, &str)]) -> Response {
        send_back(provider, &self.redirect_uri, Some(&self.state), answer)
    }
}

fn send_back(provider: &Provider, redirect_uri: &str, state: Option<&str>, answer: &[(&str, &str)]) -> Response {
    let Ok(mut address) = Url::parse(redirect_uri) else {
        return page::refused(Language::Swedish, StatusCode::BAD_REQUEST);
    };
    {
        let mut query = address.query_pairs_mut();
        query.extend_pairs(answer);
        if let Some(state) = state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &provider.issuer);
    }
    Redirect::to(address.as_str()).into_response()
}

type Fields = HashMap<String, String>;

/// The parameters, and the names of those that came more than once.
fn read(query: &[u8]) -> (Fields, Vec<String>) {
    let mut fields = HashMap::new();
    let mut repeated = Vec::new();
    for (name, value) in form_urlencoded::parse(query) {
        let name = name.into_owned();
        if fields.insert(name.clone(), value.into_owned()).is_some() {
            repeated.push(name);
        }
    }
    (fields, repeated)
}

/// What a Request Object holds that is not the same as a parameter: what is to be signed, which needs no signature of its own
/// there.
type Inside = Option<Map<String, Value>>;

/// Puts what a Request Object says in the place of the parameters; otherwise why it is not taken.
async fn unwrap(provider: &Provider, fields: &mut Fields) -> Result<Inside, &'static str> {
    let Some(jwt) = fields.remove("request") else { return Ok(None) };
    let mut object =
        provider.client.open_request(&jwt, &provider.issuer, provider.now() / 1000).await.map_err(|error| {
            tracing::warn!(%error, "request object refused");
            "the request object is not taken"
        })?;
    let sign = match object.remove(sign::PARAMETER) {
        Some(Value::Object(_)) if fields.contains_key(sign::PARAMETER) => {
            return Err("a parameter differs from the request object");
        }
        Some(Value::Object(wish)) => Some(wish),
        Some(other) => {
            object.insert(sign::PARAMETER.to_owned(), other);
            None
        }
        None => None,
    };
    for (name, value) in object {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if fields.get(&name).is_some_and(|beside| *beside != text) {
            return Err("a parameter differs from the request object");
        }
        fields.insert(name, text);
    }
    Ok(sign)
}

async fn parse(
    provider: &Provider,
    fields: &Fields,
    repeated: &[String],
    opened: Result<Inside, &'static str>,
) -> Result<AuthorizationRequest, Refused> {
    let field = |name: &str| fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let language = Language::choose(field("ui_locales").unwrap_or_default());
    if field("client_id") != Some(provider.client.id())
        || repeated.iter().any(|name| name == "client_id" || name == "redirect_uri")
    {
        return Err(Refused::Here(language));
    }
    let redirect_uri = field("redirect_uri")
        .filter(|address| provider.client.may_redirect_to(address))
        .ok_or(Refused::Here(language))?
        .to_owned();
    let state = field("state").filter(|_| !repeated.iter().any(|name| name == "state"));
    let back = |error, description| Refused::Back {
        redirect_uri: redirect_uri.clone(),
        state: state.map(str::to_owned),
        error,
        description,
    };
    if !repeated.is_empty() {
        return Err(back("invalid_request", "a parameter is repeated"));
    }
    let inside = opened.map_err(|why| back("invalid_request_object", why))?;
    if field("request_uri").is_some() {
        return Err(back("request_uri_not_supported", "request objects are taken by value only"));
    }
    if field("response_type") != Some("code") {
        return Err(back("unsupported_response_type", "response_type must be code"));
    }
    if field("response_mode").is_some_and(|mode| mode != "query") {
        return Err(back("invalid_request", "response_mode must be query"));
    }
    let Some(strong) = state.filter(|state| state.len() >= STATE_LENGTH) else {
        return Err(back("invalid_request", "state with at least 128 bits is required"));
    };
    let nonce = field("nonce").ok_or_else(|| back("invalid_request", "nonce is required"))?;
    if field("code_challenge_method") != Some("S256") {
        return Err(back("invalid_request", "code_challenge_method must be S256"));
    }
    let challenge = field("code_challenge")
        .filter(|challenge| challenge.len() == CHALLENGE_LENGTH)
        .ok_or_else(|| back("invalid_request", "code_challenge is required"))?;
    let scopes: Vec<String> = field("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if !claims::has(&scopes, "openid") {
        return Err(back("invalid_scope", "scope must hold openid"));
    }
    // Every login is a fresh one, so `login` is always met and `none` never.
    if field("prompt").is_some_and(|prompt| prompt.split_whitespace().any(|one| one == "none")) {
        return Err(back("login_required", "the person has to be asked"));
    }
    let wanted = field("claims").map(serde_json::from_str::<Value>).transpose();
    let wanted = wanted.map_err(|_| back("invalid_request", "claims is not JSON"))?;
    if !wanted.as_ref().is_none_or(is_level_met) {
        return Err(back("unmet_authentication_requirements", "the level asked for is not offered"));
    }
    let message = field(message::PARAMETER).map(|text| Message::parse(text).ok_or(())).transpose();
    let message = message.map_err(|()| back("invalid_request", "userMessage is not understood"))?;
    let signs = [SCOPE_SIGN, SCOPE_APPROVAL].iter().any(|scope| claims::has(&scopes, scope));
    let sign = match (field(sign::PARAMETER), inside) {
        (None, None) if !signs => None,
        (None, None) => return Err(back("invalid_request", "a scope of signing and signRequest go together")),
        (jwt, wish) if signs => {
            let prompts: Vec<&str> = field("prompt").unwrap_or_default().split_whitespace().collect();
            if !["login", "consent"].iter().all(|prompt| prompts.contains(prompt)) {
                return Err(back("invalid_request", "signing needs prompt=login consent"));
            }
            let read = match (wish, jwt) {
                (Some(wish), _) => SignRequest::parse(wish),
                (None, jwt) => SignRequest::read(provider, jwt.unwrap_or_default(), provider.now() / 1000).await,
            };
            Some(read.map_err(|error| {
                tracing::warn!(%error, "request to sign refused");
                back("invalid_request", "signRequest is not a good one, or not signed")
            })?)
        }
        _ => return Err(back("invalid_request", "a scope of signing and signRequest go together")),
    };
    Ok(AuthorizationRequest {
        message,
        redirect_uri: redirect_uri.clone(),
        state: strong.to_owned(),
        nonce: nonce.to_owned(),
        challenge: challenge.to_owned(),
        scopes,
        language,
        asked: wanted.as_ref().map(Asked::parse).unwrap_or_default(),
        sign,
    })
}

/// Whether an essential `acr` of the `claims` parameter names a level on offer; a voluntary one binds nobody.
fn is_level_met(claims: &Value) -> bool {
    let acr = &claims["id_token"]["acr"];
    if acr["essential"] != Value::Bool(true) {
        return true;
    }
    let values = acr["values"].as_array().map(Vec::as_slice).unwrap_or_default();
    let named: Vec<&str> = values.iter().chain([&acr["value"]]).filter_map(Value::as_str).collect();
    named.is_empty() || named.iter().any(|level| LEVELS.contains(level))
}
