//! An OpenID provider that holds us to its rules, and breaks one of its own when told to.

mod endpoint;

use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use p256::SecretKey;
use p256::pkcs8::EncodePrivateKey as _;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use url::Url;

pub(crate) const CLIENT: &str = "digiteam";
/// What it shares with a client that has a secret.
pub(crate) const SECRET: &str = "between us: 100%";
pub(crate) const LEVEL: &str = "http://id.elegnamnden.se/loa/1.0/loa3";
pub(crate) const NUMBER: &str = "https://id.oidc.se/claim/personalIdentityNumber";
pub(crate) const AFFILIATION: &str = "https://id.oidc.se/claim/orgAffiliation";

/// The rule that it breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Nonce,
    NoNonce,
    Issuer,
    Audience,
    SecondAudience,
    Level,
    NoLevel,
    Expired,
    OldLogin,
    NoAuthTime,
    ForeignKey,
    Unsigned,
    NoClaim,
    Future,
    OtherParty,
    AccessHash,
    NoIdToken,
    BadIdToken,
    OtherKind,
    BadToken,
    UserinfoUnsigned,
    UserinfoForm,
    UserinfoSubject,
    UserinfoForeignKey,
    UserinfoIssuer,
    UserinfoPerson,
    UserinfoExpired,
    AnswerIssuer,
    AnswerNoIssuer,
    Down,
    TokenDown,
    Refuses,
    RefusesClient,
}

/// The provider.
pub(crate) struct Fake {
    pub(crate) issuer: String,
    claim: &'static str,
    clock: Arc<AtomicI64>,
    state: Mutex<Inner>,
}

struct Inner {
    key: Signer,
    fault: Option<Fault>,
    person: String,
    client: Option<JwkSet>,
    codes: HashMap<String, Asked>,
    n: u32,
    offers_par: bool,
    pushed: HashMap<String, HashMap<String, String>>,
    last: Last,
}

/// How we asked and proved ourselves, the last time.
#[derive(Clone, Default)]
pub(crate) struct Last {
    /// The fields of the request, however they came.
    pub(crate) fields: HashMap<String, String>,
    pub(crate) was_pushed: bool,
    pub(crate) was_signed: bool,
    /// The client authentication at the token endpoint.
    pub(crate) auth: &'static str,
}

/// What we asked in the authorization request.
#[derive(Clone)]
struct Asked {
    redirect_uri: String,
    nonce: String,
    challenge: String,
}

struct Signer {
    key: EncodingKey,
    public: Jwk,
}

impl Signer {
    fn make(kid: &str) -> Self {
        let der = SecretKey::random(&mut rand::rngs::OsRng).to_pkcs8_der().expect("has a form");
        let key = EncodingKey::from_ec_der(der.as_bytes());
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256).expect("has a public half");
        public.common.key_id = Some(kid.to_owned());
        Self { key, public }
    }

    fn sign(&self, claims: &Value) -> String {
        self.sign_as("JWT", claims)
    }

    fn sign_as(&self, typ: &str, claims: &Value) -> String {
        let kid = self.public.common.key_id.clone();
        let header = Header { kid, typ: Some(typ.to_owned()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.key).expect("signs")
    }
}

impl Fake {
    /// Starts one that vouches by `claim`.
    pub(crate) async fn start(claim: &'static str, clock: Arc<AtomicI64>) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let issuer = format!("http://{}/op", listener.local_addr().expect("is bound"));
        let inner = Inner {
            key: Signer::make("first"),
            fault: None,
            person: String::new(),
            client: None,
            codes: HashMap::new(),
            n: 0,
            offers_par: false,
            pushed: HashMap::new(),
            last: Last::default(),
        };
        let fake = Arc::new(Self { issuer, claim, clock, state: Mutex::new(inner) });
        let router = Router::new()
            .route("/op/.well-known/openid-configuration", get(endpoint::discovery))
            .route("/op/jwks", get(endpoint::jwks))
            .route("/op/par", post(endpoint::push))
            .route("/op/token", post(endpoint::token))
            .route("/op/userinfo", get(endpoint::userinfo))
            .with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        fake
    }

    /// From now on it breaks this rule.
    pub(crate) fn breaks(&self, fault: impl Into<Option<Fault>>) {
        self.inner().fault = fault.into();
    }

    /// From now on requests can be pushed to it.
    pub(crate) fn offer_par(&self) {
        self.inner().offers_par = true;
    }

    /// How it was asked the last time.
    pub(crate) fn last(&self) -> Last {
        self.inner().last.clone()
    }

    /// A logout token, with these claims of its own; a null takes one out.
    pub(crate) fn logout_token(&self, bend: &Value) -> String {
        self.logout_token_as("logout+jwt", bend)
    }

    /// The same, of whatever kind it says it is.
    pub(crate) fn logout_token_as(&self, typ: &str, bend: &Value) -> String {
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT, "iat": self.now(), "exp": self.now() + 120, "jti": "j-1", "sid": "op-session",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        let claims_map = claims.as_object_mut().expect("is one");
        claims_map.extend(bend.as_object().expect("is one").clone());
        claims_map.retain(|_, value| !value.is_null());
        self.inner().key.sign_as(typ, &claims)
    }

    /// From now on it is this person who logs in.
    pub(crate) fn person(&self, value: &str) {
        value.clone_into(&mut self.inner().person);
    }

    /// From now on it signs with another key.
    pub(crate) fn new_key(&self, kid: &str) {
        self.inner().key = Signer::make(kid);
    }

    /// It learns our public keys.
    pub(crate) fn trust(&self, keys: JwkSet) {
        self.inner().client = Some(keys);
    }

    /// The person confirms; the query with which the browser is sent back to us.
    pub(crate) fn confirm(&self, address: &str) -> Vec<(&'static str, String)> {
        let asked = self.ask(address);
        let mut inner = self.inner();
        inner.n += 1;
        let code = format!("code-{}", inner.n);
        inner.codes.insert(code.clone(), asked.1);
        let mut answer = vec![("code", code), ("state", asked.0)];
        answer.extend(self.iss(inner.fault));
        answer
    }

    /// The login ends with this error.
    pub(crate) fn fail(&self, address: &str, error: &str) -> Vec<(&'static str, String)> {
        let asked = self.ask(address);
        let mut answer = vec![("error", error.to_owned()), ("state", asked.0)];
        answer.extend(self.iss(self.inner().fault));
        answer
    }

    fn iss(&self, fault: Option<Fault>) -> Option<(&'static str, String)> {
        match fault {
            Some(Fault::AnswerIssuer) => Some(("iss", "http://127.0.0.1:1/other".into())),
            Some(Fault::AnswerNoIssuer) => None,
            _ => Some(("iss", self.issuer.clone())),
        }
    }

    /// Reads an authorization request, in whatever form it comes.
    fn ask(&self, address: &str) -> (String, Asked) {
        assert!(address.starts_with(&format!("{}/authorize?", self.issuer)), "the endpoint is as discovered");
        let address = Url::parse(address).expect("is a URL");
        let mut fields: HashMap<_, _> = address.query_pairs().into_owned().collect();
        assert_eq!(fields.len(), address.query_pairs().count(), "a field is repeated");
        let mut inner = self.inner();
        let pushed = fields.get("request_uri").map(|uri| inner.pushed.remove(uri).expect("was pushed, once"));
        let was_pushed = pushed.is_some();
        if let Some(pushed) = pushed {
            assert_eq!((fields.len(), fields["client_id"].as_str()), (2, CLIENT), "the browser carries no more");
            fields = pushed;
        }
        let object = fields.remove("request").map(|jwt| self.open(&inner, &jwt));
        let was_signed = object.is_some();
        if let Some(object) = object {
            let beside: Vec<&String> = fields.keys().collect();
            assert!(beside.iter().all(|name| object.contains_key(*name) && object[*name] == fields[*name]));
            fields = object;
        }
        let field = |name: &str| fields.get(name).unwrap_or_else(|| panic!("{name} is missing")).clone();
        assert_eq!(field("client_id"), CLIENT);
        assert_eq!(field("response_type"), "code");
        assert_eq!(field("code_challenge_method"), "S256");
        assert!(field("state").len() >= 43 && field("nonce").len() >= 43, "256 bits in base64url");
        let asked =
            Asked { redirect_uri: field("redirect_uri"), nonce: field("nonce"), challenge: field("code_challenge") };
        let state = field("state");
        inner.last = Last { fields, was_pushed, was_signed, auth: inner.last.auth };
        (state, asked)
    }

    /// The fields of a Request Object.
    fn open(&self, inner: &Inner, jwt: &str) -> HashMap<String, String> {
        let mut claims = self.verify(inner, jwt, &self.issuer);
        for name in ["iss", "aud", "iat", "nbf", "exp", "jti"] {
            claims.remove(name).expect("is there");
        }
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        claims.into_iter().map(|(name, value)| (name, text(value))).collect()
    }

    /// The claims of something that our key signed for `audience`.
    fn verify(&self, inner: &Inner, jwt: &str, audience: &str) -> Map<String, Value> {
        let header = jsonwebtoken::decode_header(jwt).expect("is a JWT");
        let keys = inner.client.as_ref().expect("the keys were told");
        let key = keys.find(header.kid.as_deref().expect("names its key")).expect("is one of our keys");
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[audience]);
        validation.set_issuer(&[CLIENT]);
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(key).expect("is a key");
        let claims = jsonwebtoken::decode::<Map<String, Value>>(jwt, &key, &validation).expect("verifies").claims;
        let life = claims["exp"].as_i64().expect("expires") - self.now();
        assert!((1..=300).contains(&life) && claims["jti"].is_string());
        claims
    }

    /// Whether the form comes from us, and by what proof.
    fn authenticate(&self, inner: &Inner, headers: &HeaderMap, form: &HashMap<String, String>) -> &'static str {
        if let Some(header) = headers.get("authorization") {
            assert!(!form.contains_key("client_secret") && !form.contains_key("client_assertion"));
            let pair = header.to_str().expect("is text").strip_prefix("Basic ").expect("is basic");
            let pair = STANDARD.decode(pair).expect("is base64");
            assert_eq!(pair, format!("{CLIENT}:between+us%3A+100%25").into_bytes(), "both halves are encoded");
            return "client_secret_basic";
        }
        assert_eq!(form["client_id"], CLIENT);
        if let Some(secret) = form.get("client_secret") {
            assert_eq!((secret.as_str(), form.contains_key("client_assertion")), (SECRET, false));
            return "client_secret_post";
        }
        assert_eq!(form["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        let claims = self.verify(inner, &form["client_assertion"], &format!("{}/token", self.issuer));
        assert_eq!(claims["sub"], CLIENT);
        "private_key_jwt"
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.state.lock().expect("no test panics while holding it")
    }

    fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst) / 1000
    }

    fn id_token(&self, inner: &Inner, asked: &Asked) -> String {
        let now = self.now();
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT, "sub": "pairwise", "iat": now, "exp": now + 300,
            "auth_time": now, "nonce": asked.nonce, "acr": LEVEL, "txn": "t-1",
            "sid": "op-session",
            self.claim: inner.person,
        });
        match inner.fault {
            Some(Fault::Nonce) => claims["nonce"] = "of another login".into(),
            Some(Fault::NoNonce) => drop(claims.as_object_mut().expect("is one").remove("nonce")),
            Some(Fault::Issuer) => claims["iss"] = "http://127.0.0.1:1/other".into(),
            Some(Fault::Audience) => claims["aud"] = "another-client".into(),
            Some(Fault::SecondAudience) => claims["aud"] = json!([CLIENT, "another-client"]),
            Some(Fault::Level) => claims["acr"] = "http://id.elegnamnden.se/loa/1.0/loa2".into(),
            Some(Fault::NoLevel) => drop(claims.as_object_mut().expect("is one").remove("acr")),
            Some(Fault::Expired) => claims["exp"] = (now - 60).into(),
            Some(Fault::Future) => claims["iat"] = (now + 61).into(),
            Some(Fault::OtherParty) => claims["azp"] = "another-client".into(),
            Some(Fault::AccessHash) => claims["at_hash"] = "of-another-token".into(),
            Some(Fault::OldLogin) => claims["auth_time"] = (now - 61).into(),
            Some(Fault::NoAuthTime) => drop(claims.as_object_mut().expect("is one").remove("auth_time")),
            Some(Fault::NoClaim) => drop(claims.as_object_mut().expect("is one").remove(self.claim)),
            _ => {}
        }
        match inner.fault {
            Some(Fault::BadIdToken) => "no.token".into(),
            Some(Fault::OtherKind) => inner.key.sign_as("logout+jwt", &claims),
            Some(Fault::ForeignKey) => Signer::make("first").sign(&claims),
            Some(Fault::Unsigned) => {
                let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
                format!("{}.{}.", part(json!({"alg": "none", "typ": "JWT"})), part(claims))
            }
            _ => inner.key.sign(&claims),
        }
    }
}

/// The claims of a JWT, unverified.
pub(crate) fn claims(jwt: &str) -> Map<String, Value> {
    let part = jwt.split('.').nth(1).expect("has claims");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("is base64url")).expect("is JSON")
}
