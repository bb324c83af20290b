//! A message is sent once, whatever happens to the backend meanwhile.

use std::fs;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bridge::document::{FileAt, ShowPage};
use bridge::message::{AttachFile, ListThreads, MessageState, SendMessage, ShowThread};
use digiteam_tests::desktop::Desktop;
use digiteam_tests::device::{Device, told};
use digiteam_tests::stage::{CASEWORKER, RESIDENT, Stage};
use digiteam_tests::wait::{LONG, until};
use tokio::time::sleep;

/// The backend is killed at another moment in every round, from before the message reaches it to after
/// its answer has left.
const ROUNDS: u32 = 16;

#[tokio::test]
async fn a_message_sent_while_the_backend_is_killed_arrives_exactly_once() {
    let mut stage = Stage::start().await.expect("a stage");
    let desktop = Desktop::start(stage.folder()).await.expect("a desktop");
    let mut device = Device::new(&stage).expect("a device");
    device.sign_in(&desktop, &stage, RESIDENT).await.expect("a login");
    let thread = first_thread(&device).await;

    for round in 0..ROUNDS {
        let text = words(round);
        if has_file(round) {
            let data = BASE64_STANDARD.encode(written(round));
            let attach = AttachFile { thread: thread.clone(), name: "bilaga.txt".to_owned(), data };
            device.client.attach_file(attach).await.expect("it is kept in any case");
        }
        let send = SendMessage { thread: thread.clone(), text: text.clone() };
        device.client.send_message(send).await.expect("it is kept in any case");
        sleep(Duration::from_millis(3) * round).await;
        stage.kill_backend().await.expect("it ends");
        stage.start_backend().await.expect("it comes back");
        device.client.enter_foreground();
        until("the message to be sent", LONG, async || {
            Ok(count_sent(&device, &thread, &text).await?.eq(&1).then_some(()))
        })
        .await
        .unwrap_or_else(|error| panic!("round {round}: {error:#}"));
    }

    // What the backend has, as a device sees it that has sent nothing.
    let mut other = Device::new(&stage).expect("a device");
    other.sign_in(&desktop, &stage, RESIDENT).await.expect("a login");
    assert_eq!(first_thread(&other).await, thread);
    for round in 0..ROUNDS {
        let count = count_sent(&other, &thread, &words(round)).await.expect("it can be read");
        assert_eq!(count, 1, "round {round}");
        let files = files_of(&other, &thread, &words(round)).await.expect("it can be read");
        assert_eq!(files.len(), usize::from(has_file(round)), "round {round}");
        for file in files {
            let show = ShowPage { file: FileAt::Message { file }, page: 0, width: 800 };
            let shown = other.client.show_page(show).await.expect("no message is there without its file");
            assert_eq!(shown.text, Some(written(round)), "round {round}");
        }
    }
    // A process that ends while a store is at work may fall over on its way out.
    device.client.shutdown().await;
    other.client.shutdown().await;
}

/// How many messages are under way when the backend is asked to end.
const CROWD: u32 = 12;

/// How often it is asked.
const STOPS: u32 = 3;

#[tokio::test]
async fn a_backend_that_is_asked_to_end_keeps_what_it_acknowledged_and_its_log_names_nobody() {
    let mut stage = Stage::start().await.expect("a stage");
    let desktop = Desktop::start(stage.folder()).await.expect("a desktop");
    let mut device = Device::new(&stage).expect("a device");
    device.sign_in(&desktop, &stage, RESIDENT).await.expect("a login");
    let thread = first_thread(&device).await;

    let mut acknowledged = Vec::new();
    for round in 0..STOPS {
        let texts: Vec<String> = (0..CROWD).map(|n| words(round * CROWD + n)).collect();
        for text in &texts {
            let send = SendMessage { thread: thread.clone(), text: text.clone() };
            device.client.send_message(send).await.expect("it is kept in any case");
        }
        until("a message to be sent", LONG, async || {
            Ok((count_sent(&device, &thread, &texts[0]).await? == 1).then_some(()))
        })
        .await
        .expect("the first is sent");
        // Its end is a good one only if nothing was lost on the way.
        stage.stop_backend().await.expect("it ends well");
        for text in &texts {
            if count_sent(&device, &thread, text).await.expect("it can be read") == 1 {
                acknowledged.push(text.clone());
            }
        }
        stage.start_backend().await.expect("it comes back");
        device.client.enter_foreground();
    }
    let last = words(STOPS * CROWD - 1);
    until("the last message to be sent", LONG, async || {
        Ok((count_sent(&device, &thread, &last).await? == 1).then_some(()))
    })
    .await
    .expect("everything is sent");

    let mut other = Device::new(&stage).expect("a device");
    other.sign_in(&desktop, &stage, RESIDENT).await.expect("a login");
    assert_eq!(first_thread(&other).await, thread);
    for number in 0..STOPS * CROWD {
        let count = count_sent(&other, &thread, &words(number)).await.expect("it can be read");
        assert_eq!(count, 1, "message {number}, acknowledged: {}", acknowledged.contains(&words(number)));
    }
    device.client.shutdown().await;
    other.client.shutdown().await;
    stage.stop_backend().await.expect("it ends well");

    for name in ["backend.log", "load.log"] {
        let log = fs::read_to_string(stage.folder().join(name)).expect("it wrote one");
        assert!(name == "load.log" || log.contains("listening") && log.contains("stopping"), "{log}");
        for word in ["Maja", "Sjögren", "Helena", "Forsberg", RESIDENT, CASEWORKER, "Meddelande", "bistånd", "code="]
        {
            assert!(!log.contains(word), "{name} holds {word}");
        }
    }
}

/// A file goes with every second message.
fn has_file(round: u32) -> bool {
    round % 2 == 1
}

/// Long enough that the backend may be killed while it arrives.
fn written(round: u32) -> String {
    format!("Bilaga nummer {round}. ").repeat(40_000)
}

async fn files_of(device: &Device, thread: &str, text: &str) -> anyhow::Result<Vec<String>> {
    let shown = device.client.show_thread(ShowThread { thread: thread.to_owned() }).await.map_err(told)?;
    let files = shown.messages.into_iter().filter(|message| message.text == text).flat_map(|message| message.files);
    Ok(files.map(|file| file.file).collect())
}

fn words(round: u32) -> String {
    format!("Meddelande nummer {round}.")
}

/// The newest thread, as soon as all of it is there.
async fn first_thread(device: &Device) -> String {
    let thread = until("a thread", LONG, async || {
        let sync = device.client.show_sync(bridge::sync::ShowSync {}).await.map_err(told)?;
        let threads = device.client.list_threads(ListThreads {}).await.map_err(told)?;
        let complete = sync.online && !sync.catching_up && sync.as_of.is_some();
        Ok(threads.into_iter().next().filter(|_| complete))
    });
    thread.await.expect("there is one").thread
}

async fn count_sent(device: &Device, thread: &str, text: &str) -> anyhow::Result<usize> {
    let shown = device.client.show_thread(ShowThread { thread: thread.to_owned() }).await.map_err(told)?;
    let same: Vec<_> = shown.messages.iter().filter(|message| message.text == text).collect();
    anyhow::ensure!(same.len() == 1, "it stands there {} times", same.len());
    Ok(same.iter().filter(|message| matches!(message.state, MessageState::Sent { .. })).count())
}
