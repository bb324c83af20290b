//! Opening content: noted with its purpose, then leased, in one transaction.
//!
//! Whoever was given it in their own name opens it with a purpose. Whoever may only because their unit may gives a
//! reason in words of their own as well; the entry says so, and the unit's lead finds it on their desk.

use super::grant::require_by;
use super::log::{Entry, Place};
use super::review::flag;
use crate::App;
use crate::db::Tx;
use crate::error::{Body, Error};
use crate::identity::Caller;
use crate::text;
use axum::Json;
use axum::extract::State;
use protocol::Millis;
use protocol::access::{MAX_REASON, OpenScope, Opened, Purpose, Role, Seen};
use protocol::refusal::RefusalCode;
use std::sync::Arc;

/// How long opened content may stand on a device: a working day.
pub const LEASE: Millis = 12 * 60 * 60 * 1000;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(wish): Body<OpenScope>,
) -> Result<Json<Opened>, Error> {
    open_scope(&app, caller, wish).await.map(Json)
}

/// Opens content for `caller`: logged, then leased.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller is staff with a grant; [`RefusalCode::Reason`] when it is only their
/// unit's and they do not say why they open it.
pub async fn open_scope(app: &App, caller: Caller, wish: OpenScope) -> Result<Opened, Error> {
    let until = app.db.now() + LEASE;
    app.db.write(move |tx| Box::pin(async move { give_lease(tx, &caller, &wish, until).await })).await?;
    Ok(Opened { lease_until: until })
}

/// Writes the log entry, and the lease with it.
async fn give_lease(tx: &mut Tx<'_>, caller: &Caller, wish: &OpenScope, until: Millis) -> Result<(), Error> {
    let by = require_by(tx.conn, &caller.person, &wish.scope, tx.now).await?;
    if by.role != Role::Caseworker {
        return Err(RefusalCode::Access.into());
    }
    if wish.purpose == Purpose::Unknown {
        return Err(RefusalCode::Invalid.into());
    }
    let reason = match &wish.reason {
        _ if by.own => None,
        None => return Err(RefusalCode::Reason.into()),
        Some(reason) => Some(text::body(reason, MAX_REASON)?),
    };
    if let Some(place) = Place::of_scope(tx.conn, &wish.scope).await? {
        if let Some(reason) = &reason {
            flag(tx, caller, &place, wish.purpose, reason).await?;
        }
        let entry = Entry::of(tx, caller, by.role, place, "open").await?;
        tx.log.push(Entry { purpose: Some(wish.purpose), reason, ..entry })?;
    }
    sqlx::query(
        "INSERT INTO lease (person, scope, municipality, until) SELECT $1, id, municipality, $3 FROM scope WHERE id = $2
         ON CONFLICT (person, scope) DO UPDATE SET until = excluded.until",
    )
    .bind(caller.person.as_str())
    .bind(wish.scope.as_str())
    .bind(until)
    .execute(&mut *tx.conn)
    .await?;
    tx.feed.regrant(&caller.person);
    Ok(())
}

/// Notes that opened content was shown again from a device's cache.
///
/// # Errors
/// [`RefusalCode::Access`] without a grant.
pub async fn seen(tx: &mut Tx<'_>, caller: &Caller, act: &Seen) -> Result<(), Error> {
    let role = require_by(tx.conn, &caller.person, &act.scope, tx.now).await?.role;
    let place = Place::of_scope(tx.conn, &act.scope).await?;
    let Some(place) = place.filter(|place| place.concerns != caller.person) else { return Ok(()) };
    let entry = Entry::of(tx, caller, role, place, "seen").await?;
    let fact = act.record.as_ref().map(|record| record.as_str().to_owned());
    tx.log.push(Entry { at: act.at.min(tx.now), fact, ..entry })
}
