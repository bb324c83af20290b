//! What a pull brought, taken into the store in one transaction: grants, rows, cursors and answers.
//!
//! They stand or fall together, so a crash leaves the state before or after, never between. A scope that
//! is not granted any more leaves with its rows, the keys of its files and its cursor.

use super::{Meta, Store, StoreError, pending};
use bridge::Topic;
use protocol::Millis;
use protocol::id::ScopeId;
use protocol::identity::{Me, Realm};
use protocol::sync::{Cursor, Page, PullResponse};
use sqlx::SqliteConnection;
use std::collections::HashSet;

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

impl Store {
    /// How far every scope has come.
    pub(crate) async fn cursors(&self) -> Result<Vec<Cursor>, StoreError> {
        let rows: Vec<(String, i64, i64)> =
            sqlx::query_as("SELECT scope, epoch, seq FROM cursor").fetch_all(self.read()).await?;
        Ok(rows.into_iter().map(|(scope, epoch, seq)| Cursor { scope: ScopeId::new(scope), epoch, seq }).collect())
    }

    /// Takes a pull's answer in; `device_now` tells how far the device's clock is off.
    pub(crate) async fn apply(&self, answer: &PullResponse, device_now: Millis) -> Result<Applied, StoreError> {
        let mut tx = self.write().await?;
        let mut applied = Applied::default();
        if is_another_life(&mut tx, &answer.db_epoch).await? {
            // The pages answer cursors that mean nothing any more.
            Meta::DbEpoch.keep(&mut tx, &answer.db_epoch).await?;
            tx.commit().await?;
            return Ok(Applied { more: true, push: true, ..applied });
        }
        keep_grants(&mut tx, answer).await?;
        for page in &answer.pages {
            applied.topics.extend(take_in(&mut tx, page).await?);
        }
        let left = leave(&mut tx, answer.now).await?;
        let before = count(&mut tx).await?;
        pending::settle(&mut tx, &answer.results).await?;
        pending::drop_arrived(&mut tx).await?;
        // What was refused in a scope that is gone stays until its writer has seen it; a desk has no place for it.
        let me: Option<Me> = Meta::Me.load(&mut tx).await?;
        if me.is_some_and(|me| me.realm == Realm::Staff) {
            sqlx::query("DELETE FROM pending WHERE state = 'refused' AND lane NOT IN (SELECT scope FROM grants)")
                .execute(&mut *tx)
                .await?;
        }
        if before != count(&mut tx).await? {
            applied.topics.extend([Topic::Message, Topic::Task]);
        }
        if !answer.more {
            settle_down(&mut tx).await?;
            Meta::AsOf.keep(&mut tx, &answer.now).await?;
        }
        Meta::ClockOffset.keep(&mut tx, &(answer.now - device_now)).await?;
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

    /// Removes what is on loan and overdue, by the server's clock as far as it is known.
    pub(crate) async fn end_leases(&self, device_now: Millis) -> Result<HashSet<Topic>, StoreError> {
        let now = self.server_now(device_now).await?;
        let mut tx = self.write().await?;
        let topics = leave(&mut tx, now).await?;
        tx.commit().await?;
        if !topics.is_empty() {
            self.clean_up().await?;
        }
        Ok(topics)
    }

    /// The server's clock, as well as it is known: never earlier than the last time it was heard.
    pub(crate) async fn server_now(&self, device_now: Millis) -> Result<Millis, StoreError> {
        let offset: Millis = self.meta(Meta::ClockOffset).await?.unwrap_or_default();
        let heard: Millis = self.meta(Meta::AsOf).await?.unwrap_or_default();
        Ok((device_now + offset).max(heard))
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

async fn keep_grants(conn: &mut SqliteConnection, answer: &PullResponse) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM grants").execute(&mut *conn).await?;
    sqlx::query(
        "INSERT OR REPLACE INTO grants (scope, kind, role, sync, epoch, head, lease_until)
         SELECT value ->> '$.scope', value ->> '$.kind', value ->> '$.role', value ->> '$.sync', value ->> '$.epoch',
                value ->> '$.head', value ->> '$.lease_until' FROM json_each(?1)",
    )
    .bind(serde_json::to_string(&answer.grants)?)
    .execute(conn)
    .await?;
    Ok(())
}

// Everything of scopes that are not granted, not open, or whose lease is over.
async fn leave(conn: &mut SqliteConnection, now: Millis) -> Result<HashSet<Topic>, StoreError> {
    let gone: Vec<String> = sqlx::query_scalar(
        "WITH held AS (SELECT scope FROM cursor UNION SELECT scope FROM record UNION SELECT scope FROM blob)
         SELECT scope FROM held WHERE scope NOT IN (
             SELECT scope FROM grants
             WHERE sync <> 'on_open' OR (head IS NOT NULL AND coalesce(lease_until, ?1 + 1) > ?1))",
    )
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
        ] {
            sqlx::query(table).bind(&scope).execute(&mut *conn).await?;
        }
        // Staff lists say whether the content is here.
        topics.extend([Topic::Message, Topic::Case, Topic::Document]);
    }
    Ok(topics)
}

async fn take_in(conn: &mut SqliteConnection, page: &Page) -> Result<HashSet<Topic>, StoreError> {
    let scope = page.scope.as_str();
    let cursor: Option<(i64, i64)> =
        sqlx::query_as("SELECT epoch, seq FROM cursor WHERE scope = ?1").bind(scope).fetch_optional(&mut *conn).await?;
    let mut topics = HashSet::new();
    match cursor {
        Some((epoch, seq)) if epoch == page.epoch && !page.reset => {
            if seq >= page.upto {
                return Ok(topics);
            }
        }
        // From the start: what was here before is of another epoch or life.
        _ => topics.extend(empty(conn, scope).await?),
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
    sqlx::query("INSERT OR REPLACE INTO cursor (scope, epoch, seq) VALUES (?1, ?2, ?3)")
        .bind(scope)
        .bind(page.epoch)
        .bind(page.upto)
        .execute(conn)
        .await?;
    Ok(topics)
}

// Once everything has arrived: rows of an earlier life that no page replaced, and files of documents that are gone.
async fn settle_down(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM record WHERE scope NOT IN (SELECT scope FROM cursor)").execute(&mut *conn).await?;
    sqlx::query(
        "DELETE FROM blob WHERE NOT EXISTS (
             SELECT 1 FROM record WHERE record.scope = blob.scope AND kind = 'document' AND id = blob.document)",
    )
    .execute(conn)
    .await?;
    Ok(())
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
        _ => Topic::Case,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Key;
    use protocol::access::{Grant, Role, ScopeKind, SyncMode};
    use protocol::id::RecordId;
    use protocol::record::Record;
    use serde_json::json;

    fn record(id: &str, seq: i64, text: &str) -> Record {
        Record { id: RecordId::new(id), kind: "message".to_owned(), seq, deleted: false, body: json!({ "text": text }) }
    }

    fn answer(upto: i64, records: Vec<Record>) -> PullResponse {
        let scope = ScopeId::new("s");
        PullResponse {
            db_epoch: "life".to_owned(),
            now: 1,
            grants: vec![Grant {
                scope: scope.clone(),
                kind: ScopeKind::Thread,
                role: Role::Resident,
                sync: SyncMode::Auto,
                epoch: 1,
                head: Some(upto),
                lease_until: None,
            }],
            pages: vec![Page { scope, epoch: 1, reset: false, upto, records }],
            results: Vec::new(),
            more: false,
        }
    }

    async fn texts(store: &Store) -> Vec<String> {
        sqlx::query_scalar("SELECT body ->> '$.text' FROM record ORDER BY id")
            .fetch_all(store.read())
            .await
            .expect("reads")
    }

    #[tokio::test]
    async fn only_a_newer_row_replaces_one_and_a_late_page_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), &Key::make()).await.expect("opens");
        store.apply(&answer(5, vec![record("a", 4, "four"), record("b", 5, "five")]), 0).await.expect("applies");
        // A page that was overtaken by a later one.
        store.apply(&answer(3, vec![record("a", 2, "two"), record("c", 3, "three")]), 0).await.expect("applies");
        assert_eq!(texts(&store).await, ["four", "five"]);
        store.apply(&answer(7, vec![record("b", 3, "three"), record("a", 7, "seven")]), 0).await.expect("applies");
        assert_eq!(texts(&store).await, ["seven", "five"]);
        let stale = Record { deleted: true, body: serde_json::Value::Null, ..record("a", 6, "") };
        store.apply(&answer(8, vec![stale]), 0).await.expect("applies");
        assert_eq!(texts(&store).await, ["seven", "five"]);
        let cursors = store.cursors().await.expect("reads");
        assert_eq!((cursors.len(), cursors[0].seq), (1, 8));
        store.close().await;
    }

    #[tokio::test]
    async fn the_store_is_sqlcipher_and_opens_with_its_key_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = Key::make();
        let store = Store::open(folder.path(), &key).await.expect("opens");
        let refused = sqlx::query("DELETE FROM record").execute(store.read()).await;
        assert!(refused.is_err(), "a reader wrote");
        store.close().await;
        assert!(matches!(Store::open(folder.path(), &Key::make()).await, Err(StoreError::Key)));
        Store::open(folder.path(), &key).await.expect("opens again").close().await;
    }
}
