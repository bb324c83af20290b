//! Two whole backends on one PostgreSQL: whoever is connected to one hears of what happens at the other, and what is
//! sent to both is done once.

use crate::acts::{close_case_to, open_case, open_case_to, send_message, start_thread};
use crate::copy::Copy;
use crate::town::{Town, towns};
use axum::body::Body;
use digiteam_backend::error::Error;
use digiteam_backend::{App, router, sync};
use futures_util::{Stream, StreamExt as _};
use http::header::HeaderName;
use http::{Request, StatusCode};
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
use tower::ServiceExt as _;

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

async fn ask_me(node: &Arc<App>, headers: &[(HeaderName, String); 2]) -> StatusCode {
    let mut request = Request::get("/me");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Body::empty()).expect("is a request");
    router(Arc::clone(node)).oneshot(request).await.expect("is answered").status()
}

#[tokio::test]
async fn a_proof_counts_once_whichever_node_it_comes_to() {
    for town in on_postgres().await {
        let (other, _stop) = second_node(&town).await;
        let headers = async || town.headers("moa", "GET", "/me").await;
        let (one, two) = (headers().await, headers().await);
        assert_eq!(ask_me(&town.app, &one).await, StatusCode::OK);
        assert_eq!(ask_me(&other, &one).await, StatusCode::UNAUTHORIZED, "it was shown to the other node before");
        assert_eq!(ask_me(&other, &two).await, StatusCode::OK, "a nonce is good at every node");
        for _ in 0..10 {
            let at_once = headers().await;
            let answers = tokio::join!(ask_me(&town.app, &at_once), ask_me(&other, &at_once));
            let counted = [answers.0, answers.1].iter().filter(|status| **status == StatusCode::OK).count();
            assert_eq!(counted, 1, "{answers:?}");
        }

        // What is over is cleared away, by whichever node comes to it.
        town.wait(1);
        assert_eq!(ask_me(&other, &headers().await).await, StatusCode::OK);
        let mut snapshot = town.app.db.snapshot().await.expect("reads");
        let (left,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM proof_seen").fetch_one(&mut *snapshot).await.expect("counts");
        assert_eq!(left, 1);
        drop(snapshot);
        other.close().await.expect("closes");
    }
}
