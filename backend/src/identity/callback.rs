//! `GET /identity/callback`: the provider sends the browser back here with its answer.
//!
//! An answer counts once, in time, and only in the browser that began; whatever else comes of it, the app
//! hears of it with its own `state`.

use super::authorize::{NONCE, VERIFIER, cookie, cookie_name, log};
use super::client::{AppRedirect, LoginError, Return};
use super::ended::{self, Origin};
use super::fields::Fields;
use super::page::Page;
use super::provider::{Answer, Login};
use super::registry;
use super::secret::{HashedToken, PlainToken};
use crate::App;
use crate::config::Provider;
use crate::db::Tx;
use crate::error::Error;
use axum::extract::{RawQuery, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use http::HeaderMap;
use http::header::{COOKIE, SET_COOKIE};
use protocol::Millis;
use protocol::id::PersonId;
use protocol::login::LoginRefusal;
use std::sync::Arc;

/// How long the app may take to fetch its tokens.
const CODE_LIFE: Millis = 60 * 1000;

pub(super) async fn callback(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let Some(state) = fields.get("state").and_then(PlainToken::read).map(|state| state.hash()) else {
        return Ok(Page::NoLogin.into_response());
    };
    let Some(browser) = browser(&headers, &cookie_name(&app, &state)) else {
        return Ok(Page::NoLogin.into_response());
    };
    let Some(pending) = take(&app, &state, &browser.hash()).await? else {
        return Ok(Page::NoLogin.into_response());
    };
    let issuer = app.config.issuer();
    let response = match finish(&app, &fields, &pending, &browser).await {
        Ok(code) => pending.back.answer(issuer, &[("code", code.expose())]),
        Err(error) => {
            match &error {
                LoginError::Refused(refusal) => log(&pending.provider, *refusal),
                LoginError::Cancelled => tracing::info!(provider = pending.provider, "login cancelled"),
                LoginError::Request(_) | LoginError::Failed(_) => {}
            }
            pending.back.refuse(issuer, error)
        }
    };
    Ok((AppendHeaders([(SET_COOKIE, cookie(&app, &state, "", 0))]), response).into_response())
}

/// A login that had been waiting for this answer.
#[derive(Clone)]
struct Pending {
    municipality: String,
    realm: String,
    provider: String,
    back: Return,
    nonce: String,
    challenge: String,
    jkt: Option<String>,
    begun_at: Millis,
}

pub(super) fn browser(headers: &HeaderMap, name: &str) -> Option<PlainToken> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).and_then(|(_, value)| PlainToken::read(value))
}

/// Takes the login out, so that no second answer finds it.
async fn take(app: &App, state: &HashedToken, browser: &HashedToken) -> Result<Option<Pending>, Error> {
    type Row = (String, String, String, String, String, String, String, Option<String>, Millis);
    let (state, browser, links) = (state.clone(), browser.clone(), app.config.app_links.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let row: Option<Row> = sqlx::query_as(
                    "DELETE FROM login_pending WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3
                     RETURNING municipality, realm, provider, redirect_uri, app_state, app_nonce, challenge, jkt, begun_at",
                )
                .bind(state.as_str())
                .bind(browser.as_str())
                .bind(tx.now)
                .fetch_optional(&mut *tx.conn)
                .await?;
                Ok(row.and_then(|(municipality, realm, provider, redirect, state, nonce, challenge, jkt, begun_at)| {
                    let back = Return { redirect: AppRedirect::parse(&redirect, &links)?, state: Some(state) };
                    Some(Pending { municipality, realm, provider, back, nonce, challenge, jkt, begun_at })
                }))
            })
        })
        .await
}

async fn finish(app: &App, fields: &Fields, pending: &Pending, browser: &PlainToken) -> Result<PlainToken, LoginError> {
    let (providers, now) = (&app.identity.providers, app.db.now());
    let provider = app.config.providers.iter().find(|provider| provider.id == pending.provider);
    let provider = provider.ok_or(LoginRefusal::NotConfigured)?;
    providers.check_issuer(provider, fields.get("iss"), now).await?;
    let code = code_of(fields)?;
    let answer =
        Answer { code, nonce: browser.derive(NONCE), verifier: browser.derive(VERIFIER), begun_at: pending.begun_at };
    let login = providers.finish(provider, answer, now).await?;
    make_code(app, provider, pending, login).await?.ok_or(LoginRefusal::NotKnown.into())
}

/// The code that an answer brings, or why it brings none.
pub(super) fn code_of(fields: &Fields) -> Result<&str, LoginError> {
    match fields.get("error") {
        None => Ok(fields.get("code").ok_or(LoginRefusal::CodeMissing)?),
        Some("access_denied") => Err(LoginError::Cancelled),
        Some("temporarily_unavailable") => Err(LoginRefusal::Unavailable.into()),
        Some("unmet_authentication_requirements") => Err(LoginRefusal::Level.into()),
        Some(_) => Err(LoginRefusal::ProviderError.into()),
    }
}

/// A code for the app, if the registry knows who logged in.
async fn make_code(
    app: &App,
    provider: &Provider,
    pending: &Pending,
    login: Login,
) -> Result<Option<PlainToken>, Error> {
    let (pending, realm, limits) = (pending.clone(), provider.realm, Arc::clone(&app.limits));
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let person = registry::find(tx, realm, &pending.municipality, &login.person).await?;
                let Some(person) = person else { return Ok(None) };
                limits.login(person.as_str(), &pending.municipality, tx.now)?;
                let (code, family) = (PlainToken::make(), uuid::Uuid::new_v4().to_string());
                insert_code(tx, &code.hash(), &family, &person, &pending, &login).await?;
                ended::remember(tx, &family, &pending.municipality, &Origin::new(&pending.provider, &login)).await?;
                Ok(Some(code))
            })
        })
        .await
}

async fn insert_code(
    tx: &mut Tx<'_>,
    code: &HashedToken,
    family: &str,
    person: &PersonId,
    pending: &Pending,
    login: &Login,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO login_code (hash, municipality, person, realm, family, redirect_uri, challenge, jkt, nonce, acr,
         auth_time, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(code.as_str())
    .bind(&pending.municipality)
    .bind(person.as_str())
    .bind(&pending.realm)
    .bind(family)
    .bind(pending.back.redirect.as_str())
    .bind(&pending.challenge)
    .bind(&pending.jkt)
    .bind(&pending.nonce)
    .bind(&login.acr)
    .bind(login.auth_time)
    .bind(tx.now + CODE_LIFE)
    .execute(&mut *tx.conn)
    .await?;
    Ok(())
}
