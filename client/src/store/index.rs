//! The search index: follows the records in small batches, behind the pages that bring them.
//!
//! What is to be done survives a crash: new records are those above a high-water mark, changed and deleted ones
//! are noted by triggers in the transaction that changes them. The index holds parts of words and never decides
//! alone: what it leads to is looked up and checked, so a record that is gone is not found, indexed or not.

use super::{Meta, Store, StoreError};
use crate::search::{Folded, words};
use bridge::search::Coverage;
use protocol::Millis;
use sqlx::{FromRow, SqliteConnection};
use std::collections::HashMap;

const DAY: Millis = 24 * 60 * 60 * 1000;
/// How many entries have room in one day before the next day's numbers are used.
const ENTRIES_A_DAY: i64 = 1 << 20;

/// A record that the index led to; its words are still to be checked.
#[derive(FromRow)]
pub(crate) struct Match {
    /// Where the next look goes on from: below this.
    pub(crate) no: i64,
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) at: Option<Millis>,
    pub(crate) body: String,
    /// The thread of its scope, if there is one, and what that is about.
    pub(crate) thread: Option<String>,
    pub(crate) subject: Option<String>,
}

// A record that is asked for by its number, if it is still there, and its entry, if it has one.
#[derive(FromRow)]
struct Asked {
    record: i64,
    entry: Option<i64>,
    at: Option<Millis>,
    kind: Option<String>,
    id: Option<String>,
    body: Option<String>,
}

impl Store {
    /// Brings the index at most `most` records further. `true` when there is more to do.
    pub(crate) async fn index_some(&self, most: usize) -> Result<bool, StoreError> {
        // What is undone is done again, as the mark that says how far it came is undone with it.
        let mut tx = self.write_fetched().await?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let stale: Vec<i64> = sqlx::query_scalar(
            "DELETE FROM stale WHERE record IN (SELECT record FROM stale LIMIT ?1) RETURNING record",
        )
        .bind(most)
        .fetch_all(&mut *tx)
        .await?;
        let mark: i64 = Meta::Indexed.load(&mut tx).await?.unwrap_or_default();
        let new: Vec<i64> = sqlx::query_scalar("SELECT no FROM record WHERE no > ?1 ORDER BY no LIMIT ?2")
            .bind(mark)
            .bind(most - i64::try_from(stale.len()).unwrap_or(most))
            .fetch_all(&mut *tx)
            .await?;
        let last: i64 = sqlx::query_scalar("SELECT coalesce(max(no), 0) FROM record").fetch_one(&mut *tx).await?;
        // The database gives the number of a deleted last record to the next new one.
        let reached = new.last().copied().unwrap_or(mark).min(last);
        if reached != mark {
            Meta::Indexed.keep(&mut tx, &reached).await?;
        }
        enter(&mut tx, &[stale, new].concat()).await?;
        let more =
            reached < last || sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM stale)").fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(more)
    }

    /// What a search covers now.
    pub(crate) async fn coverage(&self) -> Result<Coverage, StoreError> {
        // By numbers, not by counting rows: those that are gone are few beside those that are here.
        let (left, entries): (i64, i64) = sqlx::query_as(
            "SELECT max(coalesce((SELECT max(no) FROM record), 0)
                     - coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'indexed'), 0), 0)
                     + (SELECT count(*) FROM stale),
                 (SELECT count(*) FROM entry)",
        )
        .fetch_one(self.read())
        .await?;
        let left = left.unsigned_abs();
        Ok(Coverage { left, of: left + entries.unsigned_abs() })
    }

    /// What the index leads to for `parts`, the newest day first: at most `most`, all below `before`.
    pub(crate) async fn matches(&self, parts: &str, before: i64, most: i64) -> Result<Vec<Match>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT part.rowid AS no, record.kind, record.id, record.at, record.body, thread.about AS thread,
                 thread.body ->> '$.subject' AS subject
             FROM part CROSS JOIN entry ON entry.no = part.rowid CROSS JOIN record ON record.no = entry.record
             LEFT JOIN record AS thread ON thread.scope = record.scope AND thread.kind = 'thread' AND record.kind = 'message'
             WHERE part MATCH ?1 AND part.rowid < ?2 ORDER BY part.rowid DESC LIMIT ?3",
        )
        .bind(parts)
        .bind(before)
        .bind(most)
        .fetch_all(self.read())
        .await?)
    }
}

// Brings the index to what these records are now.
async fn enter(conn: &mut SqliteConnection, records: &[i64]) -> Result<(), StoreError> {
    let rows: Vec<Asked> = sqlx::query_as(
        "SELECT asked.value AS record, entry.no AS entry, record.at, record.kind, record.id, record.body FROM json_each(?1) AS asked
         LEFT JOIN record ON record.no = asked.value LEFT JOIN entry ON entry.record = asked.value",
    )
    .bind(serde_json::to_string(records)?)
    .fetch_all(&mut *conn)
    .await?;
    let (mut left, mut entered) = (Vec::new(), Vec::new());
    let mut days = HashMap::new();
    for Asked { record, entry, at, kind, id, body } in rows {
        let read = kind.zip(id).zip(body).and_then(|((kind, id), body)| words(&kind, &id, &body, ""));
        left.extend(entry);
        if let Some(read) = read {
            let text = read.title.into_iter().chain(read.texts).collect::<Vec<_>>().join("\n");
            let no = match entry {
                Some(no) => no,
                None => next(conn, &mut days, at.unwrap_or_default()).await?,
            };
            entered.push((no, record, Folded::of(&text).parts()));
        }
    }
    let (left, entered) = (serde_json::to_string(&left)?, serde_json::to_string(&entered)?);
    for (sql, list) in [
        ("DELETE FROM part WHERE rowid IN (SELECT value FROM json_each(?1))", &left),
        ("DELETE FROM entry WHERE no IN (SELECT value FROM json_each(?1))", &left),
        ("INSERT INTO part (rowid, parts) SELECT value ->> 0, value ->> 2 FROM json_each(?1)", &entered),
        ("INSERT INTO entry (no, record) SELECT value ->> 0, value ->> 1 FROM json_each(?1)", &entered),
    ] {
        sqlx::query(sql).bind(list).execute(&mut *conn).await?;
    }
    Ok(())
}

// The number of a new entry: after all others of its day.
async fn next(conn: &mut SqliteConnection, days: &mut HashMap<i64, i64>, at: Millis) -> Result<i64, StoreError> {
    let day = at.div_euclid(DAY).max(0) * ENTRIES_A_DAY;
    let no = match days.get(&day) {
        Some(last) => last + 1,
        None => {
            sqlx::query_scalar("SELECT coalesce(max(no), ?1 - 1) + 1 FROM entry WHERE no BETWEEN ?1 AND ?1 + ?2 - 1")
                .bind(day)
                .bind(ENTRIES_A_DAY)
                .fetch_one(conn)
                .await?
        }
    };
    days.insert(day, no);
    Ok(no)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sample::{delete, message, put, store};
    use bridge::search::Found;

    async fn found(store: &Store, words: &str) -> Vec<String> {
        let hits = store.find(&crate::search::Question::read(words).expect("has letters")).await.expect("finds");
        let id = |found| match found {
            Found::Message { message, .. } => message,
            other => format!("{other:?}"),
        };
        hits.into_iter().map(|hit| id(hit.found)).collect()
    }

    async fn index(store: &Store) {
        while store.index_some(2).await.expect("indexes") {}
    }

    #[tokio::test]
    async fn it_follows_what_comes_changes_and_goes() {
        let (store, _folder) = store().await;
        put(
            &store,
            &[
                ("s", "message", "a", message("Försörjningsstöd i mars", DAY)),
                ("s", "message", "b", message("Inget stöd", 3 * DAY)),
                ("s", "message", "c", message("Stödet i april", 2 * DAY)),
                ("s", "read_mark", "r", serde_json::json!({ "reader": "anna", "upto_seq": 1, "at": 1 })),
            ],
        )
        .await;
        assert_eq!(found(&store, "stöd").await, Vec::<String>::new(), "found before it was indexed");
        assert!(store.index_some(2).await.expect("indexes"));
        assert_eq!(store.coverage().await.expect("reads"), Coverage { left: 2, of: 4 });
        index(&store).await;
        assert_eq!(store.coverage().await.expect("reads"), Coverage { left: 0, of: 3 });
        assert_eq!(found(&store, "stöd").await, ["b", "c", "a"], "the newest first");
        assert_eq!(found(&store, "i stöd").await, ["b", "c", "a"]);
        assert_eq!(found(&store, "stöd a").await, ["c"], "a short word begins a word");

        put(&store, &[("s", "message", "b", message("Ett beslut", 3 * DAY))]).await;
        delete(&store, "c").await;
        assert_eq!(found(&store, "stöd").await, ["a"], "what is gone is not found, indexed or not");
        index(&store).await;
        assert_eq!(found(&store, "stöd").await, ["a"]);
        assert_eq!(found(&store, "beslut").await, ["b"]);
    }

    #[tokio::test]
    async fn a_number_that_is_used_again_is_looked_at_again() {
        for indexed_between in [false, true] {
            let (store, _folder) = store().await;
            put(&store, &[("s", "message", "a", message("först", 1)), ("s", "message", "b", message("sedan", 2))])
                .await;
            index(&store).await;
            delete(&store, "b").await;
            if indexed_between {
                index(&store).await;
            }
            put(&store, &[("s", "message", "c", message("igen", 3))]).await;
            index(&store).await;
            assert_eq!(found(&store, "igen").await, ["c"], "indexed between: {indexed_between}");
            assert_eq!(found(&store, "sedan").await, Vec::<String>::new());
        }
    }

    #[tokio::test]
    async fn a_question_with_many_answers_gives_the_newest() {
        let (store, _folder) = store().await;
        let ids: Vec<String> = (0..200).map(|n| format!("m{n}")).collect();
        let rows: Vec<_> =
            ids.iter().zip(0..).map(|(id, n)| ("s", "message", id.as_str(), message("hyran igen", n * DAY))).collect();
        put(&store, &rows).await;
        while store.index_some(64).await.expect("indexes") {}
        let found = found(&store, "hyra").await;
        assert!(found.len() > 50 && found.len() < 200, "{}", found.len());
        assert_eq!(found[..3], ["m199", "m198", "m197"]);
    }
}
