//! `POST /party/look-up`: how staff point at somebody who is not around the case yet.
//!
//! An exact number, within the case's municipality, for a case that the asker works on. Every try is noted, the vain ones
//! too, and tries are few; whoever must not be found is not found.

use crate::App;
use crate::access::log::{Entry, Place};
use crate::access::require_case_staff;
use crate::case::{self, CaseFile};
use crate::db::Tx;
use crate::error::{Body, Error};
use crate::identity::Caller;
use crate::person;
use axum::Json;
use axum::extract::State;
use protocol::access::{Purpose, Role};
use protocol::id::PersonId;
use protocol::identity::Realm;
use protocol::party::{Found, LookUp};
use protocol::refusal::RefusalCode;
use std::sync::Arc;

/// Digits of a personal number or coordination number.
const DIGITS: usize = 12;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(wish): Body<LookUp>,
) -> Result<Json<Found>, Error> {
    if caller.realm != Realm::Staff {
        return Err(RefusalCode::Access.into());
    }
    app.limits.look_up(caller.person.as_str(), app.db.now())?;
    let found = app.db.write(move |tx| Box::pin(async move { look_up(tx, &caller, &wish).await })).await?;
    found.map(Json).ok_or_else(|| RefusalCode::Access.into())
}

/// Who it is, noted in either case: a refusal here would undo the entry.
async fn look_up(tx: &mut Tx<'_>, caller: &Caller, wish: &LookUp) -> Result<Option<Found>, Error> {
    require_case_staff(tx, &caller.person, wish.case.as_str()).await?;
    let file = case::find(tx, &wish.case).await?;
    if file.municipality != caller.municipality {
        return Err(RefusalCode::Access.into());
    }
    let number = &wish.personal_number;
    if wish.purpose == Purpose::Unknown || number.len() != DIGITS || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RefusalCode::Invalid.into());
    }
    let row: Option<(String,)> =
        sqlx::query_as("SELECT id FROM person WHERE municipality = $1 AND realm = 'resident' AND personal_number = $2")
            .bind(file.municipality.as_str())
            .bind(number)
            .fetch_optional(&mut *tx.conn)
            .await?;
    let sought = row.map(|(id,)| PersonId::new(id));
    let place = Place {
        municipality: file.municipality.clone(),
        concerns: sought.clone().unwrap_or_else(|| file.person.clone()),
        case: Some(file.id.clone()),
        thread: None,
    };
    let entry = Entry::of(tx, caller, Role::Caseworker, place, "look_up").await?;
    tx.log.push(Entry { purpose: Some(wish.purpose), ..entry })?;
    let Some(sought) = sought else { return Ok(None) };
    let found = person::find(tx, &sought).await?;
    if found.protected || is_apart(tx, &file, caller, &sought).await? {
        return Ok(None);
    }
    Ok(Some(Found { name: found.name(), person: sought }))
}

/// Whether the sought one is kept apart from the asker, or from anybody in the case.
async fn is_apart(tx: &mut Tx<'_>, file: &CaseFile, caller: &Caller, sought: &PersonId) -> Result<bool, Error> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM kept_apart WHERE person = $1
         AND (other = $2 OR other = $3 OR other IN (SELECT person FROM case_party WHERE case_id = $4))",
    )
    .bind(sought.as_str())
    .bind(caller.person.as_str())
    .bind(file.person.as_str())
    .bind(file.id.as_str())
    .fetch_one(&mut *tx.conn)
    .await?;
    Ok(count > 0)
}
