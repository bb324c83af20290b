//! A backend in memory that keeps the wire contract, with levers to make it fail.

use crate::blob::{self, Blobs};
use crate::oidc::{self, Issuer};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::sse::{Event as Sse, Sse as Stream};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use futures_util::{StreamExt as _, stream};
use protocol::access::{Grant, OpenScope, Opened, Role, ScopeKind, SyncMode};
use protocol::id::{MunicipalityId, MutationId, PersonId, RecordId, ScopeId};
use protocol::identity::{Device, Level, Me, Realm};
use protocol::message::{Message, ReadMark};
use protocol::mutation::{Act, Mutation, MutationResult, Outcome, Place};
use protocol::record::{Content, Json as Body, Record};
use protocol::refusal::{Refusal, RefusalCode};
use protocol::sync::{Event, PullRequest, PullResponse, PushRequest, PushResponse};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast};
use tokio_stream::wrappers::BroadcastStream;
use url::Url;

pub(crate) type Shared = Arc<Inner>;

pub(crate) struct Inner {
    pub(crate) issuer: String,
    world: Mutex<World>,
    hints: broadcast::Sender<Event>,
    asked: Notify,
}

/// What the backend knows, and its levers.
pub(crate) struct World {
    pub(crate) oidc: Issuer,
    pub(crate) me: Me,
    pub(crate) db_epoch: String,
    pub(crate) now: i64,
    pub(crate) scopes: BTreeMap<ScopeId, Scope>,
    pub(crate) devices: Vec<Device>,
    pub(crate) files: HashMap<String, Vec<u8>>,
    pub(crate) blobs: Blobs,
    pub(crate) results: HashMap<MutationId, (Mutation, Outcome)>,
    pub(crate) lanes: HashMap<ScopeId, i64>,
    /// Every mutation as it arrived, repeats too.
    pub(crate) arrived: Vec<Mutation>,
    /// Pulls that were told what became of a mutation.
    pub(crate) told: usize,
    /// Nothing is answered.
    pub(crate) down: bool,
    /// A network that wants a login first answers everything, and well.
    pub(crate) portal: bool,
    /// Pushes take effect, but their answers are lost.
    pub(crate) lose_push_replies: bool,
    /// Rows are kept back, answers to mutations are not.
    pub(crate) withhold_rows: bool,
    /// Whatever is no mere look is refused with this.
    pub(crate) refuse: Option<RefusalCode>,
    /// At most so many records in a page.
    pub(crate) page: usize,
}

pub(crate) struct Scope {
    pub(crate) kind: ScopeKind,
    pub(crate) sync: SyncMode,
    pub(crate) epoch: i64,
    pub(crate) head: i64,
    pub(crate) granted: bool,
    pub(crate) lease_until: Option<i64>,
    pub(crate) records: BTreeMap<(String, RecordId), Record>,
}

pub(crate) struct Backend {
    pub(crate) url: Url,
    pub(crate) shared: Shared,
}

pub(crate) const NOW: i64 = 1_790_000_000_000;

impl Backend {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Inner {
            world: Mutex::new(World::new()),
            hints: broadcast::channel(64).0,
            asked: Notify::new(),
            issuer: issuer.clone(),
        });
        let app = Router::new()
            .route("/municipalities", get(oidc::municipalities))
            .merge(oidc::own_routes().merge(crate::decide::routes()))
            .route("/sync/pull", post(pull))
            .route("/sync/push", post(push))
            .route("/sync/events", get(events))
            .route("/access/open", post(open))
            .route("/blobs/{scope}/{document}", get(blob::of_document))
            .route("/blobs/{scope}/{message}/{blob}", get(blob::of_message))
            .route("/uploads/{scope}/{blob}", put(blob::upload))
            .layer(middleware::from_fn_with_state(Arc::clone(&shared), only_known))
            .merge(oidc::routes())
            .layer(middleware::from_fn_with_state(Arc::clone(&shared), only_when_up))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url: Url::parse(&issuer).expect("an address"), shared }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world()
    }

    /// Writes a record for its audience, and hints at it.
    pub(crate) fn put<T: Content>(&self, scope: &str, id: &str, body: &T) -> i64 {
        let seq = self.world().put(&ScopeId::new(scope), id, body);
        self.hint();
        seq
    }

    pub(crate) fn hint(&self) {
        let _ = self.shared.hints.send(Event::stale());
    }

    /// The network is there, or not.
    pub(crate) fn set_down(&self, down: bool) {
        self.world().down = down;
    }

    /// Waits until the backend has come to some state.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&World) -> bool) {
        let wait = async {
            loop {
                let asked = self.shared.asked.notified();
                if holds(&self.world()) {
                    return;
                }
                asked.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap_or_else(|_| panic!("never came: {what}"));
    }
}

impl Inner {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `record` says under `name`.
pub(crate) fn field(record: &Record, name: &str) -> Value {
    record.body.read::<Value>().expect("is JSON")[name].clone()
}

impl World {
    fn new() -> Self {
        Self {
            oidc: Issuer::new(),
            me: Me {
                person: PersonId::new("anna"),
                name: "Anna Ek".to_owned(),
                realm: Realm::Resident,
                municipality: MunicipalityId::new("landskrona"),
                municipality_name: "Landskrona".to_owned(),
                municipality_phone: "0418-000000".to_owned(),
                own_scope: ScopeId::new("own"),
                level: Level::Eid,
                leads: false,
            },
            db_epoch: "first".to_owned(),
            now: NOW,
            scopes: BTreeMap::new(),
            devices: Vec::new(),
            files: HashMap::new(),
            blobs: Blobs::default(),
            results: HashMap::new(),
            lanes: HashMap::new(),
            arrived: Vec::new(),
            told: 0,
            down: false,
            portal: false,
            lose_push_replies: false,
            withhold_rows: false,
            refuse: None,
            page: 1000,
        }
    }

    pub(crate) fn scope(&mut self, id: &str, kind: ScopeKind, sync: SyncMode) -> &mut Scope {
        self.scopes.entry(ScopeId::new(id)).or_insert_with(|| Scope {
            kind,
            sync,
            epoch: 1,
            head: 0,
            granted: true,
            lease_until: None,
            records: BTreeMap::new(),
        })
    }

    pub(crate) fn put<T: Content>(&mut self, scope: &ScopeId, id: &str, body: &T) -> i64 {
        let scope = self.scopes.get_mut(scope).expect("the scope was made");
        scope.head += 1;
        let record = Record {
            id: RecordId::new(id),
            kind: T::KIND.to_owned(),
            seq: scope.head,
            deleted: false,
            body: Body::of(body).expect("serializes"),
        };
        scope.records.insert((record.kind.clone(), record.id.clone()), record);
        scope.head
    }

    /// Writes a record in a form that no build here knows.
    pub(crate) fn put_newer(&mut self, scope: &str, kind: &str, id: &str, body: &Value) {
        let scope = self.scopes.get_mut(&ScopeId::new(scope)).expect("the scope was made");
        scope.head += 1;
        let (id, kind) = (RecordId::new(id), kind.to_owned());
        let body = Body::of(body).expect("serializes");
        let record = Record { id: id.clone(), kind: kind.clone(), seq: scope.head, deleted: false, body };
        scope.records.insert((kind, id), record);
    }

    pub(crate) fn delete(&mut self, scope: &str, kind: &str, id: &str) {
        let scope = self.scopes.get_mut(&ScopeId::new(scope)).expect("the scope was made");
        scope.head += 1;
        let record = scope.records.get_mut(&(kind.to_owned(), RecordId::new(id))).expect("the record was made");
        (record.seq, record.deleted, record.body) = (scope.head, true, Body::default());
    }

    pub(crate) fn messages_with(&self, text: &str) -> usize {
        let all = self.scopes.values().flat_map(|scope| scope.records.values());
        all.filter(|record| record.kind == "message" && field(record, "text") == text).count()
    }

    fn serves(&self, scope: &Scope) -> bool {
        scope.granted && (scope.sync == SyncMode::Auto || scope.lease_until.is_some_and(|until| until > self.now))
    }

    fn take(&mut self, mutation: &Mutation) -> Outcome {
        self.arrived.push(mutation.clone());
        if let Some((known, outcome)) = self.results.get(&mutation.mid) {
            return if known == mutation { outcome.clone() } else { refused(RefusalCode::Reused) };
        }
        let last = self.lanes.entry(mutation.lane.clone()).or_default();
        if mutation.n != *last + 1 {
            let refusal = Refusal { code: RefusalCode::OutOfOrder, details: Some((*last + 1).to_string()) };
            return Outcome::Refused { refusal };
        }
        if let Some(missing) = self.blobs.missing(mutation) {
            return missing;
        }
        *last = mutation.n;
        let outcome = self.act(mutation);
        self.results.insert(mutation.mid.clone(), (mutation.clone(), outcome.clone()));
        outcome
    }

    fn act(&mut self, mutation: &Mutation) -> Outcome {
        let lane = &mutation.lane;
        if !self.scopes.get(lane).is_some_and(|scope| scope.granted) {
            return refused(RefusalCode::Access);
        }
        let can_be_refused = !matches!(mutation.act, Act::MarkRead(_) | Act::Seen(_));
        if let (true, Some(code)) = (can_be_refused, self.refuse) {
            return refused(code);
        }
        let from = self.me.person.clone();
        let seq = match &mutation.act {
            Act::SendMessage(act) => {
                let body = Message { from, text: act.text.clone(), sent_at: self.now, files: act.files.clone() };
                self.put(lane, act.message.as_str(), &body)
            }
            Act::MarkRead(act) => {
                let body = ReadMark { upto_seq: act.upto_seq, at: self.now, reader: from };
                self.put(lane, "mark-of-mine", &body)
            }
            Act::CompleteTask(act) => {
                self.delete(lane.as_str(), "task", act.task.as_str());
                self.scopes[lane].head
            }
            _ => return Outcome::Applied { at: Vec::new() },
        };
        Outcome::Applied { at: vec![Place { scope: lane.clone(), seq }] }
    }
}

fn refused(code: RefusalCode) -> Outcome {
    Outcome::Refused { refusal: code.into() }
}

pub(crate) fn refuse(status: StatusCode, code: RefusalCode) -> Response {
    (status, Json(Refusal::from(code))).into_response()
}

async fn only_when_up(State(backend): State<Shared>, request: Request, next: Next) -> Response {
    let down = backend.world().down;
    let portal = backend.world().portal;
    let mut answer = match (down, portal) {
        (true, _) => StatusCode::BAD_GATEWAY.into_response(),
        (_, true) => axum::response::Html("<h1>Log in first</h1>").into_response(),
        _ => next.run(request).await,
    };
    // Told to whoever is sent back and to nobody else, so that a test knows who learns of it.
    if [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED].contains(&answer.status()) {
        let nonce = backend.world().oidc.nonce.parse().expect("is a value");
        answer.headers_mut().insert("dpop-nonce", nonce);
    }
    backend.asked.notify_waiters();
    answer
}

async fn only_known(State(backend): State<Shared>, headers: HeaderMap, request: Request, next: Next) -> Response {
    let open = request.uri().path() == "/municipalities";
    let address = format!("{}{}", backend.issuer, request.uri().path());
    let known = if open { Ok(()) } else { backend.world().oidc.knows(&headers, request.method().as_str(), &address) };
    match known {
        Ok(()) => next.run(request).await,
        Err(error) => {
            let challenge = [("www-authenticate", format!("DPoP error=\"{error}\""))];
            (challenge, refuse(StatusCode::UNAUTHORIZED, RefusalCode::Unauthenticated)).into_response()
        }
    }
}

async fn pull(State(backend): State<Shared>, Json(asked): Json<PullRequest>) -> Json<PullResponse> {
    let mut world = backend.world();
    world.told += usize::from(asked.waiting.iter().any(|mid| world.results.contains_key(mid)));
    let world = &*world;
    let mut pages = Vec::new();
    for (id, scope) in &world.scopes {
        if world.serves(scope) && !world.withhold_rows {
            let cursor = asked.cursors.iter().find(|cursor| cursor.scope == *id);
            pages.extend(scope.page(id, cursor, world.page));
        }
    }
    let more = pages.iter().any(|page| !page.is_last);
    let pages = pages.into_iter().map(|part| part.page).collect();
    let grants = world.scopes.iter().filter(|(_, scope)| scope.granted).map(|(id, scope)| Grant {
        scope: id.clone(),
        kind: scope.kind,
        role: Role::Resident,
        sync: scope.sync,
        epoch: scope.epoch,
        head: world.serves(scope).then_some(scope.head),
        lease_until: scope.lease_until,
    });
    let results = asked.waiting.iter().filter_map(|mid| {
        let (_, outcome) = world.results.get(mid)?;
        Some(MutationResult { mid: mid.clone(), outcome: outcome.clone() })
    });
    Json(PullResponse {
        db_epoch: world.db_epoch.clone(),
        now: world.now,
        grants_hash: String::new(),
        grants: Some(grants.collect()),
        pages,
        results: results.collect(),
        more,
    })
}

async fn push(State(backend): State<Shared>, Json(asked): Json<PushRequest>) -> Response {
    let mut world = backend.world();
    let results = asked.mutations.iter();
    let results = results.map(|mutation| MutationResult { mid: mutation.mid.clone(), outcome: world.take(mutation) });
    let results = results.collect();
    if world.lose_push_replies {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    Json(PushResponse { db_epoch: world.db_epoch.clone(), results }).into_response()
}

async fn events(State(backend): State<Shared>) -> impl IntoResponse {
    let hints = BroadcastStream::new(backend.hints.subscribe());
    let hints = stream::once(async { Ok(Event::stale()) }).chain(hints);
    Stream::new(hints.filter_map(async |hint| {
        let event = Sse::default().json_data(hint.ok()?).ok()?;
        Some(Ok::<_, Infallible>(event))
    }))
}

async fn open(State(backend): State<Shared>, Json(asked): Json<OpenScope>) -> Response {
    let mut world = backend.world();
    let until = world.now + 3_600_000;
    match world.scopes.get_mut(&asked.scope).filter(|scope| scope.granted) {
        Some(scope) => {
            scope.lease_until = Some(until);
            Json(Opened { lease_until: until }).into_response()
        }
        None => refuse(StatusCode::NOT_FOUND, RefusalCode::Access),
    }
}
