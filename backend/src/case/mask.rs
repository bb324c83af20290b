//! Keeping a note or document from somebody: the whole of it, or passages.
//!
//! Whoever the whole is kept from learns nothing of it. A passage that is kept from somebody leaves a mark with the
//! legal ground. The two stand apart: neither lifts the other.

use super::{CaseFile, find, project_all};
use crate::access::require_case_staff;
use crate::db::Tx;
use crate::error::Error;
use crate::identity::Caller;
use crate::text;
use protocol::case::{MAX_HIDDEN, Mask, paragraphs};
use protocol::document::{MAX_SECTIONS, Section};
use protocol::id::PersonId;
use protocol::refusal::RefusalCode;
use std::collections::BTreeSet;

/// Shows a note or document, or passages of it, to everybody in the case but those named: gone from the scopes of
/// whoever may not see it any more, put into those of whoever may again. Nobody else's scope moves.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case and it holds such a note or document;
/// [`RefusalCode::Invalid`] for somebody or a passage that does not exist, and for passages without a ground;
/// [`RefusalCode::TooLong`] for too many.
pub async fn mask(tx: &mut Tx<'_>, caller: &Caller, act: Mask) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let case = find(tx, &act.case).await?;
    let passages = passages(tx, &act).await?.ok_or(RefusalCode::Access)?;
    if act.hidden_from.len() > MAX_HIDDEN || act.sections.len() > MAX_SECTIONS {
        return Err(RefusalCode::TooLong.into());
    }
    match &act.ground {
        None if act.sections.is_empty() => {
            sqlx::query("DELETE FROM withheld WHERE fact = $1").bind(act.fact.as_str()).execute(&mut *tx.conn).await?;
            withhold(tx, &case, act.fact.as_str(), &act.hidden_from).await?;
        }
        Some(ground) if !act.sections.is_empty() => {
            let ground = text::line(ground, 200)?;
            for passage in act.sections.iter().collect::<BTreeSet<_>>() {
                if !usize::try_from(*passage).is_ok_and(|passage| passage < passages) {
                    return Err(RefusalCode::Invalid.into());
                }
                mask_passage(tx, &case, &act, i64::from(*passage), &ground).await?;
            }
        }
        _ => return Err(RefusalCode::Invalid.into()),
    }
    project_all(tx, &act.case).await
}

/// Notes who must not see `fact`.
///
/// # Errors
/// [`RefusalCode::Invalid`] for somebody who has nothing to do with the case, [`RefusalCode::TooLong`] for too many.
pub async fn withhold(tx: &mut Tx<'_>, case: &CaseFile, fact: &str, from: &[PersonId]) -> Result<(), Error> {
    if from.len() > MAX_HIDDEN {
        return Err(RefusalCode::TooLong.into());
    }
    for person in from {
        require_near(tx, case, person).await?;
        sqlx::query("INSERT INTO withheld (fact, person, municipality) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(fact)
            .bind(person.as_str())
            .bind(case.municipality.as_str())
            .execute(&mut *tx.conn)
            .await?;
    }
    Ok(())
}

/// Whoever has nothing to do with the case's municipality or person is told of as if they did not exist.
async fn require_near(tx: &mut Tx<'_>, case: &CaseFile, person: &PersonId) -> Result<(), Error> {
    let (near,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM person WHERE id = $1 AND (municipality = $2
             OR id IN (SELECT person FROM case_party WHERE case_id = $3)
             OR id IN (SELECT by_person FROM relation WHERE of_person = $4)
             OR id IN (SELECT other FROM kept_apart WHERE person = $4))",
    )
    .bind(person.as_str())
    .bind(case.municipality.as_str())
    .bind(case.id.as_str())
    .bind(case.person.as_str())
    .fetch_one(&mut *tx.conn)
    .await?;
    if near == 0 {
        return Err(RefusalCode::Invalid.into());
    }
    Ok(())
}

async fn mask_passage(tx: &mut Tx<'_>, case: &CaseFile, act: &Mask, passage: i64, ground: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM masked WHERE fact = $1 AND passage = $2")
        .bind(act.fact.as_str())
        .bind(passage)
        .execute(&mut *tx.conn)
        .await?;
    for person in &act.hidden_from {
        require_near(tx, case, person).await?;
        sqlx::query(
            "INSERT INTO masked (fact, passage, person, municipality, ground) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
        )
        .bind(act.fact.as_str())
        .bind(passage)
        .bind(person.as_str())
        .bind(case.municipality.as_str())
        .bind(ground)
        .execute(&mut *tx.conn)
        .await?;
    }
    Ok(())
}

/// How many passages the note or document has; `None` when the case holds none with this id.
async fn passages(tx: &mut Tx<'_>, act: &Mask) -> Result<Option<usize>, Error> {
    let note: Option<(String,)> = sqlx::query_as("SELECT text FROM note WHERE id = $1 AND case_id = $2")
        .bind(act.fact.as_str())
        .bind(act.case.as_str())
        .fetch_optional(&mut *tx.conn)
        .await?;
    if let Some((text,)) = note {
        return Ok(Some(paragraphs(&text).count()));
    }
    let document: Option<(String,)> = sqlx::query_as("SELECT sections FROM document WHERE id = $1 AND case_id = $2")
        .bind(act.fact.as_str())
        .bind(act.case.as_str())
        .fetch_optional(&mut *tx.conn)
        .await?;
    let sections = document.map(|(sections,)| serde_json::from_str::<Vec<Section>>(&sections)).transpose()?;
    Ok(sections.map(|sections| sections.len()))
}
