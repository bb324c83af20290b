//! What the provider refuses, and how it says so.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::actors::{Client, LOA3, REDIRECT, STATE, parameter};

/// Bends one field of a good request and gives the error that comes back.
async fn error_of(client: &Client, field: &'static str, value: Option<&str>) -> String {
    let mut request = client.request();
    match value {
        Some(value) => drop(request.insert(field, value.into())),
        None => drop(request.remove(field)),
    }
    let back = client.authorize(&request).await.location.expect("the way back");
    assert!(back.starts_with(REDIRECT), "{back}");
    assert_eq!(parameter(&back, "iss"), Some(client.issuer()));
    if field != "state" {
        assert_eq!(parameter(&back, "state").as_deref(), Some(STATE));
    }
    parameter(&back, "error").unwrap_or_default()
}

#[tokio::test]
async fn requests_outside_the_profile_go_back_with_an_error() {
    let client = Client::new("residents").await;
    for (field, value, error) in [
        ("code_challenge_method", Some("plain"), "invalid_request"),
        ("code_challenge_method", None, "invalid_request"),
        ("code_challenge", None, "invalid_request"),
        ("code_challenge", Some("short"), "invalid_request"),
        ("state", None, "invalid_request"),
        ("state", Some("too-short"), "invalid_request"),
        ("nonce", None, "invalid_request"),
        ("claims", Some("{"), "invalid_request"),
        ("response_type", Some("code id_token"), "unsupported_response_type"),
        ("response_mode", Some("fragment"), "invalid_request"),
        ("scope", Some("profile"), "invalid_scope"),
        ("prompt", Some("none"), "login_required"),
        ("request", Some("e30.e30."), "invalid_request_object"),
        ("https://id.oidc.se/param/userMessage", Some("{}"), "invalid_request"),
        ("request_uri", Some("urn:x"), "request_uri_not_supported"),
    ] {
        assert_eq!(error_of(&client, field, value).await, error, "{field} = {value:?}");
    }
}

#[tokio::test]
async fn an_unmet_level_is_told_and_a_met_or_voluntary_one_is_not() {
    let client = Client::new("residents").await;
    let ask = |essential: bool, values: &[&str]| {
        json!({"id_token": {"acr": {"essential": essential, "values": values}}}).to_string()
    };
    let loa4 = "http://id.elegnamnden.se/loa/1.0/loa4";
    let unmet = ask(true, &[loa4]);
    assert_eq!(error_of(&client, "claims", Some(&unmet)).await, "unmet_authentication_requirements");
    for met in [ask(true, &[loa4, LOA3]), ask(false, &[loa4])] {
        let mut request = client.request();
        request.insert("claims", met);
        let answer = client.authorize(&request).await;
        assert!(answer.location.is_some_and(|place| place.starts_with("/residents/login/")));
    }
}

#[tokio::test]
async fn an_unknown_client_or_address_is_never_redirected_to() {
    let client = Client::new("residents").await;
    for (field, value) in [
        ("client_id", "another"),
        ("redirect_uri", "http://127.0.0.1:4000/callback"),
        ("redirect_uri", "http://127.0.0.1:4001/callback?from=provider"),
        ("redirect_uri", ""),
    ] {
        let mut request = client.request();
        request.insert(field, value.into());
        let answer = client.authorize(&request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{field} = {value}");
        assert_eq!(answer.location, None);
    }
}

#[tokio::test]
async fn a_repeated_parameter_is_refused() {
    let client = Client::new("residents").await;
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&client.request()).finish();
    let back = client.get(&format!("/residents/authorize?{query}&nonce=again")).await.location.expect("the way back");
    assert_eq!(parameter(&back, "error").as_deref(), Some("invalid_request"));
    let answer = client.get(&format!("/residents/authorize?{query}&redirect_uri=http://evil.test")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_code_works_once_and_its_return_withdraws_the_token() {
    let client = Client::new("residents").await;
    let code = client.code("p-1").await;
    let first: Value = serde_json::from_str(&client.redeem(&code, &[]).await.body).expect("JSON");
    let access = first["access_token"].as_str().expect("an access token");
    assert_eq!(client.userinfo(access).await.status, StatusCode::OK);
    assert_eq!(error(&client.redeem(&code, &[]).await.body), "invalid_grant");
    assert_eq!(client.userinfo(access).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_code_is_bound_to_time_address_verifier_and_realm() {
    let client = Client::new("residents").await;
    let code = client.code("p-1").await;
    client.pass(59);
    assert_eq!(client.redeem(&code, &[]).await.status, StatusCode::OK);
    let code = client.code("p-1").await;
    client.pass(60);
    assert_eq!(error(&client.redeem(&code, &[]).await.body), "invalid_grant");
    for bend in
        [("redirect_uri", "http://127.0.0.1:4000/callback"), ("code_verifier", "another-verifier-of-some-length")]
    {
        let code = client.code("p-1").await;
        assert_eq!(error(&client.redeem(&code, &[bend]).await.body), "invalid_grant", "{}", bend.0);
        assert_eq!(error(&client.redeem(&code, &[]).await.body), "invalid_grant", "a wrong try uses it up");
    }
    let code = client.code("p-1").await;
    let mut elsewhere = client;
    elsewhere.realm = "staff";
    assert_eq!(error(&elsewhere.redeem(&code, &[]).await.body), "invalid_grant");
}

#[tokio::test]
async fn a_wrong_assertion_leaves_the_code_alone() {
    let client = Client::new("residents").await;
    let code = client.code("p-1").await;
    let now = client.now();
    for bend in [
        json!({"iss": "another"}),
        json!({"sub": "another"}),
        json!({"aud": "http://provider.test/staff"}),
        json!({"aud": []}),
        json!({"exp": now}),
        json!({"exp": now + 306}),
        json!({"nbf": now + 60}),
        json!({"jti": null}),
    ] {
        let Value::Object(fields) = &bend else { unreachable!("every bend is an object") };
        let assertion = client.assertion(fields);
        let answer = client.redeem(&code, &[("client_assertion", &assertion)]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{bend}");
        assert_eq!(error(&answer.body), "invalid_client");
    }
    for (field, value) in [("client_assertion_type", "x"), ("client_assertion", "x.y.z"), ("client_id", "another")] {
        assert_eq!(error(&client.redeem(&code, &[(field, value)]).await.body), "invalid_client", "{field}");
    }
    let stranger = Client::new("residents").await.assertion(&Map::new());
    assert_eq!(error(&client.redeem(&code, &[("client_assertion", &stranger)]).await.body), "invalid_client");
    assert_eq!(client.redeem(&code, &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_assertion_is_taken_once() {
    let client = Client::new("residents").await;
    let assertion = client.assertion(&Map::new());
    let bend = [("client_assertion", assertion.as_str())];
    assert_eq!(client.redeem(&client.code("p-1").await, &bend).await.status, StatusCode::OK);
    assert_eq!(error(&client.redeem(&client.code("p-1").await, &bend).await.body), "invalid_client");
}

#[tokio::test]
async fn a_rotated_client_key_is_fetched() {
    let mut client = Client::new("residents").await;
    assert_eq!(client.redeem(&client.code("p-1").await, &[]).await.status, StatusCode::OK);
    client.rotate();
    assert_eq!(client.redeem(&client.code("p-1").await, &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn another_grant_type_is_refused() {
    let client = Client::new("residents").await;
    let answer = client.redeem("x", &[("grant_type", "refresh_token")]).await;
    assert_eq!(error(&answer.body), "unsupported_grant_type");
}

fn error(body: &str) -> String {
    let body: Value = serde_json::from_str(body).expect("JSON");
    body["error"].as_str().unwrap_or_default().to_owned()
}
