//! What each audience of a case sees, made anew from the facts.
//!
//! Putting what already stands changes nothing in a feed, so projecting too much is only slow, never wrong.

use super::{Audience, CaseFile, audiences, find, is_withheld};
use crate::db::Tx;
use crate::document;
use crate::error::Error;
use crate::person;
use protocol::case::{Case, CaseRow, Caseworker, Note};
use protocol::id::{CaseId, PersonId};
use protocol::record::Content;

/// Shows `case` and all that is in it to every audience, as far as each may see it.
///
/// # Errors
/// When the database fails.
pub async fn project_all(tx: &mut Tx<'_>, case: &CaseId) -> Result<(), Error> {
    let file = find(tx, case).await?;
    let shown = face(tx, &file).await?;
    let notes = notes(tx, &file).await?;
    let documents = document::of_case(tx, &file.id).await?;
    let audiences = audiences(tx, &file).await?;
    for audience in &audiences {
        tx.feed.put(&audience.scope, file.id.as_str(), &shown)?;
        for (id, note) in &notes {
            show_or_hide(tx, audience, id, note).await?;
        }
        for (id, document) in &documents {
            show_or_hide(tx, audience, id, document).await?;
        }
    }
    let desk = person::find(tx, &file.caseworker).await?.own_scope(tx).await?;
    let row = CaseRow {
        case: file.id.clone(),
        scope: audiences[0].scope.clone(),
        number: file.number,
        title: file.title,
        concerns: shown.concerns,
        stage: file.stage,
    };
    tx.feed.put(&desk, file.id.as_str(), &row)
}

async fn show_or_hide<T: Content>(tx: &mut Tx<'_>, audience: &Audience, id: &str, content: &T) -> Result<(), Error> {
    if is_withheld(tx, id, &audience.name).await? {
        tx.feed.remove::<T>(&audience.scope, id);
        return Ok(());
    }
    tx.feed.put(&audience.scope, id, content)
}

async fn face(tx: &mut Tx<'_>, file: &CaseFile) -> Result<Case, Error> {
    let concerned = person::find(tx, &file.person).await?;
    let staff = person::find(tx, &file.caseworker).await?;
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

async fn notes(tx: &mut Tx<'_>, file: &CaseFile) -> Result<Vec<(String, Note)>, Error> {
    let rows: Vec<(String, String, String, String, i64, i64)> = sqlx::query_as(
        "SELECT id, heading, text, author, happened_at, signed_at FROM note WHERE case_id = $1 ORDER BY signed_at, id",
    )
    .bind(file.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let mut notes = Vec::with_capacity(rows.len());
    for (id, heading, text, author, happened_at, signed_at) in rows {
        let author = person::find(tx, &PersonId::new(author)).await?.signature();
        notes.push((id, Note { case: file.id.clone(), heading, text, author, happened_at, signed_at }));
    }
    Ok(notes)
}
