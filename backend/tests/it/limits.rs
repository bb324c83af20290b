//! Everything that comes in has an end: bodies, lists, ids, and how deep it nests.

use crate::acts::{open_case, sign_document, write_note};
use crate::town::{Town, towns};
use axum::body::{Body, to_bytes};
use digiteam_backend::{limit, router};
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use protocol::case::MAX_HIDDEN;
use protocol::document::{BlobRef, DocumentSort, FILE_TYPES, MAX_SECTIONS, Section, SignDocument};
use protocol::id::{BlobId, CaseId, DocumentId, MAX_ID, PersonId};
use protocol::mutation::{Act, MAX_NEEDS, Outcome};
use protocol::refusal::{Refusal, RefusalCode};
use protocol::sync::MAX_CURSORS;
use tower::ServiceExt as _;

async fn post(town: &Town, path: &str, kind: &str, body: String) -> (StatusCode, Vec<u8>) {
    let mut request = Request::post(path).header(CONTENT_TYPE, kind);
    for (name, value) in town.headers("sara", "POST", path).await {
        request = request.header(name, value);
    }
    let request = request.body(Body::from(body)).expect("is a request");
    let answer = router(town.app.clone()).oneshot(request).await.expect("is answered");
    let status = answer.status();
    (status, to_bytes(answer.into_body(), 1 << 20).await.expect("has a body").to_vec())
}

async fn refused(town: &Town, path: &str, body: String, code: RefusalCode) {
    let length = body.len();
    let (status, answer) = post(town, path, "application/json", body).await;
    let refusal: Refusal = serde_json::from_slice(&answer).unwrap_or_else(|_| panic!("{path} {length}: {status}"));
    assert_eq!(refusal.code, code, "{path} {length}");
}

#[tokio::test]
async fn a_document_is_a_file_of_a_kind_that_is_written_down() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        let good = town.upload("sara").await;
        let sign = |media_type: &str| {
            let file = BlobRef { media_type: media_type.to_owned(), ..good.clone() };
            SignDocument { file: Some(file), ..sign_document("c1", "d1", &[]) }
        };
        for kind in ["application/msword", "text/html", "image/svg+xml", "application/pdf ", ""] {
            town.must_not("sara", sign(kind), RefusalCode::Invalid).await;
        }
        town.must("sara", sign(FILE_TYPES[0])).await;
    }
}

#[tokio::test]
async fn a_body_is_as_long_as_its_route_needs_and_no_longer() {
    let town = towns().await.remove(0);
    const MIB: usize = 1024 * 1024;
    for (path, most) in [("/access/open", limit::MAX_BODY), ("/sync/pull", 2 * MIB), ("/sync/push", 4 * MIB)] {
        refused(&town, path, " ".repeat(most), RefusalCode::Invalid).await;
        refused(&town, path, " ".repeat(most + 1), RefusalCode::TooLong).await;
    }
    let form = "application/x-www-form-urlencoded";
    for path in ["/identity/token", "/identity/revoke", "/identity/logout"] {
        let (status, _) = post(&town, path, form, "a".repeat(limit::MAX_BODY + 1)).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
    let (status, _) = post(&town, "/blobs", "application/octet-stream", "a".repeat(20 * MIB + 1)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn nesting_has_an_end_where_it_is_read_and_where_it_is_skipped() {
    let town = towns().await.remove(0);
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    refused(&town, "/sync/pull", format!(r#"{{"device":{deep}}}"#), RefusalCode::Invalid).await;
    refused(&town, "/sync/pull", format!(r#"{{"cursors":{deep}}}"#), RefusalCode::Invalid).await;
    // What is not known is skipped, however deep: it need not be understood.
    let (status, _) = post(&town, "/sync/pull", "application/json", format!(r#"{{"device":"d","new":{deep}}}"#)).await;
    assert!(!status.is_server_error(), "{status}");
}

#[tokio::test]
async fn lists_and_ids_have_an_end() {
    for town in towns().await {
        let cursor = r#"{"scope":"x","epoch":1,"seq":1}"#;
        let pull = |count: usize| format!(r#"{{"device":"d","cursors":[{}]}}"#, vec![cursor; count].join(","));
        refused(&town, "/sync/pull", pull(MAX_CURSORS + 1), RefusalCode::TooLong).await;
        assert_eq!(post(&town, "/sync/pull", "application/json", pull(MAX_CURSORS)).await.0, StatusCode::OK);
        let device = "d".repeat(MAX_ID + 1);
        refused(&town, "/sync/pull", format!(r#"{{"device":"{device}"}}"#), RefusalCode::Invalid).await;

        town.must("sara", open_case("c1", "moa", true)).await;
        let many: Vec<String> = (0..=MAX_HIDDEN).map(|_| "agnes".to_owned()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        town.must_not("sara", write_note("c1", "n1", &many), RefusalCode::TooLong).await;
        town.must("sara", write_note("c1", "n1", &many[1..])).await;
        town.must_not("sara", document(MAX_SECTIONS + 1), RefusalCode::TooLong).await;
        town.must("sara", document(MAX_SECTIONS)).await;

        let lane = town.own("sara").await;
        let mut mutation = town.mutation("sara", lane, open_case("c2", "moa", true));
        mutation.needs = vec![BlobId::new("b"); MAX_NEEDS + 1];
        let outcome = town.push("sara", vec![mutation]).await.remove(0).outcome;
        assert_eq!(outcome, Outcome::Refused { refusal: RefusalCode::TooLong.into() });
    }
}

fn document(sections: usize) -> Act {
    let section = Section { heading: "Rubrik".into(), text: "Text".into(), masked: None };
    SignDocument {
        case: CaseId::new("c1"),
        document: DocumentId::new("d1"),
        sort: DocumentSort::Letter,
        title: "Brev".into(),
        sections: vec![section; sections],
        file: None,
        appeal_until: None,
        hidden_from: Vec::<PersonId>::new(),
    }
    .into()
}
