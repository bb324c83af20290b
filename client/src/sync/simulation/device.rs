//! One device: the real engine and the real store, and what is under way between them and the world.
//!
//! It does nothing by itself: the world picks what goes on, and each store call is awaited to its end.

use super::super::engine::{Effect, Engine, Event, Flight, Now, TookIn, Trouble};
use super::check::{Held, Memory};
use crate::seal::Key;
use crate::store::{Left, Meta, Missing, Store, StoreError, Upload, wipe};
use bridge::sync::Storage;
use protocol::Millis;
use protocol::id::{DeviceId, MunicipalityId, PersonId, ScopeId};
use protocol::identity::{Level, Me, Realm};
use protocol::mutation::Mutation;
use protocol::sync::{DigestResponse, PullRequest, PullResponse};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

/// The size of a page of the store.
const PAGE: usize = 8192;

/// What is under way.
#[derive(Debug)]
pub(super) enum Work {
    /// A call of the store that has not begun.
    Store(Effect),
    /// A request that has not arrived.
    Pull(Flight, PullRequest),
    Push(Flight, Vec<Mutation>),
    /// The answer on its way back; what is served in it, and when that was.
    Answer(Flight, Box<PullResponse>, Truth),
    /// A question for a file on its way. Once its answer is here it is a call of the store.
    File(Flight, Missing),
    /// A file on its way to the backend. Once it is told to be there it is a call of the store.
    Upload(Flight, Upload),
    /// Staff open content with a purpose.
    Open,
    /// A question for digests on its way, and the answer.
    Compare,
    Digests(Box<DigestResponse>),
    /// Something that the engine is to be told.
    Tell(Event),
}

/// What the backend served when it answered.
#[derive(Clone, Debug)]
pub(super) struct Truth {
    pub(super) served: BTreeSet<ScopeId>,
    pub(super) at: Millis,
}

/// An event stream.
pub(super) struct Stream {
    pub(super) flight: Flight,
    pub(super) state: StreamState,
    pub(super) hints: VecDeque<protocol::sync::Event>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamState {
    Asking,
    Open,
    /// Nothing comes any more, since then.
    Silent(i64),
}

/// A device.
pub(super) struct Device {
    pub(super) person: usize,
    pub(super) staff: bool,
    pub(super) id: DeviceId,
    pub(super) store: Store,
    engine: Engine,
    me: Me,
    folder: PathBuf,
    key: Key,
    began: i64,
    pub(super) work: Vec<Work>,
    /// By the pull that it answers: one that was asked ahead may be answered before the one before it is taken in.
    pub(super) truths: BTreeMap<Flight, Truth>,
    pub(super) stream: Option<Stream>,
    pub(super) bell: i64,
    slept: i64,
    pub(super) asleep: Option<i64>,
    pub(super) skew: Millis,
    pub(super) ended: bool,
    awaiting: bool,
    pub(super) offline: bool,
    pub(super) portal: bool,
    pub(super) storage: Storage,
    /// What only others were shown, since its last complete pull.
    pub(super) withheld: Vec<String>,
    /// What changed without its hearing of it: scopes, and the heads that it has to come to.
    pub(super) missed: Vec<(ScopeId, i64)>,
    pub(super) tickets: BTreeSet<u64>,
    pub(super) memory: Memory,
}

impl Device {
    /// A new one, in a folder that holds an empty store.
    pub(super) async fn new(
        index: usize,
        (person, staff): (usize, bool),
        folder: PathBuf,
        key: Key,
        (now, seed): (i64, u64),
    ) -> Result<Self, StoreError> {
        let store = Store::open(&folder, &key).await?;
        let id = DeviceId::new(format!("d{index}"));
        let me = Me {
            person: PersonId::new(format!("p{person}")),
            name: "Någon".to_owned(),
            realm: if staff { Realm::Staff } else { Realm::Resident },
            municipality: MunicipalityId::new("m"),
            municipality_name: "M".to_owned(),
            municipality_phone: String::new(),
            own_scope: own_scope(person),
            level: Level::Eid,
            leads: false,
        };
        settle_in(&store, &me, &id).await?;
        Ok(Self {
            me,
            person,
            staff,
            id,
            store,
            engine: Engine::new(Now { mono: 0, wall: now }, seed),
            folder,
            key,
            began: now,
            work: vec![Work::Tell(Event::Began)],
            truths: BTreeMap::new(),
            stream: None,
            bell: 0,
            slept: 0,
            asleep: None,
            skew: 0,
            ended: false,
            awaiting: false,
            offline: false,
            portal: false,
            storage: Storage::Ok,
            withheld: Vec::new(),
            missed: Vec::new(),
            tickets: BTreeSet::new(),
            memory: Memory::default(),
        })
    }

    /// Everything in memory is gone, and what was under way with it. The store is opened again as it lay on the disk
    /// at that moment, log and all; or, if `rot` says where, with a page that the disk has damaged.
    pub(super) async fn crash(&mut self, now: i64, seed: u64, rot: Option<f64>) -> Result<(), StoreError> {
        match rot {
            None => {
                let end = self.folder.with_extension("end");
                copy_all(&self.folder, &end)?;
                self.store.shut().await;
                fs::remove_dir_all(&self.folder)?;
                fs::rename(end, &self.folder)?;
            }
            Some(place) => {
                self.store.shut().await;
                damage_page(&self.folder.join("store.db"), place)?;
            }
        }
        self.store = match Store::open(&self.folder, &self.key).await {
            Err(StoreError::Damaged) => {
                // Somebody logs in anew.
                wipe(&self.folder)?;
                let store = Store::open(&self.folder, &self.key).await?;
                settle_in(&store, &self.me, &DeviceId::new(format!("{}again", self.id))).await?;
                self.memory.given_up();
                store
            }
            opened => opened?,
        };
        self.id = self.store.meta(Meta::Device).await?.unwrap_or_else(|| self.id.clone());
        self.slept = 0;
        self.began = now;
        self.engine = Engine::new(self.clocks(now), seed);
        self.work = vec![Work::Tell(Event::Began)];
        self.truths.clear();
        self.stream = None;
        self.bell = now;
        self.awaiting = false;
        self.tickets.clear();
        Ok(())
    }

    pub(super) fn sleep(&mut self, now: i64, until: i64) {
        self.asleep = Some(until);
        self.slept += until - now;
        self.bell = self.bell.max(now).saturating_add(until - now);
    }

    pub(super) fn clocks(&self, now: i64) -> Now {
        Now { mono: now - self.began - self.slept, wall: now + self.skew }
    }

    /// Somebody has logged in again.
    pub(super) fn log_in(&mut self) {
        self.ended = false;
        if std::mem::take(&mut self.awaiting) {
            self.work.push(Work::Tell(Event::Renewed));
        }
    }

    /// Tells the engine, and takes up what it wants done.
    pub(super) fn step(&mut self, now: i64, event: Event) -> Result<(), String> {
        for effect in self.engine.step(self.clocks(now), event) {
            match effect {
                Effect::Pull(flight, request) => self.work.push(Work::Pull(flight, *request)),
                Effect::Push(flight, mutations) => self.work.push(Work::Push(flight, mutations)),
                Effect::Listen(flight) => {
                    self.stream = Some(Stream { flight, state: StreamState::Asking, hints: VecDeque::new() });
                }
                Effect::AwaitLogin if self.ended => self.awaiting = true,
                Effect::AwaitLogin => self.work.push(Work::Tell(Event::Renewed)),
                Effect::Answer(ticket, _) => {
                    if !self.tickets.remove(&ticket) {
                        return Err(format!("ticket {ticket} was answered twice"));
                    }
                }
                Effect::WakeAt(mono) => self.bell = mono + self.began + self.slept,
                Effect::Compare => self.work.push(Work::Compare),
                Effect::FetchFile(flight, missing) => self.work.push(Work::File(flight, missing)),
                Effect::Upload(flight, upload) => self.work.push(Work::Upload(flight, upload)),
                Effect::Online(_) | Effect::CatchingUp(_) => {}
                effect => self.work.push(Work::Store(effect)),
            }
        }
        Ok(())
    }

    /// Does one store call to its end.
    pub(super) async fn call(&mut self, now: i64, effect: Effect) -> Event {
        let wall = self.clocks(now).wall;
        let store = &self.store;
        match effect {
            Effect::LoadPull(flight) => {
                let asks = store.pull_request(&self.id).await;
                Event::PullLoaded(flight, asks.map(|asks| (asks, self.storage)).map_err(Into::into))
            }
            Effect::TakeIn(flight, answer) => {
                let applied = store.apply(&answer, wall).await;
                let took = applied.map(|applied| TookIn { more: applied.more, push: applied.push });
                Event::TookIn(flight, took.map_err(Into::into))
            }
            Effect::LoadPush(flight, wanted) => {
                Event::PushLoaded(flight, store.to_send(&wanted).await.map_err(Into::into))
            }
            Effect::Settle(flight, answer) => {
                let settled = store.settle(&answer).await.map_err(Into::into);
                Event::Settled(flight, settled.and_then(|known| known.then_some(()).ok_or(Trouble::Down)))
            }
            Effect::TakePage(page) => {
                let applied = store.apply_page(&page).await;
                Event::TookPage(applied.map(|applied| applied.is_some()).map_err(Trouble::from))
            }
            Effect::LoadFile(flight, except) => {
                let missing = store.missing_file(&except).await;
                let room = |(missing, left)| (missing, Left { storage: self.storage, ..left });
                Event::FileLoaded(flight, missing.map(|missing| missing.map(room)).map_err(Into::into))
            }
            // It has come.
            Effect::FetchFile(flight, Missing { scope, fact, blob, .. }) => {
                let kept = store.keep_file((&scope, &fact, &blob), (b"sealed", b"key"), 6, wall).await;
                Event::Fetched(flight, kept.map_err(Into::into))
            }
            // The backend has said so.
            Effect::Upload(flight, upload) => {
                Event::Uploaded(flight, store.uploaded(upload.blob.as_str()).await.map_err(Into::into))
            }
            _ => {
                // A failure is tried again at the next round, as in the driver.
                Event::Kept(self.keep(wall).await.unwrap_or(false))
            }
        }
    }

    // The index follows in small steps here, so that much comes between them.
    async fn keep(&self, wall: Millis) -> Result<bool, StoreError> {
        self.store.end_leases(wall).await?;
        self.store.tend(4).await
    }

    pub(super) async fn held(&self) -> Result<Held, StoreError> {
        Held::read(&self.store).await
    }

    /// From now on the store fails as soon as it does `what`, or is full.
    pub(super) async fn break_store(&self, what: Breach) -> Result<(), StoreError> {
        self.run(match what {
            Breach::Full => "PRAGMA max_page_count = 1",
            Breach::Cursor => {
                "CREATE TEMP TRIGGER breach BEFORE INSERT ON main.cursor BEGIN SELECT RAISE(ABORT, 'breach'); END"
            }
            Breach::Pending => {
                "CREATE TEMP TRIGGER breach BEFORE UPDATE ON main.pending BEGIN SELECT RAISE(ABORT, 'breach'); END"
            }
            Breach::Meta => {
                "CREATE TEMP TRIGGER breach BEFORE INSERT ON main.meta BEGIN SELECT RAISE(ABORT, 'breach'); END"
            }
        })
        .await
    }

    pub(super) async fn mend_store(&self) -> Result<(), StoreError> {
        self.run("DROP TRIGGER IF EXISTS temp.breach").await?;
        self.run("PRAGMA max_page_count = 4294967294").await
    }

    /// A row is gone, as if the disk had lost it.
    pub(super) async fn damage(&mut self) -> Result<(), StoreError> {
        self.memory.damaged = true;
        self.run("DELETE FROM record WHERE rowid = (SELECT max(rowid) FROM record)").await
    }

    async fn run(&self, sql: &'static str) -> Result<(), StoreError> {
        let mut tx = self.store.write().await?;
        sqlx::query(sql).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    /// What a screen leaves behind: a look mark of the first document that is here.
    pub(super) async fn look(&self) -> Result<(), StoreError> {
        let document = self.memory.held.records.iter().find(|(_, kind, ..)| kind == "document");
        if let Some((scope, _, id, ..)) = document {
            self.store.look(scope, &[id]).await?;
        }
        Ok(())
    }
}

async fn settle_in(store: &Store, me: &Me, id: &DeviceId) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    Meta::Me.keep(&mut tx, me).await?;
    Meta::Device.keep(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

// What of a folder a crash leaves: all but what only connections share, and the reserve, which holds nothing.
fn copy_all(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &to.join(entry.file_name()))?;
        } else if entry.file_name() != "store.db-shm" && entry.file_name() != "reserve" {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn damage_page(file: &Path, place: f64) -> Result<(), StoreError> {
    let mut bytes = fs::read(file)?;
    let pages = u32::try_from(bytes.len() / PAGE).unwrap_or(u32::MAX);
    let page = (0..pages).find(|page| f64::from(page + 1) > place * f64::from(pages)).unwrap_or_default();
    let at = usize::try_from(page).unwrap_or_default() * PAGE + 100;
    bytes[at..at + 100].fill(0x5a);
    Ok(fs::write(file, bytes)?)
}

/// Where a store call fails.
#[derive(Clone, Copy, Debug)]
pub(super) enum Breach {
    Full,
    Cursor,
    Pending,
    Meta,
}

pub(super) fn own_scope(person: usize) -> ScopeId {
    ScopeId::new(format!("own{person}"))
}
