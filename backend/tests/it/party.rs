//! Who is around a case: shown to its staff as it changes, to nobody else, and how staff find somebody new.

use crate::acts::{
    check_relation, close_case_to, confirm_proxy, end_keep_apart, end_protected, end_relation, keep_apart,
    mark_protected, open_case, open_case_to, record_relation, write_note,
};
use crate::town::{Town, towns};
use axum::body::{Body, to_bytes};
use digiteam_backend::{access, party, router};
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use protocol::access::Role;
use protocol::id::{CaseId, PersonId};
use protocol::party::{Found, LookUp, Party};
use protocol::person::Profile;
use protocol::refusal::{Refusal, RefusalCode};
use protocol::relation::{ClosedBy, Matter, RelationKind, Source};
use std::collections::BTreeMap;
use tower::ServiceExt as _;

const AGNES: &str = "199904219848";
const OVE: &str = "196012249816";

/// The child's case, opened by Sara.
async fn with_a_case() -> Vec<Town> {
    let towns = towns().await;
    for town in &towns {
        town.must("sara", open_case("c1", "barn", true)).await;
    }
    towns
}

/// Who is around the cases that Sara has open.
async fn around(town: &Town) -> BTreeMap<String, Party> {
    town.open("sara", "case_row", "c1").await.expect("may open");
    let copy = town.copy("sara").await;
    town.check_digests("sara", &copy).await;
    let parties = copy.rows.into_iter().filter(|((_, kind, _), _)| kind == "party");
    parties.map(|(_, record)| (record.id.to_string(), record.body.read().expect("is one"))).collect()
}

fn names(around: &BTreeMap<String, Party>) -> Vec<&str> {
    around.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn staff_of_the_case_see_who_is_around_it_and_nobody_else_does() {
    for town in with_a_case().await {
        town.must("sara", open_case_to("c1", "moa")).await;
        let around = around(&town).await;
        // The mother is kept apart from a neighbour: now that she is in it, so is his name.
        assert_eq!(names(&around), ["barn", "far", "granne", "moa", "ombud"], "{}", town.engine);
        let (child, mother, father) = (&around["barn"], &around["moa"], &around["far"]);
        assert!(child.concerned && child.access.is_some() && child.relations.is_empty());
        let access = mother.access.as_ref().expect("she is let in");
        assert_eq!((access.role, access.ground.as_str()), (Role::Guardian, "vårdnadshavare"));
        assert_eq!((access.since, access.review_at), (town.app.db.now(), Some(1_790_900_000_000)));
        let custody = &mother.relations[0];
        assert_eq!((custody.kind, custody.same_address), (RelationKind::JointCustody, true));
        assert!(custody.until.is_some_and(|until| until > town.app.db.now()), "it ends with the eighteenth birthday");
        assert_eq!((father.access.as_ref(), father.suspended, father.relations.len()), (None, None, 1));
        for who in ["barn", "moa", "far", "ombud", "granne", "leif", "stina"] {
            assert!(town.ids(who, "party").await.is_empty(), "{}: {who} sees it", town.engine);
        }
        // Staff of another case are told of it as little.
        town.must("ulf", open_case("c2", "agnes", true)).await;
        town.open("ulf", "case_row", "c2").await.expect("may open");
        assert_eq!(town.ids("ulf", "party").await, ["agnes", "gustav"]);
    }
}

#[tokio::test]
async fn it_changes_with_what_it_is_made_of() {
    for town in with_a_case().await {
        town.must("sara", record_relation("c1", "r1", RelationKind::Ombud, "granne")).await;
        town.must("sara", record_relation("c1", "r2", RelationKind::Caseworker, "samir")).await;
        assert_eq!(names(&around(&town).await), ["barn", "far", "granne", "moa", "ombud", "samir"]);
        town.must("sara", end_relation("c1", "r2")).await;
        town.must("sara", open_case_to("c1", "far")).await;
        town.must("sara", close_case_to("c1", "far")).await;
        town.must("sara", open_case_to("c1", "granne")).await;
        town.must("sara", end_relation("c1", "r1")).await;
        let around = around(&town).await;
        let now = Some(town.app.db.now());
        assert_eq!(around["samir"].relations[0].until, now, "{}", town.engine);
        assert_eq!((around["granne"].relations[0].until, &around["granne"].access), (now, &None));
        assert_eq!((around["far"].relations[0].until.is_some(), &around["far"].access), (true, &None));
        // A power of attorney that is withdrawn by the people themselves shows as well.
        town.must("sara", open_case("c2", "moa", true)).await;
        town.must("far", crate::acts::invite(&crate::acts::code('A'))).await;
        town.must("moa", crate::acts::give("r3", &crate::acts::code('A'), &[Matter::Messages])).await;
        town.open("sara", "case_row", "c2").await.expect("may open");
        let parties = town.all("sara").await.into_iter().filter(|(_, record)| record.kind == "party");
        let parties = parties.map(|(_, record)| record.body.read::<Party>().expect("is one"));
        let hers: Vec<Party> = parties.filter(|one| one.case.as_str() == "c2" && !one.relations.is_empty()).collect();
        let kinds: Vec<RelationKind> = hers.iter().flat_map(|one| &one.relations).map(|one| one.kind).collect();
        assert!(kinds.contains(&RelationKind::PowerOfAttorney), "{}: {kinds:?}", town.engine);
    }
}

#[tokio::test]
async fn a_relation_is_looked_at_again_while_it_holds() {
    for town in with_a_case().await {
        town.wait(24);
        for who in ["moa", "barn", "stina"] {
            town.must_not(who, check_relation("c1", "r-far"), RefusalCode::Access).await;
        }
        town.must_not("sara", check_relation("c1", "r-ung"), RefusalCode::Access).await;
        let mut nowhere = check_relation("c1", "r-far");
        nowhere.source = Source::Unknown;
        town.must_not("sara", nowhere, RefusalCode::Invalid).await;
        town.must("sara", check_relation("c1", "r-far")).await;
        let checked = &around(&town).await["far"].relations[0].clone();
        assert_eq!((checked.checked_at, checked.source), (town.app.db.now(), Source::CourtDecision), "{}", town.engine);
        town.must("sara", end_relation("c1", "r-far")).await;
        town.must_not("sara", check_relation("c1", "r-far"), RefusalCode::Access).await;
    }
}

#[tokio::test]
async fn the_end_of_a_protection_lets_nobody_in_by_itself() {
    for town in with_a_case().await {
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", open_case_to("c1", "far")).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        town.must("leif", mark_protected("barn")).await;
        let marked = around(&town).await;
        assert!(marked["barn"].protected);
        assert_eq!((marked["far"].suspended, &marked["far"].access), (Some(ClosedBy::Protected), &None));
        assert_eq!((marked["moa"].suspended, marked["moa"].access.is_some()), (None, true), "she lives there");
        town.must("sara", confirm_proxy("c1", "ombud")).await;

        for who in ["sara", "samir", "stina", "moa", "barn"] {
            town.must_not(who, end_protected("barn"), RefusalCode::Access).await;
        }
        for whom in ["far", "sara", "nobody"] {
            town.must_not("leif", end_protected(whom), RefusalCode::Access).await;
        }
        town.must("leif", end_protected("barn")).await;
        let all = town.all("barn").await;
        let profile = all.iter().find(|(_, record)| record.kind == "profile").expect("has one");
        assert!(!profile.1.body.read::<Profile>().expect("is one").protected);
        assert!(town.ids("far", "note").await.is_empty(), "{}: he is in again by himself", town.engine);
        let ended = around(&town).await;
        assert_eq!((ended["far"].suspended, &ended["far"].access), (None, &None));
        assert!(ended["ombud"].access.is_some(), "whoever was confirmed stays");
        let scope = town.open("sara", "case_row", "c1").await.expect("may open");
        assert_eq!(town.open_scope("samir", &scope).await, Err(RefusalCode::Access), "the unit is in again by itself");
        town.must("sara", open_case_to("c1", "far")).await;
        assert_eq!(town.ids("far", "note").await, ["n1"]);
        // Each decision stands with its ground.
        let mut snapshot = town.app.db.snapshot().await.expect("reads");
        let decisions: Vec<(i64, String)> =
            sqlx::query_as("SELECT protected, ground FROM protection_decision WHERE person = 'barn' ORDER BY id")
                .fetch_all(&mut *snapshot)
                .await
                .expect("reads");
        assert_eq!(decisions, [(1, "sekretessmarkering".to_owned()), (0, "markeringen har hävts".to_owned())]);
    }
}

#[tokio::test]
async fn another_municipality_decides_for_itself_when_a_protection_ends() {
    for town in towns().await {
        town.must("leif", mark_protected("granne")).await;
        town.must("leif", end_protected("granne")).await;
        let mut snapshot = town.app.db.snapshot().await.expect("reads");
        let marks: Vec<(String, i64)> =
            sqlx::query_as("SELECT id, protected FROM person WHERE id LIKE 'granne%' ORDER BY id")
                .fetch_all(&mut *snapshot)
                .await
                .expect("reads");
        assert_eq!(marks, [("granne".to_owned(), 0), ("granne-i-bjuv".to_owned(), 1)], "{}", town.engine);
    }
}

#[tokio::test]
async fn whoever_is_kept_apart_is_a_name_and_no_more_than_that() {
    for town in with_a_case().await {
        town.must("sara", keep_apart("c1", "barn", "granne-i-bjuv")).await;
        let apart = around(&town).await;
        assert_eq!(names(&apart), ["barn", "far", "granne", "moa", "ombud"], "{}: one human, once", town.engine);
        let other = &apart["granne"];
        assert_eq!((other.name.as_str(), other.suspended), ("Ove Alm", Some(ClosedBy::KeptApart)));
        assert_eq!(other.apart, [PersonId::new("barn"), PersonId::new("moa")]);
        assert_eq!(apart["barn"].apart, [PersonId::new("granne")]);
        let told = serde_json::to_string(other).expect("is JSON");
        for word in ["bjuv", "helsingborg", "kontaktförbud", "starts", "since"] {
            assert!(!told.contains(word), "{}: {word} in {told}", town.engine);
        }
        town.must("sara", end_keep_apart("c1", "barn", "granne")).await;
        assert_eq!(names(&around(&town).await), ["barn", "far", "moa", "ombud"]);
        // Said and taken back in one go.
        let lane = town.own("sara").await;
        let both = vec![
            town.mutation("sara", lane.clone(), keep_apart("c1", "barn", "granne")),
            town.mutation("sara", lane, end_keep_apart("c1", "barn", "granne")),
        ];
        town.push("sara", both).await;
        assert_eq!(names(&around(&town).await), ["barn", "far", "moa", "ombud"], "{}", town.engine);
        // The other one is protected: not even a name.
        town.must("sara", keep_apart("c1", "barn", "skyddad")).await;
        assert_eq!(names(&around(&town).await), ["barn", "far", "moa", "ombud"]);
        // Two in the case.
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", keep_apart("c1", "moa", "far")).await;
        let apart = around(&town).await;
        assert_eq!(
            (apart["far"].suspended, &apart["far"].apart),
            (Some(ClosedBy::KeptApart), &vec![PersonId::new("moa")])
        );
        assert!(apart["moa"].access.is_some());
    }
}

#[tokio::test]
async fn cases_from_before_it_was_shown_get_theirs() {
    for town in with_a_case().await {
        let before = around(&town).await;
        town.sql("DELETE FROM record WHERE kind = 'party' AND seq < $1").await;
        assert!(town.ids("sara", "party").await.is_empty());
        party::complete(&town.app.db).await.expect("is done");
        assert_eq!(around(&town).await, before, "{}", town.engine);
    }
}

/// What `person` is answered when they look `number` up for a case.
async fn look_up(town: &Town, person: &str, case: &str, number: &str) -> Result<Found, (StatusCode, RefusalCode)> {
    let wish =
        LookUp { case: CaseId::new(case), personal_number: number.into(), purpose: protocol::access::Purpose::Handle };
    let mut request = Request::post("/party/look-up").header(CONTENT_TYPE, "application/json");
    for (name, value) in town.headers(person, "POST", "/party/look-up").await {
        request = request.header(name, value);
    }
    let body = Body::from(serde_json::to_string(&wish).expect("is JSON"));
    let answer = router(town.app.clone()).oneshot(request.body(body).expect("is a request")).await;
    let answer = answer.expect("is answered");
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 1 << 16).await.expect("has a body");
    if status.is_success() {
        return Ok(serde_json::from_slice(&body).expect("is an answer"));
    }
    Err((status, serde_json::from_slice::<Refusal>(&body).expect("is a refusal").code))
}

#[tokio::test]
async fn staff_find_somebody_by_an_exact_number_and_learn_a_name() {
    for town in with_a_case().await {
        let found = look_up(&town, "sara", "c1", AGNES).await.expect("she lives there");
        assert_eq!(found, Found { person: PersonId::new("agnes"), name: "Agnes Sol".into() }, "{}", town.engine);
        look_up(&town, "sara", "c1", OVE).await.expect("he is not kept apart from anybody in the case yet");
        town.must("sara", open_case_to("c1", "moa")).await;
        let nobody = look_up(&town, "sara", "c1", "200001019999").await;
        assert_eq!(nobody, Err((StatusCode::NOT_FOUND, RefusalCode::Access)));
        for (number, why) in
            [("199204059803", "is protected"), (OVE, "is kept apart from her"), ("197208039854", "lives elsewhere")]
        {
            assert_eq!(look_up(&town, "sara", "c1", number).await, nobody, "{}: {why}", town.engine);
        }
        for number in ["19990421984", "19990421-9848", "1999%"] {
            let told = look_up(&town, "sara", "c1", number).await.expect_err("is no number");
            assert_eq!(told.1, RefusalCode::Invalid, "{number}");
        }
        for who in ["moa", "barn", "ulf", "stina"] {
            assert_eq!(look_up(&town, who, "c1", AGNES).await, nobody, "{who}");
        }
        let reason = look_up(&town, "samir", "c1", AGNES).await.expect_err("has not said why");
        assert_eq!(reason.1, RefusalCode::Reason);
    }
}

#[tokio::test]
async fn each_look_is_noted_and_looks_are_few() {
    for town in with_a_case().await {
        look_up(&town, "sara", "c1", AGNES).await.expect("she lives there");
        look_up(&town, "sara", "c1", "199204059803").await.expect_err("is protected");
        look_up(&town, "sara", "c1", "200001019999").await.expect_err("is nobody");
        let mut snapshot = town.app.db.snapshot().await.expect("reads");
        let noted: Vec<(String, Option<String>)> = sqlx::query_as(
            "SELECT concerns, purpose FROM log_entry WHERE act = 'look_up' AND by_person = 'sara' AND case_id = 'c1' ORDER BY n",
        )
        .fetch_all(&mut *snapshot)
        .await
        .expect("reads");
        drop(snapshot);
        let of = |person: &str| (person.to_owned(), Some("handle".to_owned()));
        assert_eq!(noted, [of("agnes"), of("skyddad"), of("barn")], "{}", town.engine);
        // Whoever was looked up could tell from it that there is a case.
        let hers = access::log::show(&town.app, &town.caller("agnes"), None).await.expect("has one");
        assert!(hers.lines.is_empty());
        let mut told = Vec::new();
        for _ in 0..10 {
            told.push(look_up(&town, "sara", "c1", AGNES).await.err().map(|(status, _)| status));
        }
        assert_eq!(
            told[6..],
            [
                None,
                Some(StatusCode::TOO_MANY_REQUESTS),
                Some(StatusCode::TOO_MANY_REQUESTS),
                Some(StatusCode::TOO_MANY_REQUESTS)
            ]
        );
        town.wait(1);
        look_up(&town, "sara", "c1", AGNES).await.expect("after a rest");
    }
}

#[tokio::test]
async fn the_whole_way_from_a_custody_that_is_recorded_to_a_guardian_who_is_confirmed() {
    for town in with_a_case().await {
        town.must("sara", write_note("c1", "n1", &[])).await;
        let found = look_up(&town, "sara", "c1", AGNES).await.expect("she lives there");
        let her = found.person.as_str();
        town.must("sara", record_relation("c1", "r1", RelationKind::SoleCustody, her)).await;
        assert_eq!(
            (around(&town).await[her].suspended, town.ids(her, "case").await.len()),
            (None, 0),
            "{}",
            town.engine
        );
        town.must("sara", open_case_to("c1", her)).await;
        let mut phone = town.copy(her).await;
        assert_eq!((phone.ids("case"), phone.ids("note")), (vec!["c1".into()], vec!["n1".into()]));

        town.must("leif", mark_protected("barn")).await;
        town.follow(her, &mut phone).await;
        assert_eq!(phone.cursors.len(), 1, "{}: more than her own is left", town.engine);
        assert_eq!(around(&town).await[her].suspended, Some(ClosedBy::Protected));
        town.must_not("sara", open_case_to("c1", her), RefusalCode::Access).await;
        town.must("sara", confirm_proxy("c1", her)).await;
        town.follow(her, &mut phone).await;
        assert_eq!(phone.ids("note"), ["n1"]);
        let staff = |copy: &crate::copy::Copy| copy.rows.values().any(|record| record.body.get().contains("Sara Holm"));
        assert!(!staff(&phone), "{}: the name of staff tells where the child is", town.engine);
        town.must("leif", end_protected("barn")).await;
        town.follow(her, &mut phone).await;
        assert!(staff(&phone), "{}: it is kept from her for no reason", town.engine);
        town.check_digests(her, &phone).await;
    }
}
