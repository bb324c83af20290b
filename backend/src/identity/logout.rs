//! `/identity/logout`: RP-initiated logout, for whoever wants the standard's way.
//!
//! With an ID token of ours as `id_token_hint`, however old, its session ends. An app that names an address of its own is
//! answered there. A browser that does not is led on to the provider's page for logging out, where it has one; the provider
//! asks the person itself, as we keep no ID token of its to show. The browser has nothing of ours to forget: no cookie
//! outlives a login, and every login at a provider is a fresh one.

use super::client::{AppRedirect, Return, redirect};
use super::fields::Fields;
use super::page::Page;
use super::{ended, family};
use crate::App;
use crate::error::Error;
use axum::extract::{RawForm, State};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use url::Url;

pub(super) async fn logout(State(app): State<Arc<App>>, RawForm(form): RawForm) -> Result<Response, Error> {
    let fields = Fields::parse(&form);
    let now = app.db.now();
    let hint = fields.get("id_token_hint").and_then(|hint| app.identity.id_token_keys.recognise(hint, now));
    let session = hint.as_ref().and_then(|claims| claims["sid"].as_str()).map(str::to_owned);
    let provider = match session {
        Some(session) => end(&app, session).await?,
        None => None,
    };
    let back = fields.get("post_logout_redirect_uri").and_then(|text| AppRedirect::parse(text, &app.config.app_links));
    if let Some(redirect) = back {
        let back = Return { redirect, state: fields.get("state").map(str::to_owned) };
        return Ok(back.answer(app.config.issuer(), &[]));
    }
    Ok(match their_page(&app, provider).await {
        Some(page) => redirect(&page),
        None => Page::LoggedOut.into_response(),
    })
}

/// Ends the session; the id of the provider that it came from.
async fn end(app: &App, session: String) -> Result<Option<String>, Error> {
    app.db
        .write(move |tx| {
            Box::pin(async move {
                family::end(tx, &session).await?;
                ended::provider_of(tx, &session).await
            })
        })
        .await
}

async fn their_page(app: &App, provider: Option<String>) -> Option<Url> {
    let provider = provider?;
    let provider = app.config.providers.iter().find(|it| it.id == provider)?;
    app.identity.providers.end_session(provider, app.db.now()).await
}
