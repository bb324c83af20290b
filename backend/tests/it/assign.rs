//! A case goes to another caseworker, with everything that belongs to it.

use crate::acts::{
    assign_case, keep_apart, open_case, open_case_to, record_relation, send_message, start_thread, write_note,
};
use crate::town::{Town, towns};
use digiteam_backend::access::log;
use protocol::access::{LogAct, ScopeKind};
use protocol::case::Case;
use protocol::id::ThreadId;
use protocol::message::{MarkRead, Thread, ThreadRow};
use protocol::record::Content;
use protocol::refusal::RefusalCode;
use protocol::relation::RelationKind;

/// Sara's case about the child, with a note and a thread that the child answered in.
async fn with_case() -> Vec<Town> {
    let towns = towns().await;
    for town in &towns {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        town.must("sara", start_thread("c1", "t1", "barn")).await;
        town.must("sara", MarkRead { thread: ThreadId::new("t1"), upto_seq: 9 }).await;
        town.must("barn", send_message("t1", "m2", "Kan du ringa?")).await;
    }
    towns
}

async fn seen<T: Content>(town: &Town, person: &str) -> T {
    let all = town.all(person).await;
    let record = all.iter().map(|(_, record)| record).find(|record| record.kind == T::KIND);
    record.expect("sees one").body.read().expect("reads")
}

#[tokio::test]
async fn it_goes_over_as_a_whole() {
    for town in with_case().await {
        town.open("sara", "case_row", "c1").await.expect("may open");
        town.open("sara", "thread_row", "t1").await.expect("may open");
        town.must("sara", assign_case("c1", "samir")).await;

        // Nothing of it is left with the one before: neither rows nor what was open.
        for kind in ["case_row", "thread_row", "case", "note", "message"] {
            assert!(town.ids("sara", kind).await.is_empty(), "{}: sara still has a {kind}", town.engine);
        }
        town.must_not("sara", send_message("t1", "m3", "Hej"), RefusalCode::Access).await;
        town.must_not("sara", write_note("c1", "n2", &[]), RefusalCode::Reason).await;
        town.must_not("sara", assign_case("c1", "sara"), RefusalCode::Reason).await;

        // The next one has it, and what was not read before is not read now.
        assert_eq!(town.ids("samir", "case_row").await, ["c1"]);
        let row: ThreadRow = seen(&town, "samir").await;
        assert_eq!((row.with.as_str(), row.unread, row.last_from_other), ("Elis Berg", 1, true), "{}", town.engine);
        town.open("samir", "case_row", "c1").await.expect("may open");
        town.open("samir", "thread_row", "t1").await.expect("may open");
        assert_eq!((town.ids("samir", "note").await, town.ids("samir", "message").await.len()), (vec!["n1".into()], 2));
        town.must("samir", send_message("t1", "m3", "Hej, jag har tagit över.")).await;

        // The child sees whom to turn to, and still who wrote what.
        let case: Case = seen(&town, "barn").await;
        assert_eq!(case.caseworker.name, "Samir Nouri");
        let thread: Thread = seen(&town, "barn").await;
        let named: Vec<(&str, bool)> = thread.participants.iter().map(|one| (one.name.as_str(), one.left)).collect();
        assert_eq!(named, [("Elis Berg", false), ("Samir Nouri", false), ("Sara Holm", true)], "{}", town.engine);
        town.must_not("barn", start_thread("c1", "t2", "sara"), RefusalCode::Access).await;
        town.must("barn", start_thread("c1", "t2", "samir")).await;

        let lines = log::show(&town.app, &town.caller("barn"), None).await.expect("is answered").lines;
        let line = lines.iter().find(|line| line.act == LogAct::Assigned).expect("stands in the log");
        assert_eq!(line.about.as_deref(), Some("Samir Nouri"));

        // And back again.
        town.must("samir", assign_case("c1", "sara")).await;
        let thread: Thread = seen(&town, "barn").await;
        assert_eq!(thread.participants.iter().filter(|one| one.left).count(), 1);
        assert_eq!(
            (town.ids("sara", "case_row").await, town.ids("samir", "case_row").await.len()),
            (vec!["c1".into()], 0)
        );
    }
}

#[tokio::test]
async fn only_its_own_caseworker_and_the_lead_give_it_away_and_only_to_those_who_may_have_it() {
    for town in with_case().await {
        for nobody in ["ulf", "stina", "sven", "barn", "moa"] {
            town.must_not(nobody, assign_case("c1", "samir"), RefusalCode::Access).await;
        }
        town.must_not("samir", assign_case("c1", "samir"), RefusalCode::Reason).await;
        // Another unit of the same town, another town, a resident, nobody.
        for other in ["ulf", "stina", "moa", "nobody"] {
            town.must_not("sara", assign_case("c1", other), RefusalCode::Access).await;
        }
        town.must_not("sara", assign_case("c1", "sara"), RefusalCode::Invalid).await;
        let mut groundless = assign_case("c1", "samir");
        groundless.ground = " ".into();
        town.must_not("sara", groundless, RefusalCode::Invalid).await;
        assert_eq!(town.ids("sara", "case_row").await, ["c1"], "{}", town.engine);

        // The lead need not open it; and an activity that two municipalities share lets it go to the other.
        town.must("leif", assign_case("c1", "sven")).await;
        assert_eq!(town.ids("sven", "case_row").await, ["c1"], "{}", town.engine);
        assert!(town.ids("leif", "case").await.is_empty());
        town.must_not("leif", assign_case("c1", "una"), RefusalCode::Access).await;
    }
}

#[tokio::test]
async fn whoever_is_kept_apart_from_somebody_in_it_does_not_get_it() {
    for town in with_case().await {
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", keep_apart("c1", "moa", "samir")).await;
        town.must_not("sara", assign_case("c1", "samir"), RefusalCode::Access).await;
        assert_eq!(town.ids("sara", "case_row").await, ["c1"], "{}", town.engine);
    }
}

#[tokio::test]
async fn whoever_is_assigned_besides_keeps_the_case() {
    for town in with_case().await {
        town.must("sara", record_relation("c1", "r1", RelationKind::Caseworker, "sara")).await;
        town.must("sara", assign_case("c1", "samir")).await;
        assert_eq!(town.ids("sara", "case_row").await, ["c1"], "{}", town.engine);
        town.must("sara", write_note("c1", "n2", &[])).await;
        let scopes = town.grants("sara").await.iter().filter(|grant| grant.kind == ScopeKind::Thread).count();
        assert_eq!(scopes, 0, "{}: the thread is the next one's", town.engine);
    }
}
