//! Cases and the journal: facts, and what each audience sees of them.
//!
//! A case has one scope for the staff who work on it and one for each party. Parties come in one by one,
//! opened by staff with a ground; a relation alone opens nothing. Every fact says itself what an audience sees of it
//! ([`Fact::project`]): a fact that is withheld from somebody is not in their scope at all, so nothing of theirs moves
//! when it changes.

mod assign;
mod audience;
mod close;
mod mask;
mod open;
mod project;

pub use assign::assign;
pub use audience::Audience;
pub use close::{close_party, close_to};
pub use mask::{mask, withhold};
pub use open::{confirm_proxy, open, open_to};
pub use project::{Fact, project_all, show};

use crate::App;
use crate::access::require_case_staff;
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{STAFF, code, decode, scope_for};
use crate::identity::Caller;
use crate::{person, relation, text};
use axum::Router;
use axum::routing::get;
use protocol::Millis;
use protocol::access::ScopeKind;
use protocol::case::{MoveCase, Note, Stage, WriteNote};
use protocol::id::{CaseId, MunicipalityId, PersonId, ScopeId};
use protocol::refusal::RefusalCode;
use protocol::relation::Matter;
use std::sync::Arc;

/// The routes.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/cases/{case}/assignable", get(assign::handle)).route("/mask-grounds", get(mask::grounds))
}

/// A case as stored.
pub struct CaseFile {
    /// Which.
    pub id: CaseId,
    /// Where.
    pub municipality: MunicipalityId,
    /// The municipality's number.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Whom it concerns.
    pub person: PersonId,
    /// The unit that works on it.
    pub unit: String,
    /// Who works on it.
    pub caseworker: PersonId,
    /// Where it stands.
    pub stage: Stage,
    /// What happens next.
    pub next_step: Option<String>,
    /// Since when.
    pub opened_at: Millis,
}

/// Reads a case.
///
/// # Errors
/// [`RefusalCode::Access`] when there is none.
pub async fn find(tx: &mut Tx<'_>, id: &CaseId) -> Result<CaseFile, Error> {
    type Row = (String, String, String, String, String, String, String, Option<String>, i64);
    let row: Option<Row> = sqlx::query_as(
        "SELECT municipality, number, title, person, unit, caseworker, stage, next_step, opened_at FROM case_file WHERE id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(&mut *tx.conn)
    .await?;
    let (municipality, number, title, person, unit, caseworker, stage, next_step, opened_at) =
        row.ok_or(RefusalCode::Access)?;
    Ok(CaseFile {
        id: id.clone(),
        municipality: MunicipalityId::new(municipality),
        number,
        title,
        person: PersonId::new(person),
        unit,
        caseworker: PersonId::new(caseworker),
        stage: decode(&stage)?,
        next_step,
        opened_at,
    })
}

/// Moves a case to another stage.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on it; [`RefusalCode::Closed`] when it is closed.
pub async fn move_to(tx: &mut Tx<'_>, caller: &Caller, act: MoveCase) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    if act.stage == Stage::Unknown {
        return Err(RefusalCode::Invalid.into());
    }
    let next_step = act.next_step.as_deref().map(|text| text::body(text, 500)).transpose()?;
    let moved = sqlx::query("UPDATE case_file SET stage = $1, next_step = $2 WHERE id = $3 AND stage <> 'closed'")
        .bind(code(&act.stage)?)
        .bind(&next_step)
        .bind(act.case.as_str())
        .execute(&mut *tx.conn)
        .await?;
    if moved.rows_affected() == 0 {
        return Err(RefusalCode::Closed.into());
    }
    project_all(tx, &act.case).await
}

/// Writes and signs a journal note.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case; [`RefusalCode::Invalid`] for bad words.
pub async fn write_note(tx: &mut Tx<'_>, caller: &Caller, act: WriteNote) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let case = find(tx, &act.case).await?;
    let heading = text::line(&act.heading, 200)?;
    let body = text::body(&act.text, 50_000)?;
    sqlx::query(
        "INSERT INTO note (id, municipality, case_id, heading, text, author, happened_at, signed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(act.note.as_str())
    .bind(case.municipality.as_str())
    .bind(act.case.as_str())
    .bind(&heading)
    .bind(&body)
    .bind(caller.person.as_str())
    .bind(act.happened_at)
    .bind(tx.now)
    .execute(&mut *tx.conn)
    .await
    .map_err(text::reused)?;
    withhold(tx, &case, act.note.as_str(), &act.hidden_from).await?;
    let author = person::find(tx, &caller.person).await?;
    let note = Note {
        case: act.case,
        heading,
        text: body,
        author: author.signature(),
        happened_at: act.happened_at,
        signed_at: tx.now,
        masked: Vec::new(),
    };
    show(tx, &case, act.note.as_str(), &author, &note).await
}

/// Whether `party` may write about `case` as far as what they may have to do with goes.
///
/// # Errors
/// When the database fails.
pub async fn may_write(tx: &mut Tx<'_>, case: &CaseFile, party: &PersonId) -> Result<bool, Error> {
    let row: Option<(Option<String>,)> =
        sqlx::query_as("SELECT matters FROM case_party WHERE case_id = $1 AND person = $2")
            .bind(case.id.as_str())
            .bind(party.as_str())
            .fetch_optional(&mut *tx.conn)
            .await?;
    let Some((matters,)) = row else { return Ok(false) };
    let matters = relation::matters_of(matters.as_deref())?;
    Ok(matters.is_empty() || matters.contains(&Matter::Messages))
}

/// The scope that staff on `case` share.
///
/// # Errors
/// When the database fails.
pub async fn staff_scope(tx: &mut Tx<'_>, case: &CaseFile) -> Result<ScopeId, Error> {
    scope_for(tx, &case.municipality, ScopeKind::Case, case.id.as_str(), STAFF).await
}
