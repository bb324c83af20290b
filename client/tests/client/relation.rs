//! Who acts for whom, as the device knows it, and powers of attorney that wait.

use crate::backend::{Backend, NOW};
use crate::device::{Device, anna, thread};
use bridge::relation::{
    ActingAt, GivePowerOfAttorney, ListRepresentations, MakeInvitation, Matter, RepresentationView,
    RepresentationsView, ShowActing, WithdrawPowerOfAttorney,
};
use bridge::sync::{Discard, ShowSync};
use bridge::{Failure, FailureCode};
use digiteam_client::Client;
use protocol::id::CaseId;
use protocol::message::Thread;
use protocol::mutation::Act;
use protocol::refusal::RefusalCode;
use protocol::relation::{RelationKind, Representation, RepresentedCase, Side, Source, hash_code};

const DAY: i64 = 24 * 60 * 60 * 1000;
const CODE: &str = "01234-56789-ABCDE-FGHJK-MNPQR-S";

fn elsa(kind: RelationKind, until: Option<i64>, cases: &[(&str, i64)]) -> Representation {
    Representation {
        side: Side::Representative,
        name: "Elsa Ek".to_owned(),
        kind,
        matters: Vec::new(),
        until,
        warn_at: until.map(|until| until - 21 * DAY),
        source: Source::PopulationRegister,
        checked_at: NOW - DAY,
        cases: cases
            .iter()
            .map(|(case, until)| RepresentedCase { case: CaseId::new(*case), until: Some(*until) })
            .collect(),
    }
}

/// Anna, who acts for Elsa in the case that her thread is about, and in one that has ended.
async fn world() -> Backend {
    let backend = anna().await;
    backend.put("thread", "t", &Thread { case: Some(CaseId::new("c")), ..thread() });
    backend.put("own", "r1", &elsa(RelationKind::JointCustody, None, &[("c", NOW + 40 * DAY), ("old", NOW - 1)]));
    backend.put("own", "r2", &elsa(RelationKind::GodMan, Some(NOW - 1), &[("c", NOW + DAY)]));
    backend
}

async fn list(client: &Client) -> RepresentationsView {
    client.list_representations(ListRepresentations {}).await.expect("a list")
}

async fn acting(client: &Client, at: ActingAt) -> Vec<RepresentationView> {
    client.show_acting(ShowActing { at }).await.expect("a list")
}

fn code_of(failure: Result<(), Failure>) -> Option<FailureCode> {
    failure.err().map(|failure| failure.code)
}

#[tokio::test]
async fn it_shows_for_whom_one_acts_where_one_does_and_nothing_that_has_ended() {
    let backend = world().await;
    let device = Device::open(&backend).await;
    device.until("the relations are here", async |client| !list(client).await.acting.is_empty()).await;
    let view = list(&device.client).await;
    assert_eq!((view.acting.len(), view.acted_for.len()), (1, 0), "{view:?}");
    let cases: Vec<&str> = view.acting[0].cases.iter().map(|case| case.case.as_str()).collect();
    assert_eq!((cases, view.acting[0].ends_soon), (vec!["c"], false));
    let case = |case: &str| ActingAt::Case { case: case.to_owned() };
    let in_thread = |thread: &str| ActingAt::Thread { thread: thread.to_owned() };
    for (at, count) in [
        (ActingAt::Anywhere, 1),
        (case("c"), 1),
        (case("old"), 0),
        (case("of her own"), 0),
        (in_thread("t"), 1),
        (in_thread("not here"), 0),
    ] {
        assert_eq!(acting(&device.client, at.clone()).await.len(), count, "{at:?}");
    }
    // The end comes nearer, and then it is there.
    backend.put("own", "r1", &elsa(RelationKind::PowerOfAttorney, Some(NOW + 30 * DAY), &[("c", NOW + 30 * DAY)]));
    device.until("it is one with an end", async |client| list(client).await.acting[0].until.is_some()).await;
    assert!(!list(&device.client).await.acting[0].ends_soon);
    for (day, is_there) in [(10, true), (31, false)] {
        backend.world().now = NOW + day * DAY;
        backend.hint();
        device
            .until("the day has come", async |client| {
                let acting = list(client).await.acting;
                acting.iter().any(|one| one.ends_soon) == is_there && acting.is_empty() != is_there
            })
            .await;
    }
}

#[tokio::test]
async fn a_code_is_good_new_each_time_and_stays_with_the_people() {
    let backend = world().await;
    let device = Device::open(&backend).await;
    let first = device.client.make_invitation(MakeInvitation {}).await.expect("a code");
    let second = device.client.make_invitation(MakeInvitation {}).await.expect("a code");
    assert_eq!((first.code.len(), first.days), (31, 7));
    assert_ne!(first.code, second.code);
    let hash = hash_code(&first.code).expect("is a code");
    backend
        .until("the hash is told", |world| {
            world.arrived.iter().any(|one| matches!(&one.act, Act::Invite(act) if act.code_hash == hash))
        })
        .await;
    let told = serde_json::to_string(&backend.world().arrived).expect("is JSON");
    let letters = first.code.replace('-', "");
    assert!(!told.contains(&letters) && !told.contains(&first.code), "the code itself was told");
}

#[tokio::test]
async fn a_power_of_attorney_waits_and_a_refusal_stays_until_it_is_dealt_with() {
    let backend = world().await;
    let device = Device::open(&backend).await;
    let client = &device.client;
    let give = |code: &str, matters: &[Matter], months: u8| GivePowerOfAttorney {
        code: code.to_owned(),
        matters: matters.to_vec(),
        months,
    };
    for wrong in [
        give("0123", &[Matter::File], 3),
        give(CODE, &[], 3),
        give(CODE, &[Matter::Unknown], 3),
        give(CODE, &[Matter::File], 0),
        give(CODE, &[Matter::File], 13),
    ] {
        assert_eq!(code_of(client.give_power_of_attorney(wrong).await), Some(FailureCode::Invalid));
    }
    backend.set_down(true);
    backend.world().refuse = Some(RefusalCode::Access);
    client.give_power_of_attorney(give(CODE, &[Matter::File, Matter::Messages], 3)).await.expect("is stored");
    let waiting = list(client).await.giving;
    assert_eq!((waiting.len(), waiting[0].refused.is_none(), waiting[0].matters.len()), (1, true, 2));
    let months = (waiting[0].until - NOW) / DAY;
    assert!((88..=93).contains(&months), "{months} days are not three months");
    backend.set_down(false);
    client.enter_foreground();
    device.until("it is refused", async |client| list(client).await.giving[0].refused.is_some()).await;
    let standing = client.show_sync(ShowSync {}).await.expect("a store");
    assert_eq!((standing.refused, standing.refused_tasks), (1, 1), "the first page leads to it");
    let refused = list(client).await.giving[0].refused.clone().expect("is refused");
    assert_eq!(refused.code, FailureCode::Access);
    client.discard(Discard { mid: refused.mid }).await.expect("is thrown away");
    assert!(list(client).await.giving.is_empty());
}

#[tokio::test]
async fn only_a_power_of_attorney_is_withdrawn_here_and_once() {
    let backend = world().await;
    let mut given = elsa(RelationKind::PowerOfAttorney, Some(NOW + 90 * DAY), &[]);
    given.side = Side::Represented;
    backend.put("own", "r3", &given);
    let device = Device::open(&backend).await;
    let client = &device.client;
    device.until("it is here", async |client| !list(client).await.acted_for.is_empty()).await;
    let withdraw = |relation: &str| WithdrawPowerOfAttorney { relation: relation.to_owned() };
    for not in ["r1", "r2", "r9"] {
        assert_eq!(code_of(client.withdraw_power_of_attorney(withdraw(not)).await), Some(FailureCode::Access), "{not}");
    }
    backend.set_down(true);
    for _ in 0..2 {
        client.withdraw_power_of_attorney(withdraw("r3")).await.expect("is stored");
    }
    assert!(list(client).await.acted_for[0].withdrawing);
    backend.set_down(false);
    client.enter_foreground();
    let is_withdrawal = |act: &Act| matches!(act, Act::WithdrawPowerOfAttorney(_));
    backend.until("it is told", |world| world.arrived.iter().any(|one| is_withdrawal(&one.act))).await;
    let count = backend.world().arrived.iter().filter(|one| is_withdrawal(&one.act)).count();
    assert_eq!(count, 1, "it was said twice");
}
