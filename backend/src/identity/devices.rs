//! `GET /identity/devices`, `POST /identity/devices/{id}/sign-out`: where a person is logged in, and how they end that from another device.
//!
//! Nobody but the person sees or ends it. The device that was signed out learns it from the token endpoint, and erases what it has.

use super::{Caller, family};
use crate::App;
use crate::error::Error;
use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use protocol::Millis;
use protocol::id::SessionId;
use protocol::identity::{Device, Platform};
use protocol::refusal::RefusalCode;
use std::sync::Arc;

pub(super) async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Vec<Device>>, Error> {
    let now = app.db.now();
    let mut snapshot = app.db.snapshot().await?;
    let rows: Vec<(String, String, Millis, Millis)> = sqlx::query_as(
        "SELECT id, platform, started_at, used_at FROM token_family
         WHERE person = $1 AND ended_at IS NULL AND expires_at > $2 AND used_at > $3 ORDER BY used_at DESC, started_at DESC, id",
    )
    .bind(caller.person.as_str())
    .bind(now)
    .bind(family::unused_since(caller.realm, now))
    .fetch_all(&mut *snapshot)
    .await?;
    let devices = rows.into_iter().map(|(id, platform, since, used_at)| Device {
        is_this: id == caller.session,
        session: SessionId::new(id),
        platform: Platform::parse(&platform),
        since,
        used_at,
    });
    Ok(Json(devices.collect()))
}

pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(session): Path<String>,
) -> Result<StatusCode, Error> {
    let found =
        app.db.write(move |tx| Box::pin(async move { family::sign_out(tx, caller.person.as_str(), &session).await }));
    if found.await? { Ok(StatusCode::NO_CONTENT) } else { Err(RefusalCode::Access.into()) }
}
