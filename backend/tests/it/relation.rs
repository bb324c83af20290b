//! Relations: what they open, for how long, and what goes with them.

use crate::acts::{
    close_case_to, code, end_relation, give, invite, open_case, open_case_to, record_relation, send_message,
    start_thread, write_note,
};
use crate::town::{Town, towns};
use axum::body::Body;
use digiteam_backend::{router, sync};
use futures_util::StreamExt as _;
use http::Request;
use protocol::id::{RecordId, ThreadId};
use protocol::message::MarkRead;
use protocol::refusal::RefusalCode;
use protocol::relation::{INVITATION_LIFE, Matter, RelationKind, Representation, Side, WithdrawPowerOfAttorney};
use protocol::sync::Event;
use std::sync::atomic::Ordering;
use tower::ServiceExt as _;

/// Midnight in Sweden on the birthdays of Vera, who is born on 10 May 2010: summer time.
const VERA_15: i64 = 1_746_828_000_000;
const VERA_18: i64 = 1_841_522_400_000;

/// What `person` is shown of who acts for whom.
async fn representations(town: &Town, person: &str) -> Vec<Representation> {
    let all = town.all(person).await;
    let ours = all.iter().filter(|(_, record)| record.kind == "representation");
    ours.map(|(_, record)| record.body.read().expect("is one")).collect()
}

/// Whether the access token that `person` got at login is still good.
async fn is_token_good(town: &Town, person: &str) -> bool {
    let [access, proof] = town.headers(person, "GET", "/me").await;
    let request = Request::get("/me").header(access.0, access.1).header(proof.0, proof.1);
    let answer = router(town.app.clone()).oneshot(request.body(Body::empty()).expect("is a request")).await;
    answer.expect("is answered").status() == 200
}

#[tokio::test]
async fn the_end_of_a_custody_takes_everything_along_in_one_moment() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", open_case_to("c1", "far")).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        town.must("sara", start_thread("c1", "t1", "far")).await;
        let mut far = town.copy("far").await;
        assert_eq!((far.ids("note").len(), far.ids("message").len(), far.ids("representation").len()), (1, 1, 1));
        assert!(is_token_good(&town, "far").await);
        let mut stream = Box::pin(sync::follow(town.app.clone(), town.caller("far")).await.expect("begins"));
        assert_eq!(stream.next().await, Some(Event::stale()));
        let others = town.heads("c1").await;

        town.must("sara", end_relation("c1", "r-far")).await;
        assert_eq!(stream.next().await, Some(Event::stale()), "{}: the phone did not hear of it", town.engine);
        assert!(!is_token_good(&town, "far").await, "{}: the token is still good", town.engine);
        town.follow("far", &mut far).await;
        assert_eq!(far.cursors.len(), 1, "{}: more than his own is left", town.engine);
        assert!(far.ids("representation").is_empty(), "{}: he still acts for the child", town.engine);
        town.check_digests("far", &far).await;
        town.must_not("far", send_message("t1", "m2", "Hej"), RefusalCode::Access).await;
        town.must_not("sara", open_case_to("c1", "far"), RefusalCode::Access).await;
        let after = town.heads("c1").await;
        for who in ["moa", "barn"] {
            assert_eq!(after[who], others[who], "{}: {who} noticed", town.engine);
        }
        // Staff are told why.
        town.open("sara", "case_row", "c1").await.expect("may open");
        assert_eq!(town.ids("sara", "closure").await, ["far"]);
        assert_eq!(town.ids("moa", "note").await, ["n1"], "the other guardian keeps hers");
    }
}

#[tokio::test]
async fn only_staff_of_the_case_record_or_end_a_relation_and_only_of_whom_it_concerns() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must("sara", open_case("c2", "granne", true)).await;
        for who in ["moa", "far", "barn", "stina"] {
            town.must_not(who, end_relation("c1", "r-far"), RefusalCode::Access).await;
            let wish = record_relation("c1", "r1", RelationKind::GodMan, "granne");
            town.must_not(who, wish, RefusalCode::Access).await;
        }
        town.must_not("sara", end_relation("c2", "r-far"), RefusalCode::Access).await;
        town.must_not("sara", end_relation("c1", "r-nobody"), RefusalCode::Access).await;
        let unknown = record_relation("c1", "r1", RelationKind::Unknown, "granne");
        town.must_not("sara", unknown, RefusalCode::Invalid).await;
        let mut backwards = record_relation("c1", "r1", RelationKind::GodMan, "granne");
        backwards.until = Some(backwards.starts);
        town.must_not("sara", backwards, RefusalCode::Invalid).await;
        // Nobody is the guardian of an adult, and nobody is kept apart from whom they act for.
        let guardian = record_relation("c2", "r1", RelationKind::SoleCustody, "far");
        town.must_not("sara", guardian, RefusalCode::Access).await;
        let apart = record_relation("c2", "r1", RelationKind::GodMan, "moa");
        town.must_not("sara", apart, RefusalCode::Access).await;
        town.must_not("sara", record_relation("c2", "r1", RelationKind::Guest, "far"), RefusalCode::Invalid).await;
    }
}

#[tokio::test]
async fn a_recorded_relation_makes_eligible_from_its_day_on_and_opens_nothing() {
    for town in towns().await {
        town.must("sara", open_case("c1", "granne", true)).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        town.must_not("sara", open_case_to("c1", "far"), RefusalCode::Access).await;
        let mut god_man = record_relation("c1", "r1", RelationKind::GodMan, "far");
        god_man.starts = town.app.db.now() + 60 * 60 * 1000;
        town.must("sara", god_man).await;
        town.must_not("sara", open_case_to("c1", "far"), RefusalCode::Access).await;
        town.wait(2);
        assert!(town.ids("far", "note").await.is_empty());
        town.must("sara", open_case_to("c1", "far")).await;
        assert_eq!(town.ids("far", "note").await, ["n1"]);
        // Both are told of it.
        let acts = representations(&town, "far").await;
        let of_granne: Vec<_> = acts.iter().filter(|one| one.name == "Ove Alm").collect();
        assert_eq!((of_granne.len(), of_granne[0].side), (1, Side::Representative));
        assert_eq!(of_granne[0].cases[0].until, Some(open_case_to("c1", "far").review_at));
        assert_eq!(representations(&town, "granne").await[0].name, "Johan Lind");
        // In another case of the same person an ombud of this one is nothing.
        town.must("sara", open_case("c2", "granne", true)).await;
        town.must("sara", record_relation("c1", "r2", RelationKind::Ombud, "barn")).await;
        town.must_not("sara", open_case_to("c2", "barn"), RefusalCode::Access).await;
        town.must("sara", open_case_to("c1", "barn")).await;
    }
}

#[tokio::test]
async fn custody_ends_at_midnight_before_the_eighteenth_birthday_and_nothing_changes_before() {
    for town in towns().await {
        // Loaded before she was fifteen.
        town.clock.store(VERA_15 - 1, Ordering::SeqCst);
        town.must("sara", open_case("c1", "ung", true)).await;
        let mut long = open_case_to("c1", "moa");
        long.review_at = VERA_18 + 1_000_000;
        town.must("sara", long.clone()).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        assert!(representations(&town, "ung").await.is_empty(), "a child is not told");
        for moment in [VERA_15, VERA_18 - 1] {
            town.clock.store(moment, Ordering::SeqCst);
            assert_eq!(town.ids("moa", "note").await, ["n1"], "{}: an age alone changed it", town.engine);
        }
        town.clock.store(VERA_18, Ordering::SeqCst);
        assert!(town.ids("moa", "note").await.is_empty(), "{}: she still reads", town.engine);
        assert_eq!(town.ids("ung", "note").await, ["n1"]);
        town.must_not("sara", long, RefusalCode::Access).await;
        // In between staff decide.
        town.clock.store(VERA_15 + 1, Ordering::SeqCst);
        town.must("sara", open_case("c2", "ung", true)).await;
        town.must_not("moa", close_case_to("c1", "moa"), RefusalCode::Access).await;
        town.must("sara", open_case_to("c2", "moa")).await;
        assert_eq!(representations(&town, "ung").await[0].name, "Moa Berg");
        town.must("sara", close_case_to("c2", "moa")).await;
        assert!(representations(&town, "ung").await[0].cases.iter().all(|case| case.case.as_str() != "c2"));
    }
}

#[tokio::test]
async fn a_youth_s_own_thread_is_closed_to_guardians() {
    for town in towns().await {
        town.must("sara", open_case("c1", "ung", true)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        let before = town.grants("moa").await;
        town.must("ung", start_thread("c1", "t1", "sara")).await;
        town.must("sara", send_message("t1", "m2", "Det stannar mellan oss.")).await;
        assert_eq!(town.grants("moa").await, before, "{}: she noticed", town.engine);
        assert!(town.ids("moa", "thread").await.is_empty() && town.ids("moa", "message").await.is_empty());
        town.must_not("moa", send_message("t1", "m3", "Hej"), RefusalCode::Access).await;
        let mark = MarkRead { thread: ThreadId::new("t1"), upto_seq: 1 };
        town.must_not("moa", mark, RefusalCode::Access).await;
        // Not even when the case is opened to her anew.
        town.must("sara", open_case_to("c1", "moa")).await;
        assert!(town.ids("moa", "message").await.is_empty());
        assert_eq!(town.ids("ung", "message").await.len(), 2);
    }
}

#[tokio::test]
async fn a_power_of_attorney_is_for_what_it_says_and_ends_when_it_is_withdrawn() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        town.must("far", invite(&code('A'))).await;
        town.must("moa", give("r1", &code('A'), &[Matter::Messages])).await;
        let shown = representations(&town, "moa").await;
        let given = shown.iter().find(|one| one.side == Side::Represented).expect("the giver sees it");
        assert_eq!((given.name.as_str(), given.matters.as_slice()), ("Johan Lind", [Matter::Messages].as_slice()));
        assert!(given.warn_at < given.until, "both are warned before it ends");
        // It opens nothing by itself.
        assert!(town.ids("far", "case").await.is_empty());
        town.must("sara", open_case_to("c1", "far")).await;
        assert_eq!(town.ids("far", "case").await, ["c1"]);
        assert!(town.ids("far", "note").await.is_empty(), "{}: the file was not in it", town.engine);
        town.must("sara", write_note("c1", "n2", &[])).await;
        assert!(town.ids("far", "note").await.is_empty(), "{}: nor later", town.engine);
        town.must("far", start_thread("c1", "t1", "sara")).await;
        assert_eq!(town.ids("far", "message").await.len(), 1);

        // Only the two of them can end it.
        let withdraw = WithdrawPowerOfAttorney { relation: RecordId::new("r1") };
        for who in ["granne", "sara", "barn"] {
            town.must_not(who, withdraw.clone(), RefusalCode::Access).await;
        }
        town.must("moa", withdraw.clone()).await;
        assert!(town.ids("far", "case").await.is_empty() && town.ids("far", "message").await.is_empty());
        assert!(representations(&town, "moa").await.iter().all(|one| one.side == Side::Representative));
        town.must_not("moa", withdraw, RefusalCode::Access).await;

        // The other way round: only the file, renounced by whoever got it.
        town.must("far", invite(&code('B'))).await;
        town.must("moa", give("r2", &code('B'), &[Matter::File, Matter::File])).await;
        town.must("sara", open_case_to("c1", "far")).await;
        assert_eq!(town.ids("far", "note").await, ["n1", "n2"]);
        town.must_not("far", start_thread("c1", "t2", "sara"), RefusalCode::Access).await;
        town.must("far", WithdrawPowerOfAttorney { relation: RecordId::new("r2") }).await;
        assert!(town.ids("far", "note").await.is_empty());
    }
}

#[tokio::test]
async fn whatever_stands_in_the_way_of_a_power_of_attorney_gets_the_same_answer() {
    for town in towns().await {
        let letters = ["far", "granne", "granne-i-bjuv", "ung", "skyddad", "moa"];
        for (person, letter) in letters.into_iter().zip('A'..) {
            town.must(person, invite(&code(letter))).await;
        }
        let all = [Matter::Messages, Matter::File];
        let nobody = town.act("moa", give("r0", &code('Z'), &all)).await;
        for (letter, why) in [
            ('B', "kept apart"),
            ('C', "kept apart, as somebody else"),
            ('D', "too young"),
            ('E', "protected"),
            ('F', "herself"),
            ('Y', "nobody"),
        ] {
            let told = town.act("moa", give(&format!("r-{letter}"), &code(letter), &all)).await;
            assert_eq!(told, nobody, "{}: {why}", town.engine);
        }
        town.must_not("moa", give("r1", "no code", &all), RefusalCode::Access).await;
        town.must_not("ung", give("r1", &code('A'), &all), RefusalCode::Access).await;
        town.must_not("skyddad", give("r1", &code('A'), &all), RefusalCode::Access).await;
        town.must_not("sara", give("r1", &code('A'), &all), RefusalCode::Access).await;
        town.must_not("moa", give("r1", &code('A'), &[]), RefusalCode::Invalid).await;
        let mut long = give("r1", &code('A'), &all);
        long.until = town.app.db.now() + 367 * 24 * 60 * 60 * 1000;
        town.must_not("moa", long, RefusalCode::Invalid).await;
        // Once, and within a week.
        town.must("moa", give("r1", &code('A'), &all)).await;
        town.must_not("skyddad", give("r2", &code('A'), &all), RefusalCode::Access).await;
        town.must_not("granne", give("r2", &code('A'), &all), RefusalCode::Access).await;
        town.must("far", invite(&code('G'))).await;
        town.clock.fetch_add(INVITATION_LIFE, Ordering::SeqCst);
        town.must_not("granne", give("r2", &code('G'), &all), RefusalCode::Access).await;
        // Somebody else's invitation cannot be taken over.
        town.must("far", invite(&code('H'))).await;
        town.must("barn", invite(&code('H'))).await;
        town.must("granne", give("r2", &code('H'), &all)).await;
        assert_eq!(representations(&town, "granne").await[0].name, "Johan Lind");
    }
}

#[tokio::test]
async fn staff_of_another_municipality_work_on_a_case_only_within_a_shared_activity() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        // Bjuv, but in a unit that shares nothing.
        let stina = record_relation("c1", "r1", RelationKind::Caseworker, "stina");
        town.must_not("sara", stina, RefusalCode::Access).await;
        town.must_not("sara", record_relation("c1", "r1", RelationKind::Caseworker, "far"), RefusalCode::Access).await;
        town.must("sara", record_relation("c1", "r1", RelationKind::Caseworker, "sven")).await;
        assert_eq!(town.ids("sven", "case_row").await, ["c1"]);
        let scope = town.open("sven", "case_row", "c1").await.expect("may open");
        assert_eq!(town.ids("sven", "note").await, ["n1"]);
        // What he is not assigned to stays another municipality's.
        town.must("sara", open_case("c2", "granne", true)).await;
        assert_eq!(town.ids("sven", "case_row").await, ["c1"]);
        town.must_not("sven", write_note("c2", "n2", &[]), RefusalCode::Access).await;
        town.must_not("sven", open_case("c3", "moa", true), RefusalCode::Access).await;
        town.must("sara", end_relation("c1", "r1")).await;
        assert!(town.ids("sven", "case_row").await.is_empty() && town.ids("sven", "note").await.is_empty());
        assert_eq!(town.open_scope("sven", &scope).await, Err(RefusalCode::Access));
    }
}
