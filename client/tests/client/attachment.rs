//! Files that go with messages: kept sealed until they are sent, sent before their message, once.

use crate::backend::{Backend, field};
use crate::blob::hash;
use crate::device::{CODE, Device, Shown, anna, message, sync};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bridge::document::{FileAt, PageView, ShowPage};
use bridge::identity::Unlock;
use bridge::message::{
    AttachFile, AttachedView, DetachFile, MAX_FILES, MessageState, SendMessage, ShowThread, TakeBack, ThreadView,
};
use bridge::sync::Discard;
use bridge::{Failure, FailureCode};
use protocol::document::BlobRef;
use protocol::id::{BlobId, ScopeId};
use protocol::message::MAX_FILE;
use std::path::Path;

const WORDS: &str = "Kanarieräkning för mars: 8 450 kronor.";

async fn attach(device: &Device, name: &str, bytes: &[u8]) -> Result<Vec<AttachedView>, Failure> {
    let data = BASE64_STANDARD.encode(bytes);
    device.client.attach_file(AttachFile { thread: "t".to_owned(), name: name.to_owned(), data }).await
}

async fn send(device: &Device, text: &str) -> Result<(), Failure> {
    device.client.send_message(SendMessage { thread: "t".to_owned(), text: text.to_owned() }).await
}

async fn thread(device: &Device) -> ThreadView {
    device.client.show_thread(ShowThread { thread: "t".to_owned() }).await.expect("is here")
}

async fn page(device: &Device, file: &str) -> Result<PageView, Failure> {
    device.client.show_page(ShowPage { file: FileAt::Message { file: file.to_owned() }, page: 0, width: 300 }).await
}

/// The store is looked after now, and not only in half a minute.
fn look_after(device: &Device) {
    device.clock.set(60);
    device.client.enter_foreground();
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("blobs")).expect("a folder").count()
}

fn names(files: &[AttachedView]) -> Vec<&str> {
    files.iter().map(|file| file.name.as_str()).collect()
}

fn revoke(backend: &Backend) {
    backend.world().scopes.get_mut(&ScopeId::new("thread")).expect("is there").granted = false;
}

fn arrived(backend: &Backend) -> usize {
    backend.world().arrived.iter().filter(|mutation| !mutation.act.files().is_empty()).count()
}

/// Whether the bytes of `words` stand anywhere in a file of the folder.
fn stand_readable(folder: &Path, words: &str) -> bool {
    std::fs::read_dir(folder).expect("a folder").flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return stand_readable(&path, words);
        }
        let bytes = std::fs::read(&path).expect("reads");
        bytes.windows(words.len()).any(|part| part == words.as_bytes())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn attached_offline_they_outlive_the_app_and_go_before_their_message_once() {
    let backend = anna().await;
    let mut device = Device::open(&backend).await;
    backend.set_down(true);
    attach(&device, "räkning.txt", WORDS.as_bytes()).await.expect("is kept");
    device.restart().await;
    device.client.unlock(Unlock { code: CODE.to_owned() }).await.expect("opens");
    assert_eq!(names(&thread(&device).await.draft_files), ["räkning.txt"], "what is begun outlives the app");
    attach(&device, "kvitto.png", &png(4, 2)).await.expect("is kept");
    send(&device, "Här är räkningen.").await.expect("is kept");
    send(&device, "Hör av dig.").await.expect("is kept");
    let shown = thread(&device).await;
    assert_eq!(shown.draft_files, []);
    let waiting = &shown.messages[1];
    assert_eq!(waiting.state, MessageState::Waiting);
    assert_eq!(names(&waiting.files), ["räkning.txt", "kvitto.png"]);
    let view = page(&device, &waiting.files[0].file).await.expect("one's own is read before it is sent");
    assert_eq!(view.text.as_deref(), Some(WORDS));
    assert!(!stand_readable(device.folder.path(), WORDS), "it lies readable on the disk");

    device.restart().await;
    device.client.unlock(Unlock { code: CODE.to_owned() }).await.expect("opens");
    // The answer to the first upload is lost: it is sent again under the same name.
    backend.world().blobs.lose_reply = true;
    backend.set_down(false);
    device.client.enter_foreground();
    device
        .until_thread(&[("Hej Anna", Shown::Sent), ("Här är räkningen.", Shown::Sent), ("Hör av dig.", Shown::Sent)])
        .await;
    device.until("nothing waits", async |client| sync(client).await.waiting == 0).await;
    {
        let world = backend.world();
        let first = world.blobs.came[0].clone();
        assert_eq!(world.blobs.came.iter().filter(|blob| **blob == first).count(), 2, "{:?}", world.blobs.came);
        assert_eq!(world.blobs.kept[&first], WORDS.as_bytes());
        assert_eq!((world.blobs.kept.len(), world.messages_with("Här är räkningen.")), (2, 1));
    }
    assert_eq!(arrived(&backend), 1, "no message was sent before its files");
    let sent = thread(&device).await.messages[1].clone();
    assert!(sent.files.iter().all(|file| file.here), "what one has sent is here still");
    backend.set_down(true);
    assert_eq!(page(&device, &sent.files[0].file).await.expect("is read offline").text.as_deref(), Some(WORDS));
    assert_eq!(files(device.folder.path()), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_sent_comes_by_itself_and_is_read_offline() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    let photo = png(600, 200);
    let mut sent = message("berit", "", 9);
    sent.files = vec![BlobRef {
        blob: BlobId::new("b"),
        name: "karta.png".to_owned(),
        media_type: "image/png".to_owned(),
        size: photo.len() as u64,
        sha256: hash(&photo),
    }];
    backend.world().blobs.kept.insert("b".to_owned(), photo);
    backend.put("thread", "m9", &sent);
    device
        .until("the file is here", async |_| {
            thread(&device).await.messages.last().is_some_and(|message| message.files.iter().any(|file| file.here))
        })
        .await;
    let listed = device.client.list_threads(bridge::message::ListThreads {}).await.expect("a list").remove(0);
    assert_eq!(listed.preview.as_deref(), Some("karta.png"), "a wordless message is named by its file");
    backend.set_down(true);
    let view = page(&device, "b").await.expect("a picture");
    let drawn = BASE64_STANDARD.decode(view.png).expect("base64");
    assert_eq!(u32::from_be_bytes(drawn[16..20].try_into().expect("four bytes")), 300, "as wide as was asked for");

    // The thread leaves, and its file with it.
    revoke(&backend);
    backend.set_down(false);
    device.client.enter_foreground();
    device.until("the file left", async |_| files(device.folder.path()) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_backend_has_lost_is_sent_again_and_what_nobody_has_is_told() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    backend.set_down(true);
    attach(&device, "a.txt", b"Ett").await.expect("is kept");
    send(&device, "Med bilaga").await.expect("is kept");
    attach(&device, "b.txt", b"Tre").await.expect("is kept");
    send(&device, "Utan den").await.expect("is kept");
    send(&device, "Sist").await.expect("is kept");
    // The second file is damaged on the disk.
    let second = thread(&device).await.messages[2].files[0].file.clone();
    let kept: Vec<_> = std::fs::read_dir(device.folder.path().join("blobs")).expect("a folder").flatten().collect();
    assert_eq!(page(&device, &second).await.expect("is read").text.as_deref(), Some("Tre"));
    for entry in &kept {
        let sealed = std::fs::read(entry.path()).expect("reads");
        std::fs::write(entry.path(), &sealed[..sealed.len() - 1]).expect("writes");
        if page(&device, &second).await.is_err() {
            break;
        }
        std::fs::write(entry.path(), &sealed).expect("writes");
    }
    backend.set_down(false);
    device.client.enter_foreground();
    device
        .until_thread(&[
            ("Hej Anna", Shown::Sent),
            ("Med bilaga", Shown::Sent),
            ("Sist", Shown::Sent),
            ("Utan den", Shown::Refused),
        ])
        .await;
    let refused = thread(&device).await.messages[3].clone();
    let MessageState::Refused(refused) = refused.state else { panic!("is refused") };
    assert_eq!(refused.code, FailureCode::FileLost);
    let text = device.client.take_back(TakeBack { mid: refused.mid, draft: String::new() }).await.expect("comes back");
    assert_eq!((text.as_str(), thread(&device).await.draft_files.len()), ("Utan den", 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backend_is_sent_the_file_again_with_its_message() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    backend.world().withhold_rows = true;
    attach(&device, "a.txt", b"Ett").await.expect("is kept");
    send(&device, "Med bilaga").await.expect("is kept");
    backend.until("it arrived", |world| world.results.len() == 1).await;
    device.until("the answer arrived", async |client| sync(client).await.waiting == 1).await;
    // Restored from before both.
    {
        let mut world = backend.world();
        world.db_epoch = "second".to_owned();
        world.results.clear();
        world.lanes.clear();
        world.blobs.kept.clear();
        world.withhold_rows = false;
        let scope = world.scopes.get_mut(&ScopeId::new("thread")).expect("is there");
        scope.records.retain(|_, record| field(record, "from") != "anna");
        scope.head = 2;
    }
    backend.hint();
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Med bilaga", Shown::Sent)]).await;
    assert_eq!(backend.world().blobs.kept.values().collect::<Vec<_>>(), [b"Ett"]);
    assert_eq!(backend.world().messages_with("Med bilaga"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_access_the_message_is_refused_with_its_file_until_it_is_thrown_away() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    backend.set_down(true);
    attach(&device, "a.txt", WORDS.as_bytes()).await.expect("is kept");
    send(&device, "Hej").await.expect("is kept");
    attach(&device, "b.txt", b"Inte skickad").await.expect("is kept");
    revoke(&backend);
    backend.set_down(false);
    device.client.enter_foreground();
    device.until_thread(&[("Hej", Shown::Refused)]).await;
    assert_eq!(arrived(&backend), 0, "nothing of it left the device");
    assert!(backend.world().blobs.kept.is_empty());
    let shown = thread(&device).await;
    assert!(shown.gone && shown.draft_files.is_empty(), "what was only begun left with the thread");
    assert_eq!(names(&shown.messages[0].files), ["a.txt"]);
    let MessageState::Refused(refused) = shown.messages[0].state.clone() else { panic!("is refused") };
    assert_eq!(refused.code, FailureCode::Access);
    device.client.discard(Discard { mid: refused.mid }).await.expect("is thrown away");
    look_after(&device);
    device.until("its file is swept away", async |_| files(device.folder.path()) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_can_be_sent_is_taken_and_it_can_be_removed() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    let code = |result: Result<Vec<AttachedView>, Failure>| result.map(|_| ()).map_err(|failure| failure.code);
    let large = vec![b'a'; usize::try_from(MAX_FILE).expect("fits") + 1];
    assert_eq!(code(attach(&device, "a.txt", &large).await), Err(FailureCode::TooLong));
    for other in [&b""[..], b"PK\x03\x04 en mapp", b"\xff\xd8 avhugget"] {
        assert_eq!(code(attach(&device, "a.jpg", other).await), Err(FailureCode::Unreadable), "{other:?}");
    }
    let nowhere = AttachFile { thread: "nowhere".to_owned(), name: "a".to_owned(), data: BASE64_STANDARD.encode("a") };
    assert_eq!(code(device.client.attach_file(nowhere).await), Err(FailureCode::Access));
    assert_eq!(send(&device, " ").await.map_err(|failure| failure.code), Err(FailureCode::Invalid));
    for n in 0..MAX_FILES {
        attach(&device, &format!("{n}.txt"), b"Hej").await.expect("is kept");
    }
    assert_eq!(code(attach(&device, "en till.txt", b"Hej").await), Err(FailureCode::Invalid));
    let mut left = thread(&device).await.draft_files;
    while let Some(file) = left.first().cloned() {
        left = device.client.detach_file(DetachFile { thread: "t".to_owned(), file: file.file }).await.expect("goes");
    }
    look_after(&device);
    device.until("they are swept away", async |_| files(device.folder.path()) == 0).await;
}

/// A picture of one colour.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height).write_to(&mut png, image::ImageFormat::Png).expect("is drawn");
    png.into_inner()
}
