//! Whatever is sent, the backend answers: with what was asked for or with a refusal, never with a fault of its own.

use crate::town::{Town, towns};
use axum::body::{Body, to_bytes};
use digiteam_backend::router;
use http::Request;
use http::header::CONTENT_TYPE;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use protocol::refusal::{Refusal, RefusalCode};
use tower::ServiceExt as _;

const PULL: &str = r#"{"device":"d","grants":"5f","cursors":[{"scope":"SCOPE","epoch":1,"seq":2},{"scope":"SCOPE","epoch":-1,
"seq":9,"back":{"at":4,"to":7}}],"waiting":["0199a0c0-0000-7000-8000-000000000001"]}"#;

const PUSH: &str = r#"{"device":"d","mutations":[
{"mid":"u1","lane":"SCOPE","n":1,"made_at":2,"needs":["b1"],"act":{"act":"send_message","thread":"t1","message":"m1","text":"Hej"}},
{"mid":"u2","lane":"SCOPE","n":1,"made_at":2,"act":{"act":"open_case","case":"c1","number":"2026-1","title":"Stöd","person":"moa","visible":true}},
{"mid":"u3","lane":"SCOPE","n":2,"made_at":2,"act":{"act":"write_note","case":"c1","note":"n1","heading":"Samtal","text":"Vi talade.","happened_at":1,"hidden_from":["far"]}},
{"mid":"u4","lane":"SCOPE","n":3,"made_at":2,"act":{"act":"mark_read","thread":"t1","upto_seq":3}},
{"mid":"u5","lane":"SCOPE","n":4,"made_at":2,"act":{"act":"mask","case":"c1","fact":"n1","hidden_from":["moa"]}},
{"mid":"u6","lane":"SCOPE","n":5,"made_at":2,"act":{"act":"sing"}},
{"mid":"u7","lane":"SCOPE","n":6,"made_at":2,"act":{"act":"seen","scope":"SCOPE","at":1}}]}"#;

/// One change to a text.
#[derive(Clone, Debug)]
enum Edit {
    Cut(Index, usize),
    Insert(Index, String),
    Number(Index, i64),
    Swap(Index, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let extreme = prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(-1), Just(0), any::<i64>(), 0..20i64];
    let piece = prop_oneof![
        Just(r"\u0000".to_owned()),
        Just("null".to_owned()),
        Just(r#""},{""#.to_owned()),
        Just("[".repeat(200)),
        Just(r"\ud800".to_owned()),
        ".{0,8}",
    ];
    prop_oneof![
        1 => (any::<Index>(), 1..20usize).prop_map(|(at, count)| Edit::Cut(at, count)),
        2 => (any::<Index>(), piece).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        4 => (any::<Index>(), extreme).prop_map(|(at, number)| Edit::Number(at, number)),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Edit::Swap(a, b)),
    ]
}

/// `text` after `edits`: often still what can be read.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for edit in edits {
        match edit {
            Edit::Cut(at, count) => {
                let at = at.index(text.len());
                text.drain(at..(at + count).min(text.len() - 1).max(at));
            }
            Edit::Insert(at, piece) => {
                let at = at.index(text.len());
                text.splice(at..at, piece.chars());
            }
            Edit::Number(at, number) => {
                let digits: Vec<usize> = (1..text.len())
                    .filter(|n| text[*n].is_ascii_digit() && matches!(text[*n - 1], ':' | '-'))
                    .collect();
                if !digits.is_empty() {
                    let at = digits[at.index(digits.len())];
                    text.splice(at..=at, number.to_string().chars());
                }
            }
            Edit::Swap(a, b) => {
                let quotes: Vec<usize> = (0..text.len()).filter(|n| text[*n] == '"').collect();
                if quotes.len() > 3 {
                    let word = |at: &Index| at.index(quotes.len() / 2) * 2;
                    let (a, b) = (word(a).min(word(b)), word(a).max(word(b)));
                    let (first, second) = (quotes[a] + 1..quotes[a + 1], quotes[b] + 1..quotes[b + 1]);
                    let moved = text[second.clone()].to_vec();
                    if first.end <= second.start {
                        text.splice(first, moved);
                    }
                }
            }
        }
    }
    text.into_iter().collect()
}

async fn send(town: &Town, path: &str, body: Vec<u8>) {
    let said = String::from_utf8_lossy(&body).into_owned();
    let [access, proof] = town.headers("sara", "POST", path).await;
    let request = Request::post(path)
        .header(access.0, access.1)
        .header(proof.0, proof.1)
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .expect("is a request");
    let answer = router(town.app.clone()).oneshot(request).await.expect("is answered");
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 10 << 20).await.expect("has a body");
    assert!(!status.is_server_error(), "{}: {status} for {said}", town.engine);
    if !status.is_success() {
        let refusal: Refusal = serde_json::from_slice(&body).expect("is a refusal");
        assert_ne!(refusal.code, RefusalCode::Unknown);
    }
}

#[test]
fn whatever_is_pulled_or_pushed_is_answered() {
    let runtime = tokio::runtime::Runtime::new().expect("runs");
    for town in runtime.block_on(towns()) {
        let own = runtime.block_on(town.own("sara"));
        let cases = if town.engine == "sqlite" { 400 } else { 150 };
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let wishes = (any::<bool>(), vec(edit(), 0..6), proptest::option::weighted(0.1, vec(any::<u8>(), 0..200)));
        let outcome = runner.run(&wishes, |(pull, edits, noise)| {
            let (path, text) = if pull { ("/sync/pull", PULL) } else { ("/sync/push", PUSH) };
            let text = edited(&text.replace("SCOPE", own.as_str()), &edits);
            runtime.block_on(send(&town, path, noise.unwrap_or(text.into_bytes())));
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn a_zero_byte_is_no_fault_on_any_engine() {
    let runtime = tokio::runtime::Runtime::new().expect("runs");
    for town in runtime.block_on(towns()) {
        let own = runtime.block_on(town.own("sara"));
        for (path, text, word) in [
            ("/sync/pull", PULL, "0199a0c0"),
            ("/sync/pull", PULL, "SCOPE"),
            ("/sync/push", PUSH, "u1"),
            ("/sync/push", PUSH, "SCOPE"),
            ("/sync/push", PUSH, "t1"),
            ("/sync/push", PUSH, "far"),
        ] {
            let text = text.replacen(word, &format!("{word}\\u0000"), 1).replace("SCOPE", own.as_str());
            runtime.block_on(send(&town, path, text.into_bytes()));
        }
    }
}
