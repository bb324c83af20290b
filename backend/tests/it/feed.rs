//! The feed's invariants on real engines.

use crate::acts::{open_case, send_message, start_thread, write_note};
use crate::town::{Town, towns};
use digiteam_backend::db::{Clock, Db};
use digiteam_backend::hub::Hub;
use digiteam_backend::sync;
use protocol::digest::Digest;
use protocol::sync::Cursor;
use std::sync::Arc;

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
    let mut cursors: Vec<Cursor> = Vec::new();
    let mut seen = Vec::new();
    let mut last_complete = false;
    loop {
        for page in town.pull("moa", &cursors).await.pages {
            let from = cursors.iter().find(|cursor| cursor.scope == page.scope).map_or(0, |cursor| cursor.seq);
            assert!(page.records.iter().all(|record| record.seq > from && record.seq <= page.upto));
            seen.extend(
                page.records.iter().filter(|record| record.kind == "message").map(|record| record.id.to_string()),
            );
            cursors.retain(|cursor| cursor.scope != page.scope);
            cursors.push(Cursor { scope: page.scope, epoch: page.epoch, seq: page.upto });
        }
        // When all that will be written is there, one more look must find nothing new.
        let written = town.ids("moa", "message").await.len();
        if last_complete {
            return seen;
        }
        last_complete = written == wanted + 1;
    }
}

#[tokio::test]
async fn a_page_ends_between_sequence_numbers_and_the_next_goes_on_there() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        let lane = town.own("sara").await;
        for part in 0..5 {
            let notes =
                (0..500).map(|n| town.mutation("sara", lane.clone(), write_note("c1", &format!("n{part}-{n}"), &[])));
            town.push("sara", notes.collect()).await;
        }
        assert!(town.pull("moa", &[]).await.more);
        let mut ids = town.ids("moa", "note").await;
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 2_500, "{}", town.engine);
    }
}

#[tokio::test]
async fn a_cursor_of_another_epoch_or_from_the_future_starts_the_scope_anew() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        let page = town.pull("moa", &[]).await.pages.remove(0);
        let good = Cursor { scope: page.scope.clone(), epoch: page.epoch, seq: page.upto };
        let served = |cursor: Cursor| {
            let (town, scope) = (&town, page.scope.clone());
            async move { town.pull("moa", &[cursor]).await.pages.into_iter().find(|page| page.scope == scope) }
        };
        assert_eq!(served(good.clone()).await, None);
        for bad in [Cursor { epoch: good.epoch + 1, ..good.clone() }, Cursor { seq: good.seq + 1, ..good }] {
            assert!(served(bad).await.is_some_and(|page| page.reset && !page.records.is_empty()));
        }
    }
}

#[tokio::test]
async fn a_complete_copy_has_the_digest_that_the_backend_tells() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        let all = town.all("moa").await;
        let told = sync::digest(&town.app, &town.caller("moa")).await.expect("is answered").scopes;
        assert_eq!(told.len(), 3, "own, case and thread");
        for scope in told {
            let mut digest = Digest::default();
            let mine = all.iter().filter(|(of, _)| *of == scope.scope);
            mine.for_each(|(_, record)| digest.add(&record.kind, record.id.as_str(), record.seq));
            assert_eq!(digest.to_string(), scope.digest, "{}", town.engine);
        }
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
        let other = Db::open(&town.address, time, hub).await.expect("a second node opens");
        town.must("moa", send_message("t1", "m2", "Hej")).await;
        let hint = hints.recv().await.expect("the other node hears");
        assert!(hint.foreign && !hint.scopes.is_empty());
        other.close().await.expect("closes");
    }
}
