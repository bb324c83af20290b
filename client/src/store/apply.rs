//! What a pull brought, taken into the store in one transaction: grants, rows, cursors and answers.
//!
//! They stand or fall together, so a crash leaves the state before or after, never between. A page that does not
//! join on to what is here, because it comes late or twice, changes nothing. A scope that is not granted any more
//! leaves with its rows, the keys of its files and its cursor.

#[cfg(test)]
mod tests;

use super::{Meta, Store, StoreError, lease, pending};
use bridge::Topic;
use futures_util::TryStreamExt as _;
use protocol::Millis;
use protocol::access::Grant;
use protocol::digest::Digest;
use protocol::id::ScopeId;
use protocol::message::Message;
use protocol::record::Content as _;
use protocol::sync::{Back, Cursor, DigestResponse, Page, PullResponse, Span};
use sqlx::{FromRow, SqliteConnection};
use std::collections::HashSet;

/// Stands in the body of a message with files, and in those of a few others.
const NAMES_FILES: &str = "\"files\"";

/// `stored`: the scopes that have records, and a null. From one to the next by the index, so that it costs what there are
/// of scopes and not of records.
macro_rules! with_stored {
    () => {
        "WITH RECURSIVE stored (scope) AS (SELECT min(scope) FROM record UNION ALL
             SELECT (SELECT min(record.scope) FROM record WHERE record.scope > stored.scope) FROM stored
             WHERE stored.scope IS NOT NULL)"
    };
}

/// What taking it in did.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// What is to be shown anew.
    pub(crate) topics: HashSet<Topic>,
    /// Pull again at once.
    pub(crate) more: bool,
    /// Acts may have to be sent again.
    pub(crate) push: bool,
}

/// A cursor as it stands.
#[derive(FromRow)]
pub(super) struct Held {
    pub(super) scope: String,
    pub(super) epoch: i64,
    pub(super) seq: i64,
    back_at: Option<i64>,
    back_to: Option<i64>,
}

impl From<Held> for Cursor {
    fn from(Held { scope, epoch, seq, back_at, back_to }: Held) -> Self {
        let back = back_at.zip(back_to).map(|(at, to)| Back { at, to });
        Self { scope: ScopeId::new(scope), epoch, seq, back }
    }
}

impl Store {
    /// Takes a pull's answer in; `device_now` tells how far the device's clock is off.
    pub(crate) async fn apply(&self, answer: &PullResponse, device_now: Millis) -> Result<Applied, StoreError> {
        let mut tx = self.write().await?;
        let mut applied = Applied::default();
        if is_another_life(&mut tx, &answer.db_epoch).await? {
            // The pages answer cursors that mean nothing any more.
            Meta::DbEpoch.keep(&mut tx, &answer.db_epoch).await?;
            lease::hear_anew(&mut tx, answer.now, device_now).await?;
            tx.commit().await?;
            return Ok(Applied { more: true, push: true, ..applied });
        }
        if !keep_grants(&mut tx, answer).await? {
            // The set that it leaves out is not the one that is here: ask for it.
            tx.commit().await?;
            return Ok(Applied { more: true, ..applied });
        }
        for page in &answer.pages {
            applied.topics.extend(take_in(&mut tx, page).await?.unwrap_or_default());
        }
        let left = leave(&mut tx, answer.now).await?;
        let before = count(&mut tx).await?;
        pending::settle(&mut tx, &answer.results).await?;
        if !answer.more {
            pending::drop_lost(&mut tx, &answer.results).await?;
        }
        if before != count(&mut tx).await? {
            applied.topics.extend([Topic::Message, Topic::Task]);
        }
        if !answer.more {
            settle_down(&mut tx).await?;
            Meta::AsOf.keep(&mut tx, &answer.now).await?;
        }
        lease::hear(&mut tx, answer.now, device_now).await?;
        tx.commit().await?;
        applied.more = answer.more;
        if !left.is_empty() {
            self.clean_up().await?;
        } else if applied.topics.contains(&Topic::Document) {
            self.sweep_files().await?;
        }
        applied.topics.extend(left);
        Ok(applied)
    }

    /// Takes in a page that came by itself. `None` when it does not join on to what is here: pull.
    pub(crate) async fn apply_page(&self, page: &Page) -> Result<Option<Applied>, StoreError> {
        let mut tx = self.write_fetched().await?;
        let Some(mut topics) = take_in(&mut tx, page).await? else { return Ok(None) };
        let before = count(&mut tx).await?;
        pending::drop_arrived(&mut tx).await?;
        if before != count(&mut tx).await? {
            topics.extend([Topic::Message, Topic::Task]);
        }
        tx.commit().await?;
        Ok(Some(Applied { topics, ..Applied::default() }))
    }

    /// Gives up the cursors of scopes whose copy is not what it should be, so that they are fetched anew. Whether
    /// there were any.
    pub(crate) async fn compare(&self, answer: &DigestResponse) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if Meta::DbEpoch.load::<String>(&mut tx).await?.as_ref() != Some(&answer.db_epoch) {
            return Ok(false);
        }
        let mut differs = false;
        for theirs in &answer.scopes {
            let comparable: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM cursor WHERE scope = ?1 AND epoch = ?2 AND seq = ?3 AND back_at IS NULL)",
            )
            .bind(theirs.scope.as_str())
            .bind(theirs.epoch)
            .bind(theirs.head)
            .fetch_one(&mut *tx)
            .await?;
            if comparable && digest(&mut tx, theirs.scope.as_str()).await? != theirs.digest {
                tracing::error!("a copy differs from the backend's and is fetched anew");
                sqlx::query("DELETE FROM cursor WHERE scope = ?1")
                    .bind(theirs.scope.as_str())
                    .execute(&mut *tx)
                    .await?;
                differs = true;
            }
        }
        tx.commit().await?;
        Ok(differs)
    }
}

// Whether the backend's database began a new life. Then every cursor is void, and what was done in the old
// life may be undone: it is sent again, under the same id.
async fn is_another_life(conn: &mut SqliteConnection, epoch: &str) -> Result<bool, StoreError> {
    let known: Option<String> = Meta::DbEpoch.load(conn).await?;
    match known {
        Some(known) if known != epoch => {
            sqlx::query("DELETE FROM cursor").execute(&mut *conn).await?;
            sqlx::query("UPDATE pending SET state = 'waiting', places = NULL WHERE state = 'sent'")
                .execute(conn)
                .await?;
            Ok(true)
        }
        Some(_) => Ok(false),
        None => {
            Meta::DbEpoch.keep(conn, &epoch).await?;
            Ok(false)
        }
    }
}

// `false` when the answer leaves the set out and it is not the one that is here.
async fn keep_grants(conn: &mut SqliteConnection, answer: &PullResponse) -> Result<bool, StoreError> {
    let Some(grants) = &answer.grants else {
        let held: Option<Option<String>> = Meta::GrantsHash.load(conn).await?;
        if held.flatten().is_some_and(|held| held == answer.grants_hash) {
            return Ok(true);
        }
        Meta::GrantsHash.keep(conn, &None::<String>).await?;
        return Ok(false);
    };
    sqlx::query("DELETE FROM grants").execute(&mut *conn).await?;
    sqlx::query(
        "INSERT OR REPLACE INTO grants (scope, kind, role, sync, epoch, head, lease_until)
         SELECT value ->> '$.scope', value ->> '$.kind', value ->> '$.role', value ->> '$.sync', value ->> '$.epoch',
                value ->> '$.head', value ->> '$.lease_until' FROM json_each(?1)",
    )
    .bind(serde_json::to_string::<Vec<Grant>>(grants)?)
    .execute(&mut *conn)
    .await?;
    Meta::GrantsHash.keep(conn, &Some(&answer.grants_hash)).await?;
    Ok(true)
}

// Everything of scopes that are not granted, not open, or whose lease is over at `now`.
pub(super) async fn leave(conn: &mut SqliteConnection, now: Millis) -> Result<HashSet<Topic>, StoreError> {
    let gone: Vec<String> = sqlx::query_scalar(concat!(
        with_stored!(),
        ", held AS (SELECT scope FROM cursor UNION SELECT scope FROM stored WHERE scope IS NOT NULL UNION SELECT scope FROM blob)
         SELECT scope FROM held WHERE scope NOT IN (
             SELECT scope FROM grants
             WHERE (sync = 'auto' OR head IS NOT NULL) AND (lease_until IS NULL OR lease_until > ?1))",
    ))
    .bind(now)
    .fetch_all(&mut *conn)
    .await?;
    let mut topics = HashSet::new();
    for scope in gone {
        topics.extend(empty(conn, &scope).await?);
        for table in [
            "DELETE FROM blob WHERE scope = ?1",
            "DELETE FROM cursor WHERE scope = ?1",
            "DELETE FROM looked WHERE scope = ?1",
            "DELETE FROM filed WHERE scope = ?1",
        ] {
            sqlx::query(table).bind(&scope).execute(&mut *conn).await?;
        }
        // Staff lists say whether the content is here.
        topics.extend([Topic::Message, Topic::Case, Topic::Document]);
    }
    for begun in [
        "DELETE FROM draft WHERE scope NOT IN (SELECT scope FROM grants)",
        "DELETE FROM attachment WHERE message IS NULL AND scope NOT IN (SELECT scope FROM grants)",
    ] {
        sqlx::query(begun).execute(&mut *conn).await?;
    }
    Ok(topics)
}

// What it changed; `None` when the page does not join on to what is here, or the scope is not served.
async fn take_in(conn: &mut SqliteConnection, page: &Page) -> Result<Option<HashSet<Topic>>, StoreError> {
    let scope = page.scope.as_str();
    let served: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM grants WHERE scope = ?1 AND epoch = ?2 AND head IS NOT NULL)")
            .bind(scope)
            .bind(page.epoch)
            .fetch_one(&mut *conn)
            .await?;
    let held: Option<Held> = sqlx::query_as("SELECT scope, epoch, seq, back_at, back_to FROM cursor WHERE scope = ?1")
        .bind(scope)
        .fetch_optional(&mut *conn)
        .await?;
    let next = joined(page, held.map(Cursor::from).as_ref()).filter(|_| served);
    let Some(Cursor { epoch, seq, back, .. }) = next else { return Ok(None) };
    let mut topics = HashSet::new();
    if matches!(page.span, Span::Window { .. }) {
        // What was here before is of another epoch or life, or too old to be brought up to date.
        topics.extend(empty(conn, scope).await?);
    }
    sqlx::query(
        "INSERT INTO record (scope, kind, id, seq, body)
         SELECT ?1, value ->> '$.kind', value ->> '$.id', value ->> '$.seq', value -> '$.body' FROM json_each(?2)
         WHERE NOT coalesce(value ->> '$.deleted', 0)
         ON CONFLICT (scope, kind, id) DO UPDATE SET seq = excluded.seq, body = excluded.body WHERE excluded.seq > record.seq",
    )
    .bind(scope)
    .bind(serde_json::to_string(&page.records)?)
    .execute(&mut *conn)
    .await?;
    for record in &page.records {
        topics.insert(topic(&record.kind));
        if record.kind == Message::KIND && record.body.get().contains(NAMES_FILES) {
            sqlx::query("INSERT OR IGNORE INTO filed (scope, fact) VALUES (?1, ?2)")
                .bind(scope)
                .bind(record.id.as_str())
                .execute(&mut *conn)
                .await?;
        }
        if record.deleted {
            sqlx::query("DELETE FROM record WHERE scope = ?1 AND kind = ?2 AND id = ?3 AND seq < ?4")
                .bind(scope)
                .bind(&record.kind)
                .bind(record.id.as_str())
                .bind(record.seq)
                .execute(&mut *conn)
                .await?;
        }
    }
    super::project::refresh(conn, scope).await?;
    sqlx::query("INSERT OR REPLACE INTO cursor (scope, epoch, seq, back_at, back_to) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(scope)
        .bind(epoch)
        .bind(seq)
        .bind(back.map(|back| back.at))
        .bind(back.map(|back| back.to))
        .execute(conn)
        .await?;
    Ok(Some(topics))
}

/// The cursor after this page, if it joins on to the one that is held.
pub(super) fn joined(page: &Page, held: Option<&Cursor>) -> Option<Cursor> {
    let (seq, back) = match (page.span, held) {
        (Span::Window { back, .. }, None) => Some((page.head, back)),
        (Span::Window { replaces, back }, Some(held)) => (replaces == Some(held.seq)).then_some((page.head, back)),
        (_, None) => None,
        (_, Some(held)) if held.epoch != page.epoch => None,
        (Span::Tail { after, upto }, Some(held)) => (after <= held.seq && held.seq < upto).then_some((upto, held.back)),
        // Made before something that is here: it may hold what was deleted since.
        (Span::Back { .. }, Some(held)) if held.seq > page.head => None,
        (Span::Back { after, upto, to }, Some(held)) => (held.back == Some(Back { at: after, to }))
            .then_some((held.seq, (upto < to).then_some(Back { at: upto, to }))),
    }?;
    Some(Cursor { scope: page.scope.clone(), epoch: page.epoch, seq, back })
}

// Once everything has arrived: rows of an earlier life that no page replaced, files that no document names any more, and
// what was refused about a task that is none any more.
async fn settle_down(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM pending WHERE state = 'refused' AND sort = 'complete_task' AND NOT EXISTS (
             SELECT 1 FROM record WHERE kind = 'task' AND id = pending.about AND body ->> '$.done_at' IS NULL)",
    )
    .execute(&mut *conn)
    .await?;
    for gone in [
        concat!(
            with_stored!(),
            " DELETE FROM record WHERE scope IN (SELECT scope FROM stored WHERE scope NOT IN (SELECT scope FROM cursor))"
        ),
        "DELETE FROM blob WHERE NOT EXISTS (
             SELECT 1 FROM record WHERE record.scope = blob.scope AND kind IN ('document', 'message') AND id = blob.fact
             AND (body ->> '$.file.blob' = blob.blob
                 OR EXISTS (SELECT 1 FROM json_each(body, '$.files') WHERE value ->> '$.blob' = blob.blob)))",
        "DELETE FROM filed WHERE NOT EXISTS (
             SELECT 1 FROM record WHERE record.scope = filed.scope AND kind = 'message' AND id = filed.fact)",
    ] {
        sqlx::query(gone).execute(&mut *conn).await?;
    }
    Ok(())
}

// Row by row: a scope may be large.
async fn digest(conn: &mut SqliteConnection, scope: &str) -> Result<String, StoreError> {
    let mut rows = sqlx::query_as::<_, (String, String, i64)>("SELECT kind, id, seq FROM record WHERE scope = ?1")
        .bind(scope)
        .fetch(conn);
    let mut digest = Digest::default();
    while let Some((kind, id, seq)) = rows.try_next().await? {
        digest.add(&kind, &id, seq);
    }
    Ok(digest.to_string())
}

async fn empty(conn: &mut SqliteConnection, scope: &str) -> Result<HashSet<Topic>, StoreError> {
    let kinds: Vec<String> = sqlx::query_scalar("SELECT DISTINCT kind FROM record WHERE scope = ?1")
        .bind(scope)
        .fetch_all(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM record WHERE scope = ?1").bind(scope).execute(conn).await?;
    Ok(kinds.iter().map(|kind| topic(kind)).collect())
}

async fn count(conn: &mut SqliteConnection) -> Result<(i64, i64), StoreError> {
    Ok(sqlx::query_as("SELECT count(*), count(*) FILTER (WHERE state = 'refused') FROM pending")
        .fetch_one(conn)
        .await?)
}

fn topic(kind: &str) -> Topic {
    match kind {
        "thread" | "message" | "read_mark" | "thread_row" => Topic::Message,
        "task" => Topic::Task,
        "document" => Topic::Document,
        "profile" => Topic::Session,
        "representation" => Topic::Relation,
        _ => Topic::Case,
    }
}
