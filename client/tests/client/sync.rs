//! The feed: what comes, what leaves, and what survives a backend with another past.

use crate::backend::field;
use crate::device::{CODE, Device, Shown, anna, message, sync, threads};
use bridge::FailureCode;
use bridge::case::{ListCases, ShowCase};
use bridge::home::ShowHome;
use bridge::identity::Unlock;
use bridge::message::{ListThreads, MessageState, SendMessage, ShowThread, TakeBack};
use bridge::sync::{Discard, RefusedView};
use protocol::access::{ScopeKind, SyncMode};
use protocol::id::ScopeId;
use serde_json::json;
use std::path::Path;

async fn send(device: &Device, text: &str) {
    device.client.send_message(SendMessage { thread: "t".to_owned(), text: text.to_owned() }).await.expect("is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_pages_come_one_after_the_other() {
    let backend = anna().await;
    {
        let mut world = backend.world();
        world.page = 7;
        for n in 0..50 {
            world.put(&ScopeId::new("thread"), &format!("n{n}"), &message("berit", &format!("Nummer {n}"), n));
        }
    }
    let device = Device::open(&backend).await;
    assert_eq!(device.messages().await.len(), 51);
    assert!(!sync(&device.client).await.catching_up);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_granted_any_more_leaves_and_does_not_return_by_an_old_cursor() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    let grant = |granted, epoch| {
        let mut world = backend.world();
        let scope = world.scopes.get_mut(&ScopeId::new("thread")).expect("is there");
        (scope.granted, scope.epoch) = (granted, epoch);
        drop(world);
        backend.hint();
    };
    grant(false, 1);
    device.until("it left", async |client| threads(client).await == 0).await;
    backend
        .world()
        .scopes
        .get_mut(&ScopeId::new("thread"))
        .expect("is there")
        .records
        .retain(|key, _| key.0 != "message");
    grant(true, 2);
    device.until("it is back", async |client| threads(client).await == 1).await;
    assert!(device.messages().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_lost_scope_is_refused_and_told_until_it_is_thrown_away() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    backend.set_down(true);
    send(&device, "För sent").await;
    {
        let mut world = backend.world();
        world.scopes.get_mut(&ScopeId::new("thread")).expect("is there").granted = false;
        world.down = false;
    }
    device.client.enter_foreground();
    backend.until("it was refused", |world| world.results.len() == 1).await;
    device
        .until("only the refused one is left", async |client| {
            let shown = sync(client).await;
            (shown.waiting, shown.refused, device.messages().await.len()) == (0, 1, 1)
        })
        .await;
    assert_eq!(threads(&device.client).await, 1);
    let left = device.messages().await;
    let MessageState::Refused(RefusedView { mid, .. }) = &left[0].state else { panic!("{left:?}") };
    assert_eq!((left.len(), left[0].text.as_str()), (1, "För sent"));
    let thread = device.client.show_thread(ShowThread { thread: "t".to_owned() }).await.expect("is told");
    assert!(thread.gone, "there is nowhere to write");
    let taken = device.client.take_back(TakeBack { mid: mid.clone(), draft: String::new() }).await;
    assert_eq!(taken.expect_err("there is no reply to take it back into").code, FailureCode::Access);
    assert_eq!(device.messages().await.len(), 1, "the words are gone");
    device.client.discard(Discard { mid: mid.clone() }).await.expect("it is there");
    assert_eq!((sync(&device.client).await.refused, threads(&device.client).await), (0, 0));
    assert_eq!(backend.world().messages_with("För sent"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_epoch_replaces_what_was_there() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    {
        let mut world = backend.world();
        let scope = world.scopes.get_mut(&ScopeId::new("thread")).expect("is there");
        scope.epoch = 2;
        scope.records.retain(|key, _| key.0 == "thread");
    }
    backend.hint();
    device.until("the old message left", async |_| device.messages().await.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tombstone_deletes() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    backend.world().delete("thread", "message", "m1");
    backend.hint();
    device.until("it is gone", async |_| device.messages().await.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backend_gets_what_it_forgot_and_shows_only_what_it_has() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    send(&device, "Före").await;
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Före", Shown::Sent)]).await;
    backend.world().withhold_rows = true;
    send(&device, "Efter").await;
    backend.until("it arrived", |world| world.results.len() == 2).await;
    device.until("the answer arrived", async |client| sync(client).await.waiting == 1).await;
    // Restored from before everything that Anna wrote, lane numbers included.
    {
        let mut world = backend.world();
        world.db_epoch = "second".to_owned();
        world.results.clear();
        world.lanes.clear();
        world.withhold_rows = false;
        let scope = world.scopes.get_mut(&ScopeId::new("thread")).expect("is there");
        scope.records.retain(|_, record| field(record, "from") != "anna");
        scope.head = 2;
    }
    backend.hint();
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Efter", Shown::Sent)]).await;
    send(&device, "Och vidare").await;
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Efter", Shown::Sent), ("Och vidare", Shown::Sent)]).await;
    assert_eq!(backend.world().messages_with("Efter"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_wants_a_login_first_is_no_network() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    device.until("it is online", async |client| sync(client).await.online).await;
    backend.world().portal = true;
    device
        .until("offline is seen", async |client| {
            client.enter_foreground();
            !sync(client).await.online
        })
        .await;
    send(&device, "Efter inloggningen").await;
    backend.world().portal = false;
    device.client.enter_foreground();
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Efter inloggningen", Shown::Sent)]).await;
    assert!(sync(&device.client).await.online);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_newer_app_can_read_is_said_to_be_there() {
    let backend = anna().await;
    {
        let mut world = backend.world();
        for (id, kind) in [("newer", ScopeKind::Thread), ("case", ScopeKind::Case)] {
            world.scope(id, kind, SyncMode::Auto);
        }
        let form = json!({ "form": [1, { "deep": null }] });
        world.put_newer("thread", "message", "m9", &form);
        world.put_newer("newer", "thread", "t9", &json!({ "thread": "t9", "subject": ["a"] }));
        world.put_newer("own", "task", "task9", &form);
        world.put_newer("case", "case", "c9", &json!({ "case": "c9", "title": 7 }));
    }
    let device = Device::open(&backend).await;
    let client = &device.client;
    let messages: Vec<_> = device.messages().await.into_iter().map(|message| (message.text, message.newer)).collect();
    assert_eq!(messages, [("Hej Anna".to_owned(), false), (String::new(), true)]);
    let threads = client.list_threads(ListThreads {}).await.expect("a list");
    let newer: Vec<_> = threads.iter().filter(|row| row.newer).map(|row| row.thread.as_str()).collect();
    assert_eq!((threads.len(), newer), (2, vec!["t9"]));
    let tasks = client.show_home(ShowHome {}).await.expect("a home").tasks;
    assert_eq!(tasks.iter().filter(|task| task.newer).count(), 1);
    let cases = client.list_cases(ListCases {}).await.expect("a list");
    assert_eq!(cases.iter().map(|row| (row.case.as_str(), row.newer)).collect::<Vec<_>>(), [("c9", true)]);
    let thread = client.show_thread(ShowThread { thread: "t9".to_owned() }).await.expect_err("cannot be read");
    let case = client.show_case(ShowCase { case: "c9".to_owned() }).await.expect_err("cannot be read");
    assert_eq!((thread.code, case.code), (FailureCode::UpdateNeeded, FailureCode::UpdateNeeded));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_readable_is_on_disk() {
    const CANARY: &str = "Kanariefågeln";
    let backend = anna().await;
    backend.put("thread", "m2", &message("berit", CANARY, 2));
    let mut device = Device::open(&backend).await;
    backend.set_down(true);
    send(&device, &format!("{CANARY} en gång till")).await;
    let refresh = backend.world().oidc.refresh.clone();
    assert!(searched(device.folder.path(), &[CANARY, &refresh, "Anna Ek", CODE]) >= 3);
    device.restart().await;
    assert!(searched(device.folder.path(), &[CANARY, &refresh, "Anna Ek", CODE]) >= 2);
    // It is there for who has the code.
    device.client.unlock(Unlock { code: CODE.to_owned() }).await.expect("opens");
    assert!(device.messages().await.iter().any(|message| message.text == CANARY));
}

// Looks through every file; gives how many there were.
fn searched(folder: &Path, words: &[&str]) -> usize {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files += searched(&path, words);
            continue;
        }
        files += 1;
        let bytes = std::fs::read(&path).expect("a file");
        for word in words {
            assert!(
                !bytes.windows(word.len()).any(|part| part == word.as_bytes()),
                "{word} stands in {}",
                path.display()
            );
        }
    }
    files
}
