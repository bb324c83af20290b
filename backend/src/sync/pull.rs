//! `POST /sync/pull`: grants, records above the cursors, and results, all from one snapshot.

use crate::App;
use crate::access::grants;
use crate::error::{Body, Error};
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use futures_util::TryStreamExt as _;
use protocol::access::Grant;
use protocol::id::{MutationId, RecordId};
use protocol::mutation::MutationResult;
use protocol::record::Record;
use protocol::sync::{Cursor, MAX_PUSH, Page, PullRequest, PullResponse};
use sqlx::AnyConnection;
use std::sync::Arc;

/// What one answer may still hold, give or take the last sequence number: it has to come through a slow
/// network in one piece.
struct Budget {
    records: usize,
    bytes: usize,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(asked): Body<PullRequest>,
) -> Result<Json<PullResponse>, Error> {
    answer(&app, &caller, &asked).await.map(Json)
}

/// What `caller` is given for `asked`.
///
/// # Errors
/// When the database fails.
pub async fn answer(app: &App, caller: &Caller, asked: &PullRequest) -> Result<PullResponse, Error> {
    let now = app.db.now();
    let mut snapshot = app.db.snapshot().await?;
    let grants = grants(&mut snapshot, &caller.person, now).await?;
    let mut pages = Vec::new();
    let mut budget = Budget { records: 2_000, bytes: 1 << 20 };
    let mut more = false;
    for grant in &grants {
        let cursor = asked.cursors.iter().find(|cursor| cursor.scope == grant.scope);
        // Most scopes have nothing new: they cost no query.
        let is_current = cursor.is_some_and(|cursor| cursor.epoch == grant.epoch && Some(cursor.seq) == grant.head);
        if grant.head.is_none() || is_current {
            continue;
        }
        let Some((from, reset, head)) = start(grant, cursor, floor(&mut snapshot, grant).await?) else { continue };
        if budget.records == 0 || budget.bytes == 0 {
            more = true;
            break;
        }
        let page = read_page(&mut snapshot, grant, from, reset, head, &mut budget).await?;
        more |= page.upto < head;
        pages.push(page);
    }
    let waiting = &asked.waiting[..asked.waiting.len().min(MAX_PUSH)];
    let results = results(&mut snapshot, caller, waiting).await?;
    Ok(PullResponse { db_epoch: app.db.epoch().to_owned(), now, grants, pages, results, more })
}

/// From where to read, whether to discard what was there, and the head; `None` when nothing is missing.
fn start(grant: &Grant, cursor: Option<&Cursor>, floor: i64) -> Option<(i64, bool, i64)> {
    let head = grant.head?;
    match cursor {
        None if head == 0 => None,
        None => Some((0, false, head)),
        Some(cursor) if cursor.epoch != grant.epoch || cursor.seq > head || cursor.seq < floor => Some((0, true, head)),
        Some(cursor) if cursor.seq == head => None,
        Some(cursor) => Some((cursor.seq, false, head)),
    }
}

async fn floor(conn: &mut AnyConnection, grant: &Grant) -> Result<i64, Error> {
    let (floor,): (i64,) =
        sqlx::query_as("SELECT floor FROM scope WHERE id = $1").bind(grant.scope.as_str()).fetch_one(conn).await?;
    Ok(floor)
}

/// Reads from one snapshot, so what the head says is there is there. A sequence number is never split.
async fn read_page(
    conn: &mut AnyConnection,
    grant: &Grant,
    from: i64,
    reset: bool,
    head: i64,
    budget: &mut Budget,
) -> Result<Page, Error> {
    let asked = i64::try_from(budget.records).unwrap_or(i64::MAX).saturating_add(1);
    let (last,): (Option<i64>,) = sqlx::query_as(
        "SELECT MAX(seq) FROM (SELECT seq FROM record WHERE scope = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS first",
    )
    .bind(grant.scope.as_str())
    .bind(from)
    .bind(asked)
    .fetch_one(&mut *conn)
    .await?;
    let upto = last.unwrap_or(head);
    let mut rows = sqlx::query_as::<_, (String, String, i64, i64, String)>(
        "SELECT kind, id, seq, deleted, body FROM record WHERE scope = $1 AND seq > $2 AND seq <= $3 ORDER BY seq",
    )
    .bind(grant.scope.as_str())
    .bind(from)
    .bind(upto)
    .fetch(&mut *conn);
    let mut page = Page { scope: grant.scope.clone(), epoch: grant.epoch, reset, upto: head, records: Vec::new() };
    let (mut count, mut reached) = (0, from);
    while let Some((kind, id, seq, deleted, body)) = rows.try_next().await? {
        if seq != reached && (count > budget.records || budget.bytes == 0) {
            page.upto = reached;
            break;
        }
        (count, reached) = (count + 1, seq);
        budget.bytes = budget.bytes.saturating_sub(body.len());
        // Whoever starts from nothing has nothing to delete.
        if deleted == 0 || from > 0 {
            let body = serde_json::from_str(&body)?;
            page.records.push(Record { id: RecordId::new(id), kind, seq, deleted: deleted != 0, body });
        }
    }
    if count > budget.records {
        page.upto = page.upto.min(reached);
    }
    budget.records = budget.records.saturating_sub(count);
    Ok(page)
}

async fn results(
    conn: &mut AnyConnection,
    caller: &Caller,
    waiting: &[MutationId],
) -> Result<Vec<MutationResult>, Error> {
    let mut results = Vec::new();
    for mid in waiting {
        let row: Option<(String,)> = sqlx::query_as("SELECT outcome FROM mutation WHERE mid = $1 AND person = $2")
            .bind(mid.as_str())
            .bind(caller.person.as_str())
            .fetch_optional(&mut *conn)
            .await?;
        if let Some((outcome,)) = row {
            results.push(MutationResult { mid: mid.clone(), outcome: serde_json::from_str(&outcome)? });
        }
    }
    Ok(results)
}
