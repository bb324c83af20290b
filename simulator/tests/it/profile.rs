//! The profile's rarer claims, and signing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::actors::{Client, Fields, NUMBER, parameter};

const SIGN: &str = "https://id.oidc.se/scope/sign";
const REQUEST: &str = "https://id.oidc.se/param/signRequest";
const MESSAGE: &str = "https://id.oidc.se/param/userMessage";
const SIGNATURE: &str = "https://id.oidc.se/claim/userSignature";

fn claim(name: &str) -> String {
    format!("https://id.oidc.se/claim/{name}")
}

#[tokio::test]
async fn a_coordination_number_comes_with_its_level_and_an_old_one_on_request() {
    let client = Client::new("residents").await;
    let mut request = client.request();
    let (id, _) = client.told(&request, "p-3").await;
    assert_eq!(id[claim("coordinationNumber")], "198805749812");
    assert_eq!(id[claim("coordinationNumberLevel")], "probable");
    assert!(id[NUMBER].is_null());

    let (id, info) = client.told(&request, "p-4").await;
    assert!(id[claim("previousCoordinationNumber")].is_null() && info[claim("previousCoordinationNumber")].is_null());
    request.insert("claims", json!({"userinfo": {claim("previousCoordinationNumber"): null}}).to_string());
    let (_, info) = client.told(&request, "p-4").await;
    assert_eq!(info[NUMBER], "199102089837");
    assert_eq!(info[claim("previousCoordinationNumber")], "199102689826");
    let (_, info) = client.told(&request, "p-1").await;
    assert!(info[claim("previousCoordinationNumber")].is_null(), "she never had one");
}

#[tokio::test]
async fn what_is_known_of_the_login_itself_is_told_where_it_was_asked_for() {
    let client = Client::new("residents").await;
    let mut request = client.request();
    let names = ["authnEvidence", "deviceIp", "credentialValidFrom", "credentialValidTo"].map(claim);
    let (id, info) = client.told(&request, "p-1").await;
    assert!(names.iter().all(|name| id[name].is_null() && info[name].is_null()));
    let asked: serde_json::Map<String, Value> = names.iter().map(|name| (name.clone(), Value::Null)).collect();
    request.insert("claims", json!({"id_token": asked}).to_string());
    let (id, info) = client.told(&request, "p-1").await;
    assert!(names.iter().all(|name| !id[name].is_null() && info[name].is_null()), "{id}");
    assert_eq!(id[claim("deviceIp")], "127.0.0.1");
    let valid = [claim("credentialValidFrom"), claim("credentialValidTo")].map(|name| id[name].as_u64());
    let (Some(from), Some(to)) = (valid[0], valid[1]) else { panic!("seconds: {id}") };
    assert!((from..to).contains(&client.now()));
    assert_eq!(written(&id[claim("authnEvidence")])["txn"], id["txn"]);
}

#[tokio::test]
async fn a_person_signs_what_the_client_signed() {
    let client = Client::new("residents").await;
    let request = signing(&client, &wish(&client));
    let asked = client.authorize(&request).await;
    let browser = client.browser_of(&asked);
    let phone = browser.start("this").await;
    client.get(&phone).await;
    client.post(&format!("{phone}/person"), &[("person", "p-1")]).await;
    assert!(client.get(&phone).await.body.contains("Jag godkänner planen &lt;v2&gt;."), "the words are shown");

    let (id, info) = client.told(&request, "p-1").await;
    let signed = written(&id[SIGNATURE]);
    assert_eq!(signed["tbs_data"], STANDARD.encode("the plan"));
    assert_eq!(signed["number"], "198401019800");
    assert!(info[SIGNATURE].is_null());

    // Approval of a signature that is made elsewhere gives none here, and a login none at all.
    let mut approval = request.clone();
    let scope = approval["scope"].replace(SIGN, "https://id.oidc.se/scope/signApproval");
    approval.insert("scope", scope);
    assert!(client.told(&approval, "p-1").await.0[SIGNATURE].is_null());
    assert!(client.told(&client.request(), "p-1").await.0[SIGNATURE].is_null());
}

/// A request to sign it in one object, which the client signed whole.
fn signing_in_an_object(client: &Client, wish: &Value) -> Fields {
    let request = signing(client, wish);
    let mut claims: serde_json::Map<String, Value> =
        request.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    let content = json!({"tbs_data": wish["tbs_data"], "sign_message": wish["sign_message"]});
    let message = json!({"message#sv": STANDARD.encode("Ring <oss> gärna."), "mime_type": "text/plain"});
    for (name, value) in [
        (REQUEST, content),
        (MESSAGE, message),
        ("iss", crate::actors::CLIENT.into()),
        ("aud", client.issuer().into()),
        ("exp", (client.now() + 60).into()),
    ] {
        claims.insert(name.to_owned(), value);
    }
    let beside = ["client_id", "response_type", "redirect_uri"].map(|name| (name, request[name].clone()));
    let mut fields = Fields::from(beside);
    fields.insert("request", client.sign(&claims.into()));
    fields
}

#[tokio::test]
async fn what_is_to_be_signed_may_stand_in_a_signed_request_object() {
    let client = Client::new("residents").await;
    let good = signing_in_an_object(&client, &wish(&client));
    let browser = client.browser_of(&client.authorize(&good).await);
    assert!(browser.show().await.body.contains("Ring &lt;oss&gt; gärna."), "the message stands in the object too");
    let phone = browser.start("this").await;
    client.get(&phone).await;
    client.post(&format!("{phone}/person"), &[("person", "p-1")]).await;
    assert!(client.get(&phone).await.body.contains("Jag godkänner planen &lt;v2&gt;."), "the words are shown");
    let (id, _) = client.told(&good, "p-1").await;
    assert_eq!(written(&id[SIGNATURE])["tbs_data"], STANDARD.encode("the plan"));

    for (field, value) in [("tbs_data", "%".into()), ("tbs_data", Value::Null), ("sign_message", json!({}))] {
        let mut bent = wish(&client);
        bent[field] = value;
        let bent = signing_in_an_object(&client, &bent);
        assert_eq!(error(&client, &bent).await, "invalid_request", "{field}");
    }
    // Unsigned beside the object it counts as little as anywhere.
    let mut beside = good.clone();
    beside.insert(REQUEST, wish(&client).to_string());
    assert_eq!(error(&client, &beside).await, "invalid_request_object");
    let mut plain = signing(&client, &wish(&client));
    plain.insert(REQUEST, wish(&client).to_string());
    assert_eq!(error(&client, &plain).await, "invalid_request");
}

#[tokio::test]
async fn nobody_signs_for_another() {
    let client = Client::new("residents").await;
    let mut request = signing(&client, &wish(&client));
    let claims = json!({"id_token": {NUMBER: {"essential": true, "value": "198401019800"}}}).to_string();
    request.insert("claims", claims);
    let back = client.answer(&request, "p-2").await;
    assert_eq!(parameter(&back, "error").as_deref(), Some("unmet_authentication_requirements"));
    assert_eq!(parameter(&back, "code"), None);
    assert!(!client.told(&request, "p-1").await.0[SIGNATURE].is_null());
}

#[tokio::test]
async fn a_request_to_sign_is_signed_whole_and_consented_to() {
    let client = Client::new("residents").await;
    let good = wish(&client);
    let bent = |field: &str, value: Value| {
        let mut wish = good.clone();
        wish[field] = value;
        client.sign(&wish)
    };
    let stranger = Client::new("residents").await.sign(&good);
    for (why, bad) in [
        ("not signed", good.to_string()),
        ("signed by somebody else", stranger),
        ("for another provider", bent("aud", "http://provider.test/staff".into())),
        ("from another client", bent("iss", "another".into())),
        ("too old", bent("exp", client.now().into())),
        ("not base64", bent("tbs_data", "%".into())),
        ("nothing", bent("tbs_data", "".into())),
        ("no words", bent("sign_message", json!({}))),
    ] {
        let mut request = signing(&client, &good);
        request.insert(REQUEST, bad);
        assert_eq!(error(&client, &request).await, "invalid_request", "{why}");
    }
    let mut silent = signing(&client, &good);
    silent.insert("prompt", "login".into());
    assert_eq!(error(&client, &silent).await, "invalid_request", "no consent");
    let mut empty = signing(&client, &good);
    empty.remove(REQUEST);
    assert_eq!(error(&client, &empty).await, "invalid_request", "nothing to sign");
    let mut login = client.request();
    login.insert(REQUEST, client.sign(&good));
    assert_eq!(error(&client, &login).await, "invalid_request", "a login signs nothing");
}

#[tokio::test]
async fn discovery_lists_them() {
    let client = Client::new("residents").await;
    let told = client.get("/residents/.well-known/openid-configuration").await.body;
    let told: Value = serde_json::from_str(&told).expect("JSON");
    let lists = |list: &str, name: &str| told[list].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    for name in [
        "coordinationNumber",
        "coordinationNumberLevel",
        "previousCoordinationNumber",
        "authnEvidence",
        "authnProvider",
        "deviceIp",
        "credentialValidFrom",
        "credentialValidTo",
        "userSignature",
    ] {
        assert!(lists("claims_supported", &claim(name)), "{name}");
    }
    assert!(lists("scopes_supported", SIGN) && lists("scopes_supported", "https://id.oidc.se/scope/signApproval"));
}

/// What is to be signed.
fn wish(client: &Client) -> Value {
    json!({
        "iss": crate::actors::CLIENT, "aud": client.issuer(), "exp": client.now() + 60,
        "tbs_data": STANDARD.encode("the plan"),
        "sign_message": {"message#sv": STANDARD.encode("Jag godkänner planen <v2>."), "mime_type": "text/plain"},
    })
}

/// A request to sign it.
fn signing(client: &Client, wish: &Value) -> Fields {
    let mut request = client.request();
    let scope = format!("{} {SIGN}", request["scope"]);
    request.extend([("scope", scope), ("prompt", "login consent".into()), (REQUEST, client.sign(wish))]);
    request
}

/// What stands in a signature or evidence, checked against the key that it carries.
fn written(value: &Value) -> Value {
    let jws = STANDARD.decode(value.as_str().expect("text")).expect("base64");
    let jws = String::from_utf8(jws).expect("a JWS");
    let key = jsonwebtoken::decode_header(&jws).expect("a header").jwk.expect("its key");
    let mut validation = Validation::new(Algorithm::ES256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    let key = DecodingKey::from_jwk(&key).expect("an EC key");
    jsonwebtoken::decode(&jws, &key, &validation).expect("a signature that holds").claims
}

async fn error(client: &Client, request: &Fields) -> String {
    let back = client.authorize(request).await.location.expect("the way back");
    parameter(&back, "error").unwrap_or_default()
}
