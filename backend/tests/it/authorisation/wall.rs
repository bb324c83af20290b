//! The wall between municipalities: whoever works or lives in one and names what belongs to another hears what they
//! would hear of something that does not exist, and nothing moves.

use super::act::sample;
use super::stage::{ACTORS, Actor, RECORDS, Record, Stage, record, word};
use crate::acts::{close_case_to, mask, open_case, open_case_to, sign_document, start_thread, write_note};
use crate::town::towns;
use bytes::Bytes;
use digiteam_backend::document;
use protocol::document::BlobRef;
use protocol::id::{CaseId, PersonId, RecordId, ScopeId};
use protocol::mutation::{Act, Outcome};
use protocol::task::AskFor;
use serde_json::json;

/// What would be found of nothing at all.
const NOTHING: Record = record("nothing", "c9", ("p9", "q9", "r9"), ("s9", "t9"), "199904219848");

/// Those on the other side of it from the record `elsewhere`.
fn outsiders() -> impl Iterator<Item = &'static Actor> {
    ACTORS.iter().filter(|actor| actor.person.is_some_and(|person| !["bo", "stina"].contains(&person)))
}

#[tokio::test]
async fn what_belongs_to_another_municipality_is_as_if_it_did_not_exist() {
    for town in towns().await {
        let stage = Stage::make(town).await;
        let (there, nowhere) = (stage.staff_scope(&RECORDS[2]).await, ScopeId::new("nowhere"));
        let before = state(&stage).await;
        for actor in outsiders() {
            // An invitation and a power of attorney name nobody and no record.
            let own = ["Invite", "GivePowerOfAttorney"];
            for name in Act::NAMES.iter().filter(|name| !own.contains(name)) {
                let real = done(&stage, actor, sample(name, actor, &RECORDS[2], &there)).await;
                let none = done(&stage, actor, sample(name, actor, &NOTHING, &nowhere)).await;
                assert_eq!(real, none, "{}: {name} by {}", stage.town.engine, actor.column);
            }
            for scope in
                stage.scopes("c3").await.iter().chain(&stage.scopes("c3-t").await).chain(&stage.scopes("bo").await)
            {
                for (real, none) in [
                    (open(&stage, actor, scope).await, open(&stage, actor, &nowhere).await),
                    (file(&stage, actor, scope).await, file(&stage, actor, &nowhere).await),
                    (pull(&stage, actor, scope).await, pull(&stage, actor, &nowhere).await),
                ] {
                    assert_eq!(real, none, "{}: {scope} by {}", stage.town.engine, actor.column);
                }
            }
        }
        assert_eq!(state(&stage).await, before, "{}: something moved", stage.town.engine);
    }
}

#[tokio::test]
async fn nobody_and_nothing_of_another_municipality_gets_into_an_own_case() {
    for town in towns().await {
        let stage = Stage::make(town).await;
        let stored = document::store(&stage.town.app, &stage.town.caller("stina"), Bytes::from("hemligt")).await;
        let theirs = stored.expect("is stored").blob.to_string();
        let before = state(&stage).await;
        let sara = ACTORS.iter().find(|actor| actor.person == Some("sara")).expect("is there");
        for (real, none) in [("bo", "p9"), ("stina", "s9")] {
            for (real, none) in naming(real, &theirs).into_iter().zip(naming(none, "b9")) {
                let name = format!("{real:?}");
                let (real, none) = (done(&stage, sara, real).await, done(&stage, sara, none).await);
                assert_eq!(real, none, "{}: {name}", stage.town.engine);
                assert_ne!(real, "yes", "{}: {name}", stage.town.engine);
            }
        }
        assert_eq!(state(&stage).await, before, "{}: something moved", stage.town.engine);
    }
}

#[tokio::test]
async fn what_is_written_belongs_to_the_municipality_of_the_case_whoever_writes() {
    for town in towns().await {
        let stage = Stage::make(town).await;
        // He lives in the other town and is let in here.
        stage.town.must("ulf", start_thread("c2", "t9", "gustav")).await;
        let mut sent = crate::acts::send_message("t9", "m9", "Hej");
        sent.files = vec![crate::acts::attached(&stage.town, "gustav", "f9").await];
        stage.town.must("gustav", sent).await;
        let mut snapshot = stage.town.app.db.snapshot().await.expect("reads");
        for sql in [
            "SELECT DISTINCT municipality FROM message WHERE thread = 't9'",
            "SELECT DISTINCT municipality FROM blob WHERE id = 'f9'",
            "SELECT DISTINCT municipality FROM participant WHERE thread = 't9'",
            "SELECT DISTINCT municipality FROM log_entry WHERE thread = 't9'",
            "SELECT DISTINCT municipality FROM scope WHERE fact = 't9'",
        ] {
            let found: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut *snapshot).await.expect("reads");
            assert_eq!(found, [("helsingborg".to_owned(),)], "{}: {sql}", stage.town.engine);
        }
    }
}

/// All acts in an own case that name somebody, and one that names a file.
fn naming(who: &str, blob: &str) -> [Act; 8] {
    [
        open_case("new", who, true).into(),
        open_case_to("c1", who).into(),
        close_case_to("c1", who).into(),
        start_thread("c1", "new", who).into(),
        write_note("c1", "new", &[who]).into(),
        mask("c1", "c1-n", &[who]).into(),
        ask("c1", who),
        signed(blob),
    ]
}

fn ask(case: &str, person: &str) -> Act {
    AskFor {
        case: CaseId::new(case),
        task: RecordId::new("new"),
        person: PersonId::new(person),
        title: "Kom".into(),
        detail: None,
        due_at: None,
    }
    .into()
}

fn signed(blob: &str) -> Act {
    let mut act = sign_document("c1", "new", &[]);
    act.file = Some(BlobRef {
        blob: protocol::id::BlobId::new(blob),
        name: "brev.pdf".into(),
        media_type: "application/pdf".into(),
        size: 7,
        sha256: "00".into(),
    });
    act.into()
}

/// Does it, and nothing is undone.
async fn done(stage: &Stage, actor: &Actor, act: Act) -> String {
    match stage.town.act(actor.person.expect("is logged in"), act).await {
        Outcome::Refused { refusal } => word(&refusal),
        _ => "yes".into(),
    }
}

async fn open(stage: &Stage, actor: &Actor, scope: &ScopeId) -> String {
    let body = json!({"scope": scope, "purpose": "handle", "reason": "Jag vikarierar."}).to_string();
    stage.ask(actor, "POST", "/access/open", body).await.cell()
}

async fn file(stage: &Stage, actor: &Actor, scope: &ScopeId) -> String {
    stage.ask(actor, "GET", &format!("/blobs/{scope}/c3-d"), String::new()).await.cell()
}

/// Asks with a cursor of a scope: whether an answer tells of it.
async fn pull(stage: &Stage, actor: &Actor, scope: &ScopeId) -> String {
    let body = json!({"device": "d", "cursors": [{"scope": scope, "epoch": 1, "seq": 0}]}).to_string();
    let answer = stage.ask(actor, "POST", "/sync/pull", body).await;
    format!("{} {}", answer.cell(), answer.holds(scope.as_str()))
}

/// All that could move, counted.
async fn state(stage: &Stage) -> Vec<(&'static str, i64, i64)> {
    let mut snapshot = stage.town.app.db.snapshot().await.expect("reads");
    let mut state = Vec::new();
    for (table, sql) in [
        ("scope", "SELECT COUNT(*), CAST(SUM(head) AS BIGINT) FROM scope"),
        ("record", "SELECT COUNT(*), CAST(SUM(seq) AS BIGINT) FROM record"),
        ("grant", "SELECT COUNT(*), CAST(COUNT(until) AS BIGINT) FROM access_grant"),
        ("lease", "SELECT COUNT(*), CAST(0 AS BIGINT) FROM lease"),
        ("case", "SELECT COUNT(*), CAST(0 AS BIGINT) FROM case_file"),
        ("party", "SELECT COUNT(*), CAST(0 AS BIGINT) FROM case_party"),
        ("note", "SELECT COUNT(*), CAST(0 AS BIGINT) FROM note"),
        ("document", "SELECT COUNT(*), CAST(0 AS BIGINT) FROM document"),
        ("withheld", "SELECT COUNT(*), CAST(0 AS BIGINT) FROM withheld"),
        ("thread", "SELECT COUNT(*), CAST(SUM(last_n) AS BIGINT) FROM thread"),
        ("participant", "SELECT COUNT(*), CAST(SUM(read_n) AS BIGINT) FROM participant"),
        ("message", "SELECT COUNT(*), CAST(0 AS BIGINT) FROM message"),
        ("task", "SELECT COUNT(*), CAST(COUNT(done_at) AS BIGINT) FROM task"),
        ("log of bjuv", "SELECT COUNT(*), CAST(0 AS BIGINT) FROM log_entry WHERE municipality = 'bjuv'"),
    ] {
        let (rows, sum): (i64, i64) = sqlx::query_as(sql).fetch_one(&mut *snapshot).await.expect("reads");
        state.push((table, rows, sum));
    }
    state
}
