//! The feed's invariants on real engines.

use crate::acts::{open_case, send_message, start_thread, write_note};
use crate::copy::Copy;
use crate::town::{Town, towns};
use digiteam_backend::db::{Clock, Db};
use digiteam_backend::hub::Hub;
use digiteam_backend::sync;
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
        let told = sync::digest(&town.app, &town.caller("moa")).await.expect("is answered").scopes;
        assert_eq!(told.len(), 3, "own, case and thread");
        for scope in told {
            assert_eq!(copy.digest(&scope.scope), scope.digest, "{}", town.engine);
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
