//! Stores of other builds: what an older one wrote is all there, what a newer one wrote is left alone.

use super::{FILE, Store, StoreError};
use crate::seal::Key;
use crate::search::Question;
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::path::Path;
use tempfile::TempDir;

/// The store of the first build, with something of everything; the checksum of its migration among it.
const FIRST: &str = include_str!("../../tests/fixtures/store_0001.sql");
/// The store of the last build before drafts were kept, half indexed and with an older part still to come.
const SIXTH: &str = include_str!("../../tests/fixtures/store_0006.sql");

async fn connect(folder: &Path, key: &Key) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(folder.join(FILE))
        .create_if_missing(true)
        .disable_statement_logging()
        .pragma("key", key.pragma().to_string())
        .pragma("cipher_page_size", "8192")
        .journal_mode(SqliteJournalMode::Wal)
        .connect()
        .await
        .expect("connects")
}

/// Opens what an older build has left.
async fn opened(left: &'static str) -> (Store, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let key = Key::make();
    let mut conn = connect(folder.path(), &key).await;
    sqlx::raw_sql(left).execute(&mut conn).await.expect("is SQL");
    conn.close().await.expect("closes");
    (Store::open(folder.path(), &key).await.expect("opens"), folder)
}

/// How many rows there are of everything that both builds know.
async fn counts(store: &Store) -> Vec<i64> {
    sqlx::query_scalar(
        "SELECT count(*) FROM meta UNION ALL SELECT count(*) FROM grants UNION ALL SELECT count(*) FROM cursor
         UNION ALL SELECT count(*) FROM record UNION ALL SELECT count(*) FROM pending UNION ALL SELECT count(*) FROM lane
         UNION ALL SELECT count(*) FROM blob UNION ALL SELECT count(*) FROM looked",
    )
    .fetch_all(store.read())
    .await
    .expect("reads")
}

async fn found(store: &Store, words: &str) -> usize {
    store.find(&Question::read(words).expect("has letters")).await.expect("finds").len()
}

#[tokio::test]
async fn a_store_of_the_first_build_opens_with_everything_in_it() {
    let (store, _folder) = opened(FIRST).await;
    assert_eq!(counts(&store).await, [4, 2, 2, 6, 2, 1, 1, 1]);
    let line: (i64, i64, i64) = sqlx::query_as("SELECT last_at, last_seq, unread FROM line")
        .fetch_one(store.read())
        .await
        .expect("the thread has its line");
    assert_eq!(line, (1_790_000_000_002, 3, 1));
    while store.index_some(100).await.expect("indexes") {}
    assert_eq!(found(&store, "stöd").await, 2, "a message and a note");
    store.close().await;
}

#[tokio::test]
async fn a_store_of_the_build_before_drafts_opens_with_everything_in_it() {
    let (store, _folder) = opened(SIXTH).await;
    assert_eq!(counts(&store).await, [5, 3, 3, 6, 3, 2, 1, 1]);
    let older: Vec<(String, i64, i64)> =
        sqlx::query_as("SELECT scope, back_at, back_to FROM cursor WHERE back_to IS NOT NULL")
            .fetch_all(store.read())
            .await
            .expect("reads");
    assert_eq!(older, [("case".to_owned(), 0, 4)], "the part that is still to come");
    let file: (String, i64, i64, i64) = sqlx::query_as("SELECT file, size, shown_at, pinned_until FROM blob")
        .fetch_one(store.read())
        .await
        .expect("the file is here");
    assert_eq!(file, ("file".to_owned(), 4_711, 1_790_000_000_007, 1_791_000_000_000));
    assert_eq!(found(&store, "stöd").await, 1, "what was indexed is found at once");
    while store.index_some(1).await.expect("indexes") {}
    assert_eq!(found(&store, "stöd").await, 3, "and the rest when the index has gone on");
    assert_eq!(found(&store, "hyran").await, 1, "what was noted as changed is there once");
    // What came after it is there too, and what leaves is still noted.
    let mut tx = store.write().await.expect("writes");
    sqlx::query("INSERT INTO draft (thread, scope, text, at) VALUES ('t', 'thread', 'Hej', 1)")
        .execute(&mut *tx)
        .await
        .expect("keeps a draft");
    sqlx::query("DELETE FROM blob").execute(&mut *tx).await.expect("lets the file go");
    tx.commit().await.expect("commits");
    assert!(store.purge_some().await.expect("purges"), "nothing is left to be purged of a file that went");
    store.close().await;
}

#[tokio::test]
async fn a_store_of_a_newer_build_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = Key::make();
    Store::open(folder.path(), &key).await.expect("opens").close().await;
    let mut conn = connect(folder.path(), &key).await;
    sqlx::raw_sql(
        "INSERT INTO _sqlx_migrations SELECT 9999, 'later', installed_on, 1, checksum, 0 FROM _sqlx_migrations LIMIT 1",
    )
    .execute(&mut conn)
    .await
    .expect("a newer build was here");
    conn.close().await.expect("closes");
    let bytes = || Sha256::digest(std::fs::read(folder.path().join(FILE)).expect("reads"));
    let before = bytes();
    assert!(matches!(Store::open(folder.path(), &key).await, Err(StoreError::Newer)));
    assert_eq!(bytes(), before);
}
