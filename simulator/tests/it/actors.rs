//! Who plays in the tests: a [`Client`] with its key and server for it, and a [`Browser`] with its cookies.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use digiteam_simulator::{Config, People, Registration, Times, router};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use p256::SecretKey;
use p256::pkcs8::EncodePrivateKey;
use rand::rngs::OsRng;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;
use url::{Url, form_urlencoded};

pub(crate) const BASE: &str = "http://provider.test";
pub(crate) const CLIENT: &str = "the-client";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:4000/callback?from=provider";
pub(crate) const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-taken-seriously";
pub(crate) const STATE: &str = "0123456789abcdef012345";
pub(crate) const LOA3: &str = "http://id.elegnamnden.se/loa/1.0/loa3";
pub(crate) const NUMBER: &str = "https://id.oidc.se/claim/personalIdentityNumber";

/// Claims of an assertion, or fields of a request, that a test may bend.
pub(crate) type Fields = HashMap<&'static str, String>;

/// The relying party, and the provider it talks to.
pub(crate) struct Client {
    pub(crate) provider: Router,
    pub(crate) realm: &'static str,
    clock: Arc<AtomicU64>,
    key: EncodingKey,
    keys: Arc<std::sync::Mutex<JwkSet>>,
    kid: String,
}

/// An answer with its body read.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) content_type: String,
    pub(crate) cookie: Option<String>,
    pub(crate) csp: String,
    pub(crate) body: String,
}

/// A browser that remembers the cookie of its login.
pub(crate) struct Browser<'a> {
    client: &'a Client,
    pub(crate) login: String,
    pub(crate) cookie: String,
}

impl Client {
    /// A client with a fresh key, served on a real port, before a provider of the given realm.
    pub(crate) async fn new(realm: &'static str) -> Self {
        Self::with(realm, None).await
    }

    /// One that proves itself by a secret, if there is one.
    pub(crate) async fn with(realm: &'static str, secret: Option<&str>) -> Self {
        let clock = Arc::new(AtomicU64::new(1_800_000_000_000));
        let (key, jwk) = make_key("one");
        let keys = Arc::new(std::sync::Mutex::new(JwkSet { keys: vec![jwk] }));
        let served = keys.clone();
        let app = Router::new().route(
            "/jwks",
            get(async move || Json(json!(*served.lock().expect("no test panics while holding the keys")))),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move { axum::serve(listener, app).await });
        let told = clock.clone();
        let config = Config {
            base: BASE.into(),
            people: People::parse(include_str!("../people.toml")).expect("the file is right"),
            client: Registration {
                id: CLIENT.into(),
                name: "The Client".into(),
                jwks: Url::parse(&format!("http://{address}/jwks")).expect("an address"),
                redirect_uris: vec![REDIRECT.into()],
                secret: secret.map(str::to_owned),
            },
            times: Times::default(),
            clock: Arc::new(move || told.load(Ordering::SeqCst)),
        };
        Self { provider: router(&config), realm, clock, key, keys, kid: "one".into() }
    }

    pub(crate) fn issuer(&self) -> String {
        format!("{BASE}/{}", self.realm)
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.load(Ordering::SeqCst) / 1000
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// A new key in place of the old one.
    pub(crate) fn rotate(&mut self) {
        let (key, jwk) = make_key("two");
        self.key = key;
        self.kid = "two".into();
        self.keys.lock().expect("no test panics while holding the keys").keys = vec![jwk];
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.provider.clone().oneshot(request).await.expect("a router does not fail");
        let header = |name| response.headers().get(name).map(|it| it.to_str().expect("plain text").to_owned());
        let (location, cookie) = (header(header::LOCATION), header(header::SET_COOKIE));
        let (content_type, csp) = (header(header::CONTENT_TYPE), header(header::CONTENT_SECURITY_POLICY));
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        Answer {
            status,
            location,
            cookie,
            content_type: content_type.unwrap_or_default(),
            csp: csp.unwrap_or_default(),
            body: String::from_utf8(body.to_vec()).expect("text"),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(form(path).body(body(fields)).expect("a request")).await
    }

    /// A request as it should be.
    pub(crate) fn request(&self) -> Fields {
        let scope = "openid https://id.oidc.se/scope/naturalPersonNumber https://id.oidc.se/scope/naturalPersonInfo \
                     https://id.oidc.se/scope/naturalPersonOrgId";
        Fields::from([
            ("response_type", "code".into()),
            ("client_id", CLIENT.into()),
            ("redirect_uri", REDIRECT.into()),
            ("scope", scope.into()),
            ("state", STATE.into()),
            ("nonce", "a-nonce".into()),
            ("code_challenge", URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))),
            ("code_challenge_method", "S256".into()),
            ("prompt", "login".into()),
            ("claims", json!({"id_token": {"acr": {"essential": true, "values": [LOA3]}}}).to_string()),
        ])
    }

    pub(crate) async fn authorize(&self, request: &Fields) -> Answer {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(request).finish();
        self.get(&format!("/{}/authorize?{query}", self.realm)).await
    }

    /// A good request, and the browser it opens.
    pub(crate) async fn browser(&self) -> Browser<'_> {
        self.browser_of(&self.authorize(&self.request()).await)
    }

    /// The browser that an answer opens.
    pub(crate) fn browser_of(&self, answer: &Answer) -> Browser<'_> {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let cookie = answer.cookie.as_ref().expect("a cookie");
        assert!(cookie.contains("HttpOnly; SameSite=Lax"));
        Browser {
            client: self,
            login: answer.location.clone().expect("the login's address"),
            cookie: cookie.split(';').next().unwrap_or_default().to_owned(),
        }
    }

    /// An assertion as it should be, unless `bend` says otherwise.
    pub(crate) fn assertion(&self, bend: &Map<String, Value>) -> String {
        let mut claims = json!({
            "iss": CLIENT, "sub": CLIENT, "aud": self.issuer(), "exp": self.now() + 60, "iat": self.now(),
            "jti": uuid::Uuid::new_v4().to_string(),
        });
        claims.as_object_mut().expect("an object").extend(bend.clone());
        self.sign(&claims)
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.key).expect("our own key")
    }

    /// Redeems a code; `bend` changes fields of the form.
    pub(crate) async fn redeem(&self, code: &str, bend: &[(&str, &str)]) -> Answer {
        let assertion = self.assertion(&Map::new());
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        for (name, value) in bend {
            fields.retain(|(known, _)| known != name);
            fields.push((name, value));
        }
        self.post(&format!("/{}/token", self.realm), &fields).await
    }

    pub(crate) async fn userinfo(&self, access: &str) -> Answer {
        let request = Request::get(format!("/{}/userinfo", self.realm))
            .header(header::AUTHORIZATION, format!("Bearer {access}"))
            .body(Body::empty());
        self.send(request.expect("a request")).await
    }

    /// Claims of a JWT, its signature checked against the issuer's published key.
    pub(crate) async fn open(&self, token: &str) -> Value {
        let keys: JwkSet =
            serde_json::from_str(&self.get(&format!("/{}/jwks", self.realm)).await.body).expect("a JWKS");
        let kid = jsonwebtoken::decode_header(token).expect("a JWT").kid.expect("a kid");
        let key = DecodingKey::from_jwk(keys.find(&kid).expect("its key")).expect("an EC key");
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.set_audience(&[CLIENT]);
        validation.set_issuer(&[self.issuer()]);
        jsonwebtoken::decode(token, &key, &validation).expect("a signature that holds").claims
    }

    /// Logs a person in on this device and gives the code.
    pub(crate) async fn code(&self, person: &str) -> String {
        let back = self.answer(&self.request(), person).await;
        parameter(&back, "code").expect("a code")
    }

    /// A person confirms a request on this device; where that leads back to.
    pub(crate) async fn answer(&self, request: &Fields, person: &str) -> String {
        let asked = self.authorize(request).await;
        let browser = self.browser_of(&asked);
        let phone = browser.start("this").await;
        browser.confirm(&phone, person).await;
        browser.show().await.location.expect("the way back")
    }

    /// What ID token and UserInfo say after a person confirmed a request.
    pub(crate) async fn told(&self, request: &Fields, person: &str) -> (Value, Value) {
        let code = parameter(&self.answer(request, person).await, "code").expect("a code");
        let tokens: Value = serde_json::from_str(&self.redeem(&code, &[]).await.body).expect("JSON");
        let id = self.open(tokens["id_token"].as_str().expect("an ID token")).await;
        let info = self.userinfo(tokens["access_token"].as_str().expect("an access token")).await.body;
        (id, self.open(&info).await)
    }
}

impl Browser<'_> {
    pub(crate) async fn show(&self) -> Answer {
        self.ask("").await
    }

    pub(crate) async fn ask(&self, rest: &str) -> Answer {
        let request = Request::get(format!("{}{rest}", self.login)).header(header::COOKIE, &self.cookie);
        self.client.send(request.body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn press(&self, rest: &str, fields: &[(&str, &str)]) -> Answer {
        let request = form(&format!("{}{rest}", self.login)).header(header::COOKIE, &self.cookie);
        self.client.send(request.body(body(fields)).expect("a request")).await
    }

    pub(crate) async fn status(&self) -> Value {
        serde_json::from_str(&self.ask("/status").await.body).expect("JSON")
    }

    /// Chooses a device; gives the app's address.
    pub(crate) async fn start(&self, device: &str) -> String {
        let answer = self.press("/start", &[("device", device)]).await;
        assert_eq!(answer.location.as_ref(), Some(&self.login));
        self.status().await["open"].as_str().expect("the app's address").to_owned()
    }

    /// Opens the app, chooses a person and confirms.
    pub(crate) async fn confirm(&self, phone: &str, person: &str) -> Answer {
        assert_eq!(self.client.get(phone).await.status, StatusCode::OK);
        let chosen = self.client.post(&format!("{phone}/person"), &[("person", person)]).await;
        assert_eq!(chosen.location.as_deref(), Some(phone));
        assert!(self.client.get(phone).await.body.contains(r#"id="confirm""#));
        self.client.post(&format!("{phone}/confirm"), &[]).await
    }
}

/// A parameter of an address.
pub(crate) fn parameter(address: &str, name: &str) -> Option<String> {
    let address = Url::parse(address).expect("an address");
    address.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn form(path: &str) -> axum::http::request::Builder {
    Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

fn body(fields: &[(&str, &str)]) -> Body {
    Body::from(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

fn make_key(kid: &str) -> (EncodingKey, Jwk) {
    let der = SecretKey::random(&mut OsRng).to_pkcs8_der().expect("a fresh key");
    let key = EncodingKey::from_ec_der(der.as_bytes());
    let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).expect("its public half");
    jwk.common.key_id = Some(kid.into());
    (key, jwk)
}
