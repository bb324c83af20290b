//! Threads and messages: who gets what, once.

use crate::acts::{open_case, send_message, start_thread};
use crate::town::{Town, towns};
use digiteam_backend::{document, sync};
use protocol::access::ScopeKind;
use protocol::id::{DeviceId, ThreadId};
use protocol::message::{MAX_TEXT, MarkRead, ThreadRow};
use protocol::mutation::{Act, Outcome};
use protocol::refusal::{Refusal, RefusalCode};
use protocol::sync::PushRequest;

async fn with_thread() -> Vec<Town> {
    let towns = towns().await;
    for town in &towns {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
    }
    towns
}

async fn desk_row(town: &Town, staff: &str) -> ThreadRow {
    let all = town.all(staff).await;
    let (_, row) = all.iter().find(|(_, record)| record.kind == "thread_row").expect("the thread is on the desk");
    row.body.read().expect("is a row")
}

#[tokio::test]
async fn a_message_reaches_the_resident_and_the_answer_shows_on_the_desk_without_its_words() {
    for town in with_thread().await {
        assert_eq!(town.ids("moa", "message").await, ["t1-1"]);
        town.must("moa", send_message("t1", "m2", "Ja, tisdag passar bra.")).await;
        let row = desk_row(&town, "sara").await;
        assert_eq!((row.unread, row.last_from_other, row.with.as_str()), (1, true, "Moa Berg"));
        let served = serde_json::to_string(&town.all("sara").await).expect("serializes");
        assert!(!served.contains("passar bra"), "words came before the thread was opened");
    }
}

#[tokio::test]
async fn staff_get_a_thread_s_words_only_after_opening_it_and_it_is_logged() {
    for town in with_thread().await {
        assert!(town.ids("sara", "message").await.is_empty());
        town.open("sara", "thread_row", "t1").await.expect("may open");
        assert_eq!(town.ids("sara", "message").await, ["t1-1"]);
        let mut snapshot = town.app.db.snapshot().await.expect("reads");
        let log: Vec<(String, String, Option<String>)> =
            sqlx::query_as("SELECT by_person, act, purpose FROM log_entry WHERE thread = 't1' AND act = 'open'")
                .fetch_all(&mut *snapshot)
                .await
                .expect("reads");
        assert_eq!(log, [("sara".into(), "open".into(), Some("handle".into()))]);
        drop(snapshot);
        town.clock.fetch_add(13 * 60 * 60 * 1000, std::sync::atomic::Ordering::SeqCst);
        assert!(town.ids("sara", "message").await.is_empty(), "the lease had ended");
    }
}

#[tokio::test]
async fn nobody_else_reads_or_writes_in_a_thread() {
    for town in with_thread().await {
        for other in ["granne", "far", "samir", "stina"] {
            assert!(town.ids(other, "message").await.is_empty(), "{other} was served a message");
            town.must_not(other, send_message("t1", "mx", "Hej"), RefusalCode::Access).await;
        }
        assert_eq!(town.ids("moa", "message").await, ["t1-1"]);
    }
}

#[tokio::test]
async fn the_same_mutation_is_done_once_and_another_one_under_its_id_is_refused() {
    for town in with_thread().await {
        let lane = town.own("moa").await;
        let mutation = town.mutation("moa", lane, send_message("t1", "m2", "En gång."));
        let first = town.push("moa", vec![mutation.clone()]).await;
        let again = town.push("moa", vec![mutation.clone(), mutation.clone()]).await;
        assert_eq!(first[0], again[0]);
        assert_eq!(first[0], again[1]);
        assert_eq!(town.ids("moa", "message").await, ["t1-1", "m2"]);

        let mut other = mutation;
        other.act = send_message("t1", "m3", "Något annat.").into();
        let answer = town.push("moa", vec![other]).await;
        assert_eq!(answer[0].outcome, Outcome::Refused { refusal: RefusalCode::Reused.into() });
        assert_eq!(town.ids("moa", "message").await, ["t1-1", "m2"]);
    }
}

#[tokio::test]
async fn a_refusal_undoes_only_itself_and_is_remembered() {
    for town in with_thread().await {
        let lane = town.own("moa").await;
        let long = "å".repeat(MAX_TEXT + 1);
        let push = vec![
            town.mutation("moa", lane.clone(), send_message("t1", "m2", "Först.")),
            town.mutation("moa", lane.clone(), send_message("t1", "m3", &long)),
            town.mutation("moa", lane.clone(), send_message("t1", "m2", "Samma id.")),
            town.mutation("moa", lane, send_message("t1", "m4", "Sist.")),
        ];
        let answer = town.push("moa", push.clone()).await;
        let refused: Vec<bool> =
            answer.iter().map(|result| matches!(result.outcome, Outcome::Refused { .. })).collect();
        assert_eq!(refused, [false, true, true, false]);
        assert_eq!(town.push("moa", push).await, answer);

        // One that had written much before it was refused.
        let mut wordless = start_thread("c1", "t2", "sara");
        wordless.text = " ".into();
        town.must_not("moa", wordless, RefusalCode::Invalid).await;
        let grants = town.grants("moa").await;
        assert_eq!(
            grants.iter().filter(|grant| grant.kind == ScopeKind::Thread).count(),
            1,
            "a refusal left something"
        );
        assert_eq!(town.ids("moa", "message").await, ["t1-1", "m2", "m4"]);
    }
}

#[tokio::test]
async fn a_lane_takes_its_numbers_in_order() {
    for town in with_thread().await {
        let lane = town.own("moa").await;
        let first = town.mutation("moa", lane.clone(), send_message("t1", "m2", "Ett."));
        let second = town.mutation("moa", lane.clone(), send_message("t1", "m3", "Två."));
        let third = town.mutation("moa", lane, send_message("t1", "m4", "Tre."));
        town.push("moa", vec![first]).await;
        let early = town.push("moa", vec![third.clone()]).await;
        let refusal = Refusal { code: RefusalCode::OutOfOrder, details: Some("2".into()) };
        assert_eq!(early[0].outcome, Outcome::Refused { refusal }, "the number that is awaited is told");
        let both = town.push("moa", vec![second, third]).await;
        assert!(both.iter().all(|result| matches!(result.outcome, Outcome::Applied { .. })), "{both:?}");
    }
}

#[tokio::test]
async fn reading_moves_the_mark_forward_and_empties_the_desk_row() {
    for town in with_thread().await {
        town.must("moa", send_message("t1", "m2", "Ja.")).await;
        town.open("sara", "thread_row", "t1").await.expect("may open");
        let upto_seq = town
            .all("sara")
            .await
            .iter()
            .map(|(_, record)| record)
            .filter(|r| r.kind == "message")
            .map(|r| r.seq)
            .max();
        let thread = ThreadId::new("t1");
        town.must("sara", MarkRead { thread: thread.clone(), upto_seq: upto_seq.expect("has messages") }).await;
        assert_eq!(desk_row(&town, "sara").await.unread, 0);
        town.must("sara", MarkRead { thread, upto_seq: 1 }).await;
        assert_eq!(desk_row(&town, "sara").await.unread, 0, "the mark went back");
        assert_eq!(town.ids("moa", "read_mark").await, ["sara"]);
    }
}

#[tokio::test]
async fn an_act_newer_than_the_backend_is_refused_and_the_rest_is_done() {
    for town in with_thread().await {
        let lane = town.own("moa").await;
        let push = vec![
            town.mutation("moa", lane.clone(), send_message("t1", "m2", "Först.")),
            town.mutation("moa", lane.clone(), Act::Unknown),
            town.mutation("moa", lane, send_message("t1", "m4", "Sist.")),
        ];
        let answer = town.push("moa", push.clone()).await;
        assert_eq!(answer[1].outcome, Outcome::Refused { refusal: RefusalCode::Invalid.into() });
        assert_eq!(town.ids("moa", "message").await, ["t1-1", "m2", "m4"]);
        assert_eq!(town.push("moa", push).await, answer, "it is remembered");
    }
}

#[tokio::test]
async fn a_mutation_waits_for_its_upload_and_its_lane_with_it() {
    for town in with_thread().await {
        let lane = town.own("sara").await;
        let other = document::store(&town.app, &town.caller("samir"), "a".into()).await.expect("is stored").blob;
        let device = |mutations| PushRequest { device: DeviceId::new("another"), mutations };
        let now = town.app.db.now();
        // A lane that has begun, and one that this database has never seen.
        for (message, first) in [("m2", 4), ("m4", 9)] {
            let lane =
                if first == 4 { lane.clone() } else { town.open("sara", "thread_row", "t1").await.expect("may") };
            let mut needing = town.mutation("sara", lane.clone(), send_message("t1", message, "Med bilaga."));
            let mut next = town.mutation("sara", lane, send_message("t1", &format!("{message}-b"), "Och sedan."));
            (needing.n, next.n) = (first, first + 1);
            needing.needs = vec![other.clone()];
            let asked = device(vec![needing.clone(), next.clone()]);
            let answer = sync::push_at(&town.app, town.caller("sara"), asked, now).await.expect("is answered").results;
            let missing = Refusal { code: RefusalCode::Missing, details: Some(other.to_string()) };
            assert_eq!(answer[0].outcome, Outcome::Refused { refusal: missing }, "another's upload is none");
            let waits = Refusal { code: RefusalCode::OutOfOrder, details: Some(first.to_string()) };
            assert_eq!(answer[1].outcome, Outcome::Refused { refusal: waits }, "{}", town.engine);

            let own = document::store(&town.app, &town.caller("sara"), "b".into()).await.expect("is stored").blob;
            needing.needs = vec![own];
            let asked = device(vec![needing, next]);
            let answer = sync::push_at(&town.app, town.caller("sara"), asked, now).await.expect("is answered").results;
            assert!(answer.iter().all(|result| matches!(result.outcome, Outcome::Applied { .. })), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn a_number_that_is_taken_is_refused_even_behind_a_replay_of_the_one_before() {
    for town in with_thread().await {
        let lane = town.own("moa").await;
        let first = town.mutation("moa", lane.clone(), send_message("t1", "m2", "Ett."));
        let second = town.mutation("moa", lane.clone(), send_message("t1", "m3", "Två."));
        town.push("moa", vec![first.clone(), second.clone()]).await;
        let mut other = town.mutation("moa", lane, send_message("t1", "m4", "Tre."));
        other.n = second.n;
        let answer = town.push("moa", vec![first, other]).await;
        let refusal = Refusal { code: RefusalCode::OutOfOrder, details: Some("3".into()) };
        assert_eq!(answer[1].outcome, Outcome::Refused { refusal });
    }
}
