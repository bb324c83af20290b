//! People who are kept apart: whatever one of them asks, it is as if the other did not exist. One test an endpoint.
//!
//! Moa has a case, a thread, a task and a document; Ove, her neighbour, must never learn of any of it. Everything
//! that he asks about hers he asks about something that does not exist too, and the answers must be the same.

use crate::acts::{
    code, give, invite, keep_apart, open_case, open_case_to, record_relation, send_message, sign_document,
    start_thread, write_note,
};
use crate::town::{Town, towns};
use axum::body::{Body, to_bytes};
use digiteam_backend::booking::{Span, take};
use digiteam_backend::{router, sync};
use futures_util::StreamExt as _;
use http::Request;
use protocol::access::{ScopeKind, Seen};
use protocol::id::{CaseId, MunicipalityId, PersonId, RecordId, ScopeId, ThreadId};
use protocol::message::MarkRead;
use protocol::mutation::Act;
use protocol::refusal::RefusalCode;
use protocol::relation::{EndKeepApart, Matter, RelationKind, WithdrawPowerOfAttorney};
use protocol::sync::{Event, EventKind};
use protocol::task::{AskFor, CompleteTask};
use tower::ServiceExt as _;

/// Moa's life, and some of Ove's own with the same caseworker.
async fn with_neighbours() -> Vec<Town> {
    let towns = towns().await;
    for town in &towns {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        let mut sign = sign_document("c1", "d1", &[]);
        sign.file = Some(town.upload("sara").await);
        town.must("sara", sign).await;
        town.must("sara", ask_for("c1", "k1", "moa")).await;
        town.must("far", invite(&code('A'))).await;
        town.must("moa", give("r1", &code('A'), &[Matter::File])).await;
        town.must("sara", open_case("c2", "granne", true)).await;
        town.must("sara", start_thread("c2", "t2", "granne")).await;
    }
    towns
}

fn ask_for(case: &str, task: &str, person: &str) -> AskFor {
    AskFor {
        case: CaseId::new(case),
        task: RecordId::new(task),
        person: PersonId::new(person),
        title: "Lämna kvitto".into(),
        detail: None,
        due_at: None,
    }
}

/// Status and body of what `person` gets for `request`.
async fn ask(town: &Town, person: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let [access, proof] = town.headers(person, method, path).await;
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(access.0, access.1)
        .header(proof.0, proof.1)
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .expect("is a request");
    let answer = router(town.app.clone()).oneshot(request).await.expect("is answered");
    let status = answer.status().as_u16();
    let body = to_bytes(answer.into_body(), 1 << 20).await.expect("has a body");
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn pull_serves_nothing_of_the_other_and_nothing_moves() {
    for town in with_neighbours().await {
        let before = (town.grants("granne").await, town.copy("granne").await.rows);
        town.must("sara", write_note("c1", "n2", &[])).await;
        town.must("moa", send_message("t1", "m2", "Hej")).await;
        town.must("moa", CompleteTask { task: RecordId::new("k1") }).await;
        assert_eq!(town.grants("granne").await, before.0, "{}: something moved", town.engine);
        let copy = town.copy("granne").await;
        assert_eq!(copy.rows, before.1);
        let told = format!("{:?}", copy.rows);
        for word in ["Moa", "moa", "c1", "t1", "d1", "k1"] {
            assert!(!told.contains(&format!("{word}\\\"")) && !told.contains(&format!("\"{word}\"")), "{word}: {told}");
        }
    }
}

#[tokio::test]
async fn a_pull_with_the_other_s_cursors_and_mutations_is_answered_as_with_made_up_ones() {
    for town in with_neighbours().await {
        let hers = town.scope("moa", ScopeKind::Case).await;
        let ask_for = |scope: &ScopeId| {
            format!(r#"{{"device":"d","cursors":[{{"scope":"{scope}","epoch":1,"seq":1}}],"waiting":["u1"]}}"#)
        };
        let real = ask(&town, "granne", "POST", "/sync/pull", &ask_for(&hers)).await;
        let made_up = ask(&town, "granne", "POST", "/sync/pull", &ask_for(&ScopeId::new("nothing"))).await;
        assert_eq!(real, made_up);
    }
}

#[tokio::test]
async fn digest_says_the_same_whatever_the_other_does() {
    for town in with_neighbours().await {
        let before = ask(&town, "granne", "GET", "/sync/digest", "").await;
        town.must("moa", send_message("t1", "m2", "Hej")).await;
        assert_eq!(ask(&town, "granne", "GET", "/sync/digest", "").await, before);
    }
}

#[tokio::test]
async fn events_say_nothing_of_the_other() {
    for town in with_neighbours().await {
        let mut stream = Box::pin(sync::follow(town.app.clone(), town.caller("granne")).await.expect("begins"));
        assert_eq!(stream.next().await, Some(Event::stale()));
        town.must("moa", send_message("t1", "m2", "Hej")).await;
        town.must("sara", write_note("c1", "n2", &[])).await;
        town.must("sara", send_message("t2", "m3", "Till dig")).await;
        let first = stream.next().await.expect("goes on");
        let his = town.scope("granne", ScopeKind::Thread).await;
        assert_eq!((first.event, first.scope), (EventKind::Changed, Some(his)), "{}", town.engine);
    }
}

#[tokio::test]
async fn files_of_the_other_are_as_files_that_are_not_there() {
    for town in with_neighbours().await {
        let hers = town.scope("moa", ScopeKind::Case).await;
        let own = town.scope("granne", ScopeKind::Case).await;
        let nowhere = ask(&town, "granne", "GET", "/blobs/nothing/d1", "").await;
        assert_eq!(nowhere.0, 404);
        for path in [format!("/blobs/{hers}/d1"), format!("/blobs/{own}/d1"), format!("/blobs/{own}/d9")] {
            assert_eq!(ask(&town, "granne", "GET", &path, "").await, nowhere, "{}: {path}", town.engine);
        }
        assert_eq!(ask(&town, "moa", "GET", &format!("/blobs/{hers}/d1"), "").await.0, 200, "it is there");
    }
}

#[tokio::test]
async fn opening_a_scope_of_the_other_is_as_opening_nothing() {
    for town in with_neighbours().await {
        let hers = town.scope("moa", ScopeKind::Thread).await;
        let wish = |scope: &str| format!(r#"{{"scope":"{scope}","purpose":"handle"}}"#);
        let real = ask(&town, "granne", "POST", "/access/open", &wish(hers.as_str())).await;
        assert_eq!(real, ask(&town, "granne", "POST", "/access/open", &wish("nothing")).await);
    }
}

#[tokio::test]
async fn me_and_municipalities_say_nothing_of_the_other() {
    for town in with_neighbours().await {
        for path in ["/me", "/municipalities"] {
            let (_, told) = ask(&town, "granne", "GET", path, "").await;
            assert!(!told.contains("Moa"), "{told}");
        }
    }
}

#[tokio::test]
async fn every_act_about_the_other_s_things_is_refused_as_about_nothing() {
    for town in with_neighbours().await {
        let hers = town.scope("moa", ScopeKind::Case).await;
        town.must("moa", invite(&code('B'))).await;
        let mark = |thread: &str| MarkRead { thread: ThreadId::new(thread), upto_seq: 1 };
        let seen = |scope: &str| Seen { scope: ScopeId::new(scope), at: 1, record: None };
        let withdraw = |relation: &str| WithdrawPowerOfAttorney { relation: RecordId::new(relation) };
        let pairs: [(Act, Act); 10] = [
            (start_thread("c1", "t5", "sara").into(), start_thread("c9", "t5", "sara").into()),
            (start_thread("c2", "t5", "moa").into(), start_thread("c2", "t5", "nobody").into()),
            (send_message("t1", "m5", "Hej").into(), send_message("t9", "m5", "Hej").into()),
            (mark("t1").into(), mark("t9").into()),
            (CompleteTask { task: RecordId::new("k1") }.into(), CompleteTask { task: RecordId::new("k9") }.into()),
            (seen(hers.as_str()).into(), seen("nothing").into()),
            (write_note("c1", "n5", &[]).into(), write_note("c9", "n5", &[]).into()),
            (withdraw("r1").into(), withdraw("r9").into()),
            (give("r5", &code('B'), &[Matter::File]).into(), give("r5", &code('Z'), &[Matter::File]).into()),
            (open_case_to("c1", "granne").into(), open_case_to("c9", "granne").into()),
        ];
        for (real, made_up) in pairs {
            let told = town.act("granne", real.clone()).await;
            assert_eq!(told, town.act("granne", made_up).await, "{}: {real:?}", town.engine);
            let told = serde_json::to_string(&told).expect("is JSON");
            assert_eq!(told, r#"{"outcome":"refused","refusal":{"code":"access"}}"#, "{real:?}");
        }
        // A lane of the other's is as a lane that is not there.
        for lane in [hers, ScopeId::new("nothing")] {
            let mutation = town.mutation("granne", lane, CompleteTask { task: RecordId::new("k1") });
            let told = town.push("granne", vec![mutation]).await.remove(0).outcome;
            assert_eq!(serde_json::to_value(told).expect("is JSON")["refusal"]["code"], "access");
        }
    }
}

#[tokio::test]
async fn the_two_are_never_booked_together() {
    for town in towns().await {
        let book = async |id: &'static str, parties: &'static [&'static str]| {
            let span = Span { starts: 100, ends: 200 };
            let booked = town.app.db.write(move |tx| {
                Box::pin(async move { take(tx, &MunicipalityId::new("helsingborg"), id, span, parties).await })
            });
            booked.await.map_err(|error| error.refusal().1.code)
        };
        assert_eq!(book("a1", &["moa", "sara", "granne"]).await, Err(RefusalCode::Access), "{}", town.engine);
        assert_eq!(book("a2", &["granne-i-bjuv", "moa"]).await, Err(RefusalCode::Access), "{}", town.engine);
        // Each with somebody else, at the same time.
        assert_eq!(book("a3", &["moa", "sara"]).await, Ok(()));
        assert_eq!(book("a4", &["granne", "samir"]).await, Ok(()));
    }
}

#[tokio::test]
async fn staff_cannot_let_the_other_in_on_any_way() {
    for town in with_neighbours().await {
        for kind in [RelationKind::GodMan, RelationKind::Ombud, RelationKind::PublicCounsel] {
            town.must_not("sara", record_relation("c1", "r5", kind, "granne"), RefusalCode::Access).await;
            // Known as somebody else in the next municipality, he is the same human.
            town.must_not("sara", record_relation("c1", "r5", kind, "granne-i-bjuv"), RefusalCode::Access).await;
        }
        for who in ["granne", "granne-i-bjuv"] {
            town.must_not("sara", open_case_to("c1", who), RefusalCode::Access).await;
            town.must_not("sara", start_thread("c1", "t5", who), RefusalCode::Access).await;
            town.must_not("sara", ask_for("c1", "k5", who), RefusalCode::Access).await;
        }
    }
}

#[tokio::test]
async fn what_two_share_when_they_are_set_apart_is_closed_to_whoever_came_later() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must("sara", open_case_to("c1", "far")).await;
        town.wait(1);
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        let (mut moa, far) = (town.copy("moa").await, town.grants("far").await);
        for who in ["moa", "far", "stina"] {
            town.must_not(who, keep_apart("c1", "far", "moa"), RefusalCode::Access).await;
        }
        town.must_not("sara", keep_apart("c1", "granne", "skyddad"), RefusalCode::Access).await;
        town.must_not("sara", keep_apart("c1", "far", "far"), RefusalCode::Invalid).await;
        town.must("sara", keep_apart("c1", "far", "moa")).await;
        town.follow("moa", &mut moa).await;
        assert_eq!(moa.cursors.len(), 1, "{}: she still has something of it", town.engine);
        assert_eq!(town.grants("far").await, far, "{}: he noticed", town.engine);
        town.must_not("moa", send_message("t1", "m2", "Hej"), RefusalCode::Access).await;
        town.must_not("sara", open_case_to("c1", "moa"), RefusalCode::Access).await;
        town.open("sara", "case_row", "c1").await.expect("may open");
        assert_eq!(town.ids("sara", "closure").await, ["moa"], "staff are told");

        // Its end opens nothing by itself.
        let end = EndKeepApart { case: CaseId::new("c1"), person: PersonId::new("far"), other: PersonId::new("moa") };
        town.must_not("stina", end.clone(), RefusalCode::Access).await;
        town.must("sara", end).await;
        assert!(town.ids("moa", "case").await.is_empty());
        town.must("sara", open_case_to("c1", "moa")).await;
        assert_eq!(town.ids("moa", "case").await, ["c1"]);
    }
}

#[tokio::test]
async fn whoever_acts_for_somebody_acts_no_more_once_they_are_set_apart() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must("sara", open_case_to("c1", "far")).await;
        assert_eq!(town.ids("far", "representation").await, ["r-far"]);
        town.must("sara", keep_apart("c1", "barn", "far")).await;
        assert!(town.ids("far", "representation").await.is_empty() && town.ids("far", "case").await.is_empty());
        assert_eq!(town.ids("barn", "case").await, ["c1"], "never to the one it concerns");
    }
}

#[tokio::test]
async fn staff_are_kept_apart_from_residents_too() {
    for town in with_neighbours().await {
        let scope = town.open("sara", "case_row", "c1").await.expect("may open");
        town.open_scope("samir", &scope).await.expect("a colleague may stand in");
        // A colleague who could have opened it by the unit.
        town.must("sara", keep_apart("c1", "moa", "samir")).await;
        assert!(town.ids("samir", "note").await.is_empty(), "{}: he still reads", town.engine);
        assert_eq!(town.open_scope("samir", &scope).await, Err(RefusalCode::Access));
        town.must_not("samir", write_note("c1", "n5", &[]), RefusalCode::Access).await;
        town.must_not("samir", open_case("c5", "moa", true), RefusalCode::Access).await;
        town.must_not("sara", record_relation("c1", "r5", RelationKind::Caseworker, "samir"), RefusalCode::Access)
            .await;

        // The one it is assigned to.
        town.open_scope("leif", &scope).await.expect("a lead may stand in");
        town.must("leif", keep_apart("c1", "moa", "sara")).await;
        assert!(town.ids("sara", "case_row").await.iter().all(|case| case != "c1"));
        assert!(town.ids("sara", "thread_row").await.iter().all(|thread| thread != "t1"));
        town.must_not("moa", send_message("t1", "m5", "Hej"), RefusalCode::Closed).await;
        let case = town.all("moa").await.into_iter().find(|(_, record)| record.kind == "case").expect("has it");
        assert!(!case.1.body.get().contains("Holm"), "{}: she is still named", town.engine);
        let note = town.all("moa").await.into_iter().find(|(_, record)| record.kind == "note").expect("has it");
        assert!(!note.1.body.get().contains("Holm"), "{}: she still signs by name", town.engine);
        // Nothing brings the rows back.
        town.must("leif", write_note("c1", "n6", &[])).await;
        town.must("leif", open_case_to("c1", "moa")).await;
        assert!(town.ids("sara", "case_row").await.iter().all(|case| case != "c1"));
    }
}
