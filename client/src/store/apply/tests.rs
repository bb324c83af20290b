//! Pages that come late, twice or in parts, and copies that are compared.

use super::*;
use crate::seal::Key;
use crate::store::Wanted;
use protocol::access::{Role, ScopeKind, SyncMode};
use protocol::id::RecordId;
use protocol::id::ScopeId;
use protocol::mutation::{MutationResult, Outcome, Place};
use protocol::record::{Json, Record};
use protocol::sync::{PushResponse, ScopeDigest};
use serde_json::json;

fn record(id: &str, seq: i64, text: &str) -> Record {
    let body = Json::of(&json!({ "text": text })).expect("is JSON");
    Record { id: RecordId::new(id), kind: "message".to_owned(), seq, deleted: false, body }
}

fn answer(head: i64, span: Span, records: Vec<Record>) -> PullResponse {
    let scope = ScopeId::new("s");
    PullResponse {
        db_epoch: "life".to_owned(),
        now: 1,
        grants_hash: "set".to_owned(),
        grants: Some(vec![Grant {
            scope: scope.clone(),
            kind: ScopeKind::Thread,
            role: Role::Resident,
            sync: SyncMode::Auto,
            epoch: 1,
            head: Some(head),
            lease_until: None,
        }]),
        pages: vec![Page { scope, epoch: 1, head, span, records }],
        results: Vec::new(),
        more: false,
    }
}

const WHOLE: Span = Span::Window { replaces: None, back: None };

async fn texts(store: &Store) -> Vec<String> {
    sqlx::query_scalar("SELECT body ->> '$.text' FROM record ORDER BY id").fetch_all(store.read()).await.expect("reads")
}

#[tokio::test]
async fn only_a_newer_row_replaces_one_and_a_late_page_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), &Key::make()).await.expect("opens");
    let apply = async |answer: PullResponse| store.apply(&answer, 0).await.expect("applies");
    apply(answer(5, WHOLE, vec![record("a", 4, "four"), record("b", 5, "five")])).await;
    // A page that was overtaken by a later one, and a window that nobody waits for any more.
    apply(answer(3, Span::Tail { after: 1, upto: 3 }, vec![record("a", 2, "two"), record("c", 3, "three")])).await;
    apply(answer(3, WHOLE, vec![record("c", 3, "three")])).await;
    // One that begins after what is here would leave a gap.
    apply(answer(9, Span::Tail { after: 6, upto: 9 }, vec![record("d", 8, "eight")])).await;
    assert_eq!(texts(&store).await, ["four", "five"]);
    let overlapping = vec![record("b", 3, "three"), record("a", 7, "seven")];
    apply(answer(7, Span::Tail { after: 2, upto: 7 }, overlapping)).await;
    assert_eq!(texts(&store).await, ["seven", "five"]);
    let stale = Record { deleted: true, body: Json::default(), ..record("a", 6, "") };
    apply(answer(8, Span::Tail { after: 7, upto: 8 }, vec![stale])).await;
    assert_eq!(texts(&store).await, ["seven", "five"]);
    let cursors = store.cursors().await.expect("reads");
    assert_eq!((cursors.len(), cursors[0].seq), (1, 8));
    store.close().await;
}

#[tokio::test]
async fn the_older_part_comes_upwards_and_never_brings_back_what_was_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), &Key::make()).await.expect("opens");
    let apply = async |answer: PullResponse| store.apply(&answer, 0).await.expect("applies");
    let back = Some(Back { at: 0, to: 9 });
    apply(answer(9, Span::Window { replaces: None, back }, vec![record("z", 9, "nine")])).await;
    let older =
        |head, after, upto, id: &str| answer(head, Span::Back { after, upto, to: 9 }, vec![record(id, upto - 1, id)]);
    // Read before "a" was deleted, and come after the deletion.
    let late = older(9, 0, 4, "a");
    let gone = Record { deleted: true, body: Json::default(), ..record("a", 10, "") };
    apply(answer(10, Span::Tail { after: 9, upto: 10 }, vec![gone])).await;
    apply(late).await;
    assert_eq!(texts(&store).await, ["nine"]);
    apply(older(10, 0, 4, "b")).await;
    apply(older(10, 5, 9, "d")).await;
    assert_eq!(texts(&store).await, ["b", "nine"], "a part was left out");
    apply(older(10, 4, 9, "c")).await;
    assert_eq!(texts(&store).await, ["b", "c", "nine"]);
    let cursors = store.cursors().await.expect("reads");
    assert_eq!((cursors[0].seq, cursors[0].back), (10, None));
    store.close().await;
}

#[tokio::test]
async fn a_copy_that_differs_from_the_backends_is_given_up_and_an_equal_one_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), &Key::make()).await.expect("opens");
    store.apply(&answer(5, WHOLE, vec![record("a", 4, "four"), record("b", 5, "five")]), 0).await.expect("applies");
    let theirs = |rows: &[(&str, i64)], db_epoch: &str, head| {
        let mut digest = Digest::default();
        for (id, seq) in rows {
            digest.add("message", id, *seq);
        }
        let scope = ScopeDigest { scope: ScopeId::new("s"), epoch: 1, head, digest: digest.to_string() };
        DigestResponse { db_epoch: db_epoch.to_owned(), scopes: vec![scope] }
    };
    for (answer, differs) in [
        (theirs(&[("b", 5), ("a", 4)], "life", 5), false),
        (theirs(&[("a", 4)], "another life", 5), false),
        (theirs(&[("a", 4)], "life", 6), false),
        (theirs(&[("a", 4)], "life", 5), true),
    ] {
        assert_eq!(store.compare(&answer).await.expect("compares"), differs);
        assert_eq!(store.cursors().await.expect("reads").is_empty(), differs);
    }
    store.close().await;
}

#[tokio::test]
async fn what_was_done_before_the_first_pull_is_done_again_when_the_backend_has_forgotten_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), &Key::make()).await.expect("opens");
    let scope = ScopeId::new("s");
    let act = protocol::task::CompleteTask { task: RecordId::new("t") };
    let mut tx = store.write().await.expect("writes");
    let mid = pending::queue(&mut tx, &scope, &act.into(), 1).await.expect("queues");
    tx.commit().await.expect("commits");
    let at = vec![Place { scope, seq: 3 }];
    let results = vec![MutationResult { mid, outcome: Outcome::Applied { at } }];
    let done = PushResponse { db_epoch: "a life that was lost".to_owned(), results };
    assert!(store.settle(&done).await.expect("settles"));
    // Restored from before it; what stands at that place is something else.
    assert!(store.apply(&answer(5, WHOLE, vec![record("a", 3, "three")]), 0).await.expect("applies").more);
    store.apply(&answer(5, WHOLE, vec![record("a", 3, "three")]), 0).await.expect("applies");
    assert_eq!(store.to_send(&Wanted { most: 9, ..Wanted::default() }).await.expect("reads").len(), 1);
    assert!(!store.settle(&done).await.expect("looks"), "of a life that is over");
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
