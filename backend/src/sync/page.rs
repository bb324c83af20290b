//! Reads parts of a scope from a snapshot: its newest records, what changed, what is older.
//!
//! All of one scope is numbered in one order, and a number is never split over two pages. Bodies go through as
//! the text they are stored as. Nothing here asks who may see it: a grant that is served comes in.

use crate::error::Error;
use futures_util::TryStreamExt as _;
use protocol::access::Grant;
use protocol::id::{RecordId, ScopeId};
use protocol::record::{Json, Record};
use protocol::sync::{Back, Page, Span};
use sqlx::AnyConnection;

/// The most bytes of bodies in one window: a screen full of long texts must not hold up the others.
const WINDOW_BYTES: usize = 1 << 20;

/// What an answer may still hold, give or take the last number: it has to come through a slow network in one
/// piece.
pub(super) struct Budget {
    records: usize,
    bytes: usize,
}

impl Budget {
    /// So much.
    pub(super) fn new((records, bytes): (usize, usize)) -> Self {
        Self { records, bytes }
    }

    /// Whether nothing more goes in.
    pub(super) fn is_spent(&self) -> bool {
        self.records == 0 || self.bytes == 0
    }

    fn spend(&mut self, body: &str) {
        self.records = self.records.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(body.len());
    }
}

/// The newest records of each kind, at most `of_each`, in a scope whose head is `head`.
///
/// # Errors
/// When the database fails.
pub(super) async fn window(
    conn: &mut AnyConnection,
    grant: &Grant,
    head: i64,
    replaces: Option<i64>,
    of_each: i64,
    budget: &mut Budget,
) -> Result<Page, Error> {
    // The newest of each kind come first, so that where bytes run out every kind has something to show. One more
    // than a window of each tells what is left out.
    let mut rows = sqlx::query_as::<_, (String, String, i64, String, i64)>(
        "SELECT r.kind, r.id, r.seq, r.body, w.place
         FROM (SELECT kind, id, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY seq DESC) AS place
               FROM record WHERE scope = $1 AND deleted = 0) AS w
         JOIN record r ON r.scope = $1 AND r.kind = w.kind AND r.id = w.id
         WHERE w.place <= $2 ORDER BY w.place, r.kind",
    )
    .bind(grant.scope.as_str())
    .bind(of_each + 1)
    .fetch(conn);
    let mut own = Budget::new((usize::MAX, WINDOW_BYTES));
    let mut records = Vec::new();
    let mut left_out = 0;
    while let Some((kind, id, seq, body, place)) = rows.try_next().await? {
        if place > of_each || own.is_spent() {
            left_out = left_out.max(seq);
            continue;
        }
        own.spend(&body);
        budget.spend(&body);
        records.push(record(kind, id, seq, 0, body)?);
    }
    records.sort_by_key(|record| record.seq);
    let back = (left_out > 0).then_some(Back { at: 0, to: left_out });
    Ok(page(grant, head, Span::Window { replaces, back }, records))
}

/// What changed after `after`, in a scope whose head is `head`.
///
/// # Errors
/// When the database fails.
pub(super) async fn tail(
    conn: &mut AnyConnection,
    grant: &Grant,
    head: i64,
    after: i64,
    budget: &mut Budget,
) -> Result<Page, Error> {
    let part = Part { after, to: head, deleted: true };
    let (records, upto) = read(conn, &grant.scope, part, budget).await?;
    Ok(page(grant, head, Span::Tail { after, upto }, records))
}

/// What is older and still to be fetched, in a scope whose head is `head`.
///
/// # Errors
/// When the database fails.
pub(super) async fn back(
    conn: &mut AnyConnection,
    grant: &Grant,
    head: i64,
    back: Back,
    budget: &mut Budget,
) -> Result<Page, Error> {
    let part = Part { after: back.at, to: back.to, deleted: false };
    let (records, upto) = read(conn, &grant.scope, part, budget).await?;
    Ok(page(grant, head, Span::Back { after: back.at, upto, to: back.to }, records))
}

/// Numbers with `after < seq <= to`, tombstones with them or not.
#[derive(Clone, Copy)]
struct Part {
    after: i64,
    to: i64,
    deleted: bool,
}

/// As many whole numbers of `part` as `budget` lets through, at least one, and up to where they reach.
async fn read(
    conn: &mut AnyConnection,
    scope: &ScopeId,
    part: Part,
    budget: &mut Budget,
) -> Result<(Vec<Record>, i64), Error> {
    let limit = budget.records.saturating_add(1);
    let mut records: Vec<Record> = Vec::new();
    // The last number that is whole, and how many records there are up to it.
    let mut whole = (part.after, 0);
    let mut rows = rows(conn, scope, part, i64::try_from(limit).unwrap_or(i64::MAX));
    while let Some((kind, id, seq, deleted, body)) = rows.try_next().await? {
        if let Some(last) = records.last().map(|record| record.seq).filter(|last| *last != seq) {
            whole = (last, records.len());
            if budget.is_spent() {
                return Ok((records, last));
            }
        }
        budget.spend(&body);
        records.push(record(kind, id, seq, deleted, body)?);
    }
    drop(rows);
    if records.len() < limit {
        return Ok((records, part.to));
    }
    let (upto, count) = whole;
    records.truncate(count);
    if count > 0 {
        return Ok((records, upto));
    }
    // One number alone is more than fits: it comes whole all the same.
    let (first,): (Option<i64>,) =
        sqlx::query_as("SELECT MIN(seq) FROM record WHERE scope = $1 AND seq > $2 AND deleted <= $3")
            .bind(scope.as_str())
            .bind(part.after)
            .bind(i64::from(part.deleted))
            .fetch_one(&mut *conn)
            .await?;
    let number = first.unwrap_or(part.to);
    let mut rows = self::rows(conn, scope, Part { after: number - 1, to: number, ..part }, i64::MAX);
    while let Some((kind, id, seq, deleted, body)) = rows.try_next().await? {
        records.push(record(kind, id, seq, deleted, body)?);
    }
    Ok((records, number))
}

type Row = (String, String, i64, i64, String);

fn rows<'c>(
    conn: &'c mut AnyConnection,
    scope: &'c ScopeId,
    part: Part,
    limit: i64,
) -> impl futures_util::Stream<Item = Result<Row, sqlx::Error>> + Unpin + 'c {
    sqlx::query_as::<_, Row>(
        "SELECT kind, id, seq, deleted, body FROM record
         WHERE scope = $1 AND seq > $2 AND seq <= $3 AND deleted <= $4 ORDER BY seq LIMIT $5",
    )
    .bind(scope.as_str())
    .bind(part.after)
    .bind(part.to)
    .bind(i64::from(part.deleted))
    .bind(limit)
    .fetch(conn)
}

fn record(kind: String, id: String, seq: i64, deleted: i64, body: String) -> Result<Record, Error> {
    Ok(Record { id: RecordId::new(id), kind, seq, deleted: deleted != 0, body: Json::new(body)? })
}

fn page(grant: &Grant, head: i64, span: Span, records: Vec<Record>) -> Page {
    Page { scope: grant.scope.clone(), epoch: grant.epoch, head, span, records }
}
