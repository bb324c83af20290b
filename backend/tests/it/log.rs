//! The access log: what is noted, who reads it, and that nobody can change it unnoticed.

use crate::acts::{
    close_case_to, mask, open_case, open_case_to, send_message, sign_document, start_thread, write_note,
};
use crate::town::{Town, towns};
use digiteam_backend::access::log::{self, Fault, Verified};
use digiteam_backend::access::{self};
use protocol::access::{HideStaff, LogAct, LogLine, LogThing, OpenScope, Purpose, Role, ScopeKind, Seen};
use protocol::id::{CaseId, MunicipalityId, PersonId, RecordId, ScopeId};
use protocol::refusal::RefusalCode;

/// A case about the child that both guardians are let into, with a note and a document.
async fn with_case() -> Vec<Town> {
    let towns = towns().await;
    for town in &towns {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", open_case_to("c1", "far")).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        town.must("sara", sign_document("c1", "d1", &["far"])).await;
    }
    towns
}

/// What stands in the log: who, what, and which note or document.
async fn entries(town: &Town) -> Vec<(String, String, Option<String>)> {
    let mut snapshot = town.app.db.snapshot().await.expect("reads");
    sqlx::query_as("SELECT by_person, act, fact FROM log_entry WHERE by_person IS NOT NULL ORDER BY municipality, n")
        .fetch_all(&mut *snapshot)
        .await
        .expect("reads")
}

async fn acts_of(town: &Town, who: &str) -> Vec<String> {
    entries(town).await.into_iter().filter(|(by, ..)| by == who).map(|(_, act, _)| act).collect()
}

async fn verified(town: &Town) -> Verified {
    let mut all = log::verify(&town.app.db).await.expect("reads");
    assert_eq!(all.len(), 1, "{}: {all:?}", town.engine);
    all.remove(0)
}

async fn fault(town: &Town) -> (i64, Fault) {
    let broken = verified(town).await.broken.expect("something is wrong");
    (broken.n, broken.fault)
}

/// The lines that `who` reads: by whom, and what.
async fn lines(town: &Town, who: &str) -> Vec<LogLine> {
    let mut lines = Vec::new();
    let mut next = None;
    loop {
        let page = log::show(&town.app, &town.caller(who), next.as_deref()).await.expect("is answered");
        lines.extend(page.lines);
        match page.next {
            Some(before) => next = Some(before),
            None => return lines,
        }
    }
}

fn by<'l>(lines: &'l [LogLine], name: &str) -> Vec<&'l LogLine> {
    lines.iter().filter(|line| line.by.name.as_deref() == Some(name)).collect()
}

#[tokio::test]
async fn what_staff_write_and_open_and_what_proxies_are_sent_is_noted_before_it_is_served() {
    for town in with_case().await {
        assert_eq!(acts_of(&town, "sara").await.len(), 5);
        let scope = town.open("sara", "case_row", "c1").await.expect("may open");
        let act = Seen { scope, at: 7, record: Some(RecordId::new("d1")) };
        town.must("sara", act).await;
        let acts = acts_of(&town, "sara").await;
        assert_eq!(acts[5..], ["open", "seen"], "{}", town.engine);

        assert!(town.ids("barn", "note").await.contains(&"n1".into()));
        assert!(acts_of(&town, "barn").await.is_empty(), "what concerns oneself is not noted");
        assert_eq!(town.ids("moa", "note").await, ["n1"]);
        assert_eq!(town.ids("moa", "note").await, ["n1"]);
        assert_eq!(acts_of(&town, "moa").await, ["receive"], "{}: once a day", town.engine);
        town.wait(25);
        assert_eq!(town.ids("moa", "note").await, ["n1"]);
        assert_eq!(acts_of(&town, "moa").await, ["receive", "receive"]);
        assert_eq!(verified(&town).await.broken, None);
    }
}

#[tokio::test]
async fn what_was_refused_leaves_nothing_in_the_log() {
    for town in with_case().await {
        let before = acts_of(&town, "sara").await;
        town.must_not("moa", write_note("c1", "n2", &[]), RefusalCode::Access).await;
        town.must_not("sara", open_case_to("c1", "granne"), RefusalCode::Access).await;
        let wrong = town.mutation("sara", town.own("sara").await, open_case_to("c1", "granne"));
        let right = town.mutation("sara", town.own("sara").await, write_note("c1", "n3", &[]));
        town.push("sara", vec![wrong, right]).await;
        let after = acts_of(&town, "sara").await;
        assert_eq!(after.len(), before.len() + 1, "{}", town.engine);
        assert_eq!(after.last().map(String::as_str), Some("write_note"));
        assert!(!acts_of(&town, "moa").await.contains(&"write_note".into()));
    }
}

#[tokio::test]
async fn whoever_writes_at_once_leaves_a_whole_chain_for_each_municipality() {
    for town in towns().await {
        for (who, case, person) in [("sara", "c1", "moa"), ("stina", "c2", "bo")] {
            town.must(who, open_case(case, person, true)).await;
        }
        let writes = (0..20).map(|n| {
            let (who, case) = if n % 3 == 0 { ("stina", "c2") } else { ("sara", "c1") };
            let note = format!("n{n}");
            let town = &town;
            async move {
                let mutation = town.mutation(who, town.scope(who, ScopeKind::Desk).await, write_note(case, &note, &[]));
                town.push_from(who, &note, vec![protocol::mutation::Mutation { n: 1, ..mutation }]).await
            }
        });
        futures_util::future::join_all(writes).await;
        let all = log::verify(&town.app.db).await.expect("reads");
        let held: Vec<(&str, i64)> = all.iter().map(|one| (one.municipality.as_str(), one.entries)).collect();
        assert_eq!(held, [("bjuv", 1 + 7), ("helsingborg", 1 + 13)], "{}: {all:?}", town.engine);
        assert!(all.iter().all(|one| one.broken.is_none()), "{all:?}");
    }
}

#[tokio::test]
async fn whatever_is_tampered_with_is_named() {
    for (statement, named) in [
        ("UPDATE log_entry SET by_person = 'samir' WHERE n = 3 AND $1 > 0", (3, Fault::Content)),
        ("UPDATE log_entry SET at = $1 + 1 WHERE n = 2", (2, Fault::Content)),
        ("DELETE FROM log_entry WHERE n = 4 AND $1 > 0", (4, Fault::Gone)),
        ("DELETE FROM log_link WHERE n = 4 AND $1 > 0", (4, Fault::Missing)),
        ("DELETE FROM log_link WHERE n = 5 AND $1 > 0", (5, Fault::Missing)),
        ("UPDATE log_link SET link = 'aa' WHERE n = 3 AND $1 > 0", (3, Fault::Link)),
        ("UPDATE log_link SET digest = 'aa' WHERE n = 3 AND $1 > 0", (3, Fault::Content)),
        ("UPDATE log_link SET erased_by = 2 WHERE n = 3 AND $1 > 0", (3, Fault::Content)),
        ("UPDATE log_chain SET n = 4 WHERE $1 > 0", (5, Fault::End)),
        ("UPDATE log_chain SET n = 9 WHERE $1 > 0", (6, Fault::Missing)),
        ("DELETE FROM log_chain WHERE $1 > 0", (5, Fault::End)),
    ] {
        for town in with_case().await {
            assert_eq!(verified(&town).await.broken, None);
            town.sql(statement).await;
            assert_eq!(fault(&town).await, named, "{}: {statement}", town.engine);
        }
    }
}

#[tokio::test]
async fn the_end_of_a_chain_cannot_be_cut_off_together_with_its_last_entries() {
    for town in with_case().await {
        let noted = verified(&town).await;
        for statement in ["DELETE FROM log_entry WHERE n = 5 AND $1 > 0", "DELETE FROM log_link WHERE n = 5 AND $1 > 0"]
        {
            town.sql(statement).await;
        }
        assert_eq!(fault(&town).await, (5, Fault::Missing));
        town.sql("UPDATE log_chain SET n = 4, link = (SELECT link FROM log_link WHERE n = 4) WHERE $1 > 0").await;
        // Whoever can write all of it makes a whole chain of what is left: the link that was noted elsewhere tells.
        let left = verified(&town).await;
        assert_eq!(left.broken, None);
        assert_ne!(left.link, noted.link);
    }
}

#[tokio::test]
async fn what_was_erased_in_its_time_still_verifies_and_what_was_taken_out_does_not() {
    for town in with_case().await {
        town.wait(24 * 400);
        town.must("sara", write_note("c1", "n2", &[])).await;
        assert_eq!(log::erase(&town.app.db, 365).await.expect("erases"), 5);
        assert_eq!(log::erase(&town.app.db, 365).await.expect("erases"), 0);
        assert_eq!(entries(&town).await, [("sara".into(), "write_note".into(), Some("n2".into()))]);
        let held = verified(&town).await;
        assert_eq!((held.entries, held.erased, held.broken), (7, 5, None), "{}", town.engine);

        // The note itself says which they were.
        town.sql("DELETE FROM log_entry WHERE n = 6 AND $1 > 0").await;
        town.sql("UPDATE log_link SET erased_by = 7 WHERE n = 6 AND $1 > 0").await;
        assert_eq!(fault(&town).await, (7, Fault::Erasure), "{}", town.engine);
    }
}

#[tokio::test]
async fn a_resident_reads_who_looked_and_what_at() {
    for town in with_case().await {
        let scope = town.open("sara", "case_row", "c1").await.expect("may open");
        town.must("sara", Seen { scope, at: i64::MAX, record: Some(RecordId::new("d1")) }).await;
        let lines = lines(&town, "barn").await;
        let newest = &lines[0];
        assert_eq!(
            (newest.by.name.as_deref(), newest.by.title.as_deref()),
            (Some("Sara Holm"), Some("Socialsekreterare"))
        );
        assert_eq!((newest.act, newest.at), (LogAct::Read, town.app.db.now()));
        assert!(matches!(&newest.what, LogThing::Document { title, .. } if title == "Beslut om stöd"), "{newest:?}");
        assert_eq!((lines[1].act, lines[1].purpose), (LogAct::Opened, Some(Purpose::Handle)));
        let let_in: Vec<_> = lines.iter().filter(|line| line.act == LogAct::LetIn).map(|line| &line.about).collect();
        assert_eq!(let_in, [&Some("Johan Lind".to_owned()), &Some("Moa Berg".to_owned())]);
        // The case is there from the start; who opened it is a line too.
        assert_eq!(lines.len(), 7, "{}: {lines:?}", town.engine);
    }
}

#[tokio::test]
async fn lines_follow_the_reader_s_own_grants() {
    for town in with_case().await {
        town.must("sara", start_thread("c1", "t1", "barn")).await;
        town.must("sara", start_thread("c1", "t2", "moa")).await;
        town.must("moa", send_message("t2", "m2", "Hej")).await;
        town.must("sara", mask("c1", "d1", &["far", "barn"])).await;
        for who in ["moa", "far", "barn"] {
            town.copy(who).await;
        }
        let scope = town.open("sara", "case_row", "c1").await.expect("may open");
        town.must("sara", Seen { scope, at: 1, record: Some(RecordId::new("d1")) }).await;

        let (barn, moa, far) = (lines(&town, "barn").await, lines(&town, "moa").await, lines(&town, "far").await);
        let about = |lines: &[LogLine], wanted: &str| {
            lines
                .iter()
                .filter(|line| matches!(&line.what, LogThing::Document { title, .. } if title == wanted))
                .count()
        };
        assert_eq!((about(&barn, "Beslut om stöd"), about(&far, "Beslut om stöd")), (0, 0), "{}", town.engine);
        assert_eq!(about(&moa, "Beslut om stöd"), 2);
        let threads =
            |lines: &[LogLine]| lines.iter().filter(|line| matches!(line.what, LogThing::Thread { .. })).count();
        assert_eq!((threads(&barn), threads(&far)), (1, 0));
        // Its two writes, and that it was sent to her.
        assert_eq!(threads(&moa), 3);

        // A guardian sees neither the youth nor the other guardian; the youth sees both.
        assert!(by(&far, "Moa Berg").is_empty() && by(&moa, "Johan Lind").is_empty(), "{far:?}");
        assert_eq!(by(&barn, "Moa Berg").len(), 1);
        assert_eq!(by(&barn, "Johan Lind")[0].by.role, Role::Guardian);
        assert!(by(&moa, "Moa Berg").iter().all(|line| line.by.you));
        assert!(moa.iter().all(|line| line.concerns.as_deref() == Some("Elis Berg")));
        let let_in = |lines: &[LogLine]| lines.iter().filter(|line| line.act == LogAct::LetIn).count();
        assert_eq!((let_in(&barn), let_in(&moa), let_in(&far)), (2, 1, 1));

        // With the access its lines go.
        town.must("sara", close_case_to("c1", "far")).await;
        assert!(lines(&town, "far").await.is_empty(), "{}", town.engine);
        for nobody in ["granne", "agnes", "bo"] {
            assert!(lines(&town, nobody).await.is_empty());
        }
    }
}

#[tokio::test]
async fn people_kept_apart_never_stand_in_each_other_s_lines() {
    for town in with_case().await {
        town.copy("far").await;
        assert_eq!(by(&lines(&town, "barn").await, "Johan Lind").len(), 1);
        town.sql("INSERT INTO kept_apart (person, other, ground) SELECT 'barn', 'far', 'hot' WHERE $1 > 0").await;
        let lines = lines(&town, "barn").await;
        assert!(by(&lines, "Johan Lind").is_empty());
        assert!(lines.iter().all(|line| line.about.as_deref() != Some("Johan Lind")), "{}: {lines:?}", town.engine);
    }
}

#[tokio::test]
async fn where_a_threat_was_decided_staff_show_by_title_and_unit() {
    for town in with_case().await {
        let decide = |person: &str, hidden| HideStaff {
            case: CaseId::new("c1"),
            person: PersonId::new(person),
            ground: "hot mot personal".into(),
            hidden,
        };
        town.must_not("moa", decide("far", true), RefusalCode::Access).await;
        town.must_not("sara", decide("granne", true), RefusalCode::Access).await;
        town.must("sara", decide("far", true)).await;
        town.open("sara", "case_row", "c1").await.expect("may open");
        assert_eq!(town.ids("sara", "hidden_staff").await, ["far"], "{}: staff do not see it", town.engine);
        assert!(town.ids("barn", "hidden_staff").await.is_empty(), "the child is told of it");
        let far = lines(&town, "far").await;
        assert!(!far.is_empty() && far.iter().all(|line| line.by.name.is_none()), "{}: {far:?}", town.engine);
        assert_eq!(far[0].by.unit.as_deref(), Some("Barn och familj"));
        assert!(by(&lines(&town, "moa").await, "Sara Holm").len() > 1, "others read names");
        assert!(lines(&town, "moa").await.iter().all(|line| line.about.is_none() || line.act == LogAct::LetIn));
        assert!(town.ids("far", "hidden_staff").await.is_empty(), "he is told of it");
        town.must("sara", decide("far", false)).await;
        assert!(town.ids("sara", "hidden_staff").await.is_empty(), "{}", town.engine);
        assert!(!by(&lines(&town, "far").await, "Sara Holm").is_empty());
    }
}

#[tokio::test]
async fn a_long_log_comes_page_by_page_and_nothing_twice() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        let scope = town.open("sara", "case_row", "c1").await.expect("may open");
        // Many of one moment, as a device sends them that was offline for long.
        let looks = (0..120).map(|n| Seen { scope: scope.clone(), at: 100 + n / 70, record: None });
        let lane = town.own("sara").await;
        let mutations = looks.map(|look| town.mutation("sara", lane.clone(), look)).collect();
        town.push("sara", mutations).await;
        let first = log::show(&town.app, &town.caller("moa"), None).await.expect("is answered");
        assert_eq!(first.lines.len(), 50);
        let lines = lines(&town, "moa").await;
        assert_eq!(lines.len(), 2 + 120, "{}", town.engine);
        assert!(lines.windows(2).all(|two| two[0].at >= two[1].at));
        for garbage in ["", "1", "a.b", "1.-1", "1.2.3"] {
            let answer = log::show(&town.app, &town.caller("moa"), Some(garbage)).await;
            assert_eq!(answer.expect_err("is refused").refusal().1.code, RefusalCode::Invalid, "{garbage}");
        }
        let staff = log::show(&town.app, &town.caller("sara"), None).await;
        assert_eq!(staff.expect_err("is refused").refusal().1.code, RefusalCode::Access);
    }
}

async fn open(town: &Town, who: &str, scope: &ScopeId, reason: Option<&str>) -> Result<(), RefusalCode> {
    let wish = OpenScope { scope: scope.clone(), purpose: Purpose::StandIn, reason: reason.map(str::to_owned) };
    let opened = access::open_scope(&town.app, town.caller(who), wish).await;
    opened.map(drop).map_err(|error| error.refusal().1.code)
}

#[tokio::test]
async fn what_is_not_assigned_opens_with_a_reason_only_and_the_lead_is_shown_it() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        let scope = town.open("sara", "case_row", "c1").await.expect("may open");
        assert_eq!(open(&town, "sara", &scope, None).await, Ok(()));
        assert_eq!(open(&town, "samir", &scope, None).await, Err(RefusalCode::Reason));
        assert_eq!(open(&town, "samir", &scope, Some(" ")).await, Err(RefusalCode::Invalid));
        // Whoever may not open it at all is not asked for a reason.
        for nobody in ["ulf", "stina", "moa"] {
            assert_eq!(open(&town, nobody, &scope, None).await, Err(RefusalCode::Access));
        }
        assert!(town.ids("samir", "case").await.is_empty() && town.ids("leif", "flagged_opening").await.is_empty());
        assert_eq!(open(&town, "samir", &scope, Some("Sara är sjuk i dag.")).await, Ok(()));
        assert_eq!(town.ids("leif", "flagged_opening").await.len(), 1, "{}", town.engine);
        assert!(town.ids("sara", "flagged_opening").await.is_empty());
        let lines = lines(&town, "moa").await;
        let samir = by(&lines, "Samir Nouri");
        assert!(samir.len() == 1 && samir[0].unassigned, "{lines:?}");
        assert!(by(&lines, "Sara Holm").iter().all(|line| !line.unassigned));
    }
}

#[tokio::test]
async fn the_export_has_everything_but_words() {
    for town in with_case().await {
        town.must("stina", open_case("c2", "bo", true)).await;
        let mut out = Vec::new();
        let span = (town.app.db.now(), town.app.db.now() + 1);
        let municipality = MunicipalityId::new("helsingborg");
        assert_eq!(log::export(&town.app.db, &municipality, span, &mut out).await.expect("exports"), 5);
        let text = String::from_utf8(out).expect("is text");
        let first: serde_json::Value = serde_json::from_str(text.lines().next().expect("a line")).expect("is JSON");
        assert_eq!((first["by"].as_str(), first["act"].as_str()), (Some("sara"), Some("open_case")));
        assert_eq!(first["concerns"].as_str(), Some("barn"));
        for word in ["Telefonsamtal", "hösten", "Beslut", "bo\"", "stina", "vårdnadshavare"] {
            assert!(!text.contains(word), "{}: {word}", town.engine);
        }
        let none = log::export(&town.app.db, &municipality, (0, span.0), &mut Vec::new()).await.expect("exports");
        assert_eq!(none, 0);
    }
}
