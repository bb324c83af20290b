//! Coming back from the browser by a link, as on phones: forged ones change nothing.

use crate::device::{anna, session};
use crate::oidc::Cheat;
use bridge::FailureCode;
use bridge::identity::{CancelSignIn, Realm, SessionView, SignIn};
use digiteam_client::{Client, MemoryVault, Opener, Return, Setup, SystemClock};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use url::Url;

/// Goes to the issuer and hands over where that sends it.
struct Browser(UnboundedSender<Url>);

impl Opener for Browser {
    fn open(&self, url: &Url) -> io::Result<()> {
        let (url, back) = (url.clone(), self.0.clone());
        tokio::spawn(async move {
            let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
            let sent = http.expect("an HTTP client").get(url).send().await.expect("the issuer answers");
            let link = sent.headers()["location"].to_str().expect("is text").parse().expect("an address");
            back.send(link).expect("somebody waits");
        });
        Ok(())
    }
}

async fn until(client: &Client, holds: impl Fn(&SessionView) -> bool) {
    let mut changes = client.changes();
    let wait = async {
        while !holds(&session(client).await) {
            let _ = changes.recv().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.expect("comes");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_link_of_this_login_ends_it_and_it_can_be_tried_again() {
    let backend = anna().await;
    let folder = tempfile::tempdir().expect("a folder");
    let (send, mut links) = unbounded_channel();
    let client = Client::start(Setup {
        folder: folder.path().into(),
        backend: backend.url.clone(),
        opener: Arc::new(Browser(send)),
        returns: Return::Link("digiteam://callback".parse().expect("an address")),
        vault: Arc::new(MemoryVault::new()),
        clock: Arc::new(SystemClock::start()),
    })
    .expect("a client");
    let call = SignIn { municipality: "landskrona".to_owned(), realm: Realm::Resident, provider: None };
    let forged = |link: &Url| {
        let query = link.query().unwrap_or_default().to_owned();
        let state = link.query_pairs().find(|(name, _)| name == "state").expect("is there").1.into_owned();
        [
            "digiteam://callback?code=evil".to_owned(),
            "digiteam://callback?code=evil&state=x&iss=y".to_owned(),
            format!("digiteam://callback?code=evil&state={state}"),
            format!("digiteam://callback?code=evil&state={state}&iss=https%3A%2F%2Fevil.example"),
            "digiteam://callback?error=access_denied&state=x".to_owned(),
            format!("digiteam://elsewhere?{query}"),
            format!("digiteam://callback/x?{query}"),
            format!("https://callback/?{query}"),
            "digiteam://open".to_owned(),
        ]
        .map(|text| text.parse::<Url>().expect("an address"))
    };

    // Nobody waits for any yet.
    client.take_link("digiteam://callback?code=evil&state=x&iss=y".parse().expect("an address"));
    assert_eq!(session(&client).await, SessionView::SignedOut { reason: None });

    client.sign_in(call.clone()).await.expect("the browser opens");
    let first = links.recv().await.expect("comes back");
    for link in forged(&first) {
        client.take_link(link);
    }
    assert_eq!(session(&client).await, SessionView::SigningIn);
    client.cancel_sign_in(CancelSignIn {}).await.expect("stops");
    assert_eq!(session(&client).await, SessionView::SignedOut { reason: None });

    // The answer to the login that was given up is one of somebody else's by now.
    client.sign_in(call.clone()).await.expect("the browser opens");
    let second = links.recv().await.expect("comes back");
    client.take_link(first);
    for link in forged(&second) {
        client.take_link(link);
    }
    client.take_link(second.clone());
    until(&client, |session| matches!(session, SessionView::ChooseCode { .. })).await;
    client.take_link(second);
    assert!(matches!(session(&client).await, SessionView::ChooseCode { .. }));

    backend.world().oidc.cheat = Some(Cheat::Cancel);
    client.sign_in(call).await.expect("the browser opens");
    client.take_link(links.recv().await.expect("comes back"));
    let cancelled = SessionView::SignedOut { reason: Some(FailureCode::LoginCancelled) };
    until(&client, |session| *session == cancelled).await;
}
