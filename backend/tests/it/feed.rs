//! The feed's invariants on real engines.

use crate::acts::{open_case, send_message, start_thread, write_note};
use crate::copy::Copy;
use crate::town::{Town, towns};
use digiteam_backend::db::{Clock, Db};
use digiteam_backend::error::Error;
use digiteam_backend::feed::Touched;
use digiteam_backend::hub::{Hub, Listener};
use digiteam_backend::sync;
use protocol::access::ScopeKind;
use protocol::id::PersonId;
use protocol::mutation::Outcome;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn commit_order_is_sequence_order_while_many_write() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        let town = Arc::new(town);
        let reader = tokio::spawn(follow(town.clone(), 60));
        let writers: Vec<_> = ["moa", "sara"]
            .into_iter()
            .map(|who| {
                let town = town.clone();
                tokio::spawn(async move {
                    for n in 0..30 {
                        town.must(who, send_message("t1", &format!("{who}-{n}"), "Hej")).await;
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.expect("writes");
        }
        let seen = reader.await.expect("reads");
        assert_eq!(seen.len(), 61, "{}: a cursor passed a message that had not committed", town.engine);
    }
}

/// Follows the resident's feed by cursor only, until `wanted` messages besides the first have come.
async fn follow(town: Arc<Town>, wanted: usize) -> Vec<String> {
    let mut copy = Copy::default();
    let mut last_complete = false;
    loop {
        town.follow("moa", &mut copy).await;
        // When all that will be written is there, one more look must find nothing new.
        let written = town.ids("moa", "message").await.len();
        if last_complete {
            return copy.ids("message");
        }
        last_complete = written == wanted + 1;
    }
}

#[tokio::test]
async fn a_complete_copy_has_the_digest_that_the_backend_tells() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        let copy = town.copy("moa").await;
        assert_eq!(copy.cursors.len(), 3, "own, case and thread");
        town.check_digests("moa", &copy).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_results_of_an_answer_are_of_one_moment() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        let lane = town.own("moa").await;
        let wishes: Vec<_> =
            (0..60).map(|n| town.mutation("moa", lane.clone(), send_message("t1", &format!("m{n}"), "Hej"))).collect();
        let waiting: Vec<_> = wishes.iter().map(|wish| wish.mid.clone()).collect();
        let town = Arc::new(town);
        let writer = tokio::spawn({
            let town = town.clone();
            async move {
                for wish in wishes {
                    town.push("moa", vec![wish]).await;
                }
            }
        });
        let mut copy = town.copy("moa").await;
        loop {
            let answer =
                sync::pull(&town.app, &town.caller("moa"), &copy.ask("d", &waiting)).await.expect("is answered");
            let results = answer.results.clone();
            let more = copy.take(answer);
            for result in results.iter().filter(|_| !more) {
                let Outcome::Applied { at } = &result.outcome else { panic!("{result:?}") };
                for place in at {
                    assert!(copy.cursors[&place.scope].seq >= place.seq, "{}: done, but not there", town.engine);
                }
            }
            if results.len() == waiting.len() {
                break;
            }
        }
        writer.await.expect("writes");
    }
}

#[tokio::test]
async fn a_node_hears_what_another_one_wrote() {
    for town in towns().await.into_iter().filter(|town| town.engine == "postgres") {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        let clock = town.clock.clone();
        let hub = Hub::default();
        let mut hints = hub.subscribe();
        let time: Clock = Arc::new(move || clock.load(std::sync::atomic::Ordering::SeqCst));
        let other = Db::open(&town.address, time, hub.clone()).await.expect("a second node opens");
        town.must("moa", send_message("t1", "m2", "Hej")).await;
        let hint = hints.recv().await.expect("the other node hears");
        assert!(hint.foreign && !hint.scopes.is_empty());
        assert!(hint.scopes.values().all(|news| news.delta.is_none()), "content went over the wire between nodes");
        other.close().await.expect("closes");
    }
}

#[tokio::test]
async fn a_lost_notification_is_made_good_by_a_look_at_the_heads() {
    for town in towns().await.into_iter().filter(|town| town.engine == "postgres") {
        town.must("sara", open_case("c1", "moa", true)).await;
        let case = town.scope("moa", ScopeKind::Case).await;
        let clock = town.clock.clone();
        let hub = Hub::default();
        let time: Clock = Arc::new(move || clock.load(std::sync::atomic::Ordering::SeqCst));
        let other = Db::open(&town.address, time, hub.clone()).await.expect("a second node opens");
        let mut stream = hub.listen(&PersonId::new("moa"));
        stream.follow(vec![(case.clone(), town.heads("c1").await["moa"])]);
        let mut hints = hub.subscribe();
        other.look_again().await.expect("looks");
        // As a write of the first node that nobody was told of.
        town.sql("UPDATE scope SET head = head + 1 WHERE fact = 'c1' AND audience = 'moa' AND $1 > 0").await;
        other.look_again().await.expect("looks");
        assert!(heard(&mut stream).await.scopes.contains_key(&case));
        other.look_again().await.expect("looks");
        assert_eq!(hints.recv().await.expect("one hint").scopes.len(), 1);
        assert!(hints.try_recv().is_err(), "it was told more than once, or of nothing");
        other.close().await.expect("closes");
    }
}

async fn heard(stream: &mut Listener) -> Arc<Touched> {
    tokio::time::timeout(Duration::from_secs(20), stream.next()).await.expect("hears of it")
}

#[tokio::test]
async fn nobody_is_told_that_something_is_done_when_its_commit_fails() {
    const DEFERRABLE: &str = "ALTER TABLE participant ALTER CONSTRAINT participant_thread_fkey DEFERRABLE";
    for town in towns().await {
        let later = match town.engine.as_str() {
            "sqlite" => "PRAGMA defer_foreign_keys = ON",
            _ => {
                raw(&town, DEFERRABLE).await.expect("is altered");
                "SET CONSTRAINTS ALL DEFERRED"
            }
        };
        let failed = town.app.db.write(move |tx| {
            Box::pin(async move {
                sqlx::raw_sql(later).execute(&mut *tx.conn).await?;
                // Of a thread that is not there, which nobody minds before the commit.
                let sql = "INSERT INTO participant (thread, municipality, person) VALUES ('-', 'helsingborg', 'moa')";
                sqlx::raw_sql(sql).execute(&mut *tx.conn).await?;
                Ok(())
            })
        });
        let error = failed.await.expect_err("was told that it is done");
        assert!(error.to_string().contains("a commit failed"), "{}: {error}", town.engine);
        // The next one finds everything in order.
        town.must("sara", open_case("c1", "moa", true)).await;
    }
}

async fn raw(town: &Town, sql: &'static str) -> Result<(), Error> {
    let done = town.app.db.write(move |tx| {
        Box::pin(async move {
            sqlx::raw_sql(sql).execute(&mut *tx.conn).await?;
            Ok(())
        })
    });
    done.await
}
