//! A stolen disk: without the keyring it gives nothing, not even to somebody who knows the code.

use crate::device::{CODE, Device, Shown, anna, session, threads};
use bridge::FailureCode;
use bridge::identity::{SessionView, Unlock};
use bridge::message::SendMessage;
use digiteam_client::Vault as _;
use std::fs;
use std::path::Path;

/// Words of the conversation that come about nowhere else.
const SECRETS: [&str; 2] = ["Kanariefågeln", "Strandpromenaden"];

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).expect("is read")));
        }
    }
    found
}

/// As UTF-8, or as UTF-16 as some systems write it.
fn holds(bytes: &[u8], word: &str) -> bool {
    let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [word.as_bytes(), &wide].iter().any(|word| bytes.windows(word.len()).any(|some| some == *word))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_disk_without_the_keyring_gives_nothing() {
    let backend = anna().await;
    backend.put("thread", "m2", &crate::device::message("berit", &format!("{} flög.", SECRETS[0]), 2));
    let mut device = Device::open(&backend).await;
    let call = SendMessage { thread: "t".to_owned(), text: format!("Vid {}.", SECRETS[1]) };
    device.client.send_message(call).await.expect("is kept");
    let (first, second) = (format!("{} flög.", SECRETS[0]), format!("Vid {}.", SECRETS[1]));
    let whole = [("Hej Anna", Shown::Sent), (first.as_str(), Shown::Sent), (second.as_str(), Shown::Sent)];
    device.until_thread(&whole).await;
    let refresh = backend.world().oidc.refresh.clone();
    backend.set_down(true);
    device.restart().await;

    // What is searched for, and the search itself, are not blind.
    assert!(holds(refresh.as_bytes(), &refresh) && !refresh.is_empty());
    let mut searched = 0;
    for (name, bytes) in files(device.folder.path()) {
        searched += bytes.len();
        for word in SECRETS.iter().copied().chain(["Anna Ek", "Berit Lund", refresh.as_str(), CODE]) {
            assert!(!holds(&bytes, word), "{word} stands in {name}");
        }
    }
    assert!(searched > 8_192, "the store is not among what is searched");

    // Somebody else's keyring, and the right code: it counts as a wrong one.
    let kept = device.vault.read().expect("a vault").expect("a secret");
    device.vault.write(&[7; 32]).expect("a vault");
    device.restart().await;
    let call = || Unlock { code: CODE.to_owned() };
    assert_eq!(device.client.unlock(call()).await.expect_err("does not open").code, FailureCode::WrongCode);
    assert!(matches!(session(&device.client).await, SessionView::Locked { tries_left: 4, .. }));

    // No keyring's secret at all.
    device.vault.remove().expect("a vault");
    device.restart().await;
    let lost = SessionView::SignedOut { reason: Some(FailureCode::KeyLost) };
    assert_eq!(session(&device.client).await, lost);
    assert!(device.client.unlock(call()).await.is_err());
    assert!(device.client.list_threads(bridge::message::ListThreads {}).await.is_err());

    // With both halves it is all there: nothing else was missing.
    device.vault.write(&kept).expect("a vault");
    device.restart().await;
    device.client.unlock(call()).await.expect("opens");
    assert_eq!(threads(&device.client).await, 1);
}
