//! Real processes on a bad network: whatever is cut, held up or killed, what was kept is sent once.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use bridge::identity::Unlock;
use bridge::message::{ListThreads, MessageState, SendMessage, ShowThread};
use bridge::sync::ShowSync;
use client::Client;
use digiteam_tests::desktop::Desktop;
use digiteam_tests::device::{Device, told};
use digiteam_tests::person::CODE;
use digiteam_tests::process::{Process, own};
use digiteam_tests::proxy::{Proxy, Weather};
use digiteam_tests::stage::{RESIDENT, Stage};
use digiteam_tests::wait::{LONG, until};

/// From a request line that is cut to an answer that lacks its last bytes.
const WEATHERS: &[Weather] = &[
    Weather::Closed,
    Weather::BlackHole,
    Weather::HalfOpen,
    Weather::CutAfter(0),
    Weather::CutAfter(40),
    Weather::CutAfter(200),
    Weather::CutAfter(400),
    Weather::Slow(Duration::from_millis(30)),
];

/// Every round kills the sending process after one message more.
const KILLS: u32 = 6;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_in_any_weather_and_between_kills_arrives_exactly_once() {
    let mut stage = Stage::start().await.expect("a stage");
    let desktop = Desktop::start(stage.folder()).await.expect("a desktop");
    let folder = stage.folder().join("pocket");
    let mut device = Device::at(&folder, stage.backend()).expect("a device");
    device.sign_in(&desktop, &stage, RESIDENT).await.expect("a login");
    let thread = first_thread(&device.client).await;
    device.client.shutdown().await;
    drop(device);

    // The same device, on a network of its own.
    let port = stage.backend().port().expect("it has one");
    let proxy = Proxy::start(port).await.expect("a proxy");
    let device = Device::at(&folder, proxy.url()).expect("a device");
    unlock(&device.client).await;
    let mut kept = Vec::new();
    for (round, weather) in WEATHERS.iter().enumerate() {
        let before = proxy.harm();
        proxy.set(*weather);
        let text = format!("Väder {round}.");
        let send = SendMessage { thread: thread.clone(), text: text.clone() };
        device.client.send_message(send).await.expect("it is kept in any case");
        kept.push(text);
        device.client.enter_foreground();
        until("the weather to do harm", LONG, async || Ok((proxy.harm() > before).then_some(())))
            .await
            .unwrap_or_else(|error| panic!("{weather:?}: {error:#}"));
        if round % 3 == 2 {
            stage.kill_backend().await.expect("it ends");
            stage.start_backend().await.expect("it comes back");
        }
        proxy.set(Weather::Closed);
        proxy.set(Weather::Fair);
        all_sent(&device.client, &thread, &kept).await.unwrap_or_else(|error| panic!("{weather:?}: {error:#}"));
    }
    device.client.shutdown().await;
    drop(device);

    // And now the whole process ends, while it queues, pulls and pushes on a slow road.
    proxy.set(Weather::Slow(Duration::from_millis(3)));
    for round in 0..KILLS {
        let mut command = own("sender").expect("it is built");
        command.arg(&folder).arg(proxy.url().as_str()).arg(&thread).arg(format!("Avbrott {round}"));
        let name = format!("sender{round}");
        let mut sender = Process::start(&name, stage.folder(), &command).expect("it starts");
        let last = format!("kept Avbrott {round} {}", 1 + round * 7);
        sender.says(&last, LONG).await.expect("it keeps messages");
        sender.kill().await.expect("it ends");
        let log = std::fs::read_to_string(stage.folder().join(format!("{name}.log"))).expect("it has a log");
        kept.extend(log.lines().filter_map(|line| line.strip_prefix("kept ")).map(str::to_owned));
    }
    proxy.set(Weather::Fair);
    let device = Device::at(&folder, proxy.url()).expect("a device");
    unlock(&device.client).await;
    all_sent(&device.client, &thread, &kept).await.expect("all that was kept is sent");

    // What the backend has, as a device sees it that has sent nothing.
    let mut other = Device::new(&stage).expect("a device");
    other.sign_in(&desktop, &stage, RESIDENT).await.expect("a login");
    assert_eq!(first_thread(&other.client).await, thread);
    all_sent(&other.client, &thread, &kept).await.expect("it stands there once");
    // A process that ends while a store is at work may fall over on its way out.
    device.client.shutdown().await;
    other.client.shutdown().await;
}

async fn unlock(client: &Client) {
    client.unlock(Unlock { code: CODE.to_owned() }).await.expect("the code opens it");
}

/// The newest thread, as soon as all of it is there.
async fn first_thread(client: &Client) -> String {
    let thread = until("a thread", LONG, async || {
        let sync = client.show_sync(ShowSync {}).await.map_err(told)?;
        let threads = client.list_threads(ListThreads {}).await.map_err(told)?;
        let complete = sync.online && !sync.catching_up && sync.as_of.is_some();
        Ok(threads.into_iter().next().filter(|_| complete))
    });
    thread.await.expect("there is one").thread
}

/// Waits until all of them stand in the thread as sent, and fails as soon as one stands there twice.
async fn all_sent(client: &Client, thread: &str, kept: &[String]) -> Result<()> {
    client.enter_foreground();
    let mut missing = Vec::new();
    let sent = until("all to be sent", LONG, async || {
        let shown = client.show_thread(ShowThread { thread: thread.to_owned() }).await.map_err(told)?;
        let mut times: BTreeMap<&str, (u32, bool)> = BTreeMap::new();
        for message in &shown.messages {
            let (count, sent) = times.entry(&message.text).or_default();
            *count += 1;
            *sent = matches!(message.state, MessageState::Sent { .. });
        }
        for text in kept {
            let count = times.get(text.as_str()).map_or(0, |(count, _)| *count);
            anyhow::ensure!(count <= 1, "{text:?} stands there {count} times");
        }
        missing = kept.iter().filter(|text| !times.get(text.as_str()).is_some_and(|(_, sent)| *sent)).collect();
        Ok(missing.is_empty().then_some(()))
    });
    sent.await.map_err(|error| error.context(format!("not sent: {missing:?}")))
}
