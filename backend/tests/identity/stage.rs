//! A backend with two providers, and an app with its browser.

mod answer;

use crate::common::proof::Prover;
use crate::common::{Guard, fresh_databases};
use crate::fake::{AFFILIATION, CLIENT, Fake, NUMBER, SECRET};
use axum::body::{Body, to_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use digiteam_backend::config::{Config, Provider};
use digiteam_backend::rate::Rates;
use digiteam_backend::serve::address::{ClientAddress, Origin};
use digiteam_backend::{App, identity, load, router};
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use jiff::civil::Date;
use protocol::identity::Realm;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt as _;
use url::Url;
use url::form_urlencoded::Serializer;

pub(crate) const ISSUER: &str = "http://127.0.0.1:8787";
pub(crate) const REDIRECT: &str = "http://127.0.0.1:51000/callback";
pub(crate) const VERIFIER: &str = "a-verifier-of-the-app-that-is-long-enough-for-it";
pub(crate) const SECOND: i64 = 1000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Noon UTC on 1 September 2026.
const NOON: i64 = 1_788_264_000_000;

/// The backend and all around it.
pub(crate) struct Stage {
    pub(crate) engine: &'static str,
    pub(crate) app: Arc<App>,
    pub(crate) config: Config,
    pub(crate) residents: Arc<Fake>,
    pub(crate) staff: Arc<Fake>,
    /// The app's key.
    pub(crate) prover: Prover,
    clock: Arc<AtomicI64>,
    peer: Mutex<Option<IpAddr>>,
    _stop: watch::Sender<bool>,
    folder: TempDir,
    _guard: Guard,
}

/// What the backend answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// A login that has come to the provider.
pub(crate) struct Begun {
    pub(crate) cookie: String,
    pub(crate) address: String,
}

/// One stage on each engine that can be had.
pub(crate) async fn stages() -> Vec<Stage> {
    stages_with("").await
}

/// The same, with more keys for the residents' provider; SECRET stands for the file that holds the secret.
pub(crate) async fn stages_with(keys: &str) -> Vec<Stage> {
    stages_within(keys, Rates::default()).await
}

/// The same, within other limits.
pub(crate) async fn stages_within(keys: &str, limits: Rates) -> Vec<Stage> {
    let mut stages = Vec::new();
    for (engine, database, guard) in fresh_databases().await {
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        let clock = Arc::new(AtomicI64::new(NOON));
        let residents = Fake::start(NUMBER, clock.clone()).await;
        let staff = Fake::start(AFFILIATION, clock.clone()).await;
        std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).expect("is written");
        let config = Config {
            listen: "127.0.0.1:0".parse().expect("is an address"),
            public_url: ISSUER.parse().expect("is a URL"),
            database,
            blobs: folder.path().join("blobs"),
            keys: folder.path().join("keys"),
            keep_deleted_days: 90,
            keep_log_days: 3_650,
            limits,
            tls: None,
            trusted_proxies: vec!["10.0.0.1".parse().expect("is an address")],
            app_links: vec!["https://app.example/callback".parse().expect("is an address")],
            providers: vec![
                provider(&folder, Realm::Resident, &residents.issuer, keys),
                provider(&folder, Realm::Staff, &staff.issuer, ""),
            ],
        };
        let (app, stop) = open(&config, &clock).await;
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        load::load(&app, &data, Date::constant(2026, 9, 1)).await.expect("loads");
        let prover = Prover::make();
        let stage = Stage {
            engine,
            app,
            config,
            residents,
            staff,
            prover,
            clock,
            peer: Mutex::default(),
            _stop: stop,
            folder,
            _guard: guard,
        };
        let keys = stage.get("/identity/client-jwks.json", None).await.json();
        for fake in [&stage.residents, &stage.staff] {
            fake.trust(serde_json::from_value(keys.clone()).expect("is a key set"));
        }
        stage.residents.person(&stage.number("moa").await);
        stage.staff.person(&format!("{}@2120001157", stage.number("sara").await));
        stages.push(stage);
    }
    stages
}

fn provider(folder: &TempDir, realm: Realm, issuer: &str, keys: &str) -> Provider {
    let secret = format!("{{ file = '{}' }}", folder.path().join("secret").display());
    let (id, keys) = (realm.as_str(), keys.replace("SECRET", &secret));
    let text = format!(
        "id = '{id}'\nrealm = '{id}'\nmunicipalities = ['helsingborg']\nissuer = '{issuer}'\nclient_id = '{CLIENT}'\n{keys}"
    );
    toml::from_str(&text).expect("is a provider")
}

async fn open(config: &Config, clock: &Arc<AtomicI64>) -> (Arc<App>, watch::Sender<bool>) {
    let (stop, stopping) = watch::channel(false);
    let time = clock.clone();
    let clock = Arc::new(move || time.load(Ordering::SeqCst));
    (App::open(config.clone(), clock, stopping).await.expect("opens"), stop)
}

impl Stage {
    /// Whether a session still stands.
    pub(crate) async fn is_live(&self, session: &str) -> bool {
        let mut snapshot = self.app.db.snapshot().await.expect("reads");
        identity::is_live(&mut snapshot, session, self.app.db.now()).await.expect("reads")
    }

    /// Stops the backend and starts it anew on the same data.
    pub(crate) async fn restart(&mut self) {
        self.app.clone().close().await.expect("closes");
        (self.app, self._stop) = open(&self.config, &self.clock).await;
    }

    /// From now on residents log in at this provider, with these keys of the configuration.
    pub(crate) async fn use_provider(&mut self, issuer: &str, keys: &str) {
        self.config.providers[0] = provider(&self.folder, Realm::Resident, issuer, keys);
        self.restart().await;
    }

    /// Beside the others, residents can log in at this provider too.
    pub(crate) async fn add_provider(&mut self, id: &str, issuer: &str, keys: &str) {
        let mut added = provider(&self.folder, Realm::Resident, issuer, keys);
        id.clone_into(&mut added.id);
        self.config.providers.push(added);
        self.restart().await;
    }

    pub(crate) fn clock(&self) -> Arc<AtomicI64> {
        self.clock.clone()
    }

    /// The file that holds the secret.
    pub(crate) fn secret_file(&self) -> PathBuf {
        self.folder.path().join("secret")
    }

    /// For providers that have a clock of their own.
    pub(crate) fn go_to_the_present(&self) {
        self.clock.store(jiff::Timestamp::now().as_millisecond(), Ordering::SeqCst);
    }

    /// Requests come over a connection from there, from now on.
    pub(crate) fn come_from(&self, address: &str) {
        *self.peer.lock().expect("is not poisoned") = Some(address.parse().expect("is an address"));
    }

    pub(crate) fn wait(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// The personal number of somebody in the registry.
    pub(crate) async fn number(&self, person: &str) -> String {
        let mut snapshot = self.app.db.snapshot().await.expect("begins");
        let row = sqlx::query_as("SELECT personal_number FROM person WHERE id = $1").bind(person);
        let (number,): (String,) = row.fetch_one(&mut *snapshot).await.expect("is in the registry");
        number
    }

    pub(crate) fn fake(&self, realm: Realm) -> &Fake {
        match realm {
            Realm::Resident => &self.residents,
            Realm::Staff => &self.staff,
        }
    }

    pub(crate) async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        let mut request = Request::get(path);
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        self.send(request.body(Body::empty()).expect("is a request")).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, fields, None).await
    }

    /// Posts a form, with a proof if there is one.
    pub(crate) async fn post_with(&self, path: &str, fields: &[(&str, &str)], proof: Option<&str>) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        self.send(request.body(body.into()).expect("is a request")).await
    }

    /// Asks the token endpoint, as whoever has that key.
    pub(crate) async fn ask_token(&self, prover: &Prover, fields: &[(&str, &str)]) -> Answer {
        let nonce = self.nonce().await;
        let proof = prover.proof("POST", &format!("{ISSUER}/identity/token"), None, Some(&nonce));
        self.post_with("/identity/token", fields, Some(&proof)).await
    }

    /// A nonce, as whoever has none gets one.
    pub(crate) async fn nonce(&self) -> String {
        let answer = self.show("/me", "DPoP x", &self.prover.proof("GET", &format!("{ISSUER}/me"), None, None)).await;
        answer.headers["dpop-nonce"].to_str().expect("is text").to_owned()
    }

    pub(crate) async fn me(&self, access: &str) -> Answer {
        self.see("/me", access).await
    }

    /// Asks for something with an access token of the app's.
    pub(crate) async fn see(&self, path: &str, access: &str) -> Answer {
        self.ask("GET", path, access).await
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, access: &str) -> Answer {
        self.ask_with(method, path, access, String::new()).await
    }

    /// Asks for something with a JSON body.
    pub(crate) async fn ask_with(&self, method: &str, path: &str, access: &str, body: String) -> Answer {
        let nonce = self.nonce().await;
        let proof = self.prover.proof(method, &format!("{ISSUER}{path}"), Some(access), Some(&nonce));
        let request = Request::builder().method(method).uri(path).header("dpop", proof);
        let request = request.header(AUTHORIZATION, format!("DPoP {access}"));
        let request = request.header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body)).expect("is a request")).await
    }

    /// Asks for something with these very headers.
    pub(crate) async fn show(&self, path: &str, authorization: &str, proof: &str) -> Answer {
        let request = Request::get(path).header(AUTHORIZATION, authorization).header("dpop", proof);
        self.send(request.body(Body::empty()).expect("is a request")).await
    }

    /// Whether the access token opens anything.
    pub(crate) async fn opens(&self, access: &str) -> bool {
        match self.me(access).await.status {
            StatusCode::OK => true,
            StatusCode::UNAUTHORIZED => false,
            other => panic!("{}: {other}", self.engine),
        }
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        if let Some(peer) = *self.peer.lock().expect("is not poisoned") {
            let origin = Origin::new(&self.app.config.trusted_proxies, false, peer);
            let client = ClientAddress(origin.of(peer, request.headers()));
            request.extensions_mut().insert(client);
        }
        let response = router(self.app.clone()).oneshot(request).await.expect("answers");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.expect("is short");
        let text = String::from_utf8(bytes.to_vec()).expect("is text");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// The app asks for a login.
    pub(crate) async fn begin(&self, realm: Realm) -> Begun {
        self.begin_with(realm, &[]).await
    }

    pub(crate) async fn begin_with(&self, realm: Realm, changes: &[(&str, &str)]) -> Begun {
        let answer = self.get(&authorize(realm, changes), None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let cookie = answer.headers[SET_COOKIE].to_str().expect("is text");
        for attribute in ["; HttpOnly", "; SameSite=Lax", "; Max-Age=600"] {
            assert!(cookie.contains(attribute), "{attribute}");
        }
        let cookie = cookie.split(';').next().expect("has a pair").to_owned();
        Begun { cookie, address: answer.location().to_owned() }
    }

    /// The browser comes back from the provider.
    pub(crate) async fn come_back(&self, cookie: Option<&str>, fields: &[(&str, String)]) -> Answer {
        let query = Serializer::new(String::new()).extend_pairs(fields).finish();
        self.get(&format!("/identity/callback?{query}"), cookie).await
    }

    /// From begin to the app's own address: what stands in it.
    pub(crate) async fn answer(&self, realm: Realm) -> HashMap<String, String> {
        let begun = self.begin(realm).await;
        let fields = self.fake(realm).confirm(&begun.address);
        self.come_back(Some(&begun.cookie), &fields).await.to_app()
    }

    /// A code for the app.
    pub(crate) async fn code(&self, realm: Realm) -> String {
        let answer = self.answer(realm).await;
        answer.get("code").unwrap_or_else(|| panic!("{}: {answer:?}", self.engine)).clone()
    }

    pub(crate) async fn redeem(&self, code: &str, verifier: &str, redirect: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", "digiteam-app"),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
            ("platform", "android"),
        ];
        self.ask_token(&self.prover, &fields).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.refresh_as(&self.prover, token).await
    }

    pub(crate) async fn refresh_as(&self, prover: &Prover, token: &str) -> Answer {
        let fields = [("grant_type", "refresh_token"), ("client_id", "digiteam-app"), ("refresh_token", token)];
        self.ask_token(prover, &fields).await
    }

    /// A whole login: the token answer.
    pub(crate) async fn login(&self, realm: Realm) -> Value {
        let code = self.code(realm).await;
        let answer = self.redeem(&code, VERIFIER, REDIRECT).await;
        assert_eq!(answer.status, StatusCode::OK, "{}: {}", self.engine, answer.text);
        answer.json()
    }
}

/// A good authorization request, but for `changes`; an empty value takes a field out.
pub(crate) fn authorize(realm: Realm, changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let good = [
        ("client_id", "digiteam-app"),
        ("redirect_uri", REDIRECT),
        ("response_type", "code"),
        ("scope", "openid offline_access"),
        ("state", "state-of-the-app"),
        ("nonce", "nonce-of-the-app"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("municipality", "helsingborg"),
        ("realm", realm.as_str()),
        ("ui_locales", "sv en"),
    ];
    let mut fields: HashMap<&str, &str> = good.into_iter().collect();
    fields.extend(changes.iter().copied());
    fields.retain(|_, value| !value.is_empty());
    format!("/identity/authorize?{}", Serializer::new(String::new()).extend_pairs(fields).finish())
}
