//! Stores to try things on: records are put there as a page puts them, without a backend.

use super::Store;
use crate::seal::Key;
use serde_json::{Value, json};
use tempfile::TempDir;

/// An empty store and the folder it lies in.
pub(crate) async fn store() -> (Store, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), &Key::make()).await.expect("opens");
    (store, folder)
}

/// A granted scope.
pub(crate) async fn grant(store: &Store, scope: &str) {
    let mut tx = store.write().await.expect("writes");
    for sql in [
        "INSERT INTO grants (scope, kind, role, sync, epoch, head) VALUES (?1, 'thread', 'resident', 'auto', 1, 1)",
        "INSERT INTO cursor (scope, epoch, seq) VALUES (?1, 1, 1)",
    ] {
        sqlx::query(sql).bind(scope).execute(&mut *tx).await.expect("grants");
    }
    tx.commit().await.expect("commits");
}

/// The grant has ended, and the scope leaves as it does after a pull.
pub(crate) async fn revoke(store: &Store, scope: &str) {
    let mut tx = store.write().await.expect("writes");
    sqlx::query("DELETE FROM grants WHERE scope = ?1").bind(scope).execute(&mut *tx).await.expect("revokes");
    tx.commit().await.expect("commits");
    store.end_leases(0).await.expect("leaves");
}

/// Records, new or changed: scope, kind, id and body.
pub(crate) async fn put(store: &Store, records: &[(&str, &str, &str, Value)]) {
    let mut tx = store.write().await.expect("writes");
    sqlx::query(
        "INSERT INTO record (scope, kind, id, seq, body)
         SELECT value ->> 0, value ->> 1, value ->> 2, 1 + coalesce((SELECT max(seq) FROM record), 0), value -> 3
         FROM json_each(?1) WHERE true
         ON CONFLICT (scope, kind, id) DO UPDATE SET seq = excluded.seq, body = excluded.body",
    )
    .bind(serde_json::to_string(records).expect("serializes"))
    .execute(&mut *tx)
    .await
    .expect("puts");
    tx.commit().await.expect("commits");
}

/// A tombstone came.
pub(crate) async fn delete(store: &Store, id: &str) {
    let mut tx = store.write().await.expect("writes");
    sqlx::query("DELETE FROM record WHERE id = ?1").bind(id).execute(&mut *tx).await.expect("deletes");
    tx.commit().await.expect("commits");
}

/// A message's body.
pub(crate) fn message(text: &str, sent_at: i64) -> Value {
    json!({ "from": "berit", "text": text, "sent_at": sent_at })
}
