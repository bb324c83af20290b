//! What each audience of a case sees, made anew from the facts.
//!
//! Putting what already stands changes nothing in a feed, so projecting too much is only slow, never wrong.

use super::{Audience, CaseFile, Signed, audiences, find, is_withheld};
use crate::db::Tx;
use crate::document;
use crate::error::Error;
use crate::person::{self, Person};
use protocol::case::{Case, CaseRow, Caseworker, Note};
use protocol::id::{CaseId, PersonId, ScopeId};

/// Shows `case` and all that is in it to every audience, as far as each may see it.
///
/// # Errors
/// When the database fails.
pub async fn project_all(tx: &mut Tx<'_>, case: &CaseId) -> Result<(), Error> {
    let file = find(tx, case).await?;
    let staff = person::find(tx, &file.caseworker).await?;
    let shown = face(tx, &file, &staff).await?;
    let notes = notes(tx, &file).await?;
    let documents = document::of_case(tx, &file.id).await?;
    let audiences = audiences(tx, &file).await?;
    for audience in &audiences {
        if audience.is_kept_from(&staff) {
            let caseworker = veiled(&staff);
            tx.feed.put(&audience.scope, file.id.as_str(), &Case { caseworker, ..shown.clone() })?;
        } else {
            tx.feed.put(&audience.scope, file.id.as_str(), &shown)?;
        }
        for (id, author, note) in &notes {
            show_or_hide(tx, audience, id, author, note).await?;
        }
        for (id, author, document) in &documents {
            show_or_hide(tx, audience, id, author, document).await?;
        }
    }
    let desks = desks(tx, &file).await?;
    let row = CaseRow {
        case: file.id.clone(),
        scope: audiences[0].scope.clone(),
        number: file.number,
        title: file.title,
        concerns: shown.concerns,
        stage: file.stage,
    };
    for desk in &desks {
        tx.feed.put(desk, file.id.as_str(), &row)?;
    }
    Ok(())
}

/// The desks of those who work on the case in their own name.
async fn desks(tx: &mut Tx<'_>, file: &CaseFile) -> Result<Vec<ScopeId>, Error> {
    let staff: Vec<(String,)> = sqlx::query_as(
        "SELECT p.id FROM person p
         WHERE (p.id = $1 OR p.id IN (SELECT by_person FROM relation WHERE kind = 'caseworker' AND case_id = $2
                                        AND starts <= $3 AND (until IS NULL OR until > $3)))
           AND NOT EXISTS (SELECT 1 FROM kept_apart a WHERE a.person = p.id AND (a.other = $4
                             OR a.other IN (SELECT person FROM case_party WHERE case_id = $2)))
         ORDER BY p.id",
    )
    .bind(file.caseworker.as_str())
    .bind(file.id.as_str())
    .bind(tx.now)
    .bind(file.person.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let mut desks = Vec::with_capacity(staff.len());
    for (person,) in staff {
        desks.push(person::find(tx, &PersonId::new(person)).await?.own_scope(tx).await?);
    }
    Ok(desks)
}

/// The caseworker as shown to somebody who must not learn who that is, or where.
fn veiled(staff: &Person) -> Caseworker {
    Caseworker {
        person: PersonId::new(""),
        name: staff.office(),
        title: String::new(),
        unit: String::new(),
        phone: String::new(),
    }
}

async fn show_or_hide<T: Signed>(
    tx: &mut Tx<'_>,
    audience: &Audience,
    id: &str,
    author: &Person,
    content: &T,
) -> Result<(), Error> {
    if !audience.reads || is_withheld(tx, id, &audience.name).await? {
        tx.feed.remove::<T>(&audience.scope, id);
        return Ok(());
    }
    audience.put(tx, id, author, content)
}

async fn face(tx: &mut Tx<'_>, file: &CaseFile, staff: &Person) -> Result<Case, Error> {
    let concerned = person::find(tx, &file.person).await?;
    let (unit, phone): (String, String) =
        sqlx::query_as("SELECT name, phone FROM unit WHERE id = $1").bind(&file.unit).fetch_one(&mut *tx.conn).await?;
    Ok(Case {
        case: file.id.clone(),
        number: file.number.clone(),
        title: file.title.clone(),
        concerns: concerned.name(),
        caseworker: Caseworker {
            person: staff.id.clone(),
            name: staff.name(),
            title: staff.title.clone().unwrap_or_default(),
            unit,
            phone,
        },
        stage: file.stage,
        next_step: file.next_step.clone(),
        opened_at: file.opened_at,
    })
}

async fn notes(tx: &mut Tx<'_>, file: &CaseFile) -> Result<Vec<(String, Person, Note)>, Error> {
    let rows: Vec<(String, String, String, String, i64, i64)> = sqlx::query_as(
        "SELECT id, heading, text, author, happened_at, signed_at FROM note WHERE case_id = $1 ORDER BY signed_at, id",
    )
    .bind(file.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let mut notes = Vec::with_capacity(rows.len());
    for (id, heading, text, author, happened_at, signed_at) in rows {
        let signer = person::find(tx, &PersonId::new(author)).await?;
        let author = signer.signature();
        notes.push((id, signer, Note { case: file.id.clone(), heading, text, author, happened_at, signed_at }));
    }
    Ok(notes)
}
