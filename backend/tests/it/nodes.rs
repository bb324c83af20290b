//! Two whole backends on one PostgreSQL: whoever is connected to one hears of what happens at the other, and what is
//! sent to both is done once.

use crate::acts::{close_case_to, open_case, open_case_to, send_message, start_thread};
use crate::copy::Copy;
use crate::town::{Town, towns};
use digiteam_backend::error::Error;
use digiteam_backend::{App, sync};
use futures_util::{Stream, StreamExt as _};
use protocol::access::ScopeKind;
use protocol::id::DeviceId;
use protocol::mutation::Outcome;
use protocol::refusal::RefusalCode;
use protocol::sync::{Event, EventKind, PushRequest};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;

/// Nodes share the database, the keys and the blobs.
async fn second_node(town: &Town) -> (Arc<App>, watch::Sender<bool>) {
    let (stop, stopping) = watch::channel(false);
    let time = town.clock.clone();
    let clock = Arc::new(move || time.load(Ordering::SeqCst));
    (App::open(town.app.config.clone(), clock, stopping).await.expect("a second node opens"), stop)
}

async fn on_postgres() -> Vec<Town> {
    towns().await.into_iter().filter(|town| town.engine == "postgres").collect()
}

async fn next(stream: &mut Pin<Box<dyn Stream<Item = Event>>>) -> Event {
    let next = tokio::time::timeout(Duration::from_secs(20), stream.next());
    next.await.expect("comes soon").expect("the stream goes on")
}

#[tokio::test]
async fn a_stream_at_one_node_hears_of_words_and_of_access_given_and_taken_at_the_other() {
    for town in on_postgres().await {
        let (other, _stop) = second_node(&town).await;
        town.must("sara", open_case("c1", "barn", true)).await;
        let followed = sync::follow(other.clone(), town.caller("moa")).await.expect("begins");
        let mut stream: Pin<Box<dyn Stream<Item = Event>>> = Box::pin(followed);
        assert_eq!(next(&mut stream).await, Event::stale());

        town.must("sara", open_case_to("c1", "moa")).await;
        assert_eq!(next(&mut stream).await.event, EventKind::Stale, "access that was given");
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        assert_eq!(next(&mut stream).await.event, EventKind::Stale, "a thread that is new");
        let thread = town.scope("moa", ScopeKind::Thread).await;
        town.must("sara", send_message("t1", "m2", "Hej Moa")).await;
        let event = loop {
            let event = next(&mut stream).await;
            if event.event == EventKind::Changed && event.scope.as_ref() == Some(&thread) {
                break event;
            }
        };
        assert_eq!(event.page, None, "content went over the wire between nodes");

        // What the hint is of can be pulled from the node that told of it.
        let mut copy = Copy::default();
        loop {
            let answer = sync::pull(&other, &town.caller("moa"), &copy.ask("d", &[])).await.expect("is answered");
            if !copy.take(answer) {
                break;
            }
        }
        assert!(copy.ids("message").contains(&"m2".to_owned()));

        town.must("sara", close_case_to("c1", "moa")).await;
        loop {
            if next(&mut stream).await.event == EventKind::Stale {
                break;
            }
        }
        let answer = sync::pull(&other, &town.caller("moa"), &Copy::default().ask("d", &[])).await.expect("answers");
        let left = answer.grants.expect("nothing is held yet");
        assert!(left.iter().all(|grant| grant.kind == ScopeKind::Person), "access that was taken");
        drop(stream);
        other.close().await.expect("closes");
    }
}

#[tokio::test]
async fn what_is_sent_to_two_nodes_at_once_is_done_once() {
    for town in on_postgres().await {
        let (other, _stop) = second_node(&town).await;
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        let lane = town.own("moa").await;
        for round in 0..10 {
            let wish = town.mutation("moa", lane.clone(), send_message("t1", &format!("m-{round}"), "Hej"));
            let tries = [&town.app, &other].map(|app| {
                let (app, caller, wish) = (Arc::clone(app), town.caller("moa"), wish.clone());
                tokio::spawn(async move {
                    loop {
                        let asked = PushRequest { device: DeviceId::new("phone"), mutations: vec![wish.clone()] };
                        match sync::push_at(&app, caller.clone(), asked, app.db.now()).await {
                            Ok(answer) => return answer.results,
                            // As a client does: it comes again.
                            Err(Error::Refused(refusal)) if refusal.code == RefusalCode::Busy => {}
                            Err(error) => match error.refusal().1.code {
                                RefusalCode::Busy => {}
                                code => panic!("{code:?}"),
                            },
                        }
                    }
                })
            });
            let mut results = Vec::new();
            for one in tries {
                results.push(one.await.expect("runs"));
            }
            assert_eq!(results[0], results[1], "both are told the same");
            assert!(matches!(results[0][0].outcome, Outcome::Applied { .. }), "{results:?}");
        }
        assert_eq!(town.ids("moa", "message").await.len(), 11);
        other.close().await.expect("closes");
    }
}
