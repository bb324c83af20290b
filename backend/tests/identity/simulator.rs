//! Our relying party against the simulator, as a process and in both styles of client authentication, and what
//! `check-provider` says of it.

use crate::outside::{Browser, Outside, word};
use crate::stage::{Stage, stages};
use digiteam_backend::identity::check_provider;
use protocol::identity::Realm;
use std::collections::HashMap;

const SECRETS: [&str; 2] = ["client_secret_basic", "client_secret_post"];

/// Moa goes through the simulator's pages: what the app hears of it.
async fn log_in(stage: &Stage, press: &str) -> HashMap<String, String> {
    stage.go_to_the_present();
    let begun = stage.begin(Realm::Resident).await;
    let mut browser = Browser::default();
    let page = browser.open(&begun.address).await;
    let login = page.url.path().to_owned();
    let page = browser.send(&page.url, &format!("{login}/start"), &[("device", "this")]).await;
    let (_, rest) = page.text.split_once("id=\"open-app\" href=\"").expect("leads to the app");
    let phone = rest.split('"').next().expect("is an address").to_owned();
    browser.open(page.url.join(&phone).expect("is a path").as_str()).await;
    browser.send(&page.url, &format!("{phone}/person"), &[("person", "moa")]).await;
    let page = browser.send(&page.url, &format!("{phone}/{press}"), &[]).await;
    page.bring_back(stage, &begun.cookie).await
}

#[tokio::test]
async fn the_simulator_lets_both_styles_of_client_in_with_both_forms_of_request() {
    for mut stage in stages().await {
        for has_secret in [false, true] {
            let provider = Outside::simulator(has_secret, &stage).await;
            let auths: &[&str] = if has_secret { &SECRETS } else { &["private_key_jwt"] };
            for auth in auths {
                for request in ["plain", "signed"] {
                    let secret = if has_secret { "client_secret = SECRET\n" } else { "" };
                    let keys =
                        format!("client_auth = '{auth}'\nrequest = '{request}'\nmessage = {{ sv = 'Hej' }}\n{secret}");
                    stage.use_provider(&provider.issuer, &keys).await;
                    assert_eq!(word(&log_in(&stage, "confirm").await), "logged in", "{}: {keys}", stage.engine);
                }
            }
            assert_eq!(word(&log_in(&stage, "deny").await), "access_denied");
        }
    }
}

#[tokio::test]
async fn a_client_that_proves_itself_otherwise_than_agreed_is_told() {
    for mut stage in stages().await {
        let provider = Outside::simulator(true, &stage).await;
        stage.use_provider(&provider.issuer, "").await;
        assert_eq!(word(&log_in(&stage, "confirm").await), "client_refused");
    }
}

async fn check(stage: &Stage) -> (bool, String) {
    let checked = check_provider(&stage.config, "resident", stage.now()).await.expect("is configured");
    let issuer = &stage.config.providers[0].issuer;
    (checked.is_whole, checked.lines.iter().map(|line| format!("{}\n", line.replace(issuer, "ISSUER"))).collect())
}

#[tokio::test]
async fn a_provider_is_checked_line_by_line() {
    for mut stage in stages().await {
        let provider = Outside::simulator(false, &stage).await;
        stage.use_provider(&provider.issuer, "request = 'signed'").await;
        assert_eq!(check(&stage).await, (true, FITS.to_owned()));

        let other = "client_auth = 'client_secret_post'\nclient_secret = SECRET\nacr = 'loa9'\nacr_request = 'acr_values'\n\
                     scopes = ['nin']\nclaim = 'nin'\nuserinfo = 'any'\npar = 'never'\nmessage = { sv = 'Hej' }";
        stage.use_provider(&provider.issuer, other).await;
        assert_eq!(check(&stage).await, (false, MISSES.to_owned()));

        stage.use_provider("http://127.0.0.1:1", "").await;
        let gone = "missing  metadata: it does not answer: nobody can log in\n".to_owned();
        assert_eq!(check(&stage).await, (false, gone));
        assert!(check_provider(&stage.config, "nobody", stage.now()).await.is_err());
    }
}

const FITS: &str = "\
fits     metadata: ISSUER
fits     keys: 1 published
fits     token endpoint
fits     UserInfo
fits     client authentication: private_key_jwt
fits     proof by ES256: ES256
fits     PKCE: S256
fits     Request Object: by value
fits     Request Object by ES256: ES256
note     pushed requests: not offered; the browser carries the request
fits     scope openid: openid
fits     scope https://id.oidc.se/scope/naturalPersonNumber: https://id.oidc.se/scope/naturalPersonNumber
fits     level as a claim
fits     level: http://id.elegnamnden.se/loa/1.0/loa3
fits     ID token: ES256
fits     signed UserInfo
fits     who it is: https://id.oidc.se/claim/personalIdentityNumber
fits     issuer in the answer: checked
note     logout there: it does not tell; sessions here last their time
note     logout here: it has no page for it
";

const MISSES: &str = "\
fits     metadata: ISSUER
fits     keys: 1 published
fits     token endpoint
fits     UserInfo
missing  client authentication: client_secret_post is not offered
fits     PKCE: S256
note     pushed requests: turned off
missing  scope nin: scopes_supported has not nin
missing  level: acr_values_supported has not loa9
fits     ID token: ES256
missing  who it is: claims_supported has not nin
fits     issuer in the answer: checked
note     logout there: it does not tell; sessions here last their time
note     logout here: it has no page for it
";
