//! Event streams: what they say, to whom, and what becomes of those who do not listen.

use crate::acts::{open_case, open_case_to, send_message, start_thread, write_note};
use crate::town::{Town, towns};
use axum::body::{Body, to_bytes};
use digiteam_backend::identity::Caller;
use digiteam_backend::serve::{Patience, serve};
use digiteam_backend::{router, sync};
use futures_util::{Stream, StreamExt as _};
use http::Request;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use protocol::access::ScopeKind;
use protocol::case::Note;
use protocol::id::{CaseId, ScopeId};
use protocol::sync::{Event, EventKind, INLINE_BYTES};
use std::pin::Pin;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tower::ServiceExt as _;

type Events = Pin<Box<dyn Stream<Item = Event>>>;

/// The stream of `person`, past its first event.
async fn follow(town: &Town, person: &str) -> Events {
    let stream = sync::follow(town.app.clone(), town.caller(person)).await.expect("begins");
    let mut stream: Events = Box::pin(stream);
    assert_eq!(next(&mut stream).await, Event::stale());
    stream
}

async fn next(stream: &mut Events) -> Event {
    let next = tokio::time::timeout(Duration::from_secs(20), stream.next());
    next.await.expect("comes soon").expect("the stream goes on")
}

#[tokio::test]
async fn a_small_change_comes_with_the_event_and_makes_a_copy_whole_without_a_pull() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        let mut copy = town.copy("moa").await;
        let mut stream = follow(&town, "moa").await;
        town.must("moa", send_message("t1", "m2", "Ja, tisdag passar bra.")).await;
        let event = next(&mut stream).await;
        assert!(serde_json::to_string(&event.page).expect("is JSON").len() <= INLINE_BYTES);
        assert!(copy.apply(event.page.expect("carries it")), "{}: it did not fit", town.engine);
        assert_eq!(copy.ids("message"), ["t1-1", "m2"]);
        town.check_digests("moa", &copy).await;

        town.must("moa", send_message("t1", "m3", &"å".repeat(INLINE_BYTES / 2))).await;
        let event = next(&mut stream).await;
        assert_eq!((event.event, event.page), (EventKind::Changed, None), "{}", town.engine);

        // Many numbers at once: all of them or none.
        let lane = town.own("moa").await;
        let some = (4..8).map(|n| town.mutation("moa", lane.clone(), send_message("t1", &format!("m{n}"), "Hej")));
        town.push("moa", some.collect()).await;
        let event = next(&mut stream).await;
        assert!(!copy.apply(event.page.clone().expect("carries them")), "m3 is missing");
        town.follow("moa", &mut copy).await;
        assert!(!copy.apply(event.page.expect("carries them")), "what came by pull is not taken in again");
        assert_eq!(copy.ids("message").len(), 7);
    }
}

#[tokio::test]
async fn whoever_is_not_served_any_more_hears_nothing_of_what_happens() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        let mut stream = follow(&town, "moa").await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        // What a proxy is sent is noted first: it comes by pull.
        let event = next(&mut stream).await;
        assert_eq!((event.event, event.page), (EventKind::Changed, None), "{}", town.engine);
        // Ended in the database; nobody told the stream.
        town.sql("UPDATE access_grant SET until = $1 WHERE subject = 'moa' AND role = 'guardian'").await;
        town.must("sara", write_note("c1", "n2", &[])).await;
        assert_eq!(next(&mut stream).await, Event::stale(), "{}", town.engine);

        // What was never served is not heard of either, and the session's end is the stream's.
        let mut stream = follow(&town, "far").await;
        town.must("sara", write_note("c1", "n3", &[])).await;
        town.must("sara", open_case_to("c1", "far")).await;
        assert_eq!(next(&mut stream).await, Event::stale(), "{}", town.engine);
        town.sql("UPDATE token_family SET ended_at = $1 WHERE person = 'far'").await;
        town.must("sara", write_note("c1", "n4", &[])).await;
        let ended = tokio::time::timeout(Duration::from_secs(20), stream.next()).await.expect("comes soon");
        assert_eq!(ended, None, "{}: told after the end of the session", town.engine);
    }
}

#[tokio::test]
async fn a_stream_ends_with_the_token_that_it_was_opened_with() {
    for town in towns().await {
        let caller = Caller { until: town.app.db.now() + 100, ..town.caller("moa") };
        let mut stream: Events = Box::pin(sync::follow(town.app.clone(), caller).await.expect("begins"));
        assert_eq!(next(&mut stream).await, Event::stale());
        let ended = tokio::time::timeout(Duration::from_secs(20), stream.next()).await.expect("comes soon");
        assert_eq!(ended, None, "{}", town.engine);
    }
}

#[tokio::test]
async fn content_that_was_opened_is_told_while_it_is_and_no_longer() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        let mut stream = follow(&town, "sara").await;
        let case = town.open("sara", "case_row", "c1").await.expect("may open");
        assert_eq!(next(&mut stream).await, Event::stale());
        town.must("sara", write_note("c1", "n1", &[])).await;
        let event = next(&mut stream).await;
        assert_eq!((event.scope.as_ref(), event.page.is_some()), (Some(&case), true));
        town.wait(13);
        town.must("sara", write_note("c1", "n2", &[])).await;
        assert_eq!(next(&mut stream).await, Event::stale(), "{}: the lease had ended", town.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_reading_loses_its_connection_and_disturbs_nobody() {
    let town = towns().await.remove(0);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = listener.local_addr().expect("has an address");
    let app = town.app.clone();
    let patience = Patience { write: Duration::from_millis(500), ..Patience::default() };
    tokio::spawn(async move { serve(&app, listener, patience).await });
    let small = TcpSocket::new_v4().expect("is a socket");
    small.set_recv_buffer_size(4_096).expect("can be small");
    let mut deaf = small.connect(address).await.expect("connects");
    let mut quick = TcpStream::connect(address).await.expect("connects");
    for (stream, person) in [(&mut deaf, "moa"), (&mut quick, "far")] {
        let headers = town.headers(person, "GET", "/sync/events").await;
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request = format!("GET /sync/events HTTP/1.1\r\nHost: a\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.expect("is sent");
    }
    let scopes = [town.scope("moa", ScopeKind::Person).await, town.scope("far", ScopeKind::Person).await];
    let mut lines = BufReader::new(quick).lines();
    let mut told = 0;
    let mut stale = 0;
    let ended = async {
        // Both are there, and then the one that does not read is not.
        while town.app.hub.followed().len() < 2 {
            tokio::task::yield_now().await;
        }
        while town.app.hub.followed().contains_key(&scopes[0]) {
            show(&town, &scopes, told).await;
            loop {
                let line = lines.next_line().await.expect("reads").expect("goes on");
                stale += usize::from(line.contains("stale"));
                if line.contains("changed") {
                    break;
                }
            }
            told += 1;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), ended).await.expect("the deaf one is let go of");
    assert!(told > 10, "{told}");
    assert!(stale <= 1, "the other one missed something");
    drop(deaf);
}

/// Shows both a note that is as long as an event can carry.
async fn show(town: &Town, scopes: &[ScopeId; 2], n: i64) {
    let note = Note {
        case: CaseId::new("c1"),
        heading: "Samtal".into(),
        text: "a".repeat(INLINE_BYTES - 1_000),
        author: "Sara Holm, socialsekreterare".into(),
        happened_at: n,
        signed_at: n,
        masked: Vec::new(),
    };
    let scopes = scopes.clone();
    let shown = town.app.db.write(move |tx| {
        Box::pin(async move {
            for scope in &scopes {
                tx.feed.put(scope, "n", &note)?;
            }
            Ok(())
        })
    });
    shown.await.expect("is written");
}

#[tokio::test]
async fn only_pulls_are_compressed_and_only_for_whoever_can_read_it() {
    let town = towns().await.remove(0);
    town.must("sara", open_case("c1", "moa", true)).await;
    let long = town.scope("moa", ScopeKind::Person).await;
    show(&town, &[long.clone(), long], 1).await;
    for (path, method, encoding, compressed) in [
        ("/sync/pull", "POST", "gzip", true),
        ("/sync/pull", "POST", "identity", false),
        ("/sync/digest", "GET", "gzip", false),
    ] {
        let [access, proof] = town.headers("moa", method, path).await;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(access.0, access.1)
            .header(proof.0, proof.1)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT_ENCODING, encoding)
            .body(Body::from(r#"{"device":"d"}"#))
            .expect("is a request");
        let answer = router(town.app.clone()).oneshot(request).await.expect("is answered");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers().contains_key(CONTENT_ENCODING), compressed, "{path} {encoding}");
        let body = to_bytes(answer.into_body(), 1 << 20).await.expect("has a body");
        assert_eq!(body.starts_with(&[0x1f, 0x8b]), compressed);
        assert!(!compressed || body.len() < 1_500, "{} bytes", body.len());
    }
}
