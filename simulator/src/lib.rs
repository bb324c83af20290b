//! An OpenID provider in the Swedish profile, for development, demo and tests.
//!
//! One process holds two issuers, `<base>/residents` and `<base>/staff`, each with its own key, people, logins and tokens.
//! Towards the client it is as strict as a real provider: code flow, `private_key_jwt`, PKCE S256, exact redirect match,
//! signed UserInfo. Towards the person it imitates a BankID order: a choice of device, an animated QR code, a start
//! timeout, a cancel. The people are those of a file; nobody proves anything, so it must never meet real data.

pub mod arguments;
mod asked;
mod authorize;
mod claims;
mod client;
mod discovery;
mod grant;
mod login;
mod message;
mod order;
mod page;
mod people;
mod phone;
mod provider;
mod qr;
mod sign;
mod signer;
mod token;
mod userinfo;
mod words;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use url::Url;

pub use crate::people::{People, PeopleError};
use crate::provider::{Provider, Realm};

/// Milliseconds since 1970, as told by whoever runs the provider.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What a provider needs to know before it can start.
#[derive(Clone)]
pub struct Config {
    /// Address that clients and browsers reach it at, without a final slash.
    pub base: String,
    /// Who can log in.
    pub people: People,
    /// The only client that is let in.
    pub client: Registration,
    /// How long things may take.
    pub times: Times,
    /// The time.
    pub clock: Clock,
}

/// A client as an operator registers it.
#[derive(Clone)]
pub struct Registration {
    /// Its `client_id`.
    pub id: String,
    /// What people know it as.
    pub name: String,
    /// Where its public keys stand.
    pub jwks: Url,
    /// What it proves itself by instead of those keys, if anything.
    pub secret: Option<String>,
    /// Redirect addresses, compared as strings.
    pub redirect_uris: Vec<String>,
}

/// How long an order may wait, and how often the page asks.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// An order that the app has not opened by then is renewed.
    pub start_within: Duration,
    /// How many times it is renewed before it fails.
    pub renewals: u32,
    /// An opened order that is not confirmed by then fails.
    pub confirm_within: Duration,
    /// Pause between two questions from the page.
    pub poll: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            start_within: Duration::from_secs(30),
            renewals: 5,
            confirm_within: Duration::from_secs(180),
            poll: Duration::from_millis(1500),
        }
    }
}

/// The clock of the machine.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// Both issuers and the assets of their pages, ready to be served.
pub fn router(config: &Config) -> Router {
    let client = Arc::new(client::Client::new(config.client.clone()));
    let mut router = Router::new()
        .route("/assets/login.css", get(async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::CSS)))
        .route("/assets/login.js", get(async || ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], page::JS)))
        .fallback(page::not_found);
    for realm in [Realm::Residents, Realm::Staff] {
        let provider = Arc::new(Provider::new(realm, config, client.clone()));
        router = router.nest(realm.path(), issuer(provider));
    }
    router.layer(map_response(guard))
}

fn issuer(provider: Arc<Provider>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::configuration))
        .route("/jwks", get(discovery::jwks))
        .route("/authorize", get(authorize::authorize).post(authorize::authorize))
        .route("/token", post(token::token))
        .route("/userinfo", get(userinfo::userinfo).post(userinfo::userinfo))
        .route("/login/{id}", get(login::show))
        .route("/login/{id}/start", post(login::start))
        .route("/login/{id}/status", get(login::status))
        .route("/login/{id}/qr.svg", get(login::qr))
        .route("/login/{id}/retry", post(login::retry))
        .route("/login/{id}/cancel", post(login::cancel))
        .route("/phone/{token}", get(phone::show))
        .route("/phone/{token}/person", post(phone::choose))
        .route("/phone/{token}/confirm", post(phone::confirm))
        .route("/phone/{token}/deny", post(phone::deny))
        .route("/phone/{token}/hint", post(phone::force))
        .with_state(provider)
}

/// Headers that every answer carries.
///
/// `form-action` is left out on purpose: browsers hold it against the whole chain of redirects behind a form, and that
/// chain ends at an address that only the client knows.
async fn guard(mut response: Response) -> Response {
    let headers: &mut HeaderMap = response.headers_mut();
    let csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
               base-uri 'none'; frame-ancestors 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(csp));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
