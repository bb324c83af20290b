//! What must hold of every parser of outside data, whatever comes: it never panics, and what it took stays the same on
//! its way through.
//!
//! Compiled for tests, which try these with random input at each run, and for `fuzz/`, which tries for as long as it
//! is let.

use protocol::record::Body;
use protocol::refusal::Refusal;
use protocol::sync::{Event, Page, PullResponse, PushResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Somebody knocks at the port that waits for a login.
pub fn callback(head: &[u8]) {
    crate::identity::fuzz(head);
}

/// The backend, or something that says it is, answers.
pub fn answer(body: &[u8]) {
    if let Some(answer) = stable::<PullResponse>(body) {
        answer.pages.iter().for_each(look_at);
    }
    stable::<PushResponse>(body);
    stable::<Refusal>(body);
}

/// An event comes.
pub fn event(data: &[u8]) {
    if let Some(page) = stable::<Event>(data).and_then(|event| event.page) {
        look_at(&page);
    }
}

fn look_at(page: &Page) {
    let _ = page.is_last();
    for record in &page.records {
        // What is not understood is kept and is no fault.
        let _ = Body::parse(&record.kind, &record.body);
    }
}

fn stable<T: Serialize + DeserializeOwned + PartialEq + Debug>(body: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(body).ok()?;
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(read, again);
    Some(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Pieces that good ones are made of, in any order, and noise between them.
    fn mix(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            8 => proptest::sample::select(pieces).prop_map(str::to_owned),
            1 => "\\PC{0,4}",
            1 => "-?[0-9]{1,20}",
        ];
        vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    const HEAD: &[&str] = &[
        "GET ",
        "POST ",
        "/callback",
        "?",
        "code=c",
        "&",
        "state=s-t-a-t-e",
        "iss=https://a.example",
        "error=x",
        "@evil.example",
        " HTTP/1.1\r\n",
        "Host: 127.0.0.1:51000\r\n",
        "Host: evil.example\r\n",
        "\r\n",
        "%",
        "\\",
        "#",
    ];
    const JSON: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "null",
        "true",
        "\"db_epoch\":\"e\",\"now\":1,\"grants_hash\":\"5f\",\"results\":[],\"more\":false,\"pages\":[",
        "{\"scope\":\"x\",\"epoch\":1,\"head\":3,\"span\":{\"tail\":{\"after\":1,\"upto\":3}},\"records\":[",
        "{\"id\":\"r\",\"kind\":\"message\",\"seq\":3,\"body\":",
        "{\"from\":\"p1\",\"text\":\"Hej\",\"sent_at\":1}",
        "\"event\":\"changed\"",
        "\"page\":",
        "\"code\":\"busy\"",
        "\"results\":[{\"mid\":\"u\",\"outcome\":\"refused\",\"refusal\":{\"code\":\"x\"}}]",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whoever_knocks(head in mix(HEAD), noise in vec(any::<u8>(), 0..80)) {
            callback(head.as_bytes());
            callback(format!("GET /callback?{head}\r\nHost: 127.0.0.1:51000\r\n\r\n").as_bytes());
            callback(&noise);
        }

        #[test]
        fn whatever_is_answered(text in mix(JSON), noise in vec(any::<u8>(), 0..80)) {
            for body in [text.as_bytes(), format!("{{{text}}}").as_bytes(), &noise] {
                answer(body);
                event(body);
            }
        }
    }
}
