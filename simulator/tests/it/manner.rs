//! Clients that ask and prove themselves in other manners, messages to the person, and what an order can be made to say.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::actors::{CLIENT, Client, Fields, REDIRECT, VERIFIER, parameter};

const SECRET: &str = "between us: 100%";

/// The code for tokens, by a client with a secret.
async fn redeem(client: &Client, basic: Option<&str>, more: &[(&str, &str)]) -> StatusCode {
    let code = client.code("p-1").await;
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    fields.extend(more);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut request =
        Request::post("/residents/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(pair) = basic {
        request = request.header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(pair)));
    }
    client.send(request.body(Body::from(body)).expect("a request")).await.status
}

#[tokio::test]
async fn a_client_with_a_secret_proves_itself_by_it_in_one_place() {
    let client = Client::with("residents", Some(SECRET)).await;
    let coded = format!("{CLIENT}:between+us%3A+100%25");
    let post = [("client_id", CLIENT), ("client_secret", SECRET)];
    assert_eq!(redeem(&client, Some(&coded), &[]).await, StatusCode::OK);
    assert_eq!(redeem(&client, None, &post).await, StatusCode::OK);
    for (basic, more) in [
        (None, &[][..]),
        (Some(coded.as_str()), &post[..]),
        (Some("the-client:guess"), &[]),
        (Some("another:between+us%3A+100%25"), &[]),
        (None, &[("client_id", CLIENT), ("client_secret", "guess")]),
        (None, &[("client_secret", SECRET)]),
    ] {
        assert_eq!(redeem(&client, basic, more).await, StatusCode::UNAUTHORIZED, "{basic:?} {more:?}");
    }
    let assertion = client.redeem(&client.code("p-1").await, &[]).await;
    assert_eq!(assertion.status, StatusCode::UNAUTHORIZED, "a client has one way of proving itself");
    let keys = Client::new("residents").await;
    assert_eq!(redeem(&keys, None, &post).await, StatusCode::UNAUTHORIZED);
}

/// A request whose fields stand in an object, with some claims of it bent.
fn object(client: &Client, bend: &Map<String, Value>) -> Fields {
    let mut claims: Map<String, Value> =
        client.request().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    claims.extend(
        [("iss", CLIENT.into()), ("aud", client.issuer().into())]
            .map(|(name, value): (&str, Value)| (name.to_owned(), value)),
    );
    claims.insert("exp".to_owned(), (client.now() + 60).into());
    claims.extend(bend.clone());
    Fields::from([
        ("client_id", CLIENT.into()),
        ("response_type", "code".into()),
        ("redirect_uri", REDIRECT.into()),
        ("request", client.sign(&claims.into())),
    ])
}

#[tokio::test]
async fn a_request_object_counts_if_the_client_signed_it_for_this_issuer_now() {
    let client = Client::new("residents").await;
    let good = client.authorize(&object(&client, &Map::new())).await;
    assert!(client.browser_of(&good).show().await.body.contains("id=\"this-device\""));
    for bend in [
        json!({"iss": "another"}),
        json!({"aud": "http://provider.test/staff"}),
        json!({"exp": client.now()}),
        json!({"exp": client.now() + 306}),
        json!({"response_type": "token"}),
    ] {
        let Value::Object(fields) = &bend else { unreachable!("every bend is an object") };
        let back = client.authorize(&object(&client, fields)).await.location.expect("the way back");
        assert_eq!(parameter(&back, "error").as_deref(), Some("invalid_request_object"), "{bend}");
    }
    let stranger = Client::new("residents").await;
    let mut foreign = object(&client, &Map::new());
    foreign.insert("request", object(&stranger, &Map::new()).remove("request").expect("is there"));
    let back = client.authorize(&foreign).await.location.expect("the way back");
    assert_eq!(parameter(&back, "error").as_deref(), Some("invalid_request_object"));
}

#[tokio::test]
async fn what_the_client_tells_the_person_is_shown_as_text() {
    let client = Client::new("residents").await;
    let mut request = client.request();
    let message = json!({"message#sv": STANDARD.encode("Hej <b>du</b>"), "mime_type": "text/plain"});
    request.insert("https://id.oidc.se/param/userMessage", message.to_string());
    let browser = client.browser_of(&client.authorize(&request).await);
    let page = browser.show().await.body;
    assert!(page.contains("id=\"user-message\">Hej &lt;b&gt;du&lt;/b&gt;</p>"), "{page}");
    let phone = browser.start("this").await;
    client.get(&phone).await;
    client.post(&format!("{phone}/person"), &[("person", "p-1")]).await;
    assert!(client.get(&phone).await.body.contains("Hej &lt;b&gt;du"), "in the app too");
}

#[tokio::test]
async fn every_hint_can_be_seen() {
    let client = Client::new("residents").await;
    let list = {
        let browser = client.browser().await;
        let phone = browser.start("other").await;
        client.get(&phone).await.body
    };
    let hints: Vec<&str> = list.split("data-hint=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(hints.len(), 16);
    for hint in hints {
        let browser = client.browser().await;
        let phone = browser.start("other").await;
        client.post(&format!("{phone}/hint"), &[("hint", hint)]).await;
        match hint.strip_prefix("failed:") {
            None => assert_eq!(browser.status().await["hint"], hint),
            Some("userCancel") => {
                let back = browser.show().await.location.expect("the way back");
                assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
            }
            Some(code) => assert!(browser.show().await.body.contains(&format!("data-hint=\"{code}\"")), "{hint}"),
        }
    }
    let browser = client.browser().await;
    let phone = browser.start("other").await;
    assert_eq!(client.post(&format!("{phone}/hint"), &[("hint", "new")]).await.status, StatusCode::BAD_REQUEST);
}
