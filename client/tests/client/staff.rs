//! A caseworker's device: rows by themselves, content only when opened and for as long as it is lent.

use crate::backend::{Backend, NOW};
use crate::device::{Device, message, sync, thread};
use bridge::FailureCode;
use bridge::access::{OpenScope, Purpose};
use bridge::case::{ListCaseload, ListCases};
use bridge::message::{InboxRowView, ListInbox, MessageState, SendMessage, ShowThread};
use bridge::sync::{Discard, RefusedView};
use digiteam_client::Client;
use protocol::access::{ScopeKind, SyncMode};
use protocol::case::{CaseRow, Stage};
use protocol::id::{CaseId, ScopeId, ThreadId};
use protocol::message::ThreadRow;
use protocol::mutation::Act;

async fn berit() -> Backend {
    let backend = Backend::start().await;
    {
        let mut world = backend.world();
        world.me.person = protocol::id::PersonId::new("berit");
        world.scope("own", ScopeKind::Desk, SyncMode::Auto);
        world.scope("thread", ScopeKind::Thread, SyncMode::OnOpen);
    }
    backend.put("thread", "t", &thread());
    backend.put("thread", "m1", &message("anna", "Hej Berit", 1));
    backend.put(
        "own",
        "t",
        &ThreadRow {
            thread: ThreadId::new("t"),
            scope: ScopeId::new("thread"),
            with: "Anna Ek".to_owned(),
            subject: "Hyran".to_owned(),
            last_at: 1,
            last_from_other: true,
            unread: 1,
        },
    );
    backend
}

async fn inbox(device: &Device) -> InboxRowView {
    device.client.list_inbox(ListInbox {}).await.expect("an inbox").remove(0)
}

fn opening() -> OpenScope {
    OpenScope { scope: "thread".to_owned(), purpose: Purpose::Reply, reason: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_lists_its_cases_and_says_which_are_open() {
    let backend = berit().await;
    backend.world().scope("case", ScopeKind::Case, SyncMode::OnOpen);
    let row = CaseRow {
        case: CaseId::new("c"),
        scope: ScopeId::new("case"),
        number: "2026-1".to_owned(),
        title: "Stöd".to_owned(),
        concerns: "Anna Ek".to_owned(),
        stage: Stage::Investigating,
    };
    backend.put("own", "c", &row);
    backend.put("case", "t", &thread());
    let device = Device::open(&backend).await;
    let load = async |client: &Client| client.list_caseload(ListCaseload {}).await.expect("a list").remove(0);
    assert_eq!(
        (load(&device.client).await.opened, load(&device.client).await.row.concerns.as_str()),
        (false, "Anna Ek")
    );
    assert!(device.client.list_cases(ListCases {}).await.expect("a list").is_empty(), "a row is no case that is here");
    device
        .client
        .open_scope(OpenScope { scope: "case".to_owned(), purpose: Purpose::Handle, reason: None })
        .await
        .expect("is opened");
    device.until("it is open", async |client| load(client).await.opened).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn content_comes_when_opened_stays_while_lent_and_leaves() {
    let backend = berit().await;
    let device = Device::open(&backend).await;
    let seen = inbox(&device).await;
    assert_eq!((seen.opened, seen.awaits_reply, seen.row.unread, seen.row.preview), (false, true, 1, None));
    let closed = device.client.show_thread(ShowThread { thread: "t".to_owned() }).await.expect_err("is not here");
    assert_eq!(closed.code, FailureCode::Access);

    backend.set_down(true);
    device
        .until("offline is seen", async |client| {
            client.enter_foreground();
            !sync(client).await.online
        })
        .await;
    assert_eq!(device.client.open_scope(opening()).await.expect_err("cannot be logged").code, FailureCode::ServiceDown);
    backend.set_down(false);
    device.client.open_scope(opening()).await.expect("opens");
    assert_eq!(device.messages().await.len(), 1);
    assert!(inbox(&device).await.opened);

    // Looked at again without a network: told later.
    backend.set_down(true);
    device.client.open_scope(opening()).await.expect("is still here");
    backend.set_down(false);
    device.client.enter_foreground();
    backend.until("the look is told", |world| world.arrived.iter().any(|one| matches!(one.act, Act::Seen(_)))).await;

    // The lease is over, by the backend's clock.
    backend.world().now = NOW + 3_600_001;
    backend.hint();
    device.until("it left", async |_| device.messages().await.is_empty()).await;
    assert!(!inbox(&device).await.opened);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_in_a_thread_that_is_lost_is_told_until_it_is_thrown_away() {
    let backend = berit().await;
    let device = Device::open(&backend).await;
    device.client.open_scope(opening()).await.expect("opens");
    backend.set_down(true);
    let call = SendMessage { thread: "t".to_owned(), text: "För sent".to_owned() };
    device.client.send_message(call).await.expect("is kept");
    {
        let mut world = backend.world();
        world.scopes.get_mut(&ScopeId::new("thread")).expect("is there").granted = false;
        world.delete("own", "thread_row", "t");
        world.down = false;
    }
    device.client.enter_foreground();
    device
        .until("it is told in the inbox", async |client| {
            let rows = client.list_inbox(ListInbox {}).await.expect("an inbox");
            rows.iter().any(|one| (one.row.refused, one.row.subject.as_str(), one.opened) == (1, "", true))
        })
        .await;
    let left = device.messages().await;
    let MessageState::Refused(RefusedView { mid, .. }) = &left[0].state else { panic!("{left:?}") };
    assert_eq!(left[0].text, "För sent");
    device.client.discard(Discard { mid: mid.clone() }).await.expect("is thrown away");
    assert!(device.client.list_inbox(ListInbox {}).await.expect("an inbox").is_empty());
    assert_eq!(sync(&device.client).await.refused, 0);
}
