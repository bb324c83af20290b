//! A message is sent once, whatever happens to the backend meanwhile.

use std::time::Duration;

use bridge::message::{ListThreads, MessageState, SendMessage, ShowThread};
use digiteam_tests::desktop::Desktop;
use digiteam_tests::device::{Device, told};
use digiteam_tests::stage::{RESIDENT, Stage};
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
    }
    // A process that ends while a store is at work may fall over on its way out.
    device.client.shutdown().await;
    other.client.shutdown().await;
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
