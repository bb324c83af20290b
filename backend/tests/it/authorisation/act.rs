//! The rows of the acts. Each is done in a transaction that is undone again, so that none changes what the next finds.

use super::Row;
use super::stage::{ACTORS, Actor, CODE, RECORDS, Record, Stage, word};
use crate::acts::{
    assign_case, close_case_to, mask, open_case, open_case_to, send_message, sign_document, start_thread, write_note,
};
use digiteam_backend::error::Error;
use digiteam_backend::sync::push_in;
use protocol::access::{HideStaff, ReviewOpening, Seen};
use protocol::case::{MoveCase, Stage as CaseStage};
use protocol::id::{CaseId, DeviceId, PersonId, RecordId, ScopeId, ThreadId};
use protocol::message::MarkRead;
use protocol::mutation::{Act, Outcome};
use protocol::relation::{
    CheckRelation, ConfirmProxy, EndKeepApart, EndProtected, EndRelation, GivePowerOfAttorney, Invite, KeepApart,
    MarkProtected, Matter, RecordRelation, RelationKind, Source, WithdrawPowerOfAttorney,
};
use protocol::sync::PushRequest;
use protocol::task::{AskFor, CompleteTask};
use std::sync::{Arc, Mutex};

/// What becomes of every act.
pub(super) async fn rows(stage: &Stage) -> Vec<Row> {
    let mut rows = Vec::new();
    for name in Act::NAMES {
        for record in &RECORDS {
            let mut cells = Vec::new();
            let scope = stage.staff_scope(record).await;
            for actor in &ACTORS {
                let act = sample(name, actor, record, &scope);
                assert_eq!(*name, name_of(&act), "the sample is another act");
                cells.push(cell(stage, actor, act).await);
            }
            rows.push(Row { what: (*name).to_owned(), record: record.name, cells });
        }
    }
    rows
}

async fn cell(stage: &Stage, actor: &Actor, act: Act) -> String {
    let Some(person) = actor.person else { return "login".into() };
    let mutation = stage.town.mutation(person, stage.town.own(person).await, act);
    let asked = PushRequest { device: DeviceId::new(mutation.mid.as_str()), mutations: vec![mutation] };
    let (caller, outcome) = (stage.town.caller(person), Arc::new(Mutex::new(None)));
    let found = Arc::clone(&outcome);
    let undone = stage.town.app.db.write(move |tx| {
        Box::pin(async move {
            let results = push_in(tx, &caller, asked).await?;
            *found.lock().expect("nobody panics") = results.into_iter().next().map(|result| result.outcome);
            Err::<(), _>(Error::Internal("undone".into()))
        })
    });
    undone.await.expect_err("is undone");
    let outcome = outcome.lock().expect("nobody panics").take();
    match outcome.expect("it was answered") {
        Outcome::Applied { .. } => "yes".into(),
        Outcome::Refused { refusal } => word(&refusal),
        Outcome::Unknown => "unknown".into(),
    }
}

/// The act called `name` as `actor` would do it with `record`, whose staff have it in `scope`.
pub(super) fn sample(name: &str, actor: &Actor, record: &Record, scope: &ScopeId) -> Act {
    let (case, thread) = (record.case, record.thread());
    match name {
        "StartThread" => {
            let with = if actor.staff { record.person } else { record.caseworker };
            start_thread(case, "new", with).into()
        }
        "SendMessage" => send_message(&thread, "new", "Hej").into(),
        "MarkRead" => MarkRead { thread: ThreadId::new(thread), upto_seq: 1 }.into(),
        "OpenCase" => open_case("new", record.person, true).into(),
        "MoveCase" => MoveCase { case: CaseId::new(case), stage: CaseStage::Decided, next_step: None }.into(),
        "AssignCase" => assign_case(case, record.colleague).into(),
        "WriteNote" => write_note(case, "new", &[]).into(),
        "OpenCaseTo" => open_case_to(case, record.proxy).into(),
        "CloseCaseTo" => close_case_to(case, record.proxy).into(),
        "Mask" => mask(case, &record.note(), &[record.proxy]).into(),
        "SignDocument" => sign_document(case, "new", &[]).into(),
        "AskFor" => AskFor {
            case: CaseId::new(case),
            task: RecordId::new("new"),
            person: PersonId::new(record.person),
            title: "Ta med legitimation".into(),
            detail: None,
            due_at: None,
        }
        .into(),
        "CompleteTask" => CompleteTask { task: RecordId::new(record.task()) }.into(),
        "Seen" => Seen { scope: scope.clone(), at: 1, record: None }.into(),
        "ReviewOpening" => ReviewOpening { opening: RecordId::new(record.opening()), note: None }.into(),
        "HideStaff" => {
            let (case, person) = (CaseId::new(case), PersonId::new(record.person));
            HideStaff { case, person, ground: "hot".into(), hidden: true }.into()
        }
        "RecordRelation" => RecordRelation {
            case: CaseId::new(case),
            relation: RecordId::new("new"),
            kind: RelationKind::GodMan,
            person: PersonId::new(record.proxy),
            starts: 0,
            until: None,
            matters: Vec::new(),
            source: Source::CourtDecision,
            same_address: false,
        }
        .into(),
        "EndRelation" => {
            let (case, relation) = (CaseId::new(case), RecordId::new(record.relation));
            EndRelation { case, relation, ground: "upphörd".into() }.into()
        }
        "CheckRelation" => {
            let (case, relation) = (CaseId::new(case), RecordId::new(record.relation));
            CheckRelation { case, relation, source: Source::PopulationRegister }.into()
        }
        "Invite" => Invite { code_hash: "ab".repeat(32) }.into(),
        "GivePowerOfAttorney" => GivePowerOfAttorney {
            relation: RecordId::new("new"),
            code: CODE.into(),
            matters: vec![Matter::File],
            until: 1_790_900_000_000,
        }
        .into(),
        "WithdrawPowerOfAttorney" => WithdrawPowerOfAttorney { relation: RecordId::new(record.relation) }.into(),
        "KeepApart" => KeepApart {
            case: CaseId::new(case),
            person: PersonId::new(record.person),
            other: PersonId::new(record.proxy),
            ground: "hot".into(),
        }
        .into(),
        "EndKeepApart" => {
            let (person, other) = (PersonId::new(record.person), PersonId::new(record.proxy));
            EndKeepApart { case: CaseId::new(case), person, other }.into()
        }
        "MarkProtected" => MarkProtected { person: PersonId::new(record.person), ground: "hot".into() }.into(),
        "EndProtected" => EndProtected { person: PersonId::new(record.person), ground: "hävd".into() }.into(),
        "ConfirmProxy" => ConfirmProxy {
            case: CaseId::new(case),
            person: PersonId::new(record.proxy),
            ground: "prövad".into(),
            review_at: 1_790_900_000_000,
        }
        .into(),
        other => panic!("there is no sample of {other}: say here how it is tried"),
    }
}

/// The name of an act: one that is new does not compile before somebody has been here.
fn name_of(act: &Act) -> &'static str {
    match act {
        Act::StartThread(_) => "StartThread",
        Act::SendMessage(_) => "SendMessage",
        Act::MarkRead(_) => "MarkRead",
        Act::OpenCase(_) => "OpenCase",
        Act::MoveCase(_) => "MoveCase",
        Act::AssignCase(_) => "AssignCase",
        Act::WriteNote(_) => "WriteNote",
        Act::OpenCaseTo(_) => "OpenCaseTo",
        Act::CloseCaseTo(_) => "CloseCaseTo",
        Act::Mask(_) => "Mask",
        Act::SignDocument(_) => "SignDocument",
        Act::AskFor(_) => "AskFor",
        Act::CompleteTask(_) => "CompleteTask",
        Act::Seen(_) => "Seen",
        Act::ReviewOpening(_) => "ReviewOpening",
        Act::HideStaff(_) => "HideStaff",
        Act::RecordRelation(_) => "RecordRelation",
        Act::EndRelation(_) => "EndRelation",
        Act::CheckRelation(_) => "CheckRelation",
        Act::Invite(_) => "Invite",
        Act::GivePowerOfAttorney(_) => "GivePowerOfAttorney",
        Act::WithdrawPowerOfAttorney(_) => "WithdrawPowerOfAttorney",
        Act::KeepApart(_) => "KeepApart",
        Act::EndKeepApart(_) => "EndKeepApart",
        Act::MarkProtected(_) => "MarkProtected",
        Act::EndProtected(_) => "EndProtected",
        Act::ConfirmProxy(_) => "ConfirmProxy",
        Act::Unknown => "Unknown",
    }
}
