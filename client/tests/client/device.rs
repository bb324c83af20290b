//! A device: a folder, a keyring in memory, a browser that follows redirects, and the client on top.

use crate::backend::Backend;
use bridge::identity::{ChooseCode, Realm, SessionView, ShowSession, SignIn};
use bridge::message::{ListThreads, MessageState, MessageView, ShowThread};
use bridge::sync::{ShowSync, SyncView};
use digiteam_client::{Client, Clock, MemoryVault, Now, Opener, Return, Setup, SystemClock, Vault};
use protocol::access::{ScopeKind, SyncMode};
use protocol::id::{PersonId, ThreadId};
use protocol::message::{Message, Participant, Thread};
use protocol::task::Task;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use url::Url;

pub(crate) const CODE: &str = "482913";

pub(crate) struct Device {
    pub(crate) client: Client,
    pub(crate) folder: TempDir,
    pub(crate) vault: Arc<MemoryVault>,
    pub(crate) clock: Arc<Wristwatch>,
    keyring: Arc<dyn Vault>,
    backend: Url,
}

/// The device's clocks, and what a test adds to them.
pub(crate) struct Wristwatch {
    system: SystemClock,
    awake: AtomicI64,
    set: AtomicI64,
}

impl Default for Wristwatch {
    fn default() -> Self {
        Self { system: SystemClock::start(), awake: AtomicI64::new(0), set: AtomicI64::new(0) }
    }
}

impl Wristwatch {
    /// Time passes.
    pub(crate) fn pass(&self, seconds: i64) {
        self.awake.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.set(seconds);
    }

    /// The device sleeps, or somebody sets its clock: only one of the two moves.
    pub(crate) fn set(&self, seconds: i64) {
        self.set.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for Wristwatch {
    fn now(&self) -> Now {
        let Now { mono, wall } = self.system.now();
        Now { mono: mono + self.awake.load(Ordering::SeqCst), wall: wall + self.set.load(Ordering::SeqCst) }
    }
}

/// Goes where it is sent, as a browser does.
struct Browser;

impl Opener for Browser {
    fn open(&self, url: &Url) -> io::Result<()> {
        let url = url.clone();
        tokio::spawn(async move {
            let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
            let http = http.expect("an HTTP client");
            let sent = http.get(url).send().await.expect("the issuer answers");
            let back = sent.headers()["location"].to_str().expect("an address").to_owned();
            http.get(back).send().await.expect("the app answers");
        });
        Ok(())
    }
}

impl Device {
    /// Nothing on it yet.
    pub(crate) fn new(backend: &Backend) -> Self {
        let vault = Arc::new(MemoryVault::new());
        Self { vault: vault.clone(), ..Self::with_keyring(backend, vault) }
    }

    /// With another keyring than one in memory.
    pub(crate) fn with_keyring(backend: &Backend, keyring: Arc<dyn Vault>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(Wristwatch::default());
        let client = start(backend.url.clone(), &folder, keyring.clone(), clock.clone());
        Self { client, folder, vault: Arc::default(), clock, keyring, backend: backend.url.clone() }
    }

    /// Somebody is logged in and everything has arrived.
    pub(crate) async fn open(backend: &Backend) -> Self {
        let device = Self::new(backend);
        device.sign_in().await;
        device
            .until("a code is asked for", async |client| {
                matches!(session(client).await, SessionView::ChooseCode { .. })
            })
            .await;
        device.client.choose_code(ChooseCode { code: CODE.to_owned() }).await.expect("a store");
        device.until("all is here", async |client| sync(client).await.as_of.is_some()).await;
        device
    }

    pub(crate) async fn sign_in(&self) {
        let call = SignIn { municipality: "landskrona".to_owned(), realm: Realm::Resident, provider: None };
        self.client.sign_in(call).await.expect("the browser opens");
    }

    /// The process ends and begins anew.
    pub(crate) async fn restart(&mut self) {
        self.client.shutdown().await;
        self.client = start(self.backend.clone(), &self.folder, self.keyring.clone(), self.clock.clone());
    }

    /// Waits until something can be seen.
    pub(crate) async fn until(&self, what: &str, holds: impl AsyncFn(&Client) -> bool) {
        let mut changes = self.client.changes();
        let wait = async {
            while !holds(&self.client).await {
                // Lagging behind is a change too.
                let _ = changes.recv().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), wait).await.unwrap_or_else(|_| panic!("never seen: {what}"));
    }

    pub(crate) async fn messages(&self) -> Vec<MessageView> {
        messages(&self.client).await
    }

    /// Waits until the thread looks like this: texts and where they stand.
    pub(crate) async fn until_thread(&self, expected: &[(&str, Shown)]) {
        self.until(&format!("{expected:?}"), async |client| {
            let seen = messages(client).await;
            let seen: Vec<_> = seen.iter().map(|message| (message.text.as_str(), Shown::of(&message.state))).collect();
            seen == expected
        })
        .await;
    }
}

/// Where a message stands, without numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Sent,
    Waiting,
    Refused,
}

impl Shown {
    fn of(state: &MessageState) -> Self {
        match state {
            MessageState::Sent { .. } => Self::Sent,
            MessageState::Waiting => Self::Waiting,
            MessageState::Refused(_) => Self::Refused,
        }
    }
}

pub(crate) async fn session(client: &Client) -> SessionView {
    client.show_session(ShowSession {}).await.expect("a session")
}

pub(crate) async fn sync(client: &Client) -> SyncView {
    client.show_sync(ShowSync {}).await.expect("a store")
}

pub(crate) async fn threads(client: &Client) -> usize {
    client.list_threads(ListThreads {}).await.expect("a list").len()
}

async fn messages(client: &Client) -> Vec<MessageView> {
    client.show_thread(ShowThread { thread: "t".to_owned() }).await.map(|thread| thread.messages).unwrap_or_default()
}

/// Anna, with something to do and a thread with her caseworker in which "Hej Anna" stands.
pub(crate) async fn anna() -> Backend {
    let backend = Backend::start().await;
    {
        let mut world = backend.world();
        world.scope("own", ScopeKind::Person, SyncMode::Auto);
        world.scope("thread", ScopeKind::Thread, SyncMode::Auto);
    }
    backend.put(
        "own",
        "task",
        &Task { case: None, title: "Skicka in hyresavin".to_owned(), detail: None, due_at: None, done_at: None },
    );
    backend.put("thread", "t", &thread());
    backend.put("thread", "m1", &message("berit", "Hej Anna", 1));
    backend
}

pub(crate) fn thread() -> Thread {
    let participant = |person: &str, name: &str, staff| Participant {
        person: PersonId::new(person),
        name: name.to_owned(),
        staff,
        title: None,
        left: false,
    };
    Thread {
        thread: ThreadId::new("t"),
        case: None,
        subject: "Hyran".to_owned(),
        participants: vec![participant("anna", "Anna Ek", false), participant("berit", "Berit Lund", true)],
        started_at: 1,
    }
}

pub(crate) fn message(from: &str, text: &str, sent_at: i64) -> Message {
    Message { from: PersonId::new(from), text: text.to_owned(), sent_at, files: Vec::new() }
}

fn start(backend: Url, folder: &TempDir, vault: Arc<dyn Vault>, clock: Arc<dyn Clock>) -> Client {
    let folder = folder.path().to_owned();
    Client::start(Setup { folder, backend, opener: Arc::new(Browser), returns: Return::Loopback, vault, clock })
        .expect("a client")
}
