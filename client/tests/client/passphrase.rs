//! A device without a keyring: a passphrase opens what is stored, and nothing is ever stored in the open.

use crate::device::{Device, anna, session, sync, threads};
use bridge::identity::{ChooseCode, Secret, SessionView, SignOut, Unlock};
use bridge::{Failure, FailureCode};
use digiteam_client::{Vault, VaultError};
use serde_json::Value;
use std::sync::Arc;
use zeroize::Zeroizing;

const PHRASE: &str = "fyra små gröna äpplen";

struct NoKeyring;

impl Vault for NoKeyring {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Err(VaultError("there is none".to_owned()))
    }
    fn write(&self, _: &[u8]) -> Result<(), VaultError> {
        self.read().map(drop)
    }
    fn remove(&self) -> Result<(), VaultError> {
        self.read().map(drop)
    }
}

async fn choose(device: &Device, code: &str) -> Result<(), Failure> {
    device.client.choose_code(ChooseCode { code: code.to_owned() }).await
}

async fn unlock(device: &Device, code: &str) -> Result<(), Failure> {
    device.client.unlock(Unlock { code: code.to_owned() }).await
}

async fn stored(vault: Arc<dyn Vault>, backend: &crate::backend::Backend) -> Device {
    let device = Device::with_keyring(backend, vault);
    device.sign_in().await;
    device
        .until("a passphrase is asked for", async |client| {
            matches!(session(client).await, SessionView::ChooseCode { by: Secret::Passphrase, .. })
        })
        .await;
    assert_eq!(choose(&device, "482913").await.expect_err("is no passphrase").code, FailureCode::BadPassphrase);
    choose(&device, PHRASE).await.expect("a store");
    device.until("all is here", async |client| sync(client).await.as_of.is_some()).await;
    device
}

fn lock_file(device: &Device) -> Value {
    let text = std::fs::read(device.folder.path().join("lock.json")).expect("is there");
    serde_json::from_slice(&text).expect("is JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passphrases_have_to_wait_and_the_last_erases_everything() {
    let backend = anna().await;
    let mut device = stored(Arc::new(NoKeyring), &backend).await;
    device.restart().await;
    for left in [9, 8, 7] {
        let wrong = unlock(&device, "fyra små röda äpplen").await.expect_err("is wrong");
        assert_eq!((wrong.code, wrong.details), (FailureCode::WrongPassphrase, Some(left.to_string())));
    }
    // The right one too, and a new start helps nobody; one that comes too early is not counted.
    for _ in 0..2 {
        let early = unlock(&device, PHRASE).await.expect_err("comes too early");
        assert_eq!(early.code, FailureCode::TooSoon);
        assert!(early.details.and_then(|seconds| seconds.parse().ok()).is_some_and(|seconds: u32| seconds <= 15));
        device.restart().await;
    }
    assert_eq!(session(&device.client).await, SessionView::Locked { by: Secret::Passphrase, tries_left: 7 });
    device.clock.pass(15);
    unlock(&device, PHRASE).await.expect("opens");
    device.restart().await;
    assert_eq!(session(&device.client).await, SessionView::Locked { by: Secret::Passphrase, tries_left: 10 });

    let last = Value::from(1);
    let mut file = lock_file(&device);
    file["tries_left"] = last;
    std::fs::write(device.folder.path().join("lock.json"), file.to_string()).expect("writes");
    assert_eq!(unlock(&device, "fyra små röda äpplen").await.expect_err("is wrong").code, FailureCode::TooManyTries);
    assert_eq!(std::fs::read_dir(device.folder.path()).expect("a folder").count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_erases_without_a_keyring_too() {
    let backend = anna().await;
    let device = stored(Arc::new(NoKeyring), &backend).await;
    device.client.sign_out(SignOut {}).await.expect("erases");
    assert_eq!(session(&device.client).await, SessionView::SignedOut { reason: None });
    assert_eq!(std::fs::read_dir(device.folder.path()).expect("a folder").count(), 0);
}

/// The real keyring, with nobody there to answer for it.
#[cfg(target_os = "linux")]
mod out_of_reach {
    use super::*;
    use digiteam_client::KeyringVault;
    use std::process::Command;

    /// Set for the process in which it is out of reach.
    const INSIDE: &str = "DIGITEAM_TEST_OUT_OF_REACH";

    #[tokio::test(flavor = "multi_thread")]
    async fn a_passphrase_opens_the_store_again_and_no_half_of_a_key_lies_about() {
        if std::env::var_os(INSIDE).is_none() {
            let name = format!("{}::a_passphrase_opens_the_store_again_and_no_half_of_a_key_lies_about", module());
            let mut command = Command::new(std::env::current_exe().expect("a path"));
            command.args([name.as_str(), "--exact"]).env(INSIDE, "1");
            command.env("XDG_RUNTIME_DIR", "/nonexistent").env_remove("DBUS_SESSION_BUS_ADDRESS");
            let said = command.output().expect("starts");
            let text = String::from_utf8_lossy(&said.stdout);
            assert!(said.status.success() && text.contains("1 passed"), "{text}");
            return;
        }
        let vault = Arc::new(KeyringVault::new("out of reach"));
        assert!(vault.read().is_err(), "there is a keyring after all");
        let backend = anna().await;
        let mut device = stored(vault, &backend).await;
        let file = lock_file(&device);
        assert_eq!(file["version"], 2);
        assert!(file["effort"]["memory_kib"].as_u64().is_some_and(|memory| memory >= 64 * 1024));

        backend.set_down(true);
        device.restart().await;
        assert_eq!(session(&device.client).await, SessionView::Locked { by: Secret::Passphrase, tries_left: 10 });
        let wrong = unlock(&device, "fyra små röda äpplen").await.expect_err("is wrong");
        assert_eq!(wrong.code, FailureCode::WrongPassphrase);
        unlock(&device, PHRASE).await.expect("opens");
        assert_eq!(threads(&device.client).await, 1);
        device.client.shutdown().await;
    }

    fn module() -> &'static str {
        module_path!().split_once("::").map_or("", |(_, rest)| rest)
    }
}
