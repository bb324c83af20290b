//! What a provider tells us has ended: the sessions that came from it end here too, whoever's device they are on.
//!
//! Back-channel logout is a statement that the provider signs. Front-channel logout comes through the person's browser and
//! proves nothing but that it knows the provider's session id; ending a session too much costs a login and no more.

use super::family;
use super::fields::Fields;
use super::page::Page;
use super::provider::{Ended, Login};
use super::secret::derive_sha256;
use crate::App;
use crate::config::Provider;
use crate::db::Tx;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use protocol::Millis;
use std::sync::Arc;

/// No session lasts longer.
const LIFE: Millis = 31 * 24 * 60 * 60 * 1000;

/// Which login of which provider a session came from.
pub(super) struct Origin {
    provider: String,
    subject: String,
    session: Option<String>,
}

impl Origin {
    pub(super) fn new(provider: &str, login: &Login) -> Self {
        let session = login.session.as_deref().map(|session| hash(provider, "session", session));
        Self { provider: provider.to_owned(), subject: hash(provider, "subject", &login.subject), session }
    }
}

/// Keeps where a session came from.
pub(super) async fn remember(tx: &mut Tx<'_>, family: &str, municipality: &str, origin: &Origin) -> Result<(), Error> {
    sqlx::query("DELETE FROM provider_session WHERE expires_at <= $1").bind(tx.now).execute(&mut *tx.conn).await?;
    sqlx::query(
        "INSERT INTO provider_session (family, municipality, provider, subject, session, began_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(family)
    .bind(municipality)
    .bind(&origin.provider)
    .bind(&origin.subject)
    .bind(&origin.session)
    .bind(tx.now)
    .bind(tx.now + LIFE)
    .execute(&mut *tx.conn)
    .await?;
    Ok(())
}

/// The id of the provider that a session came from.
pub(super) async fn provider_of(tx: &mut Tx<'_>, family: &str) -> Result<Option<String>, Error> {
    let row: Option<(String,)> = sqlx::query_as("SELECT provider FROM provider_session WHERE family = $1")
        .bind(family)
        .fetch_optional(&mut *tx.conn)
        .await?;
    Ok(row.map(|(provider,)| provider))
}

/// `POST /identity/backchannel-logout/{provider}`
pub(super) async fn back_channel(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    form: Bytes,
) -> Result<Response, Error> {
    let refused = (StatusCode::BAD_REQUEST, [(CACHE_CONTROL, "no-store")]).into_response();
    let fields = Fields::parse(&form);
    let (Some(provider), Some(token)) = (find(&app, &id), fields.get("logout_token")) else { return Ok(refused) };
    match app.identity.providers.read_logout(provider, token, app.db.now()).await {
        Ok(Some(ended)) => {
            end(&app, &id, ended).await?;
            Ok((StatusCode::OK, [(CACHE_CONTROL, "no-store")]).into_response())
        }
        Ok(None) => {
            tracing::warn!(provider = id, "logout token refused");
            Ok(refused)
        }
        // It may come again.
        Err(_) => Ok(StatusCode::SERVICE_UNAVAILABLE.into_response()),
    }
}

/// `GET /identity/frontchannel-logout/{provider}`
pub(super) async fn front_channel(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let is_its = find(&app, &id).is_some_and(|provider| fields.get("iss") == Some(provider.issuer.as_str()));
    if let (true, Some(session)) = (is_its, fields.get("sid")) {
        let ended = Ended { subject: None, session: Some(session.to_owned()), at: app.db.now() };
        end(&app, &id, ended).await?;
    }
    // The same page whatever came: nothing is told to whoever guesses.
    Ok(Page::LoggedOut.into_response())
}

fn find<'a>(app: &'a App, id: &str) -> Option<&'a Provider> {
    app.config.providers.iter().find(|provider| provider.id == id)
}

async fn end(app: &App, provider: &str, ended: Ended) -> Result<(), Error> {
    let provider = provider.to_owned();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                for family in families(tx, &provider, &ended).await? {
                    // One whose code is still under way shall not begin either.
                    sqlx::query("UPDATE login_code SET used_at = $1 WHERE family = $2 AND used_at IS NULL")
                        .bind(tx.now)
                        .bind(&family)
                        .execute(&mut *tx.conn)
                        .await?;
                    family::end(tx, &family).await?;
                }
                Ok(())
            })
        })
        .await
}

/// With a session's name it is that session, without one all of the person's.
async fn families(tx: &mut Tx<'_>, provider: &str, ended: &Ended) -> Result<Vec<String>, Error> {
    let subject = ended.subject.as_deref().map(|subject| hash(provider, "subject", subject));
    let session = ended.session.as_deref().map(|session| hash(provider, "session", session));
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT family FROM provider_session WHERE provider = $1 AND began_at <= $2
         AND (session = $3 OR ($3 IS NULL AND subject = $4))",
    )
    .bind(provider)
    .bind(ended.at)
    .bind(session)
    .bind(subject)
    .fetch_all(&mut *tx.conn)
    .await?;
    Ok(rows.into_iter().map(|(family,)| family).collect())
}

fn hash(provider: &str, purpose: &str, text: &str) -> String {
    derive_sha256(&format!("{purpose}\0{provider}\0{text}"))
}
