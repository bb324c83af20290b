//! Who may see what: deny first.

use crate::acts::{open_case, open_case_to, send_message, sign_document, start_thread, write_note};
use crate::town::towns;
use axum::body::{Body, to_bytes};
use digiteam_backend::router;
use http::Request;
use protocol::access::ScopeKind;
use protocol::refusal::{Refusal, RefusalCode};
use tower::ServiceExt as _;

#[tokio::test]
async fn a_relation_opens_nothing_until_staff_let_the_person_in() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        assert_eq!(town.ids("barn", "note").await, ["n1"]);
        assert!(town.ids("moa", "note").await.is_empty());
        town.must("sara", open_case_to("c1", "moa")).await;
        assert_eq!(town.ids("moa", "note").await, ["n1"]);
        assert!(town.ids("far", "note").await.is_empty());
    }
}

#[tokio::test]
async fn access_ends_on_the_day_of_review() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        assert_eq!(town.ids("moa", "case").await, ["c1"]);
        town.clock.store(1_790_900_000_000, std::sync::atomic::Ordering::SeqCst);
        assert!(town.ids("moa", "case").await.is_empty());
    }
}

#[tokio::test]
async fn what_is_withheld_from_a_guardian_moves_nothing_that_they_see() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", false)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", open_case_to("c1", "far")).await;
        let before = town.grants("far").await;
        town.must("sara", write_note("c1", "n1", &["far"])).await;
        town.must("sara", sign_document("c1", "d1", &["far"])).await;
        assert_eq!(town.grants("far").await, before, "a head moved");
        assert!(town.ids("far", "note").await.is_empty());
        assert_eq!((town.ids("moa", "note").await.len(), town.ids("moa", "document").await.len()), (1, 1));
    }
}

#[tokio::test]
async fn people_kept_apart_are_never_let_into_the_same_case() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must_not("sara", open_case_to("c1", "granne"), RefusalCode::Access).await;
        assert!(town.ids("granne", "case").await.is_empty());
    }
}

#[tokio::test]
async fn a_person_without_relation_is_not_let_in() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must_not("sara", open_case_to("c1", "granne"), RefusalCode::Access).await;
    }
}

#[tokio::test]
async fn protected_identity_fails_closed() {
    for town in towns().await {
        town.must("sara", open_case("c1", "skyddad", true)).await;
        town.must_not("sara", open_case_to("c1", "granne"), RefusalCode::Access).await;
        let scope = town.open("sara", "case_row", "c1").await.expect("the named caseworker may");
        assert_eq!(town.open_scope("samir", &scope).await, Err(RefusalCode::Access), "a colleague got in");
    }
}

#[tokio::test]
async fn a_colleague_of_the_unit_may_stand_in_and_nobody_of_another_town() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        let scope = town.open("sara", "case_row", "c1").await.expect("may open");
        assert!(town.ids("samir", "note").await.is_empty());
        town.open_scope("samir", &scope).await.expect("a colleague may stand in");
        assert_eq!(town.ids("samir", "note").await, ["n1"]);
        assert_eq!(town.open_scope("stina", &scope).await, Err(RefusalCode::Access));
        assert_eq!(town.open_scope("moa", &scope).await, Err(RefusalCode::Access));
    }
}

#[tokio::test]
async fn residents_write_nothing_into_cases() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must_not("moa", write_note("c1", "n1", &[]), RefusalCode::Access).await;
        town.must_not("moa", sign_document("c1", "d1", &[]), RefusalCode::Access).await;
        town.must_not("moa", open_case("c2", "moa", true), RefusalCode::Access).await;
        town.must_not("stina", open_case("c2", "moa", true), RefusalCode::Access).await;
        town.must_not("granne", start_thread("c1", "t1", "sara"), RefusalCode::Access).await;
        town.must_not("moa", send_message("t9", "m9", "Hej"), RefusalCode::Access).await;
    }
}

#[tokio::test]
async fn an_unopened_scope_shows_no_head() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        let grants = town.grants("sara").await;
        let case = grants.iter().find(|grant| grant.kind == ScopeKind::Case).expect("is granted");
        assert_eq!((case.head, case.lease_until), (None, None));
    }
}

#[tokio::test]
async fn a_thread_about_a_case_ends_with_the_access_to_it() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", false)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        assert_eq!(town.ids("moa", "message").await, ["t1-1"]);
        town.clock.store(1_790_900_000_000, std::sync::atomic::Ordering::SeqCst);
        assert!(town.ids("moa", "message").await.is_empty(), "{}: she still reads about the child", town.engine);
        town.must_not("moa", send_message("t1", "m2", "Hej"), RefusalCode::Access).await;
        let mut renewed = open_case_to("c1", "moa");
        renewed.review_at += 1_000_000_000;
        town.must("sara", renewed).await;
        assert_eq!(town.ids("moa", "message").await, ["t1-1"]);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_the_wire_s_own_form() {
    for town in towns().await {
        let request = Request::post("/sync/nothing").body(Body::empty()).expect("is a request");
        let answer = router(town.app.clone()).oneshot(request).await.expect("is answered");
        assert_eq!(answer.status(), 404);
        let body = to_bytes(answer.into_body(), 1_000).await.expect("has a body");
        let refusal: Refusal = serde_json::from_slice(&body).expect("is a refusal");
        assert_eq!(refusal.code, RefusalCode::Access);
    }
}
