//! Who is around a case, as the desk knows it by its own clock, and what staff change about that.

use crate::backend::{Backend, NOW, Shared, refuse};
use crate::device::{Device, sync};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use bridge::access::{OpenScope, Purpose};
use bridge::party::{Change, ChangeParty, ChangeSort, FindPerson, ListParties, PartiesView, Standing, When};
use bridge::relation::{RelationKind as Kind, Source as From};
use bridge::sync::Discard;
use bridge::{Failure, FailureCode};
use digiteam_client::Client;
use protocol::access::{Role, ScopeKind, SyncMode};
use protocol::case::{Case, Caseworker, Stage};
use protocol::id::{CaseId, PersonId, RecordId};
use protocol::mutation::Act;
use protocol::party::{Found, LookUp, Party, PartyAccess, PartyRelation};
use protocol::refusal::RefusalCode;
use protocol::relation::{ClosedBy, RelationKind, Source};

const DAY: i64 = 24 * 60 * 60 * 1000;
const MOA: &str = "199001019802";

/// Moa is known to the backend in memory, and nobody else.
pub(crate) async fn look_up(State(_): State<Shared>, Json(asked): Json<LookUp>) -> Response {
    if asked.personal_number != MOA || asked.purpose != protocol::access::Purpose::Handle {
        return refuse(StatusCode::NOT_FOUND, RefusalCode::Access);
    }
    Json(Found { person: PersonId::new("moa"), name: "Moa Berg".to_owned() }).into_response()
}

fn party(name: &str) -> Party {
    Party {
        case: CaseId::new("c"),
        name: name.to_owned(),
        concerned: false,
        protected: false,
        relations: Vec::new(),
        access: None,
        suspended: None,
        apart: Vec::new(),
    }
}

fn custody(until: Option<i64>) -> PartyRelation {
    PartyRelation {
        relation: RecordId::new("r1"),
        kind: RelationKind::JointCustody,
        matters: Vec::new(),
        starts: NOW - DAY,
        until,
        source: Source::PopulationRegister,
        checked_at: NOW - DAY,
        same_address: false,
    }
}

/// Berit's desk with Elsa's case open, and around it her mother (let in for ten days), her father (a guardian for twenty) and
/// somebody from whom she is kept apart.
async fn desk() -> (Backend, Device) {
    let backend = Backend::start().await;
    {
        let mut world = backend.world();
        (world.me.person, world.me.leads) = (PersonId::new("berit"), true);
        world.scope("own", ScopeKind::Desk, SyncMode::Auto);
        world.scope("case", ScopeKind::Case, SyncMode::OnOpen);
    }
    let worker = Caseworker {
        person: PersonId::new("berit"),
        name: "Berit".to_owned(),
        title: String::new(),
        unit: String::new(),
        phone: String::new(),
    };
    let case = Case {
        case: CaseId::new("c"),
        number: "2026-1".to_owned(),
        title: "Stöd".to_owned(),
        concerns: "Elsa Ek".to_owned(),
        caseworker: worker,
        stage: Stage::Investigating,
        next_step: None,
        opened_at: 1,
    };
    backend.put("case", "c", &case);
    let apart = vec![PersonId::new("ove")];
    backend.put("case", "elsa", &Party { concerned: true, apart, ..party("Elsa Ek") });
    let access = PartyAccess {
        role: Role::Guardian,
        ground: "vårdnadshavare".to_owned(),
        since: NOW - DAY,
        review_at: Some(NOW + 10 * DAY),
        matters: Vec::new(),
    };
    backend.put("case", "mor", &Party { relations: vec![custody(None)], access: Some(access), ..party("Åsa Ek") });
    backend.put("case", "far", &Party { relations: vec![custody(Some(NOW + 20 * DAY))], ..party("Bo Ek") });
    let (suspended, apart) = (Some(ClosedBy::KeptApart), vec![PersonId::new("elsa")]);
    backend.put("case", "ove", &Party { suspended, apart, ..party("Ove Alm") });
    let device = Device::open(&backend).await;
    open(&device).await;
    device.until("everybody is here", async |client| list(client).await.people.len() == 4).await;
    (backend, device)
}

async fn open(device: &Device) {
    let open = OpenScope { scope: "case".to_owned(), purpose: Purpose::Handle, reason: None };
    device.client.open_scope(open).await.expect("opens");
}

async fn list(client: &Client) -> PartiesView {
    client.list_parties(ListParties { case: "c".to_owned() }).await.expect("a list")
}

async fn change(device: &Device, change: Change) -> Result<(), Failure> {
    device.client.change_party(ChangeParty { case: "c".to_owned(), change }).await
}

/// What arrived at the backend besides looks, with its lane.
async fn arrived(backend: &Backend, count: usize) -> Vec<(String, Act)> {
    let acts = |world: &crate::backend::World| {
        let acts = world.arrived.iter().filter(|one| !matches!(one.act, Act::Seen(_)));
        acts.map(|one| (one.lane.to_string(), one.act.clone())).collect::<Vec<_>>()
    };
    backend.until("it is told", |world| acts(world).len() >= count).await;
    acts(&backend.world())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_who_can_read_it_now_and_follows_the_clock() {
    let (backend, device) = desk().await;
    let view = list(&device.client).await;
    assert!(view.is_mine && view.leads && view.changes.is_empty());
    let names: Vec<&str> = view.people.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Elsa Ek", "Åsa Ek", "Bo Ek", "Ove Alm"], "whom it concerns, then whoever can read it");
    let standing = |view: &PartiesView, person: &str| {
        view.people.iter().find(|one| one.person == person).map(|one| one.standing.clone()).expect("is there")
    };
    assert!(matches!(standing(&view, "mor"), Standing::Open { review_at: Some(_), .. }));
    assert_eq!(standing(&view, "far"), Standing::Eligible { matters: Vec::new() });
    assert_eq!(standing(&view, "ove"), Standing::Apart);
    assert_eq!(view.people[0].apart[0].name, "Ove Alm");
    // Days go by, and nobody writes anything anew.
    for (day, mother, father) in [
        (11, Standing::Eligible { matters: Vec::new() }, When::Now),
        (21, Standing::Eligible { matters: Vec::new() }, When::Over),
    ] {
        backend.world().now = NOW + day * DAY;
        backend.hint();
        device
            .until("the case has left", async |client| {
                client.list_parties(ListParties { case: "c".to_owned() }).await.is_err()
            })
            .await;
        open(&device).await;
        device.until("the day has come", async |client| list(client).await.people.len() == 4).await;
        let view = list(&device.client).await;
        let of = |person: &str| view.people.iter().find(|one| one.person == person).expect("is there");
        assert_eq!((&of("mor").standing, of("mor").lapsed_at), (&mother, Some(NOW + 10 * DAY)), "day {day}");
        assert_eq!(of("far").relations[0].when, father, "day {day}");
        assert_eq!(of("far").standing == Standing::Outside, father == When::Over, "day {day}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_is_one_act_in_the_lane_where_it_belongs() {
    let (backend, device) = desk().await;
    let ground = || "prövat".to_owned();
    let let_in = |person: &str, months| Change::LetIn { person: person.to_owned(), ground: ground(), months };
    let relate = |last_day: &str| Change::Relate {
        person: "moa".to_owned(),
        kind: Kind::GodMan,
        last_day: Some(last_day.to_owned()),
        source: From::ChiefGuardian,
        same_address: false,
    };
    for (wrong, code) in [
        (let_in("far", 0), FailureCode::Invalid),
        (let_in("far", 13), FailureCode::Invalid),
        (relate("2020-01-01"), FailureCode::Invalid),
        (Change::ShutOut { person: "mor".to_owned(), ground: " ".to_owned() }, FailureCode::Invalid),
        (Change::ShutOut { person: "mor".to_owned(), ground: "å".repeat(301) }, FailureCode::TooLong),
    ] {
        assert_eq!(change(&device, wrong).await.expect_err("is wrong").code, code);
    }
    change(&device, relate("2027-06-30")).await.expect("is kept");
    change(&device, let_in("far", 3)).await.expect("is kept");
    change(&device, Change::Check { relation: "r1".to_owned(), source: From::CourtDecision }).await.expect("is kept");
    change(&device, Change::Protect { person: "elsa".to_owned(), ground: ground() }).await.expect("is kept");
    let acts = arrived(&backend, 4).await;
    let of = |wanted: fn(&Act) -> bool| acts.iter().find(|(_, act)| wanted(act)).expect("it arrived").clone();
    let (lane, act) = of(|act| matches!(act, Act::RecordRelation(_)));
    let Act::RecordRelation(act) = act else { panic!("it is one") };
    assert_eq!((lane.as_str(), act.kind, act.starts <= NOW), ("case", RelationKind::GodMan, true));
    // Midnight after 30 June in Sweden.
    assert_eq!(act.until, Some(1_814_392_800_000));
    let (lane, act) = of(|act| matches!(act, Act::OpenCaseTo(_)));
    let Act::OpenCaseTo(act) = act else { panic!("it is one") };
    assert_eq!((lane.as_str(), act.person.as_str()), ("case", "far"));
    assert!((88..=93).contains(&((act.review_at - NOW) / DAY)), "three months");
    assert_eq!(of(|act| matches!(act, Act::CheckRelation(_))).0, "case");
    assert_eq!(of(|act| matches!(act, Act::MarkProtected(_))).0, "own", "the mark is of a person and of no case");

    // Somebody who acts for a protected person is confirmed.
    let suspended = Some(ClosedBy::Protected);
    backend.put("case", "far", &Party { relations: vec![custody(None)], suspended, ..party("Bo Ek") });
    device
        .until("he is suspended", async |client| {
            list(client).await.people.iter().any(|one| one.guarded && one.standing == Standing::ToConfirm)
        })
        .await;
    change(&device, let_in("far", 6)).await.expect("is kept");
    let acts = arrived(&backend, 5).await;
    assert!(matches!(&acts[4], (lane, Act::ConfirmProxy(act)) if lane == "case" && act.person.as_str() == "far"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_waits_for_the_network_and_a_refusal_stays_until_it_is_dealt_with() {
    let (backend, device) = desk().await;
    backend.set_down(true);
    backend.world().refuse = Some(RefusalCode::Access);
    let let_in = Change::LetIn { person: "far".to_owned(), ground: "vårdnadshavare".to_owned(), months: 3 };
    change(&device, let_in).await.expect("is kept");
    let waiting = list(&device.client).await.changes.remove(0);
    assert_eq!((waiting.sort, waiting.name.as_deref(), waiting.refused), (ChangeSort::LetIn, Some("Bo Ek"), None));
    backend.set_down(false);
    device.client.enter_foreground();
    device
        .until("it is refused", async |client| list(client).await.changes.iter().any(|one| one.refused.is_some()))
        .await;
    let refused = list(&device.client).await.changes.remove(0).refused.expect("is refused");
    assert_eq!(refused.code, FailureCode::Access);
    device.client.discard(Discard { mid: refused.mid }).await.expect("is thrown away");
    assert!(list(&device.client).await.changes.is_empty());
    assert_eq!(sync(&device.client).await.refused, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_is_found_by_a_whole_number_and_only_with_a_network() {
    let (backend, device) = desk().await;
    let find = async |number: &str| {
        device.client.find_person(FindPerson { case: "c".to_owned(), number: number.to_owned() }).await
    };
    let found = find(" 19900101-9802 ").await.expect("is found");
    assert_eq!((found.person.as_str(), found.name.as_str()), ("moa", "Moa Berg"));
    assert_eq!(find("9001019802").await.expect_err("is no whole number").code, FailureCode::Invalid);
    assert_eq!(find("199001019803").await.expect_err("is nobody's").code, FailureCode::Access);
    backend.set_down(true);
    assert_eq!(find(MOA).await.expect_err("cannot be noted").code, FailureCode::ServiceDown);
}
