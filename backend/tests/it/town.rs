//! A small town to test in: a real database with a registry, and actors who push and pull.

use crate::common::fresh_databases;
use crate::common::proof::Prover;

use crate::copy::Copy;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use digiteam_backend::config::Config;
use digiteam_backend::identity::Caller;
use digiteam_backend::rate::Rates;
use digiteam_backend::{App, access, document, load, router, sync};
use http::Request;
use http::header::{AUTHORIZATION, HeaderName};
use jiff::civil::Date;
use protocol::access::{Grant, OpenScope, Purpose, ScopeKind};
use protocol::document::BlobRef;
use protocol::id::{DeviceId, MunicipalityId, MutationId, PersonId, ScopeId};
use protocol::identity::{Level, Realm};
use protocol::mutation::{Act, Mutation, MutationResult, Outcome};
use protocol::record::Record;
use protocol::refusal::RefusalCode;
use protocol::sync::{PullResponse, PushRequest};
use sha2::{Digest as _, Sha256};
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use tower::ServiceExt as _;

/// Noon UTC on 1 September 2026.
const NOON: i64 = 1_788_264_000_000;

/// A backend with its registry.
pub(crate) struct Town {
    /// Which engine runs.
    pub(crate) engine: String,
    /// Its address.
    pub(crate) address: String,
    /// The backend.
    pub(crate) app: Arc<App>,
    /// The time, to be moved by tests.
    pub(crate) clock: Arc<AtomicI64>,
    lanes: Mutex<HashMap<(String, ScopeId), i64>>,
    prover: Prover,
    stop: watch::Sender<bool>,
    _folder: tempfile::TempDir,
    _guard: Box<dyn Any + Send + Sync>,
}

/// One town on each engine that can be had.
pub(crate) async fn towns() -> Vec<Town> {
    let mut towns = Vec::new();
    for (engine, url, guard) in fresh_databases().await {
        let address = url.clone();
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        let config = Config {
            listen: "127.0.0.1:0".parse().expect("is an address"),
            public_url: "http://127.0.0.1:8787".parse().expect("is a URL"),
            database: url,
            blobs: folder.path().join("blobs"),
            keys: folder.path().join("keys"),
            keep_deleted_days: 90,
            keep_log_days: 3_650,
            limits: Rates::default(),
            tls: None,
            trusted_proxies: Vec::new(),
            app_links: Vec::new(),
            providers: Vec::new(),
        };
        let clock = Arc::new(AtomicI64::new(NOON));
        let (stop, stopping) = watch::channel(false);
        let time = clock.clone();
        let app = App::open(config, Arc::new(move || time.load(Ordering::SeqCst)), stopping).await.expect("opens");
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        load::load(&app, &data, Date::constant(2026, 9, 1)).await.expect("loads");
        let prover = Prover::make();
        log_in(&app, prover.jkt()).await;
        towns.push(Town {
            engine: engine.to_string(),
            address,
            app,
            clock,
            lanes: Mutex::default(),
            prover,
            stop,
            _folder: folder,
            _guard: Box::new(guard),
        });
    }
    towns
}

/// Everybody has a session and an access token, all bound to one key.
async fn log_in(app: &App, jkt: String) {
    let logged_in = app.db.write(move |tx| {
        Box::pin(async move {
            let people: Vec<(String, String, String)> =
                sqlx::query_as("SELECT id, realm, municipality FROM person").fetch_all(&mut *tx.conn).await?;
            for (person, realm, municipality) in people {
                sqlx::query(
                    "INSERT INTO token_family (id, municipality, person, realm, jkt, started_at, expires_at)
                     VALUES ($1, $2, $3, $4, $5, 0, $6)",
                )
                .bind(format!("session-{person}"))
                .bind(&municipality)
                .bind(&person)
                .bind(realm)
                .bind(&jkt)
                .bind(i64::MAX)
                .execute(&mut *tx.conn)
                .await?;
                sqlx::query(
                    "INSERT INTO access_token (hash, municipality, family, expires_at) VALUES ($1, $2, $3, $4)",
                )
                .bind(URL_SAFE_NO_PAD.encode(Sha256::digest(token(&person))))
                .bind(&municipality)
                .bind(format!("session-{person}"))
                .bind(i64::MAX)
                .execute(&mut *tx.conn)
                .await?;
            }
            Ok(())
        })
    });
    logged_in.await.expect("is written");
}

/// The access token of `person`.
fn token(person: &str) -> String {
    format!("{person:_<43}")
}

impl Town {
    /// Runs one statement that takes the time and no other values.
    pub(crate) async fn sql(&self, statement: &'static str) {
        let done = self.app.db.write(move |tx| {
            Box::pin(async move {
                sqlx::query(statement).bind(tx.now).execute(&mut *tx.conn).await?;
                Ok(())
            })
        });
        done.await.expect("is done");
    }

    /// The backend is asked to stop.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Lets `hours` go by.
    pub(crate) fn wait(&self, hours: i64) {
        self.clock.fetch_add(hours * 60 * 60 * 1000, Ordering::SeqCst);
    }

    /// The head of every scope that is about `fact`, by audience.
    pub(crate) async fn heads(&self, fact: &str) -> BTreeMap<String, i64> {
        let mut snapshot = self.app.db.snapshot().await.expect("reads");
        let rows: Vec<(String, i64)> = sqlx::query_as("SELECT audience, head FROM scope WHERE fact = $1")
            .bind(fact)
            .fetch_all(&mut *snapshot)
            .await
            .expect("reads");
        rows.into_iter().collect()
    }

    /// The scope of `kind` that `person` has.
    pub(crate) async fn scope(&self, person: &str, kind: ScopeKind) -> ScopeId {
        let grants = self.grants(person).await;
        grants.into_iter().find(|grant| grant.kind == kind).expect("has one").scope
    }

    /// Whether `copy` is whole and what the backend says it should be.
    pub(crate) async fn check_digests(&self, person: &str, copy: &Copy) {
        let told = sync::digest(&self.app, &self.caller(person)).await.expect("is answered").scopes;
        for scope in told.into_iter().filter(|scope| scope.head > 0) {
            let cursor = copy.cursors.get(&scope.scope).unwrap_or_else(|| panic!("{person} has no {scope:?}"));
            assert_eq!((cursor.seq, cursor.epoch, cursor.back), (scope.head, scope.epoch, None), "{person}");
            assert_eq!(copy.digest(&scope.scope), scope.digest, "{}: the copy of {person} differs", self.engine);
        }
    }

    /// The backend stops and starts again on what is in its database then.
    pub(crate) async fn restart(&mut self) {
        self.restart_with(|_| {}).await;
    }

    /// As [`Town::restart`], with another configuration.
    pub(crate) async fn restart_with(&mut self, change: impl FnOnce(&mut Config)) {
        self.app.clone().close().await.expect("closes");
        let mut config = self.app.config.clone();
        change(&mut config);
        let (stop, stopping) = watch::channel(false);
        let time = self.clock.clone();
        let clock = Arc::new(move || time.load(Ordering::SeqCst));
        self.app = App::open(config, clock, stopping).await.expect("opens");
        self.stop = stop;
    }

    /// The headers with which `person` asks over HTTP.
    pub(crate) async fn headers(&self, person: &str, method: &str, path: &str) -> [(HeaderName, String); 2] {
        let (token, address) = (token(person), format!("http://127.0.0.1:8787{path}"));
        let header = HeaderName::from_static("dpop");
        let blind = self.prover.proof(method, &address, Some(&token), None);
        let request = Request::builder().method(method).uri(path).header(&header, blind);
        let request = request.header(AUTHORIZATION, format!("DPoP {token}")).body(Body::empty());
        let answer = router(self.app.clone()).oneshot(request.expect("is a request")).await.expect("is answered");
        let nonce = answer.headers()["dpop-nonce"].to_str().expect("is text");
        let proof = self.prover.proof(method, &address, Some(&token), Some(nonce));
        [(AUTHORIZATION, format!("DPoP {token}")), (header, proof)]
    }

    /// A person of the registry.
    pub(crate) fn caller(&self, person: &str) -> Caller {
        let staff = ["sara", "samir", "stina", "leif", "sven", "ulf", "una", "sten"].contains(&person);
        let bjuv = ["stina", "sten", "far", "sven", "granne-i-bjuv", "bo", "gustav"].contains(&person);
        Caller {
            person: PersonId::new(person),
            realm: if staff { Realm::Staff } else { Realm::Resident },
            level: Level::Eid,
            municipality: MunicipalityId::new(if bjuv { "bjuv" } else { "helsingborg" }),
            session: format!("session-{person}"),
            until: i64::MAX,
        }
    }

    /// The scope that a person's own acts are queued in.
    pub(crate) async fn own(&self, person: &str) -> ScopeId {
        let grants = self.grants(person).await;
        let own = grants.into_iter().find(|grant| matches!(grant.kind, ScopeKind::Person | ScopeKind::Desk));
        own.expect("everybody has a scope of their own").scope
    }

    /// `person` does `act`; the next number of their lane, a new mutation id.
    pub(crate) async fn act(&self, person: &str, act: impl Into<Act>) -> Outcome {
        let lane = self.own(person).await;
        let mutation = self.mutation(person, lane, act);
        self.push(person, vec![mutation]).await.remove(0).outcome
    }

    /// As [`Town::act`], and it must succeed.
    pub(crate) async fn must(&self, person: &str, act: impl Into<Act>) {
        let outcome = self.act(person, act).await;
        assert!(matches!(outcome, Outcome::Applied { .. }), "{}: {outcome:?}", self.engine);
    }

    /// As [`Town::act`], and it must be refused with `code`.
    pub(crate) async fn must_not(&self, person: &str, act: impl Into<Act>, code: RefusalCode) {
        let outcome = self.act(person, act).await;
        assert_eq!(outcome, Outcome::Refused { refusal: code.into() }, "{}", self.engine);
    }

    /// A mutation with the lane's next number.
    pub(crate) fn mutation(&self, person: &str, lane: ScopeId, act: impl Into<Act>) -> Mutation {
        let mut lanes = self.lanes.lock().expect("no test panics while holding it");
        let n = lanes.entry((person.to_owned(), lane.clone())).or_insert(0);
        *n += 1;
        let (mid, n) = (MutationId::from(uuid::Uuid::now_v7()), *n);
        Mutation { mid, lane, n, made_at: 0, needs: Vec::new(), act: act.into() }
    }

    /// Pushes from `person`'s usual device.
    pub(crate) async fn push(&self, person: &str, mutations: Vec<Mutation>) -> Vec<MutationResult> {
        self.push_from(person, &format!("device-{person}"), mutations).await
    }

    /// Pushes from one of `person`'s devices.
    pub(crate) async fn push_from(&self, person: &str, device: &str, mutations: Vec<Mutation>) -> Vec<MutationResult> {
        let asked = PushRequest { device: DeviceId::new(device), mutations };
        let now = self.app.db.now();
        sync::push_at(&self.app, self.caller(person), asked, now).await.expect("is answered").results
    }

    /// One pull for `copy`.
    pub(crate) async fn answer(&self, person: &str, copy: &Copy) -> PullResponse {
        let asked = copy.ask(&format!("device-{person}"), &[]);
        sync::pull(&self.app, &self.caller(person), &asked).await.expect("is answered")
    }

    /// Brings `copy` up to date, answer after answer.
    pub(crate) async fn follow(&self, person: &str, copy: &mut Copy) {
        loop {
            let answer = self.answer(person, copy).await;
            if !copy.take(answer) {
                return;
            }
        }
    }

    /// The grants of `person`.
    pub(crate) async fn grants(&self, person: &str) -> Vec<Grant> {
        self.answer(person, &Copy::default()).await.grants.expect("nothing is held yet")
    }

    /// A whole copy of what `person` is served.
    pub(crate) async fn copy(&self, person: &str) -> Copy {
        let mut copy = Copy::default();
        self.follow(person, &mut copy).await;
        copy
    }

    /// Everything that `person` is served.
    pub(crate) async fn all(&self, person: &str) -> Vec<(ScopeId, Record)> {
        let rows = self.copy(person).await.rows;
        rows.into_iter().map(|((scope, ..), record)| (scope, record)).collect()
    }

    /// The ids of the records of `kind` that `person` is served.
    pub(crate) async fn ids(&self, person: &str, kind: &str) -> Vec<String> {
        self.copy(person).await.ids(kind)
    }

    /// A file that `person` has uploaded, to be named in a document.
    pub(crate) async fn upload(&self, person: &str) -> BlobRef {
        let stored = document::store(&self.app, &self.caller(person), "%PDF-".into()).await.expect("is stored");
        BlobRef {
            blob: stored.blob,
            name: "beslut.pdf".into(),
            media_type: "application/pdf".into(),
            size: stored.size,
            sha256: stored.sha256,
        }
    }

    /// `person` opens what their desk row `id` of `kind` leads to.
    pub(crate) async fn open(&self, person: &str, kind: &str, id: &str) -> Result<ScopeId, RefusalCode> {
        let all = self.all(person).await;
        let row = all.iter().find(|(_, record)| record.kind == kind && record.id.as_str() == id);
        let body: serde_json::Value = row.expect("the row is on the desk").1.body.read().expect("is JSON");
        let scope = body["scope"].as_str().expect("a row has a scope").to_owned();
        self.open_scope(person, &ScopeId::new(scope)).await
    }

    /// `person` opens `scope`.
    pub(crate) async fn open_scope(&self, person: &str, scope: &ScopeId) -> Result<ScopeId, RefusalCode> {
        let reason = Some("Jag tar över i dag.".into());
        let wish = OpenScope { scope: scope.clone(), purpose: Purpose::Handle, reason };
        match access::open_scope(&self.app, self.caller(person), wish).await {
            Ok(_) => Ok(scope.clone()),
            Err(error) => Err(error.refusal().1.code),
        }
    }
}
