//! Writing and reading: shown at once, sent once, never lost.

use crate::device::{CODE, Device, Shown, anna, message, sync};
use bridge::FailureCode;
use bridge::home::{News, ShowHome};
use bridge::identity::Unlock;
use bridge::message::{ListThreads, MarkRead, MessageState, SendMessage, ShowThread, TakeBack, ThreadRowView};
use bridge::sync::{Discard, RefusedView, Resend};
use bridge::task::CompleteTask;
use digiteam_client::Client;
use protocol::message::ReadMark;
use protocol::refusal::RefusalCode;

async fn send(device: &Device, text: &str) {
    device.client.send_message(SendMessage { thread: "t".to_owned(), text: text.to_owned() }).await.expect("is kept");
}

async fn row(device: &Device) -> ThreadRowView {
    device.client.list_threads(ListThreads {}).await.expect("a list").remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn written_offline_it_waits_is_shown_and_arrives_once() {
    let backend = anna().await;
    let mut device = Device::open(&backend).await;
    backend.set_down(true);
    send(&device, "  Jag har hyresavin nu.  ").await;
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Jag har hyresavin nu.", Shown::Waiting)]).await;
    device.until("offline is seen", async |client| !sync(client).await.online).await;
    assert_eq!(sync(&device.client).await.waiting, 1);
    let listed = row(&device).await;
    assert_eq!((listed.waiting, listed.preview.as_deref()), (1, Some("Jag har hyresavin nu.")));
    assert_eq!((listed.with.as_str(), listed.unread), ("Berit Lund", 1));

    device.restart().await;
    device.client.unlock(Unlock { code: CODE.to_owned() }).await.expect("opens");
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Jag har hyresavin nu.", Shown::Waiting)]).await;
    backend.set_down(false);
    device.client.enter_foreground();
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Jag har hyresavin nu.", Shown::Sent)]).await;
    device.until("nothing waits", async |client| sync(client).await.waiting == 0).await;
    assert_eq!(backend.world().messages_with("Jag har hyresavin nu."), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_dropped_from_the_queue_only_when_its_row_is_here() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    backend.world().withhold_rows = true;
    send(&device, "Hej Berit").await;
    backend.until("it was told to be done", |world| world.told == 1).await;
    // A second pull begins only when the first was taken in.
    backend.hint();
    backend.until("it was told again", |world| world.told == 2).await;
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Hej Berit", Shown::Waiting)]).await;
    assert_eq!(sync(&device.client).await.waiting, 1);
    backend.world().withhold_rows = false;
    backend.hint();
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Hej Berit", Shown::Sent)]).await;
    assert_eq!(sync(&device.client).await.waiting, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_reply_is_lost_it_goes_out_again_under_the_same_id() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    {
        let mut world = backend.world();
        world.lose_push_replies = true;
        world.withhold_rows = true;
    }
    send(&device, "Bara en gång").await;
    backend.until("it was sent twice", |world| world.arrived.len() >= 2).await;
    {
        let mut world = backend.world();
        world.lose_push_replies = false;
        world.withhold_rows = false;
    }
    device.client.enter_foreground();
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Bara en gång", Shown::Sent)]).await;
    let world = backend.world();
    assert!(world.arrived.iter().all(|mutation| mutation == &world.arrived[0]));
    assert_eq!(world.messages_with("Bara en gång"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_kept_and_can_be_tried_again_or_thrown_away() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    backend.world().refuse = Some(RefusalCode::Closed);
    send(&device, "Första").await;
    send(&device, "Andra").await;
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Första", Shown::Refused), ("Andra", Shown::Refused)]).await;
    assert_eq!((sync(&device.client).await.refused, row(&device).await.refused), (2, 2));
    let mid = |state: &MessageState| match state {
        MessageState::Refused(RefusedView { code: FailureCode::Closed, mid }) => mid.clone(),
        other => panic!("not refused as closed: {other:?}"),
    };
    let shown = device.messages().await;
    backend.world().refuse = None;
    device.client.discard(Discard { mid: mid(&shown[2].state) }).await.expect("is thrown away");
    device.client.resend(Resend { mid: mid(&shown[1].state) }).await.expect("is tried again");
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Första", Shown::Sent)]).await;
    assert_eq!(sync(&device.client).await.refused, 0);
    let gone = device.client.discard(Discard { mid: mid(&shown[2].state) }).await.expect_err("is gone");
    assert_eq!(gone.code, FailureCode::Access);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_message_is_taken_back_into_what_is_being_written_and_outlives_the_app_there() {
    let backend = anna().await;
    let mut device = Device::open(&backend).await;
    backend.world().refuse = Some(RefusalCode::Closed);
    send(&device, "Första").await;
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Första", Shown::Refused)]).await;
    let MessageState::Refused(RefusedView { mid, .. }) = &device.messages().await[1].state.clone() else {
        panic!("not refused")
    };
    let take = TakeBack { mid: mid.clone(), draft: "Och så det här".to_owned() };
    assert_eq!(device.client.take_back(take.clone()).await.expect("is taken back"), "Första\n\nOch så det här");
    assert_eq!(device.client.take_back(take).await.expect_err("is taken").code, FailureCode::Access);
    device.until_thread(&[("Hej Anna", Shown::Sent)]).await;
    assert_eq!(sync(&device.client).await.refused, 0);
    device.restart().await;
    device.client.unlock(Unlock { code: CODE.to_owned() }).await.expect("opens");
    let thread = device.client.show_thread(ShowThread { thread: "t".to_owned() }).await.expect("is here");
    assert_eq!(thread.draft, "Första\n\nOch så det här");
    backend.world().refuse = None;
    send(&device, &thread.draft).await;
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Första\n\nOch så det här", Shown::Sent)]).await;
    assert_eq!(backend.world().messages_with("Första"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_message_is_not_taken() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    for (thread, text, code) in [
        ("t", "  \n ".to_owned(), FailureCode::Invalid),
        ("t", "å".repeat(10_001), FailureCode::TooLong),
        ("another", "Hej".to_owned(), FailureCode::Access),
    ] {
        let call = SendMessage { thread: thread.to_owned(), text };
        assert_eq!(device.client.send_message(call).await.expect_err("is refused").code, code);
    }
    send(&device, &"å".repeat(10_000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_counts_at_once_and_the_other_side_is_seen_reading() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    assert_eq!(row(&device).await.unread, 1);
    let upto_seq = device.client.show_thread(ShowThread { thread: "t".to_owned() }).await.expect("is here").upto_seq;
    backend.set_down(true);
    for _ in 0..2 {
        device.client.mark_read(MarkRead { thread: "t".to_owned(), upto_seq }).await.expect("is kept");
    }
    assert_eq!(row(&device).await.unread, 0);
    backend.set_down(false);
    device.client.enter_foreground();
    backend.until("the mark arrived", |world| world.arrived.len() == 1).await;
    assert_eq!(row(&device).await.unread, 0);

    send(&device, "Har du läst?").await;
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Har du läst?", Shown::Sent)]).await;
    let MessageState::Sent { seq, read: false } = device.messages().await[1].state else { panic!("read too early") };
    let mark = ReadMark { reader: protocol::id::PersonId::new("berit"), upto_seq: seq, at: 3 };
    backend.put("thread", "mark-of-berit", &mark);
    device
        .until("it was read", async |_| {
            matches!(device.messages().await.last().expect("a message").state, MessageState::Sent { read: true, .. })
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn home_tells_what_to_do_and_what_is_new() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    let home = async || device.client.show_home(ShowHome {}).await.expect("a home");
    let seen = home().await;
    assert_eq!((seen.given_name.as_str(), seen.tasks.len(), seen.news.len()), ("Anna", 1, 1));
    assert_eq!((&seen.news[0].what, seen.news[0].unread), (&News::Message { thread: "t".to_owned() }, true));
    assert_eq!(seen.news[0].from, "Berit Lund");
    backend.set_down(true);
    for _ in 0..2 {
        device.client.complete_task(CompleteTask { task: seen.tasks[0].task.clone() }).await.expect("is kept");
    }
    assert!(home().await.tasks[0].done_waiting);
    backend.set_down(false);
    device.client.enter_foreground();
    device.until("the task is done", async |_| home().await.tasks.is_empty()).await;
    assert_eq!(backend.world().arrived.len(), 1);
    backend.put("thread", "m2", &message("berit", "Tack!", 9));
    device.until("the newest is told", async |_| home().await.news[0].at == 9).await;
    assert_eq!(home().await.news.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_could_not_be_marked_as_done_says_so_until_it_is_dealt_with() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    let task = async || device.client.show_home(ShowHome {}).await.expect("a home").tasks.into_iter().next();
    let refused = async |client: &Client| {
        let home = client.show_home(ShowHome {}).await.expect("a home");
        home.tasks.first().is_some_and(|task| task.refused.is_some() && !task.done_waiting)
    };
    let id = task().await.expect("there is one").task;
    backend.world().refuse = Some(RefusalCode::Closed);
    device.client.complete_task(CompleteTask { task: id.clone() }).await.expect("is kept");
    device.until("it was refused", refused).await;
    assert_eq!(sync(&device.client).await.refused, 1);
    // Said again, it is tried again; thrown away, it is as if nothing had been said.
    device.client.complete_task(CompleteTask { task: id }).await.expect("is kept");
    device.until("it was refused again", refused).await;
    let RefusedView { code, mid } = task().await.and_then(|task| task.refused).expect("was refused");
    assert_eq!(code, FailureCode::Closed);
    backend.world().refuse = None;
    device.client.discard(Discard { mid: mid.clone() }).await.expect("is thrown away");
    assert!(task().await.is_some_and(|task| task.refused.is_none() && !task.done_waiting));
    assert_eq!(sync(&device.client).await.refused, 0);
    assert_eq!(device.client.resend(Resend { mid }).await.expect_err("is gone").code, FailureCode::Access);
}
