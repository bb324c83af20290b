//! A session that began with a code from staff: messages and bookings, not the file.

use crate::acts::{attached, open_case, send_message, sign_document, start_thread, write_note};
use crate::copy::Copy;
use crate::town::{Town, towns};
use axum::body::Body;
use digiteam_backend::identity::Caller;
use digiteam_backend::{router, sync};
use futures_util::{Stream, StreamExt as _};
use http::Request;
use protocol::access::ScopeKind;
use protocol::id::{DeviceId, ScopeId};
use protocol::identity::Level;
use protocol::mutation::{Act, Outcome};
use protocol::refusal::RefusalCode;
use protocol::sync::{Event, PushRequest};
use std::pin::Pin;
use std::time::Duration;
use tower::ServiceExt as _;

fn invited(town: &Town) -> Caller {
    Caller { level: Level::Invite, ..town.caller("moa") }
}

/// Moa has a case with a note and a document, and a thread. Gives the case as she has it.
async fn begun(town: &Town) -> ScopeId {
    town.must("sara", open_case("c1", "moa", true)).await;
    town.must("sara", write_note("c1", "n1", &[])).await;
    let mut sign = sign_document("c1", "d1", &[]);
    sign.file = Some(town.upload("sara").await);
    town.must("sara", sign).await;
    town.must("sara", start_thread("c1", "t1", "moa")).await;
    town.scope("moa", ScopeKind::Case).await
}

async fn do_as(town: &Town, caller: Caller, lane: ScopeId, act: impl Into<Act>) -> Outcome {
    let mutations = vec![town.mutation("moa", lane, act)];
    let asked = PushRequest { device: DeviceId::new("device-moa"), mutations };
    let now = town.app.db.now();
    sync::push_at(&town.app, caller, asked, now).await.expect("is answered").results.remove(0).outcome
}

#[tokio::test]
async fn a_pull_and_a_digest_know_of_no_case() {
    for town in towns().await {
        let case = begun(&town).await;
        let caller = invited(&town);
        // With nothing, and with all the cursors of a device that once was logged in by e-identification.
        for before in [Copy::default(), town.copy("moa").await] {
            let answer = sync::pull(&town.app, &caller, &before.ask("device-moa", &[])).await.expect("is answered");
            let grants = answer.grants.expect("is another set");
            let kinds: Vec<_> = grants.iter().map(|grant| grant.kind).collect();
            assert!(kinds.contains(&ScopeKind::Person) && kinds.contains(&ScopeKind::Thread), "{kinds:?}");
            assert!(!kinds.contains(&ScopeKind::Case), "{}: {kinds:?}", town.engine);
            assert!(answer.pages.iter().all(|page| page.scope != case));
            let records = answer.pages.iter().flat_map(|page| &page.records);
            assert!(records.map(|one| one.kind.as_str()).all(|kind| !["case", "note", "document"].contains(&kind)));
        }
        let told = sync::digest(&town.app, &caller).await.expect("is answered").scopes;
        assert!(!told.is_empty() && told.iter().all(|scope| scope.scope != case), "{}", town.engine);
        let sure = sync::digest(&town.app, &town.caller("moa")).await.expect("is answered").scopes;
        assert!(sure.iter().any(|scope| scope.scope == case), "with an e-identification it is there");
    }
}

#[tokio::test]
async fn a_stream_hints_at_messages_only() {
    for town in towns().await {
        let case = begun(&town).await;
        let stream = sync::follow(town.app.clone(), invited(&town)).await.expect("begins");
        let mut stream: Pin<Box<dyn Stream<Item = Event>>> = Box::pin(stream);
        assert_eq!(stream.next().await, Some(Event::stale()));
        town.must("sara", write_note("c1", "n2", &[])).await;
        town.must("sara", send_message("t1", "m2", "Hej")).await;
        let thread = town.scope("moa", ScopeKind::Thread).await;
        loop {
            let next = tokio::time::timeout(Duration::from_secs(20), stream.next()).await.expect("comes soon");
            let scope = next.expect("goes on").scope;
            assert_ne!(scope, Some(case.clone()), "{}", town.engine);
            if scope == Some(thread.clone()) {
                break;
            }
        }
    }
}

#[tokio::test]
async fn messages_are_written_and_nothing_else_is_done() {
    for town in towns().await {
        let case = begun(&town).await;
        let thread = town.scope("moa", ScopeKind::Thread).await;
        let done = do_as(&town, invited(&town), thread, send_message("t1", "m2", "Hej")).await;
        assert!(matches!(done, Outcome::Applied { .. }), "{done:?}");
        let refused = Outcome::Refused { refusal: RefusalCode::Access.into() };
        let own = town.own("moa").await;
        assert_eq!(do_as(&town, invited(&town), own, start_thread("c1", "t2", "sara")).await, refused);
        assert_eq!(do_as(&town, invited(&town), case, write_note("c1", "n9", &[])).await, refused, "{}", town.engine);
    }
}

#[tokio::test]
async fn no_file_is_served() {
    for town in towns().await {
        let case = begun(&town).await;
        let mut sent = send_message("t1", "m9", "Beslutet");
        sent.files = vec![attached(&town, "sara", "f9").await];
        town.must("sara", sent).await;
        let thread = town.scope("moa", ScopeKind::Thread).await;
        let (of_document, of_message) = (format!("/blobs/{case}/d1"), format!("/blobs/{thread}/m9/f9"));
        let get = async |path: &str| {
            let mut request = Request::get(path);
            for (name, value) in town.headers("moa", "GET", path).await {
                request = request.header(name, value);
            }
            let request = request.body(Body::empty()).expect("is a request");
            router(town.app.clone()).oneshot(request).await.expect("answers").status()
        };
        for path in [&of_document, &of_message] {
            assert_eq!(get(path).await, 200, "with an e-identification it is served");
        }
        town.sql("UPDATE token_family SET level = 'invite' WHERE person = 'moa' AND started_at <= $1").await;
        for path in [&of_document, &of_message] {
            assert_eq!(get(path).await, 404, "{}: {path}", town.engine);
        }
    }
}
