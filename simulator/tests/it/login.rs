//! Logins that go well, are cancelled, or run out of time.

use axum::http::StatusCode;
use serde_json::Value;

use crate::actors::{CLIENT, Client, LOA3, NUMBER, REDIRECT, STATE, parameter};

#[tokio::test]
async fn discovery_tells_the_profile() {
    for realm in ["residents", "staff"] {
        let client = Client::new(realm).await;
        let answer = client.get(&format!("/{realm}/.well-known/openid-configuration")).await;
        let told: Value = serde_json::from_str(&answer.body).expect("JSON");
        let issuer = client.issuer();
        assert_eq!(told["issuer"], issuer);
        for (name, end) in [
            ("authorization_endpoint", "authorize"),
            ("token_endpoint", "token"),
            ("userinfo_endpoint", "userinfo"),
            ("jwks_uri", "jwks"),
        ] {
            assert_eq!(told[name], format!("{issuer}/{end}"));
        }
        assert_eq!(told["response_types_supported"], serde_json::json!(["code"]));
        assert_eq!(told["token_endpoint_auth_methods_supported"], serde_json::json!(["private_key_jwt"]));
        assert_eq!(told["code_challenge_methods_supported"], serde_json::json!(["S256"]));
        assert_eq!(told["userinfo_signing_alg_values_supported"], serde_json::json!(["ES256"]));
        assert_eq!(told["subject_types_supported"], serde_json::json!(["pairwise"]));
        assert_eq!(told["claims_parameter_supported"], true);
        assert_eq!(told["authorization_response_iss_parameter_supported"], true);
        let jwks: Value = serde_json::from_str(&client.get(&format!("/{realm}/jwks")).await.body).expect("JSON");
        assert_eq!(jwks["keys"][0]["alg"], "ES256");
        assert!(jwks["keys"][0]["d"].is_null(), "the private half stays");
    }
}

#[tokio::test]
async fn a_resident_logs_in_with_a_phone() {
    let client = Client::new("residents").await;
    let browser = client.browser().await;
    let page = browser.show().await;
    for id in ["this-device", "other-device", "cancel"] {
        assert!(page.body.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(page.csp.starts_with("default-src 'none'; script-src 'self'"));

    let phone = browser.start("other").await;
    assert_eq!(browser.status().await["hint"], "outstandingTransaction");
    assert!(browser.show().await.body.contains("id=\"open-phone\""));
    let first = browser.ask("/qr.svg").await;
    assert_eq!(first.content_type, "image/svg+xml");
    client.pass(1);
    assert_ne!(browser.ask("/qr.svg").await.body, first.body, "another picture each second");

    let list = client.get(&phone).await;
    assert!(list.body.contains("data-person=\"198401019800\""));
    assert!(list.body.contains("Stina Ek &amp; Ask"));
    assert!(!list.body.contains("197103159823"), "staff are not residents");
    assert!(list.body.contains("<small>1984, Bjuv</small>"));
    assert!(list.body.contains("<small>2009</small>"), "protected: no place");
    assert_eq!(browser.status().await["hint"], "started");
    let done = browser.confirm(&phone, "p-1").await;
    assert_eq!(done.status, StatusCode::OK);
    assert_eq!(browser.status().await["status"], "final");

    let back = browser.show().await.location.expect("the way back");
    assert!(back.starts_with(REDIRECT));
    assert_eq!(parameter(&back, "state").as_deref(), Some(STATE));
    assert_eq!(parameter(&back, "iss"), Some(client.issuer()));
    assert_eq!(browser.show().await.status, StatusCode::GONE, "a login ends once");

    let answer = client.redeem(&parameter(&back, "code").expect("a code"), &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let tokens: Value = serde_json::from_str(&answer.body).expect("JSON");
    let id = client.open(tokens["id_token"].as_str().expect("an ID token")).await;
    assert_eq!(id["exp"], client.now() + 300);
    assert_eq!(id["auth_time"], client.now());
    assert_eq!(id["nonce"], "a-nonce");
    assert_eq!(id["acr"], LOA3);
    assert_eq!(id[NUMBER], "198401019800");
    assert!(id["txn"].is_string());
    assert_eq!(id["https://id.oidc.se/claim/authnProvider"], client.issuer());
    assert!(id["given_name"].is_null(), "names stand in UserInfo only");

    let info = client.userinfo(tokens["access_token"].as_str().expect("an access token")).await;
    assert_eq!(info.content_type, "application/jwt");
    let info = client.open(&info.body).await;
    assert_eq!(info["sub"], id["sub"]);
    assert_eq!(info["aud"], CLIENT);
    assert_eq!(info["name"], "Stina Ek & Ask");
    assert_eq!(info["birthdate"], "1984-01-01");
    client.pass(300);
    assert_eq!(
        client.userinfo(tokens["access_token"].as_str().expect("a token")).await.status,
        StatusCode::UNAUTHORIZED,
        "an access token ends"
    );
}

#[tokio::test]
async fn a_caseworker_logs_in_on_this_device() {
    let client = Client::new("staff").await;
    let browser = client.browser().await;
    let phone = browser.start("this").await;
    assert_eq!(browser.status().await["hint"], "noClient");
    assert!(browser.show().await.body.contains("id=\"open-app\""));
    let list = client.get(&phone).await.body;
    assert!(list.contains("data-person=\"197103159823\""));
    assert!(list.contains("Socialsekreterare, Barn och familj, Bjuv"));
    let confirmed = browser.confirm(&phone, "s-1").await;
    assert_eq!(confirmed.location.as_ref(), Some(&browser.login), "straight on");
    let back = browser.show().await.location.expect("the way back");
    let tokens = client.redeem(&parameter(&back, "code").expect("a code"), &[]).await.body;
    let tokens: Value = serde_json::from_str(&tokens).expect("JSON");
    let id = client.open(tokens["id_token"].as_str().expect("an ID token")).await;
    assert_eq!(id["https://id.oidc.se/claim/orgAffiliation"], "197103159823@2120001007");
    assert_eq!(id["https://id.oidc.se/claim/orgName"], "Bjuv");
    assert_eq!(id["https://id.oidc.se/claim/orgUnit"], "Barn och familj");
}

#[tokio::test]
async fn sub_is_stable_for_a_person_and_unlike_for_two() {
    let mut subs = Vec::new();
    for person in ["p-1", "p-1", "p-2"] {
        let client = Client::new("residents").await;
        let tokens = client.redeem(&client.code(person).await, &[]).await.body;
        let tokens: Value = serde_json::from_str(&tokens).expect("JSON");
        subs.push(client.open(tokens["id_token"].as_str().expect("an ID token")).await["sub"].clone());
    }
    assert_eq!(subs[0], subs[1]);
    assert_ne!(subs[0], subs[2]);
}

#[tokio::test]
async fn only_what_is_asked_for_is_told() {
    let client = Client::new("residents").await;
    let mut request = client.request();
    request.insert("scope", "openid".into());
    let login = client.authorize(&request).await;
    let browser = client.browser_of(&login);
    let phone = browser.start("this").await;
    browser.confirm(&phone, "p-1").await;
    let back = browser.show().await.location.expect("the way back");
    let tokens = client.redeem(&parameter(&back, "code").expect("a code"), &[]).await.body;
    let tokens: Value = serde_json::from_str(&tokens).expect("JSON");
    let id = client.open(tokens["id_token"].as_str().expect("an ID token")).await;
    assert!(id[NUMBER].is_null());
    let info = client.userinfo(tokens["access_token"].as_str().expect("a token")).await.body;
    assert!(client.open(&info).await["name"].is_null());
}

#[tokio::test]
async fn cancel_and_deny_go_back_with_access_denied() {
    let client = Client::new("residents").await;
    let browser = client.browser().await;
    let cancelled = browser.press("/cancel", &[]).await.location.expect("the way back");
    let browser = client.browser().await;
    let phone = browser.start("other").await;
    client.get(&phone).await;
    client.post(&format!("{phone}/deny"), &[]).await;
    assert_eq!(browser.status().await["status"], "final");
    let denied = browser.show().await.location.expect("the way back");
    for back in [cancelled, denied] {
        assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
        assert_eq!(parameter(&back, "state").as_deref(), Some(STATE));
        assert_eq!(parameter(&back, "iss"), Some(client.issuer()));
        assert_eq!(parameter(&back, "code"), None);
    }
    assert_eq!(client.get(&phone).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn an_order_is_renewed_and_then_fails_and_may_be_tried_again() {
    let client = Client::new("residents").await;
    let browser = client.browser().await;
    let first = browser.start("other").await;
    client.pass(30);
    let second = browser.status().await["open"].as_str().expect("an address").to_owned();
    assert_ne!(first, second);
    assert_eq!(client.get(&first).await.status, StatusCode::GONE, "the old start token is void");
    client.pass(150);
    assert_eq!(browser.status().await["status"], "final");
    let page = browser.show().await.body;
    assert!(
        page.contains("data-hint=\"startFailed\"") && page.contains("id=\"retry\"") && page.contains("id=\"cancel\"")
    );
    assert_eq!(client.get(&second).await.status, StatusCode::GONE);

    assert_eq!(browser.press("/retry", &[]).await.location.as_ref(), Some(&browser.login));
    let phone = browser.start("other").await;
    client.get(&phone).await;
    client.pass(180);
    assert!(browser.show().await.body.contains("data-hint=\"expiredTransaction\""));
    let back = browser.press("/cancel", &[]).await.location.expect("the way back");
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn a_login_belongs_to_its_browser() {
    let client = Client::new("residents").await;
    let mut browser = client.browser().await;
    browser.cookie = client.browser().await.cookie;
    assert_eq!(browser.show().await.status, StatusCode::GONE);
    assert_eq!(browser.status().await["status"], "final");
    assert_eq!(browser.press("/cancel", &[]).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn the_page_speaks_english_when_asked() {
    let client = Client::new("residents").await;
    let mut request = client.request();
    request.insert("ui_locales", "en".into());
    let login = client.authorize(&request).await;
    let page = client.browser_of(&login).show().await.body;
    assert!(page.contains("<html lang=\"en\">") && page.contains("BankID on this device"));
}
