//! `GET /identity/authorize`: the app sends the person's browser here, and we send it on to the provider of
//! the chosen municipality.
//!
//! The browser gets a cookie that only it has; nonce and PKCE verifier towards the provider are derived
//! from it, so the database holds nothing that could finish a login.

use super::client::{AppRedirect, LoginError, Return, redirect};
use super::fields::Fields;
use super::page::Page;
use super::provider::Secrets;
use super::secret::{HashedToken, PlainToken, is_256_bits};
use crate::App;
use crate::config::Provider;
use crate::error::Error;
use axum::extract::{RawQuery, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use http::header::SET_COOKIE;
use protocol::Millis;
use protocol::identity::CLIENT_ID;
use protocol::login::LoginRefusal;
use std::sync::Arc;

/// How long a person may take at the provider.
pub(super) const PATIENCE: Millis = 10 * 60 * 1000;
/// What the app sends is kept for a while; it shall not be endless.
const MAX_LENGTH: usize = 512;

/// The purposes of secrets that are derived from the browser's.
pub(super) const NONCE: &str = "nonce towards the provider";
pub(super) const VERIFIER: &str = "PKCE verifier towards the provider";

pub(super) async fn authorize(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let redirect = fields.get("redirect_uri").and_then(|text| AppRedirect::parse(text, &app.config.app_links));
    let (Some(CLIENT_ID), Some(redirect)) = (fields.get("client_id"), redirect) else {
        return Page::NotUnderstood.into_response();
    };
    let state = fields.get("state").filter(|state| state.len() <= MAX_LENGTH).map(str::to_owned);
    let back = Return { redirect, state };
    match begin(&app, &fields, &back).await {
        Ok(response) => response,
        Err(error) => back.refuse(app.config.issuer(), error),
    }
}

/// What an operator needs to find the fault; nothing of whose login it was.
pub(super) fn log(provider: &str, refusal: LoginRefusal) {
    tracing::warn!(provider, refusal = refusal.as_str(), "login refused");
}

/// The name of the cookie that ties a login to its browser; one for each login under way.
pub(super) fn cookie_name(app: &App, state: &HashedToken) -> String {
    let prefix = if is_https(app) { "__Host-" } else { "" };
    format!("{prefix}login-{}", &state.as_str()[..16])
}

/// The attributes of that cookie.
pub(super) fn cookie(app: &App, state: &HashedToken, value: &str, seconds: i64) -> String {
    let secure = if is_https(app) { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", cookie_name(app, state))
}

fn is_https(app: &App) -> bool {
    app.config.public_url.scheme() == "https"
}

/// A request that was found good.
struct Wish<'a> {
    provider: &'a Provider,
    municipality: &'a str,
    state: &'a str,
    nonce: &'a str,
    challenge: &'a str,
    /// Thumbprint of the key that shall have the tokens (RFC 9449, section 10).
    jkt: Option<&'a str>,
}

async fn begin(app: &App, fields: &Fields, back: &Return) -> Result<Response, LoginError> {
    let wish = parse(app, fields, back)?;
    app.limits.login_begins(wish.municipality, app.db.now())?;
    let (state, browser) = (PlainToken::make(), PlainToken::make());
    let secrets =
        Secrets { state: state.expose().to_owned(), nonce: browser.derive(NONCE), verifier: browser.derive(VERIFIER) };
    let locales = fields.get("ui_locales").filter(|locales| locales.len() <= 64).unwrap_or("sv");
    let asked = app.identity.providers.begin(wish.provider, secrets, locales, app.db.now()).await;
    let address = asked.inspect_err(|refusal| log(&wish.provider.id, *refusal))?;
    remember(app, &wish, back, state.hash(), browser.hash()).await?;
    let cookie = cookie(app, &state.hash(), browser.expose(), PATIENCE / 1000);
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), redirect(&address)).into_response())
}

fn parse<'a>(app: &'a App, fields: &'a Fields, back: &'a Return) -> Result<Wish<'a>, LoginError> {
    let invalid = LoginError::Request("invalid_request");
    let field = |name| fields.get(name).filter(|value| value.len() <= MAX_LENGTH);
    if field("response_type") != Some("code") {
        return Err(LoginError::Request("unsupported_response_type"));
    }
    let (Some(state), Some(nonce), Some(challenge)) =
        (back.state.as_deref(), field("nonce"), field("code_challenge").filter(|challenge| is_256_bits(challenge)))
    else {
        return Err(invalid);
    };
    if field("code_challenge_method") != Some("S256") {
        return Err(invalid);
    }
    let jkt = fields.get("dpop_jkt");
    if jkt.is_some_and(|jkt| !is_256_bits(jkt)) {
        return Err(invalid);
    }
    let scopes: Vec<&str> = field("scope").unwrap_or_default().split_whitespace().collect();
    if !["openid", "offline_access"].iter().all(|scope| scopes.contains(scope)) {
        return Err(LoginError::Request("invalid_scope"));
    }
    let (Some(municipality), Some(realm)) = (field("municipality"), field("realm")) else {
        return Err(invalid);
    };
    // Without a choice it is the first that serves there.
    let chosen = field("provider");
    let serves = |provider: &&Provider| {
        provider.realm.as_str() == realm
            && provider.municipalities.iter().any(|id| id.as_str() == municipality)
            && chosen.is_none_or(|chosen| chosen == provider.id)
    };
    let provider = app.config.providers.iter().find(serves).ok_or(invalid)?;
    Ok(Wish { provider, municipality, state, nonce, challenge, jkt })
}

async fn remember(
    app: &App,
    wish: &Wish<'_>,
    back: &Return,
    state: HashedToken,
    browser: HashedToken,
) -> Result<(), Error> {
    let values = [
        state.as_str(),
        browser.as_str(),
        wish.municipality,
        wish.provider.realm.as_str(),
        &wish.provider.id,
        back.redirect.as_str(),
        wish.state,
        wish.nonce,
        wish.challenge,
    ]
    .map(str::to_owned);
    let jkt = wish.jkt.map(str::to_owned);
    app.db
        .write(move |tx| {
            Box::pin(async move {
                sqlx::query("DELETE FROM login_pending WHERE expires_at <= $1")
                    .bind(tx.now)
                    .execute(&mut *tx.conn)
                    .await?;
                let mut insert = sqlx::query(
                    "INSERT INTO login_pending (state_hash, browser_hash, municipality, realm, provider, redirect_uri,
                     app_state, app_nonce, challenge, jkt, begun_at, expires_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                );
                for value in values {
                    insert = insert.bind(value);
                }
                insert.bind(jkt).bind(tx.now).bind(tx.now + PATIENCE).execute(&mut *tx.conn).await?;
                Ok(())
            })
        })
        .await
}
