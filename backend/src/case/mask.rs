//! Keeping a note or document from somebody: the whole of it, or passages.
//!
//! Whoever the whole is kept from learns nothing of it. A passage that is kept from somebody leaves a mark with the
//! legal ground. The two stand apart: neither lifts the other.

use super::{CaseFile, find, project_all};
use crate::App;
use crate::access::require_case_staff;
use crate::db::Tx;
use crate::error::Error;
use crate::identity::Caller;
use crate::text;
use axum::Json;
use axum::extract::State;
use protocol::case::{Kept, KeptPassage, MAX_HIDDEN, Mask, MaskGround, Masking, paragraphs};
use protocol::document::{MAX_SECTIONS, Section};
use protocol::id::{PersonId, ScopeId};
use protocol::identity::Realm;
use protocol::refusal::RefusalCode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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

/// The legal grounds that staff choose from.
pub(super) async fn grounds(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Vec<MaskGround>>, Error> {
    if caller.realm != Realm::Staff {
        return Err(RefusalCode::Access.into());
    }
    let mut snapshot = app.db.snapshot().await?;
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT law, about FROM mask_ground ORDER BY place, id").fetch_all(&mut *snapshot).await?;
    Ok(Json(rows.into_iter().map(|(law, about)| MaskGround { law, about }).collect()))
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

/// Shows the staff of a case what is kept from whom of every note and document in it.
///
/// # Errors
/// When the database fails.
pub(super) async fn show_masks(
    tx: &mut Tx<'_>,
    case: &CaseFile,
    staff: &ScopeId,
    facts: impl Iterator<Item = &str>,
) -> Result<(), Error> {
    let mut masked = masked_in(tx, case).await?;
    for fact in facts {
        match masked.remove(fact) {
            Some(from) => {
                let from = from.into_values().collect();
                tx.feed.put(staff, fact, &Masking { case: case.id.clone(), from })?;
            }
            None => tx.feed.remove::<Masking>(staff, fact),
        }
    }
    Ok(())
}

/// What is kept from whom, by fact and person.
async fn masked_in(tx: &mut Tx<'_>, case: &CaseFile) -> Result<BTreeMap<String, BTreeMap<String, Kept>>, Error> {
    // A whole has no passage.
    type Row = (String, String, String, String, Option<i64>, Option<String>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT m.fact, p.id, p.given_name, p.family_name, m.passage, m.ground
         FROM (SELECT fact, person, NULL AS passage, NULL AS ground FROM withheld
               UNION ALL SELECT fact, person, passage, ground FROM masked) m
         JOIN person p ON p.id = m.person
         WHERE m.fact IN (SELECT id FROM note WHERE case_id = $1 UNION ALL SELECT id FROM document WHERE case_id = $1)
         ORDER BY m.fact, p.id, m.passage",
    )
    .bind(case.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let mut masked: BTreeMap<String, BTreeMap<String, Kept>> = BTreeMap::new();
    for (fact, person, given, family, passage, ground) in rows {
        let kept = masked.entry(fact).or_default().entry(person.clone()).or_insert_with(|| Kept {
            person: PersonId::new(person),
            name: format!("{given} {family}"),
            whole: false,
            passages: Vec::new(),
        });
        match passage.zip(ground) {
            None => kept.whole = true,
            Some((passage, ground)) => {
                let passage = u32::try_from(passage).map_err(|error| Error::Internal(error.to_string()))?;
                kept.passages.push(KeptPassage { passage, ground });
            }
        }
    }
    Ok(masked)
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
