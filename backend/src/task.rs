//! What is expected of residents.

use crate::access::{require, require_case_staff};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::find_scope;
use crate::identity::Caller;
use crate::{person, text};
use protocol::access::ScopeKind;
use protocol::id::CaseId;
use protocol::refusal::RefusalCode;
use protocol::task::{AskFor, CompleteTask, Task};

/// Asks a party of a case to do something.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case and the person is a party of it.
pub async fn ask(tx: &mut Tx<'_>, caller: &Caller, act: AskFor) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let seen = find_scope(tx, ScopeKind::Case, act.case.as_str(), act.person.as_str()).await?;
    require(tx.conn, &act.person, &seen.ok_or(RefusalCode::Access)?, tx.now).await?;
    let title = text::line(&act.title, 200)?;
    let detail = act.detail.as_deref().map(|detail| text::body(detail, 2_000)).transpose()?;
    sqlx::query("INSERT INTO task (id, municipality, case_id, person, title, detail, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(act.task.as_str())
        .bind(caller.municipality.as_str())
        .bind(act.case.as_str())
        .bind(act.person.as_str())
        .bind(&title)
        .bind(&detail)
        .bind(act.due_at)
        .execute(&mut *tx.conn)
        .await
        .map_err(text::reused)?;
    let own = person::find(tx, &act.person).await?.own_scope(tx).await?;
    let task = Task { case: Some(act.case), title, detail, due_at: act.due_at, done_at: None };
    tx.feed.put(&own, act.task.as_str(), &task)
}

/// Marks the caller's own task as done; one that is done stays as it is.
///
/// # Errors
/// [`RefusalCode::Access`] when it is not the caller's.
pub async fn complete(tx: &mut Tx<'_>, caller: &Caller, act: &CompleteTask) -> Result<(), Error> {
    type Row = (Option<String>, String, Option<String>, Option<i64>, i64);
    let row: Option<Row> = sqlx::query_as(
        "UPDATE task SET done_at = COALESCE(done_at, $1) WHERE id = $2 AND person = $3
         RETURNING case_id, title, detail, due_at, done_at",
    )
    .bind(tx.now)
    .bind(act.task.as_str())
    .bind(caller.person.as_str())
    .fetch_optional(&mut *tx.conn)
    .await?;
    let (case, title, detail, due_at, done_at) = row.ok_or(RefusalCode::Access)?;
    let own = person::find(tx, &caller.person).await?.own_scope(tx).await?;
    let task = Task { case: case.map(CaseId::new), title, detail, due_at, done_at: Some(done_at) };
    tx.feed.put(&own, act.task.as_str(), &task)
}
