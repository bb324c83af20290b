//! Why heads are taken at the end of a transaction and inside it.
//!
//! The same two writers and one reader, once with numbers that are taken before and once through the backend. The
//! order of events is forced, so both come out the same way every time. Only PostgreSQL runs two writers at once.

use crate::copy::Copy;
use crate::town::{Town, towns};
use protocol::id::ScopeId;
use protocol::task::Task;
use sqlx::{AnyConnection, Connection as _};
use std::collections::BTreeSet;
use tokio::sync::oneshot;

/// A number of `scope`'s, taken in a transaction of its own: committed before what it is for.
async fn take_number(conn: &mut AnyConnection, scope: &ScopeId) -> i64 {
    let sql = "UPDATE scope SET head = head + 1 WHERE id = $1 RETURNING head";
    let (head,): (i64,) = sqlx::query_as(sql).bind(scope.as_str()).fetch_one(conn).await.expect("has a head");
    head
}

async fn insert(conn: &mut AnyConnection, scope: &ScopeId, id: &str, seq: i64) {
    sqlx::query("INSERT INTO record (scope, kind, id, seq, deleted, body) VALUES ($1, 'task', $2, $3, 0, '{}')")
        .bind(scope.as_str())
        .bind(id)
        .bind(seq)
        .execute(conn)
        .await
        .expect("is inserted");
}

fn tasks(copy: &Copy) -> BTreeSet<String> {
    copy.ids("task").into_iter().collect()
}

async fn on_postgres() -> Vec<Town> {
    towns().await.into_iter().filter(|town| town.engine == "postgres").collect()
}

#[tokio::test]
async fn numbers_that_are_taken_before_the_transaction_lose_a_record_for_ever() {
    for town in on_postgres().await {
        let scope = town.own("moa").await;
        let mut copy = town.copy("moa").await;
        let mut slow = AnyConnection::connect(&town.address).await.expect("connects");
        let mut quick = AnyConnection::connect(&town.address).await.expect("connects");
        let first = take_number(&mut slow, &scope).await;
        let mut late = slow.begin().await.expect("begins");
        insert(&mut late, &scope, "slow", first).await;
        let second = take_number(&mut quick, &scope).await;
        insert(&mut quick, &scope, "quick", second).await;
        town.follow("moa", &mut copy).await;
        late.commit().await.expect("commits");
        town.follow("moa", &mut copy).await;
        assert_eq!(tasks(&copy), BTreeSet::from(["quick".to_owned()]), "the fault that this is about is gone?");
        assert_eq!(town.ids("moa", "task").await.len(), 2, "it is there, but no cursor ever comes to it");
    }
}

#[tokio::test]
async fn numbers_that_are_taken_at_its_end_lose_none() {
    for town in on_postgres().await {
        let scope = town.own("moa").await;
        let mut copy = town.copy("moa").await;
        let task = Task { case: None, title: "Lämna kvitto".into(), detail: None, due_at: None, done_at: None };
        let (begun, has_begun) = oneshot::channel();
        let (go_on, may_go_on) = oneshot::channel::<()>();
        let slow = tokio::spawn({
            let (db, scope, task) = (town.app.db.clone(), scope.clone(), task.clone());
            async move {
                db.write(move |tx| {
                    Box::pin(async move {
                        tx.feed.put(&scope, "slow", &task)?;
                        begun.send(()).expect("is awaited");
                        may_go_on.await.expect("is told");
                        Ok(())
                    })
                })
                .await
            }
        });
        has_begun.await.expect("begins");
        let quick = town.app.db.write(move |tx| Box::pin(async move { tx.feed.put(&scope, "quick", &task) }));
        quick.await.expect("is written, without waiting for the slow one");
        town.follow("moa", &mut copy).await;
        go_on.send(()).expect("it waits");
        slow.await.expect("runs").expect("is written");
        town.follow("moa", &mut copy).await;
        assert_eq!(tasks(&copy), BTreeSet::from(["quick".to_owned(), "slow".to_owned()]));
    }
}
