//! What must hold of whatever a provider answers; see [`crate::fuzz`].

use super::jws::{self, Fault};
use super::metadata::{Known, discover};
use super::redeem::{self, Tokens};
use super::verify::{Token, check};
use super::{Answer, SKEW, logout, who};
use crate::config::Provider;
use crate::identity::http::{HttpError, is_allowed};
use futures_util::FutureExt as _;
use http::{Response, StatusCode};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use openidconnect::HttpRequest;
use p256::SecretKey;
use p256::pkcs8::EncodePrivateKey as _;
use protocol::Millis;
use protocol::login::LoginRefusal;
use serde_json::{Map, Value, json};
use std::str::FromStr as _;
use std::sync::LazyLock;

const ISSUER: &str = "https://op.example";
const CLIENT: &str = "digiteam";
const NONCE: &str = "nonce-of-the-login";
/// Noon UTC on 1 September 2026.
const NOON: Millis = 1_788_264_000_000;

/// A provider that behaves, with its key.
static OP: LazyLock<Op> = LazyLock::new(Op::make);

struct Op {
    key: EncodingKey,
    known: Known,
    provider: Provider,
}

impl Op {
    fn make() -> Self {
        let secret = SecretKey::from_slice(&[7; 32]).expect("is a key");
        let key = EncodingKey::from_ec_der(secret.to_pkcs8_der().expect("has a form").as_bytes());
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256).expect("has a public half");
        public.common.key_id = Some("k".to_owned());
        let said = json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/authorize"),
            "token_endpoint": format!("{ISSUER}/token"),
            "jwks_uri": format!("{ISSUER}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
        });
        let known = ask(said.to_string().as_bytes(), json!({"keys": [public]}).to_string().as_bytes());
        let provider = format!(
            "id = 'p'\nrealm = 'resident'\nmunicipalities = ['bjuv']\nissuer = '{ISSUER}'\nclient_id = '{CLIENT}'\nacr = 'loa3'\nclaim = 'number'"
        );
        Self { key, known: known.expect("is good"), provider: toml::from_str(&provider).expect("is a provider") }
    }

    fn sign(&self, claims: &Map<String, Value>) -> String {
        let header = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.key).expect("signs")
    }

    fn open(&self, jwt: &str) -> Result<Map<String, Value>, Fault> {
        jws::open(jws::PLAIN, jwt, &self.known, CLIENT)
    }

    fn prove(&self, jwt: &str) -> Result<(), LoginRefusal> {
        let token = Token::from_str(jwt).map_err(|_| LoginRefusal::IdTokenForm)?;
        let tokens = Tokens { access: None, id_token: jwt.to_owned() };
        let answer = Answer { code: "c", nonce: NONCE.to_owned(), verifier: String::new(), begun_at: NOON };
        check(&self.provider, &self.known, &token, &tokens, &answer, NOON).map(drop)
    }
}

/// What it says about itself, and its keys.
fn ask(metadata: &[u8], keys: &[u8]) -> Result<Known, LoginRefusal> {
    let http = |request: HttpRequest| {
        let body = if request.uri().path().ends_with("openid-configuration") { metadata } else { keys };
        let mut answer = Response::new(body.to_vec());
        answer.headers_mut().insert("content-type", "application/json".parse().expect("is a value"));
        std::future::ready(Ok::<_, HttpError>(answer))
    };
    discover(ISSUER, &http, NOON).now_or_never().expect("nothing is waited for")
}

/// It is believed about itself only, and nobody is sent anywhere but over TLS.
pub fn metadata(body: &[u8]) {
    for known in [ask(body, body), ask(body, b"{\"keys\":[]}")] {
        match known {
            Ok(known) => {
                assert_eq!(known.issuer(), ISSUER);
                assert!(is_allowed(known.metadata.authorization_endpoint().url()));
            }
            Err(refusal) => assert_eq!(refusal, LoginRefusal::Metadata),
        }
    }
}

/// A token answer gives an ID token, or says which of four things it lacks.
pub fn tokens(body: &[u8]) {
    for status in [StatusCode::OK, StatusCode::BAD_REQUEST] {
        let mut answer = Response::new(body.to_vec());
        *answer.status_mut() = status;
        match redeem::read(&answer) {
            Ok(_) => assert_eq!(status, StatusCode::OK),
            Err(LoginRefusal::TokenForm | LoginRefusal::IdTokenMissing) => assert_eq!(status, StatusCode::OK),
            Err(LoginRefusal::ClientRefused | LoginRefusal::CodeRefused) => assert_ne!(status, StatusCode::OK),
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// What nobody has signed is not believed.
pub fn unsigned(jwt: &str) {
    assert!(OP.open(jwt).is_err(), "a statement is believed");
    assert!(OP.prove(jwt).is_err(), "an ID token is believed");
}

/// What is signed is believed if it is for us, now, and of the kind that it is taken for.
pub fn signed(claims: &[u8]) {
    let Ok(claims) = serde_json::from_slice::<Map<String, Value>>(claims) else { return };
    let jwt = OP.sign(&claims);
    let (says, seconds) = (|name: &str| claims.get(name).cloned().unwrap_or_default(), NOON / 1000);
    let is_for_us = says("aud") == CLIENT || says("aud").as_array().is_some_and(|all| all.contains(&CLIENT.into()));
    let expected = if says("iss") == ISSUER && is_for_us { Ok(claims.clone()) } else { Err(Fault::Issuer) };
    assert_eq!(OP.open(&jwt), expected);
    if let Some(ended) = logout::read(&claims, NOON) {
        assert!(ended.subject.is_some() || ended.session.is_some());
        assert!(claims.contains_key("events") && !claims.contains_key("nonce"));
        assert!((ended.at / 1000 - seconds).abs() <= 300 + SKEW);
    }
    if OP.prove(&jwt).is_ok() {
        assert_eq!((says("iss"), says("nonce"), says("acr")), (ISSUER.into(), NONCE.into(), "loa3".into()));
        assert!(is_for_us && says("sub").is_string());
        assert!(says("exp").as_f64().is_some_and(|exp| exp > (seconds - SKEW - 1) as f64));
    }
    match who::person(&OP.provider, &claims, Some(&claims)) {
        Ok(person) => assert_eq!(says("number"), person.as_str()),
        Err(refusal) => assert_eq!(refusal, LoginRefusal::ClaimMissing),
    }
}
