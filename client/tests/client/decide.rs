//! What staff decide in a case: kept, sent in the case's own lane, and told of as long as it is not done.

use crate::backend::{Backend, NOW, Shared};
use crate::device::{Device, sync};
use axum::routing::get;
use axum::{Json, Router};
use bridge::FailureCode;
use bridge::access::{OpenScope, Purpose};
use bridge::case::{AgeRule, EntryView, ListReminders, ShowCase};
use bridge::case::{AssignCase, CaseAct, CaseActView, ListAssignable, ListCaseActs, ListCaseload};
use bridge::mask::{HideFrom, KeptPassageView, KeptView, ListMaskGrounds, ShowAgain, ShowMasking};
use bridge::sync::{Discard, RefusedAt};
use digiteam_client::Client;
use protocol::access::{ScopeKind, SyncMode};
use protocol::case::{Assignable, Case, CaseRow, Caseworker, Kept, Mask, MaskGround, Masking, Note, Stage};
use protocol::id::{CaseId, PersonId, ScopeId};
use protocol::identity::Realm;
use protocol::mutation::{Act, Mutation};
use protocol::refusal::RefusalCode;
use protocol::relation::{self, AgeReminder};

/// What the backend answers to whoever decides.
pub(crate) fn routes() -> Router<Shared> {
    Router::new().route("/cases/{case}/assignable", get(assignable)).route("/mask-grounds", get(grounds))
}

async fn assignable() -> Json<Vec<Assignable>> {
    let text = |text: &str| text.to_owned();
    let (person, name) = (PersonId::new("samir"), text("Samir Nouri"));
    Json(vec![Assignable { person, name, title: text("Socialsekreterare"), unit: text("Barn och familj") }])
}

async fn grounds() -> Json<Vec<MaskGround>> {
    Json(vec![MaskGround { law: "26 kap. 1 §".to_owned(), about: "Personliga förhållanden".to_owned() }])
}

/// A desk with one case on it.
async fn world() -> Backend {
    let backend = Backend::start().await;
    {
        let mut world = backend.world();
        world.scope("own", ScopeKind::Desk, SyncMode::Auto);
        world.scope("case", ScopeKind::Case, SyncMode::OnOpen);
    }
    let row = CaseRow {
        case: CaseId::new("c"),
        scope: ScopeId::new("case"),
        number: "2026-1".to_owned(),
        title: "Stöd".to_owned(),
        concerns: "Anna Ek".to_owned(),
        stage: Stage::Investigating,
    };
    backend.put("own", "c", &row);
    backend
}

fn assign(ground: &str) -> AssignCase {
    AssignCase { case: "c".to_owned(), person: "samir".to_owned(), ground: ground.to_owned() }
}

async fn acts(client: &Client) -> Vec<CaseActView> {
    client.list_case_acts(ListCaseActs { case: "c".to_owned() }).await.expect("a list")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_given_away_in_its_own_lane_also_without_a_network() {
    let backend = world().await;
    let device = Device::open(&backend).await;
    let people = device.client.list_assignable(ListAssignable { case: "c".to_owned() }).await.expect("are told");
    assert_eq!((people.len(), people[0].name.as_str()), (1, "Samir Nouri"));
    for (call, code) in [
        (assign(" "), FailureCode::Invalid),
        (assign(&"å".repeat(301)), FailureCode::TooLong),
        (AssignCase { case: "another".to_owned(), ..assign("Byte") }, FailureCode::Access),
    ] {
        assert_eq!(device.client.assign_case(call).await.expect_err("is refused").code, code);
    }
    backend.set_down(true);
    device.client.assign_case(assign(" Sara slutar. ")).await.expect("is kept");
    assert_eq!(acts(&device.client).await, [CaseActView { act: CaseAct::Assign, refused: None }]);
    backend.set_down(false);
    device.client.enter_foreground();
    backend.until("it arrives", |world| !world.arrived.is_empty()).await;
    let arrived = backend.world().arrived[0].clone();
    let Act::AssignCase(act) = arrived.act else { panic!("another act") };
    assert_eq!((arrived.lane.as_str(), act.person.as_str(), act.ground.as_str()), ("case", "samir", "Sara slutar."));
    device.until("it is done", async |client| acts(client).await.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_told_also_when_the_case_has_left_the_desk() {
    let backend = world().await;
    let device = Device::open(&backend).await;
    backend.set_down(true);
    device.client.assign_case(assign("Byte")).await.expect("is kept");
    {
        let mut world = backend.world();
        world.refuse = Some(RefusalCode::Access);
        world.delete("own", "case_row", "c");
        world.down = false;
    }
    device.client.enter_foreground();
    device
        .until("it is told", async |client| acts(client).await.first().is_some_and(|one| one.refused.is_some()))
        .await;
    // The refusal may come before the pull that takes the row away.
    device
        .until("it has left", async |client| client.list_caseload(ListCaseload {}).await.expect("a list").is_empty())
        .await;
    assert_eq!(sync(&device.client).await.refused_at, Some(RefusedAt::Case { case: "c".to_owned() }));
    let refused = acts(&device.client).await.remove(0).refused.expect("was refused");
    device.client.discard(Discard { mid: refused.mid }).await.expect("is thrown away");
    assert!(acts(&device.client).await.is_empty());
}

/// The case is open, and Johan must not see its note.
async fn with_note() -> Backend {
    let backend = world().await;
    backend.world().me.realm = Realm::Staff;
    let text = |text: &str| text.to_owned();
    let caseworker = Caseworker {
        person: PersonId::new("anna"),
        name: text("Anna Ek"),
        title: text("Socialsekreterare"),
        unit: text("Barn"),
        phone: text("0"),
    };
    let case = Case {
        case: CaseId::new("c"),
        number: text("2026-1"),
        title: text("Stöd"),
        concerns: text("Elis Berg"),
        caseworker,
        stage: Stage::Investigating,
        next_step: None,
        opened_at: 1,
    };
    backend.put("case", "c", &case);
    let note = Note {
        case: CaseId::new("c"),
        heading: text("Samtal"),
        text: text("Ett.\n\nTvå."),
        author: text("Anna Ek"),
        happened_at: 2,
        signed_at: 2,
        masked: Vec::new(),
    };
    backend.put("case", "n", &note);
    let johan = Kept { person: PersonId::new("johan"), name: text("Johan Lind"), whole: true, passages: Vec::new() };
    backend.put("case", "n", &Masking { case: CaseId::new("c"), from: vec![johan] });
    backend
}

async fn kept(client: &Client) -> Vec<KeptView> {
    let call = ShowMasking { case: "c".to_owned(), fact: "n".to_owned() };
    client.show_masking(call).await.expect("is here").kept
}

fn hide(people: &[&str], passages: &[u32], ground: &str) -> HideFrom {
    HideFrom {
        case: "c".to_owned(),
        fact: "n".to_owned(),
        people: people.iter().map(|person| (*person).to_owned()).collect(),
        passages: passages.to_vec(),
        ground: ground.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_masks_without_a_network_do_not_undo_each_other() {
    let backend = with_note().await;
    let device = Device::open(&backend).await;
    device
        .client
        .open_scope(OpenScope { scope: "case".to_owned(), purpose: Purpose::Handle, reason: None })
        .await
        .expect("is opened");
    let case = device.client.show_case(ShowCase { case: "c".to_owned() }).await.expect("is here");
    assert!(case.yours);
    let EntryView::Note { kept: told, .. } = &case.entries[0] else { panic!("another entry") };
    assert_eq!((told.len(), told[0].name.as_str(), told[0].whole), (1, "Johan Lind", true));
    let call = ShowMasking { case: "c".to_owned(), fact: "n".to_owned() };
    assert_eq!(device.client.show_masking(call).await.expect("is here").passages, ["Ett.", "Två."]);
    for (call, why) in [(hide(&[], &[], ""), "nobody"), (hide(&["moa"], &[1], " "), "no ground")] {
        assert_eq!(device.client.hide_from(call).await.expect_err(why).code, FailureCode::Invalid);
    }

    backend.set_down(true);
    device.client.hide_from(hide(&["moa"], &[1], "26 kap. 1 §")).await.expect("is kept");
    device.client.hide_from(hide(&["moa"], &[], "")).await.expect("is kept");
    device.client.hide_from(hide(&["moa"], &[], "")).await.expect("is said already");
    let lift = |passage| ShowAgain { case: "c".to_owned(), fact: "n".to_owned(), person: "johan".to_owned(), passage };
    device.client.show_again(lift(None)).await.expect("is kept");
    device.client.show_again(lift(Some(1))).await.expect("was not kept from him");
    let passages = vec![KeptPassageView { passage: 1, ground: "26 kap. 1 §".to_owned() }];
    let name = String::new();
    assert_eq!(
        kept(&device.client).await,
        [KeptView { person: "moa".to_owned(), name, whole: true, passages }],
        "what waits counts as done"
    );
    backend.set_down(false);
    device.client.enter_foreground();
    backend.until("all arrive", |world| masks(&world.arrived).len() == 3).await;
    let told: Vec<(Vec<String>, Vec<u32>)> = masks(&backend.world().arrived)
        .into_iter()
        .map(|act| (act.hidden_from.iter().map(ToString::to_string).collect(), act.sections))
        .collect();
    let people = |people: &[&str]| people.iter().map(|person| (*person).to_owned()).collect::<Vec<_>>();
    assert_eq!(told, [(people(&["moa"]), vec![1]), (people(&["johan", "moa"]), vec![]), (people(&["moa"]), vec![])]);
}

fn masks(arrived: &[Mutation]) -> Vec<Mask> {
    let mask = |one: &Mutation| if let Act::Mask(act) = &one.act { Some(act.clone()) } else { None };
    arrived.iter().filter_map(mask).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grounds_of_the_last_time_are_there_without_a_network() {
    let backend = world().await;
    let device = Device::open(&backend).await;
    backend.set_down(true);
    device.client.list_mask_grounds(ListMaskGrounds {}).await.expect_err("never were asked for");
    backend.set_down(false);
    let grounds = device.client.list_mask_grounds(ListMaskGrounds {}).await.expect("are told");
    backend.set_down(true);
    assert_eq!(device.client.list_mask_grounds(ListMaskGrounds {}).await.expect("are kept"), grounds);
    assert_eq!(grounds[0].law, "26 kap. 1 §");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_stands_until_its_day_also_without_a_network() {
    let backend = world().await;
    let reminder = |at: i64, rule| AgeReminder {
        case: CaseId::new("c"),
        number: "2026-1".to_owned(),
        concerns: "Vera Berg".to_owned(),
        rule,
        years: 18,
        at,
        law: "6 kap. 2 §".to_owned(),
    };
    backend.put("own", "c-majority", &reminder(NOW + 60_000, relation::AgeRule::Majority));
    backend.put("own", "c-own_action", &reminder(NOW - 1, relation::AgeRule::OwnAction));
    let device = Device::open(&backend).await;
    let told = device.client.list_reminders(ListReminders {}).await.expect("a list");
    assert_eq!((told.len(), told[0].rule, told[0].concerns.as_str()), (1, AgeRule::Majority, "Vera Berg"));
    backend.set_down(true);
    device.clock.pass(61);
    assert!(device.client.list_reminders(ListReminders {}).await.expect("a list").is_empty());
}
