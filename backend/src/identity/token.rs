//! `POST /identity/token`: a code, or a refresh token, becomes tokens, for the key that the request proves.
//!
//! A code counts once, for a minute, for the address and the PKCE challenge that it was made for, and for the key that it was
//! asked for with, if the app said which; one that comes with the wrong proof is used up by it.

use super::client::AppRedirect;
use super::dpop::Unproven;
use super::family::{self, ACCESS_LIFE, Family, Rotated, Tokens};
use super::fields::Fields;
use super::invite;
use super::secret::{HashedToken, PlainToken, derive_sha256};
use crate::App;
use crate::db::Tx;
use crate::error::Error;
use crate::feed::decode;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, Method, StatusCode};
use protocol::Millis;
use protocol::identity::{CLIENT_ID, DEVICE_REVOKED, Level, Platform};
use protocol::invite::GRANT_TYPE;
use serde_json::{Value, json};
use std::sync::Arc;

/// Where it is asked.
const PATH: &str = "/identity/token";
/// Life of an ID token, in seconds.
const ID_TOKEN_LIFE: i64 = 300;

/// Why there are no tokens.
pub(super) enum TokenError {
    /// An OAuth error code.
    Refused(&'static str),
    /// Not the app's fault.
    Failed(Error),
}

impl From<Error> for TokenError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(code) => {
                (StatusCode::BAD_REQUEST, [(CACHE_CONTROL, "no-store")], Json(json!({"error": code}))).into_response()
            }
            Self::Failed(error) => error.into_response(),
        }
    }
}

pub(super) async fn token(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    form: Bytes,
) -> Result<Response, TokenError> {
    let fields = Fields::parse(&form);
    require_app(&fields)?;
    // Before anything is used up: whoever needs a newer nonce comes again with the same code.
    let (dpop, now) = (&app.identity.dpop, app.db.now());
    let unproven = |unproven: Unproven| TokenError::Refused(unproven.code());
    let shown = dpop.check(&headers, &Method::POST, PATH, None, now).map_err(unproven)?;
    if !dpop.is_first_at_token(&shown, now).await? {
        return Err(unproven(Unproven::Proof));
    }
    let jkt = shown.jkt;
    let (tokens, id_token) = match fields.get("grant_type") {
        Some("authorization_code") => redeem(&app, &fields, jkt).await?,
        Some("refresh_token") => (refresh(&app, &fields, jkt).await?, None),
        Some(GRANT_TYPE) => (invited(&app, &fields, jkt).await?, None),
        Some(_) => return Err(TokenError::Refused("unsupported_grant_type")),
        None => return Err(TokenError::Refused("invalid_request")),
    };
    let mut answer = json!({
        "access_token": tokens.access.expose(),
        "token_type": "DPoP",
        "expires_in": ACCESS_LIFE / 1000,
        "refresh_token": tokens.refresh.expose(),
        "scope": "openid offline_access",
    });
    if let Some(id_token) = id_token {
        answer["id_token"] = Value::String(id_token);
    }
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// The app proves nothing about itself, but it has to say its name.
pub(super) fn require_app(fields: &Fields) -> Result<(), TokenError> {
    match fields.get("client_id") {
        Some(CLIENT_ID) => Ok(()),
        _ => Err(TokenError::Refused("invalid_client")),
    }
}

async fn refresh(app: &App, fields: &Fields, jkt: String) -> Result<Tokens, TokenError> {
    let refused = TokenError::Refused("invalid_grant");
    let token = fields.get("refresh_token").ok_or(TokenError::Refused("invalid_request"))?;
    let Some(token) = PlainToken::read(token) else { return Err(refused) };
    let limits = Arc::clone(&app.limits);
    let rotated =
        app.db.write(move |tx| Box::pin(async move { family::rotate(tx, &token, &jkt, &limits).await })).await?;
    match rotated {
        Rotated::Next(tokens) => Ok(tokens),
        Rotated::Ended => Err(refused),
        Rotated::SignedOut => Err(TokenError::Refused(DEVICE_REVOKED)),
    }
}

/// A code that staff gave begins a session; there is no ID token, as no provider has said who it is.
async fn invited(app: &App, fields: &Fields, jkt: String) -> Result<Tokens, TokenError> {
    let code = fields.get("code").ok_or(TokenError::Refused("invalid_request"))?.to_owned();
    let platform = fields.get("platform").map_or(Platform::Other, Platform::parse);
    let limits = Arc::clone(&app.limits);
    let begun = app.db.write(move |tx| {
        Box::pin(async move {
            family::sweep(tx).await?;
            invite::redeem(tx, &code, (&jkt, platform), &limits).await
        })
    });
    match begun.await? {
        Some((municipality, tokens)) => {
            tracing::info!(municipality, "logged in with a code from staff");
            Ok(tokens)
        }
        None => {
            tracing::warn!("a code from staff was refused");
            Err(TokenError::Refused("invalid_grant"))
        }
    }
}

async fn redeem(app: &App, fields: &Fields, jkt: String) -> Result<(Tokens, Option<String>), TokenError> {
    let redirect = fields.get("redirect_uri").and_then(|text| AppRedirect::parse(text, &app.config.app_links));
    let (Some(code), Some(redirect), Some(verifier)) = (fields.get("code"), redirect, fields.get("code_verifier"))
    else {
        return Err(TokenError::Refused("invalid_request"));
    };
    let refused = TokenError::Refused("invalid_grant");
    let Some(code) = PlainToken::read(code).map(|code| code.hash()) else { return Err(refused) };
    let (challenge, limits) = (derive_sha256(verifier), Arc::clone(&app.limits));
    let platform = fields.get("platform").map_or(Platform::Other, Platform::parse);
    let begun = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                family::sweep(tx).await?;
                let Some(login) = use_up(tx, &code).await? else { return Ok(None) };
                let is_asked_for = login.redirect == redirect.as_str() && login.challenge == challenge;
                let is_its_key = login.jkt.as_ref().is_none_or(|asked| *asked == jkt);
                if !is_asked_for || !is_its_key || login.expires_at <= tx.now {
                    return Ok(None);
                }
                limits.login(&login.person, &login.municipality, tx.now)?;
                let realm = decode(&login.realm)?;
                let (id, municipality, person) = (&login.family, &login.municipality, &login.person);
                let family = Family { id, municipality, person, realm, level: Level::Eid, jkt: &jkt, platform };
                let tokens = family::begin(tx, &family).await?;
                Ok(Some((tokens, login)))
            })
        })
        .await?;
    let Some((tokens, login)) = begun else {
        tracing::warn!("a login code was refused");
        return Err(refused);
    };
    tracing::info!(municipality = login.municipality, realm = login.realm, "logged in");
    let id_token = id_token(app, &login)?;
    Ok((tokens, Some(id_token)))
}

/// What a code stands for.
struct Login {
    municipality: String,
    person: String,
    realm: String,
    family: String,
    redirect: String,
    challenge: String,
    jkt: Option<String>,
    nonce: String,
    acr: String,
    auth_time: i64,
    expires_at: Millis,
}

/// Takes a code, once. One that was taken before ends the session that it began.
async fn use_up(tx: &mut Tx<'_>, code: &HashedToken) -> Result<Option<Login>, Error> {
    type Row = (String, String, String, String, String, String, Option<String>, String, String, i64, Millis);
    let row: Option<Row> = sqlx::query_as(
        "UPDATE login_code SET used_at = $1 WHERE hash = $2 AND used_at IS NULL
         RETURNING municipality, person, realm, family, redirect_uri, challenge, jkt, nonce, acr, auth_time, expires_at",
    )
    .bind(tx.now)
    .bind(code.as_str())
    .fetch_optional(&mut *tx.conn)
    .await?;
    if let Some(row) = row {
        let (municipality, person, realm, family, redirect, challenge, jkt, nonce, acr, auth_time, expires_at) = row;
        return Ok(Some(Login {
            municipality,
            person,
            realm,
            family,
            redirect,
            challenge,
            jkt,
            nonce,
            acr,
            auth_time,
            expires_at,
        }));
    }
    let used: Option<(String, String)> = sqlx::query_as("SELECT family, municipality FROM login_code WHERE hash = $1")
        .bind(code.as_str())
        .fetch_optional(&mut *tx.conn)
        .await?;
    if let Some((family, municipality)) = used {
        tracing::warn!(municipality, "a login code came twice, its session ends");
        family::end(tx, &family).await?;
    }
    Ok(None)
}

fn id_token(app: &App, login: &Login) -> Result<String, Error> {
    let now = app.db.now() / 1000;
    let claims = json!({
        "iss": app.config.issuer(),
        "aud": CLIENT_ID,
        "sub": login.person,
        "sid": login.family,
        "iat": now,
        "exp": now + ID_TOKEN_LIFE,
        "nonce": login.nonce,
        "auth_time": login.auth_time,
        "acr": login.acr,
    });
    app.identity
        .id_token_keys
        .sign(&claims, app.db.now())
        .map_err(|_| Error::Internal("the ID token key does not sign".into()))
}
