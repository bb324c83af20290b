//! Identity: who calls.
//!
//! Towards our app this is a small OAuth 2.1 / OpenID issuer; towards the municipalities' providers it is a
//! confidential relying party. A login goes app → [`authorize`] → provider → [`callback`] → app → [`token`].
//! What has to be remembered in between stands in the database, as hashes, so that a restart loses no login;
//! what is secret stays with the browser or the app. Personal numbers are compared here and told to nobody.
//! Tokens are good only together with a proof of the key that they are bound to ([`dpop`]).

mod authorize;
mod callback;
mod caller;
mod client;
mod devices;
mod discovery;
mod dpop;
mod ended;
mod family;
mod fields;
#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod fuzz;
mod http;
mod invite;
mod keys;
mod lapse;
mod leave;
mod logout;
mod me;
mod municipality;
mod page;
mod provider;
mod registry;
mod revoke;
mod rotate;
mod secret;
mod token;

pub use caller::{Caller, Reader};
pub(crate) use dpop::give_nonce;
pub use family::is_live;
pub use lapse::end_access_tokens;
pub use leave::{log_out, take_out};
pub use provider::Checked;
pub use rotate::{keep_keys, rotate_keys};

use crate::App;
use crate::config::Config;
use crate::db::Db;
use anyhow::Context as _;
use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use protocol::Millis;
use std::sync::Arc;
use std::time::Duration;

/// The issuer and the relying party.
pub struct Identity {
    dpop: dpop::Dpop,
    id_token_keys: keys::Ring,
    providers: provider::RelyingParty,
}

impl Identity {
    /// Opens or makes the keys.
    ///
    /// # Errors
    /// When the key folder or the database cannot be used.
    pub async fn open(config: &Config, db: &Db) -> anyhow::Result<Self> {
        let dpop = dpop::Dpop::open(db, config.issuer()).await?;
        let id_token_keys = keys::Ring::open(&config.keys, keys::ID_TOKEN).context("ID token key")?;
        Ok(Self { dpop, id_token_keys, providers: relying_party(config)? })
    }
}

fn relying_party(config: &Config) -> anyhow::Result<provider::RelyingParty> {
    let keys = keys::Ring::open(&config.keys, keys::CLIENT).context("client key")?;
    let redirect = format!("{}/identity/callback", config.issuer());
    Ok(provider::RelyingParty::new(http::Http::new()?, keys, redirect))
}

/// Holds what a provider says about itself against how `config` wants to use it.
///
/// # Errors
/// When no provider has that name, or the key folder cannot be used.
pub async fn check_provider(config: &Config, name: &str, now: Millis) -> anyhow::Result<Checked> {
    let provider = config.providers.iter().find(|provider| provider.id == name);
    let provider = provider.with_context(|| format!("the configuration has no provider {name}"))?;
    // Another installed provider of cryptography is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(relying_party(config)?.check(provider, now).await)
}

/// What a browser sees whose person has to wait.
pub(crate) fn wait_page(wait: Duration) -> Response {
    page::Page::Wait(wait).into_response()
}

/// The routes.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::configuration))
        .route("/identity/jwks.json", get(discovery::jwks))
        .route("/identity/client-jwks.json", get(discovery::client_jwks))
        .route("/identity/authorize", get(authorize::authorize))
        .route("/identity/callback", get(callback::callback))
        .route("/identity/token", post(token::token))
        .route("/identity/revoke", post(revoke::revoke))
        .route("/identity/invites", post(invite::make))
        .route("/identity/invites/{invite}/revoke", post(invite::revoke))
        .route("/identity/devices", get(devices::list))
        .route("/identity/devices/{id}/sign-out", post(devices::sign_out))
        .route("/identity/logout", get(logout::logout).post(logout::logout))
        .route("/identity/userinfo", get(me::userinfo).post(me::userinfo))
        .route("/identity/backchannel-logout/{provider}", post(ended::back_channel))
        .route("/identity/frontchannel-logout/{provider}", get(ended::front_channel))
        .route("/me", get(me::me))
        .route("/municipalities", get(municipality::municipalities))
}
