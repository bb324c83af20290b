//! Openings by somebody to whom the case is not assigned: shown to whoever leads the case's unit, and looked at by them.
//!
//! Nobody looks at their own. That somebody has looked stands in the access log, what they made of it on the leads'
//! desks alone.

use super::log::{Entry, Place};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{code, decode};
use crate::identity::Caller;
use crate::{case, person, text};
use protocol::Millis;
use protocol::access::{FlaggedOpening, MAX_REASON, Purpose, Review, ReviewOpening, Role};
use protocol::id::{CaseId, MunicipalityId, PersonId, ScopeId};
use protocol::refusal::RefusalCode;

#[derive(sqlx::FromRow)]
struct Row {
    case_id: String,
    by_person: String,
    purpose: String,
    reason: String,
    at: Millis,
    reviewed_by: Option<String>,
    reviewed_at: Option<Millis>,
    note: Option<String>,
}

/// Notes an opening, and puts it on the desks of whoever leads the case's unit.
///
/// # Errors
/// When the database fails.
pub(super) async fn flag(
    tx: &mut Tx<'_>,
    caller: &Caller,
    place: &Place,
    purpose: Purpose,
    reason: &str,
) -> Result<(), Error> {
    let Some(case) = &place.case else { return Ok(()) };
    let id = uuid::Uuid::now_v7().to_string();
    sqlx::query(
        "INSERT INTO flagged_opening (id, municipality, case_id, by_person, purpose, reason, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&id)
    .bind(place.municipality.as_str())
    .bind(case.as_str())
    .bind(caller.person.as_str())
    .bind(code(&purpose)?)
    .bind(reason)
    .bind(tx.now)
    .execute(&mut *tx.conn)
    .await?;
    show(tx, &id).await
}

/// Says that the caller has looked at an opening.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller leads the unit of the case and it was somebody else who opened it;
/// [`RefusalCode::Closed`] when somebody has looked at it already.
pub async fn review_opening(tx: &mut Tx<'_>, caller: &Caller, act: &ReviewOpening) -> Result<(), Error> {
    let note = act.note.as_deref().map(|note| text::body(note, MAX_REASON)).transpose()?;
    let found: Option<(String, String, Option<String>)> = sqlx::query_as(
        "SELECT o.case_id, o.by_person, o.reviewed_by FROM flagged_opening o JOIN case_file c ON c.id = o.case_id
         JOIN unit_lead l ON l.unit = c.unit WHERE o.id = $1 AND l.person = $2 AND o.by_person <> $2",
    )
    .bind(act.opening.as_str())
    .bind(caller.person.as_str())
    .fetch_optional(&mut *tx.conn)
    .await?;
    let (case, by, reviewed) = found.ok_or(RefusalCode::Access)?;
    if reviewed.is_some() {
        return Err(RefusalCode::Closed.into());
    }
    sqlx::query("UPDATE flagged_opening SET reviewed_by = $1, reviewed_at = $2, note = $3 WHERE id = $4")
        .bind(caller.person.as_str())
        .bind(tx.now)
        .bind(&note)
        .bind(act.opening.as_str())
        .execute(&mut *tx.conn)
        .await?;
    show(tx, act.opening.as_str()).await?;
    let Some(place) = Place::of_case(tx.conn, &case).await? else { return Ok(()) };
    let entry = Entry::of(tx, caller, Role::Caseworker, place, "review_opening").await?;
    tx.log.push(Entry { about: Some(PersonId::new(by)), ..entry })
}

/// Puts an opening as it stands on the desks of whoever leads the case's unit now.
async fn show(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    let row: Row = sqlx::query_as(
        "SELECT case_id, by_person, purpose, reason, at, reviewed_by, reviewed_at, note FROM flagged_opening WHERE id = $1",
    )
    .bind(id)
    .fetch_one(&mut *tx.conn)
    .await?;
    let file = case::find(tx, &CaseId::new(row.case_id)).await?;
    let review = match row.reviewed_by.zip(row.reviewed_at) {
        Some((by, at)) => {
            let by = person::find(tx, &PersonId::new(by)).await?.signature();
            Some(Review { by, at, note: row.note })
        }
        None => None,
    };
    let mut shown = FlaggedOpening {
        by: person::find(tx, &PersonId::new(&row.by_person)).await?.signature(),
        number: file.number,
        title: file.title,
        concerns: person::find(tx, &file.person).await?.name(),
        purpose: decode(&row.purpose)?,
        reason: row.reason,
        at: row.at,
        own: false,
        review,
    };
    for lead in leads(tx, &file.unit).await? {
        shown.own = lead.as_str() == row.by_person;
        let desk = person::find(tx, &lead).await?.own_scope(tx).await?;
        tx.feed.put(&desk, id, &shown)?;
    }
    Ok(())
}

/// Who leads `unit`.
async fn leads(tx: &mut Tx<'_>, unit: &str) -> Result<Vec<PersonId>, Error> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT person FROM unit_lead WHERE unit = $1 ORDER BY person")
        .bind(unit)
        .fetch_all(&mut *tx.conn)
        .await?;
    Ok(rows.into_iter().map(|(lead,)| PersonId::new(lead)).collect())
}

/// Forgets the openings from before `before`: their reasons go when those of the log do.
///
/// # Errors
/// When the database fails.
pub(super) async fn forget(tx: &mut Tx<'_>, municipality: &MunicipalityId, before: Millis) -> Result<(), Error> {
    let shown: Vec<(String, String)> = sqlx::query_as(
        "SELECT r.scope, r.id FROM flagged_opening o JOIN record r ON r.kind = 'flagged_opening' AND r.id = o.id
         WHERE o.municipality = $1 AND o.at < $2 AND r.deleted = 0 ORDER BY r.scope, r.id",
    )
    .bind(municipality.as_str())
    .bind(before)
    .fetch_all(&mut *tx.conn)
    .await?;
    for (scope, id) in shown {
        tx.feed.remove::<FlaggedOpening>(&ScopeId::new(scope), &id);
    }
    sqlx::query("DELETE FROM flagged_opening WHERE municipality = $1 AND at < $2")
        .bind(municipality.as_str())
        .bind(before)
        .execute(&mut *tx.conn)
        .await?;
    Ok(())
}
