//! Logins that do not end well: forged answers, second thoughts, nobody there, no provider. Each leaves
//! the person where they were, with the reason, and able to try again.

use std::time::Duration;

use bridge::FailureCode;
use bridge::identity::SessionView;
use digiteam_tests::browser::{self, HandOver};
use digiteam_tests::desktop::Desktop;
use digiteam_tests::device::Device;
use digiteam_tests::person::{ask_to_sign_in, confirm_on_this_device};
use digiteam_tests::stage::{RESIDENT, Role, Stage};
use digiteam_tests::wait::LONG;
use digiteam_tests::window::Window;
use url::Url;

fn ended_with(reason: FailureCode) -> impl Fn(&SessionView) -> bool {
    move |session| *session == SessionView::SignedOut { reason: Some(reason) }
}

fn part(address: &Url, name: &str) -> String {
    let found = address.query_pairs().find(|(it, _)| it == name);
    found.unwrap_or_else(|| panic!("the address has no {name}")).1.into_owned()
}

fn with_part(address: &Url, name: &str, value: &str) -> Url {
    let parts: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    assert!(parts.iter().any(|(it, _)| it == name), "the address has no {name}");
    let mut changed = address.clone();
    changed
        .query_pairs_mut()
        .clear()
        .extend_pairs(parts.iter().map(|(it, old)| (it.as_str(), if it == name { value } else { old.as_str() })));
    changed
}

/// Lets time pass at once.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn an_answer_with_another_state_or_from_another_issuer_is_thrown_away() {
    let stage = Stage::start().await.expect("a stage");
    let mut device = Device::new(&stage).expect("a device");
    let issuer = stage.backend().to_string();
    let issuer = issuer.trim_end_matches('/');
    for (state, issuer) in [(Some("forged"), issuer), (None, "https://elsewhere.example.org")] {
        let address = device.ask_to_sign_in().await.expect("it opens the browser");
        let own = part(&address, "state");
        let state = state.unwrap_or(&own);
        let callback: Url = part(&address, "redirect_uri").parse().expect("an address");
        let mut answer = callback.clone();
        answer.query_pairs_mut().extend_pairs([("code", "forged"), ("state", state), ("iss", issuer)]);

        let page = reqwest::get(answer).await.expect("the app listens");
        assert_eq!(page.status(), 400);
        device.see_session(ended_with(FailureCode::LoginRefused)).await.expect("it is refused");
        assert!(reqwest::get(callback).await.is_err(), "nobody listens any more");
    }
}

#[tokio::test]
async fn an_identity_for_another_question_is_thrown_away() {
    let stage = Stage::start().await.expect("a stage");
    let desktop = Desktop::start(stage.folder()).await.expect("a desktop");
    let mut device = Device::new(&stage).expect("a device");
    let address = device.ask_to_sign_in().await.expect("it opens the browser");
    let address = with_part(&address, "nonce", "somebody-elses-question-0123456789");

    let browser = browser::open(&desktop, stage.folder(), address.as_str()).await.expect("a browser");
    confirm_on_this_device(&browser, RESIDENT).await.expect("the provider knows nothing of it");
    device.see_session(ended_with(FailureCode::LoginRefused)).await.expect("it is refused");

    // The same without the forgery: it is the nonce that was refused.
    device.sign_in(&desktop, &stage, RESIDENT).await.expect("a true login");
}

#[tokio::test]
async fn a_cancelled_login_leads_back_to_the_start_with_the_reason() {
    let stage = Stage::start().await.expect("a stage");
    let desktop = Desktop::start(stage.folder()).await.expect("a desktop");
    let links = HandOver::new(stage.folder(), "resident").expect("a browser");
    let program = stage.app(Role::Resident, "resident", &links).expect("it is built");
    let app = Window::open(&desktop, stage.folder(), &program).await.expect("a window");
    ask_to_sign_in(&app).await.expect("it opens the browser");

    let address = links.address().await.expect("an address");
    let browser = browser::open(&desktop, stage.folder(), &address).await.expect("a browser");
    browser.click("#cancel").await.expect("she cancels");
    browser.see_words("body", "Inloggningen avbröts", LONG).await.expect("the browser says so");
    app.see_words("#reason", "Inloggningen avbröts", LONG).await.expect("the app says so");
    app.see("#sign-in").await.expect("she can try again");

    // And the other way round: she thinks better of it in the app.
    ask_to_sign_in(&app).await.expect("it opens the browser again");
    app.click("#cancel-sign-in").await.expect("she cancels");
    app.see("#sign-in").await.expect("she can try again");
}

#[tokio::test]
async fn a_login_that_nobody_finishes_ends_by_itself() {
    let stage = Stage::start().await.expect("a stage");
    let mut device = Device::new(&stage).expect("a device");
    let address = device.ask_to_sign_in().await.expect("it opens the browser");
    let elsewhere = part(&address, "redirect_uri").replace("/callback", "/elsewhere");
    // Once it answers it waits, and its time has begun.
    assert_eq!(reqwest::get(&elsewhere).await.expect("it listens").status(), 404);

    pass(Duration::from_secs(290)).await;
    assert_eq!(reqwest::get(&elsewhere).await.expect("it still listens").status(), 404);
    device.see_session(|it| *it == SessionView::SigningIn).await.expect("it still waits");
    pass(Duration::from_secs(20)).await;
    device.see_session(ended_with(FailureCode::LoginTimedOut)).await.expect("it gives up");
}

#[tokio::test]
async fn without_the_provider_nobody_waits_in_vain() {
    let mut stage = Stage::start().await.expect("a stage");
    let desktop = Desktop::start(stage.folder()).await.expect("a desktop");
    let mut device = Device::new(&stage).expect("a device");
    stage.kill_provider().await.expect("it ends");
    let address = device.ask_to_sign_in().await.expect("it opens the browser");
    reqwest::get(address).await.expect("the browser is led back to the app");
    device.see_session(ended_with(FailureCode::ProviderDown)).await.expect("it says why");

    stage.start_provider().await.expect("it comes back");
    device.sign_in(&desktop, &stage, RESIDENT).await.expect("now it works");
}
