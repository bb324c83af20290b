//! Stores of other builds: what an older one wrote is all there, what a newer one wrote is left alone.

use super::{FILE, Store, StoreError};
use crate::seal::Key;
use crate::search::Question;
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::path::Path;

/// The store of the first build, with something of everything; the checksum of its migration among it.
const FIRST: &str = include_str!("../../tests/fixtures/store_0001.sql");

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

#[tokio::test]
async fn a_store_of_the_first_build_opens_with_everything_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = Key::make();
    let mut conn = connect(folder.path(), &key).await;
    sqlx::raw_sql(FIRST).execute(&mut conn).await.expect("is SQL");
    conn.close().await.expect("closes");

    let store = Store::open(folder.path(), &key).await.expect("opens");
    let counts: Vec<i64> = sqlx::query_scalar(
        "SELECT count(*) FROM meta UNION ALL SELECT count(*) FROM grants UNION ALL SELECT count(*) FROM cursor
         UNION ALL SELECT count(*) FROM record UNION ALL SELECT count(*) FROM pending UNION ALL SELECT count(*) FROM lane
         UNION ALL SELECT count(*) FROM blob UNION ALL SELECT count(*) FROM looked",
    )
    .fetch_all(store.read())
    .await
    .expect("reads");
    assert_eq!(counts, [4, 2, 2, 6, 2, 1, 1, 1]);
    let line: (i64, i64, i64) = sqlx::query_as("SELECT last_at, last_seq, unread FROM line")
        .fetch_one(store.read())
        .await
        .expect("the thread has its line");
    assert_eq!(line, (1_790_000_000_002, 3, 1));
    while store.index_some(100).await.expect("indexes") {}
    let found = store.find(&Question::read("stöd").expect("has letters")).await.expect("finds");
    assert_eq!(found.len(), 2, "a message and a note");
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
