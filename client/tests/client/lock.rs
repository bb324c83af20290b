//! What locks by itself, and what is being written meanwhile.

use crate::device::{CODE, Device, anna, session, sync, threads};
use bridge::FailureCode;
use bridge::identity::{ChooseIdle, Lock, NoteActivity, Secret, SessionView, Unlock, UseOnce};
use bridge::message::{KeepDraft, ListThreads, SendMessage, ShowThread};
use digiteam_client::Client;

async fn unlock(device: &Device) {
    device.client.unlock(Unlock { code: CODE.to_owned() }).await.expect("opens");
}

async fn seconds_left(client: &Client) -> Option<u32> {
    match session(client).await {
        SessionView::Open { locks_in_seconds, .. } => locks_in_seconds,
        other => panic!("{other:?}"),
    }
}

async fn write(client: &Client, text: &str) {
    client.keep_draft(KeepDraft { thread: "t".to_owned(), text: text.to_owned() }).await.expect("is kept");
}

async fn draft(client: &Client) -> String {
    client.show_thread(ShowThread { thread: "t".to_owned() }).await.expect("a thread").draft
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_uses_warns_and_locks_and_a_press_keeps_it_open() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    assert_eq!(seconds_left(&device.client).await, None);
    device.clock.pass(275);
    assert!(seconds_left(&device.client).await.is_some_and(|left| left <= 25));
    device.client.note_activity(NoteActivity {}).await.expect("is heard");
    assert_eq!(seconds_left(&device.client).await, None);

    device.clock.pass(299);
    assert!(seconds_left(&device.client).await.is_some());
    device.clock.pass(2);
    // Before anybody has closed the store, nobody is answered.
    let late = device.client.note_activity(NoteActivity {}).await.expect_err("comes too late");
    assert_eq!(late.code, FailureCode::NotOpen);
    let closed = device.client.list_threads(ListThreads {}).await.expect_err("is locked");
    assert_eq!(closed.code, FailureCode::NotOpen);
    assert_eq!(session(&device.client).await, SessionView::Locked { by: Secret::Code, tries_left: 5 });
    unlock(&device).await;
    assert_eq!((threads(&device.client).await, seconds_left(&device.client).await), (1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_slept_through_the_limit_locks_at_waking() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    device.clock.set(3600);
    device.client.enter_foreground();
    // By the announcement alone, as no window asks while its device sleeps.
    let mut changes = device.client.changes();
    while device.client.list_threads(ListThreads {}).await.is_ok() {
        changes.recv().await.expect("is announced");
    }
    assert_eq!(session(&device.client).await, SessionView::Locked { by: Secret::Code, tries_left: 5 });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_is_chosen_and_stays_chosen() {
    let backend = anna().await;
    let mut device = Device::open(&backend).await;
    let minutes = async |client: &Client| match session(client).await {
        SessionView::Open { idle_minutes, .. } => idle_minutes,
        other => panic!("{other:?}"),
    };
    assert_eq!(minutes(&device.client).await, 5);
    let never = device.client.choose_idle(ChooseIdle { minutes: 600 }).await.expect_err("is no choice");
    assert_eq!(never.code, FailureCode::Invalid);
    device.client.choose_idle(ChooseIdle { minutes: 15 }).await.expect("is kept");
    device.clock.pass(14 * 60);
    assert_eq!(minutes(&device.client).await, 15);
    device.restart().await;
    unlock(&device).await;
    assert_eq!(minutes(&device.client).await, 15);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_device_of_somebody_else_the_session_ends_with_the_time() {
    let backend = anna().await;
    let device = Device::new(&backend);
    device.sign_in().await;
    device
        .until("a code is asked for", async |client| matches!(session(client).await, SessionView::ChooseCode { .. }))
        .await;
    device.client.use_once(UseOnce {}).await.expect("goes on");
    device.clock.pass(301);
    assert_eq!(session(&device.client).await, SessionView::SignedOut { reason: None });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_written_survives_lock_restart_and_the_end_of_the_session() {
    let backend = anna().await;
    let mut device = Device::open(&backend).await;
    write(&device.client, "Jag undrar om").await;
    device.client.lock(Lock {}).await.expect("locks");
    unlock(&device).await;
    assert_eq!(draft(&device.client).await, "Jag undrar om");

    write(&device.client, "Jag undrar om hyran").await;
    device.restart().await;
    unlock(&device).await;
    assert_eq!(draft(&device.client).await, "Jag undrar om hyran");

    backend.end_sessions();
    backend.hint();
    device
        .until("a login is needed", async |client| {
            matches!(session(client).await, SessionView::Open { login_needed: true, .. })
        })
        .await;
    write(&device.client, "Jag undrar om hyran.").await;
    device.sign_in().await;
    device.until("online again", async |client| sync(client).await.online).await;
    assert_eq!(draft(&device.client).await, "Jag undrar om hyran.");

    let text = "Jag undrar om hyran.".to_owned();
    device.client.send_message(SendMessage { thread: "t".to_owned(), text }).await.expect("is kept");
    assert_eq!(draft(&device.client).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_written_leaves_with_its_thread() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    write(&device.client, "Hej igen").await;
    backend.world().scopes.get_mut(&protocol::id::ScopeId::new("thread")).expect("is there").granted = false;
    backend.hint();
    device.until("it left", async |client| threads(client).await == 0).await;
    backend.world().scopes.get_mut(&protocol::id::ScopeId::new("thread")).expect("is there").granted = true;
    backend.hint();
    device.until("it is back", async |client| threads(client).await == 1).await;
    assert_eq!(draft(&device.client).await, "");
}
