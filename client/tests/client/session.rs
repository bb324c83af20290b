//! Logging in and out, the code, and what happens when a part of it is missing.

use crate::device::{CODE, Device, Shown, anna, session, sync, threads};
use crate::oidc::Cheat;
use bridge::identity::{
    CancelSignIn, ChooseCode, ListMunicipalities, Lock, Realm, Secret, SessionView, SignIn, SignOut, Unlock, UseOnce,
};
use bridge::message::{ListThreads, SendMessage};
use bridge::{Failure, FailureCode, Retry};
use digiteam_client::{Client, Opener, Return, Setup, SystemClock, Vault};
use protocol::id::{PersonId, ScopeId};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

async fn unlock(device: &Device, code: &str) -> Result<(), Failure> {
    device.client.unlock(Unlock { code: code.to_owned() }).await
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("a folder").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_stored_before_a_code_and_the_code_opens_it_again_offline() {
    let backend = anna().await;
    let mut device = Device::new(&backend);
    assert_eq!(session(&device.client).await, SessionView::SignedOut { reason: None });
    device.sign_in().await;
    device
        .until("a code is asked for", async |client| matches!(session(client).await, SessionView::ChooseCode { .. }))
        .await;
    {
        let world = backend.world();
        let asked = world.oidc.asked.as_ref().expect("asked");
        assert_eq!((asked["municipality"].as_str(), asked["realm"].as_str()), ("landskrona", "resident"));
        assert_eq!(
            (asked["scope"].as_str(), asked["code_challenge_method"].as_str()),
            ("openid offline_access", "S256")
        );
    }
    assert_eq!(files(device.folder.path()), 0);
    assert!(device.vault.read().expect("a vault").is_none());
    let bad = device.client.choose_code(ChooseCode { code: "12345".to_owned() }).await.expect_err("is refused");
    assert_eq!(bad.code, FailureCode::BadCode);
    device.client.choose_code(ChooseCode { code: CODE.to_owned() }).await.expect("a store");
    device.until("all is here", async |client| sync(client).await.as_of.is_some()).await;

    backend.set_down(true);
    device.restart().await;
    assert_eq!(session(&device.client).await, SessionView::Locked { by: Secret::Code, tries_left: 5 });
    let closed = device.client.list_threads(ListThreads {}).await.expect_err("is locked");
    assert_eq!(closed.code, FailureCode::NotOpen);
    let wrong = unlock(&device, "000000").await.expect_err("is wrong");
    assert_eq!((wrong.code, wrong.details.as_deref()), (FailureCode::WrongCode, Some("4")));
    device.restart().await;
    assert_eq!(session(&device.client).await, SessionView::Locked { by: Secret::Code, tries_left: 4 });
    unlock(&device, CODE).await.expect("opens");
    assert_eq!(threads(&device.client).await, 1);
    let shown = sync(&device.client).await;
    assert!(!shown.online && shown.as_of.is_some());
    device.restart().await;
    assert_eq!(session(&device.client).await, SessionView::Locked { by: Secret::Code, tries_left: 5 });
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_wrong_codes_erase_everything() {
    let backend = anna().await;
    let mut device = Device::open(&backend).await;
    device.restart().await;
    for left in (1..5).rev() {
        assert_eq!(unlock(&device, "000000").await.expect_err("is wrong").details, Some(left.to_string()));
    }
    assert_eq!(unlock(&device, "000000").await.expect_err("is wrong").code, FailureCode::TooManyTries);
    assert_eq!(session(&device.client).await, SessionView::SignedOut { reason: Some(FailureCode::TooManyTries) });
    assert_eq!(files(device.folder.path()), 0);
    assert!(device.vault.read().expect("a vault").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_is_told_and_a_new_login_starts_afresh() {
    let backend = anna().await;
    let mut device = Device::open(&backend).await;
    device.restart().await;
    device.vault.remove().expect("a vault");
    assert_eq!(session(&device.client).await, SessionView::SignedOut { reason: Some(FailureCode::KeyLost) });
    assert!(files(device.folder.path()) > 0);
    device.sign_in().await;
    device
        .until("a code is asked for", async |client| matches!(session(client).await, SessionView::ChooseCode { .. }))
        .await;
    assert_eq!(files(device.folder.path()), 0);
    device.client.choose_code(ChooseCode { code: CODE.to_owned() }).await.expect("a store");
    device.until("all is here", async |client| threads(client).await == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_goes_between_start_and_unlock_is_no_crash() {
    let backend = anna().await;
    let mut device = Device::open(&backend).await;
    device.restart().await;
    assert_eq!(session(&device.client).await, SessionView::Locked { by: Secret::Code, tries_left: 5 });
    device.vault.remove().expect("a vault");
    assert_eq!(unlock(&device, CODE).await.expect_err("has no key").code, FailureCode::KeyLost);
    assert_eq!(session(&device.client).await, SessionView::SignedOut { reason: Some(FailureCode::KeyLost) });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_fit_is_thrown_away() {
    let backend = anna().await;
    let device = Device::new(&backend);
    for (cheat, reason) in [
        (Cheat::State, FailureCode::LoginRefused),
        (Cheat::Issuer, FailureCode::LoginRefused),
        (Cheat::Nonce, FailureCode::LoginRefused),
        (Cheat::Audience, FailureCode::LoginRefused),
        (Cheat::TokenIssuer, FailureCode::LoginRefused),
        (Cheat::Expiry, FailureCode::LoginRefused),
        (Cheat::Signature, FailureCode::LoginRefused),
        (Cheat::Verifier, FailureCode::LoginRefused),
        (Cheat::Unbound, FailureCode::LoginRefused),
        (Cheat::Cancel, FailureCode::LoginCancelled),
        (Cheat::NotKnown, FailureCode::NotKnown),
        (Cheat::Trouble, FailureCode::ProviderDown),
    ] {
        backend.world().oidc.cheat = Some(cheat);
        device.sign_in().await;
        device
            .until(&format!("{cheat:?} ends in {reason:?}"), async |client| {
                session(client).await == SessionView::SignedOut { reason: Some(reason) }
            })
            .await;
        assert_eq!(files(device.folder.path()), 0, "{cheat:?}");
    }
}

#[derive(Default)]
struct Deaf(AtomicBool);

impl Opener for Deaf {
    fn open(&self, _: &url::Url) -> std::io::Result<()> {
        self.0.store(true, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_can_be_cancelled_and_a_backend_that_is_away_is_told() {
    let backend = anna().await;
    let folder = tempfile::tempdir().expect("a folder");
    let deaf = Arc::new(Deaf::default());
    let start = |vault: Arc<dyn Vault>| {
        Client::start(Setup {
            folder: folder.path().into(),
            backend: backend.url.clone(),
            opener: deaf.clone(),
            returns: Return::Loopback,
            vault,
            clock: Arc::new(SystemClock::start()),
        })
        .expect("a client")
    };
    let call = SignIn { municipality: "landskrona".to_owned(), realm: Realm::Staff, provider: None };
    let client = start(Arc::new(digiteam_client::MemoryVault::new()));
    assert!(!deaf.0.load(Ordering::Relaxed));
    client.sign_in(call.clone()).await.expect("the browser opens");
    assert!(deaf.0.load(Ordering::Relaxed));
    assert_eq!(session(&client).await, SessionView::SigningIn);
    client.cancel_sign_in(CancelSignIn {}).await.expect("stops");
    assert_eq!(session(&client).await, SessionView::SignedOut { reason: None });
    backend.set_down(true);
    assert_eq!(client.sign_in(call.clone()).await.expect_err("cannot").code, FailureCode::ServiceDown);

    // A port that nobody listens at.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let backend = url::Url::parse(&format!("http://{free}")).expect("an address");
    let vault = Arc::new(digiteam_client::MemoryVault::new());
    let folder = folder.path().into();
    let clock = Arc::new(SystemClock::start());
    let alone = Client::start(Setup { folder, backend, opener: deaf.clone(), returns: Return::Loopback, vault, clock })
        .expect("a client");
    assert_eq!(alone.sign_in(call).await.expect_err("cannot").code, FailureCode::Offline);
    let asked = alone.list_municipalities(ListMunicipalities {}).await.expect_err("cannot");
    assert_eq!((asked.code, asked.retry), (FailureCode::Offline, Retry::Network));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_is_renewed_and_the_refresh_token_rotates() {
    let backend = anna().await;
    let mut device = Device::open(&backend).await;
    let first = backend.world().oidc.refresh.clone();
    backend.expire_access();
    backend.put("thread", "m2", &crate::device::message("berit", "Ett till", 2));
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Ett till", Shown::Sent)]).await;
    assert_ne!(backend.world().oidc.refresh, first);
    // The new one is what is kept.
    device.restart().await;
    unlock(&device, CODE).await.expect("opens");
    device.until("online again", async |client| sync(client).await.online).await;
    assert!(matches!(session(&device.client).await, SessionView::Open { login_needed: false, .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_nonce_is_taken_up_and_nobody_notices() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    let access = backend.world().oidc.access.clone();
    let before = {
        let mut world = backend.world();
        world.oidc.nonce = "nonce-2".to_owned();
        world.oidc.sent_back
    };
    let message = SendMessage { thread: "t".to_owned(), text: "Hej".to_owned() };
    device.client.send_message(message).await.expect("is kept");
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Hej", Shown::Sent)]).await;
    let world = backend.world();
    assert!(world.oidc.sent_back > before, "the proof was taken without the newer nonce");
    assert_eq!(world.oidc.access, access, "the token was renewed, which was not asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_keeps_everything_for_the_same_person_and_nothing_for_another() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    backend.end_sessions();
    device
        .client
        .send_message(SendMessage { thread: "t".to_owned(), text: "Vänta".to_owned() })
        .await
        .expect("is kept");
    let needed = async |client: &Client| matches!(session(client).await, SessionView::Open { login_needed: true, .. });
    device.until("a login is needed", needed).await;
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Vänta", Shown::Waiting)]).await;
    device.sign_in().await;
    device.until_thread(&[("Hej Anna", Shown::Sent), ("Vänta", Shown::Sent)]).await;
    assert!(matches!(session(&device.client).await, SessionView::Open { login_needed: false, .. }));

    backend.end_sessions();
    backend.hint();
    device.until("a login is needed", needed).await;
    {
        let mut world = backend.world();
        world.me.person = PersonId::new("omar");
        world.me.own_scope = ScopeId::new("own-of-omar");
    }
    device.sign_in().await;
    device
        .until("a code is asked for", async |client| matches!(session(client).await, SessionView::ChooseCode { .. }))
        .await;
    assert_eq!(files(device.folder.path()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_revokes_and_erases() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    let refresh = backend.world().oidc.refresh.clone();
    device.client.sign_out(SignOut {}).await.expect("erases");
    assert_eq!(session(&device.client).await, SessionView::SignedOut { reason: None });
    assert_eq!(backend.world().oidc.revoked, [refresh]);
    assert_eq!(files(device.folder.path()), 0);
    assert!(device.vault.read().expect("a vault").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_out_from_elsewhere_erases_and_an_ended_session_does_not() {
    let backend = anna().await;
    let device = Device::open(&backend).await;
    backend.end_sessions();
    backend.hint();
    device
        .until("a login is needed", async |client| {
            matches!(session(client).await, SessionView::Open { login_needed: true, .. })
        })
        .await;
    assert!(files(device.folder.path()) > 0);
    device.sign_in().await;
    device
        .until("it is open again", async |client| {
            matches!(session(client).await, SessionView::Open { login_needed: false, .. })
        })
        .await;

    backend.world().oidc.signed_out_elsewhere = true;
    backend.end_sessions();
    backend.hint();
    let reason = Some(FailureCode::SignedOutElsewhere);
    device.until("it is signed out", async |client| session(client).await == SessionView::SignedOut { reason }).await;
    assert_eq!(files(device.folder.path()), 0);
    assert!(device.vault.read().expect("a vault").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_device_of_somebody_else_nothing_outlives_the_session() {
    let backend = anna().await;
    let mut device = Device::new(&backend);
    device.sign_in().await;
    device
        .until("a code is asked for", async |client| matches!(session(client).await, SessionView::ChooseCode { .. }))
        .await;
    device.client.use_once(UseOnce {}).await.expect("goes on");
    device.until_thread(&[("Hej Anna", Shown::Sent)]).await;
    assert!(matches!(session(&device.client).await, SessionView::Open { kept: false, .. }));
    assert!(device.vault.read().expect("a vault").is_none(), "a secret was kept");
    let refresh = backend.world().oidc.refresh.clone();
    device.client.lock(Lock {}).await.expect("locks");
    assert_eq!(session(&device.client).await, SessionView::SignedOut { reason: None });
    assert_eq!(backend.world().oidc.revoked, [refresh]);
    assert_eq!(files(device.folder.path()), 0);

    // What a crash has left is noise, and goes at the next start.
    let once = device.folder.path().join("once");
    std::fs::create_dir_all(once.join("blobs")).expect("a folder");
    std::fs::write(once.join("store.db"), "noise").expect("writes");
    device.restart().await;
    assert_eq!(files(device.folder.path()), 0);
}
