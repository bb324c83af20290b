//! `/identity/logout`: RP-initiated logout, for whoever wants the standard's way.
//!
//! With an ID token of ours as `id_token_hint`, however old, its session ends. The browser itself has
//! nothing to forget: no cookie outlives a login.

use super::client::{AppRedirect, Return};
use super::family;
use super::fields::Fields;
use super::page::Page;
use crate::App;
use crate::error::Error;
use axum::extract::{RawForm, State};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

pub(super) async fn logout(State(app): State<Arc<App>>, RawForm(form): RawForm) -> Result<Response, Error> {
    let fields = Fields::parse(&form);
    let hint = fields.get("id_token_hint").and_then(|hint| app.identity.id_token_key.recognise(hint));
    let session = hint.as_ref().and_then(|claims| claims["sid"].as_str()).map(str::to_owned);
    if let Some(session) = session {
        app.db.write(move |tx| Box::pin(async move { family::end(tx, &session).await })).await?;
    }
    let back = fields.get("post_logout_redirect_uri").and_then(|text| AppRedirect::parse(text, &app.config.app_links));
    Ok(match back {
        Some(redirect) => {
            Return { redirect, state: fields.get("state").map(str::to_owned) }.answer(app.config.issuer(), &[])
        }
        None => Page::LoggedOut.into_response(),
    })
}
