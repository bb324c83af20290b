//! A backend in memory that answers as docs/sync.md says, with small budgets so that little is much.
//!
//! It keeps every life of its database, so that a client of an earlier one can still be held against what it was
//! told. It never does more than the real one: what a person is not granted, it does not serve.

use super::feed::{Feed, Put, Row, is_good, newest, read, weight};
use crate::store::Missing;
use protocol::Millis;
use protocol::access::{Grant, Role, ScopeKind, SyncMode};
use protocol::id::{BlobId, DeviceId, MessageId, MutationId, ScopeId};
use protocol::mutation::MutationResult;
use protocol::refusal::RefusalCode;
use protocol::sync::{Back, DigestResponse, Page, PullRequest, PullResponse, ScopeDigest, Span};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How long opened content stays, and the steps in which a guardian's lease moves.
const LEASE: Millis = 60_000;
/// Words that are taken for too long.
pub(super) const LONG: &str = "long";
/// Words that are taken for none.
pub(super) const EMPTY: &str = "";

#[derive(Clone)]
pub(super) struct Given {
    kind: ScopeKind,
    role: Role,
    sync: SyncMode,
    epoch: i64,
    lease: Option<Millis>,
}

/// What became of a mutation, and when.
#[derive(Clone)]
pub(super) struct Done {
    pub(super) hash: String,
    pub(super) result: MutationResult,
    pub(super) at: Millis,
}

/// All that a backup holds.
#[derive(Clone, Default)]
pub(super) struct Life {
    pub(super) feeds: BTreeMap<ScopeId, Feed>,
    pub(super) grants: BTreeMap<(usize, ScopeId), Given>,
    pub(super) done: HashMap<MutationId, Done>,
    pub(super) lanes: BTreeMap<(DeviceId, ScopeId), i64>,
    /// Uploads, and whose they are.
    pub(super) uploads: BTreeMap<BlobId, usize>,
    /// Files that messages name.
    pub(super) named: BTreeMap<MessageId, Vec<BlobId>>,
}

/// What was counted while answering.
#[derive(Default)]
pub(super) struct Told {
    pub(super) touched: Vec<(ScopeId, i64)>,
    pub(super) again: u32,
    pub(super) gaps: u32,
    pub(super) applied: u32,
    pub(super) missing: u32,
    pub(super) refused: BTreeSet<&'static str>,
}

/// The backend.
pub(super) struct Backend {
    pub(super) now: Millis,
    pub(super) life: Life,
    past: Vec<Life>,
    backups: Vec<Life>,
    pub(super) budget: usize,
    window: usize,
    /// Acts that make a push fail as a whole.
    pub(super) poisoned: HashMap<MutationId, RefusalCode>,
    /// Uploads that it forgets as soon as they have arrived, once.
    pub(super) forgets: HashSet<BlobId>,
    /// Uploads that ever arrived.
    pub(super) offered: HashSet<BlobId>,
    /// Scopes that a person was ever let into.
    pub(super) ever: BTreeSet<(usize, ScopeId)>,
}

impl Backend {
    pub(super) fn new(now: Millis, budget: usize, window: usize) -> Self {
        Self {
            now,
            life: Life::default(),
            past: Vec::new(),
            backups: Vec::new(),
            budget,
            window,
            poisoned: HashMap::new(),
            forgets: HashSet::new(),
            offered: HashSet::new(),
            ever: BTreeSet::new(),
        }
    }

    pub(super) fn db_epoch(&self) -> String {
        format!("life{}", self.past.len())
    }

    /// The life of that name, as it is or as it ended.
    pub(super) fn life_of(&self, db_epoch: &str) -> Option<&Life> {
        let at: usize = db_epoch.strip_prefix("life")?.parse().ok()?;
        self.past.get(at).or_else(|| (at == self.past.len()).then_some(&self.life))
    }

    pub(super) fn back_up(&mut self) {
        self.backups.push(self.life.clone());
    }

    /// Whether there was a backup.
    pub(super) fn restore(&mut self, which: usize) -> bool {
        if self.backups.is_empty() {
            return false;
        }
        let which = which % self.backups.len();
        // What was backed up later belongs to a life that is over.
        self.backups.truncate(which + 1);
        let backup = self.backups[which].clone();
        self.past.push(std::mem::replace(&mut self.life, backup));
        // Nothing of the old life that is still on its way is to be taken for a part of the new one.
        self.life.grants.values_mut().for_each(|given| given.epoch = self.now);
        true
    }

    pub(super) fn grant(&mut self, person: usize, scope: &ScopeId, kind: ScopeKind, role: Role, sync: SyncMode) {
        self.ever.insert((person, scope.clone()));
        let given = Given { kind, role, sync, epoch: self.now, lease: None };
        self.life.grants.entry((person, scope.clone())).or_insert(given);
        self.life.feeds.entry(scope.clone()).or_default();
    }

    pub(super) fn revoke(&mut self, person: usize, scope: &ScopeId) -> bool {
        self.life.grants.remove(&(person, scope.clone())).is_some()
    }

    /// Opens what a person may open: gives it a lease.
    pub(super) fn open(&mut self, person: usize) -> bool {
        let until = self.now + LEASE;
        let on_open = |given: &&mut Given| given.sync == SyncMode::OnOpen;
        let mut own = self.life.grants.iter_mut().filter(|((of, _), _)| *of == person).map(|(_, given)| given);
        own.find(on_open).map(|given| given.lease = Some(until)).is_some()
    }

    pub(super) fn raise_floor(&mut self, scope: &ScopeId, floor: i64) {
        if let Some(feed) = self.life.feeds.get_mut(scope) {
            feed.floor = feed.floor.max(floor.min(feed.head));
            let floor = feed.floor;
            feed.rows.retain(|_, row| row.body.is_some() || row.seq > floor);
        }
    }

    pub(super) fn close(&mut self, scope: &ScopeId) {
        if let Some(feed) = self.life.feeds.get_mut(scope) {
            feed.closed = true;
        }
    }

    pub(super) fn is_served(&self, person: usize, scope: &ScopeId) -> bool {
        self.life.grants.get(&(person, scope.clone())).is_some_and(|given| self.serves(given))
    }

    /// Whether a person may fetch a file of a document or message now.
    pub(super) fn has_file(&self, person: usize, file: &Missing) -> bool {
        let names = |kind: &str| {
            let key = (kind.to_owned(), file.fact.to_string());
            let row = self.life.feeds.get(&file.scope).and_then(|feed| feed.rows.get(&key)?.body.as_ref());
            row.is_some_and(|body| body.contains(&format!("\"{}\"", file.blob)))
        };
        self.is_served(person, &file.scope) && (names("document") || names("message"))
    }

    /// Stores a file for an act in `lane`.
    pub(super) fn upload(&mut self, person: usize, lane: &ScopeId, blob: &BlobId) -> Result<(), RefusalCode> {
        if !self.life.grants.contains_key(&(person, lane.clone())) {
            return Err(RefusalCode::Access);
        }
        self.offered.insert(blob.clone());
        if !self.forgets.remove(blob) {
            self.life.uploads.insert(blob.clone(), person);
        }
        Ok(())
    }

    /// A message that names a file which is not here.
    pub(super) fn lacks_file(&self) -> Option<&BlobId> {
        self.life.named.values().flatten().find(|blob| !self.life.uploads.contains_key(blob))
    }

    fn serves(&self, given: &Given) -> bool {
        given.sync == SyncMode::Auto || given.lease.is_some_and(|until| until > self.now)
    }

    /// All grants of a person.
    pub(super) fn grants(&self, person: usize) -> Vec<Grant> {
        let own = self.life.grants.iter().filter(|((of, _), _)| *of == person);
        own.map(|((_, scope), given)| {
            let head = self.serves(given).then(|| self.life.feeds[scope].head);
            let lease_until = match (given.role, head) {
                (Role::Guardian, _) => Some((self.now / LEASE + 2) * LEASE),
                (_, Some(_)) => given.lease,
                _ => None,
            };
            let scope = scope.clone();
            Grant { scope, kind: given.kind, role: given.role, sync: given.sync, epoch: given.epoch, head, lease_until }
        })
        .collect()
    }

    /// One mutation: each scope that really changes gets one number. Which ones, and from which head.
    pub(super) fn write(&mut self, puts: Vec<Put>) -> Vec<(ScopeId, i64)> {
        let mut touched = BTreeMap::new();
        for put in puts {
            let feed = self.life.feeds.entry(put.scope.clone()).or_default();
            let key = (put.kind.to_owned(), put.id);
            let held = feed.rows.get(&key).and_then(|row| row.body.as_ref());
            if held == put.body.as_ref() {
                continue;
            }
            let before = *touched.entry(put.scope).or_insert(feed.head);
            feed.head = before + 1;
            feed.rows.insert(key, Row { seq: feed.head, body: put.body });
        }
        touched.into_iter().collect()
    }

    /// What an event may bring along.
    pub(super) fn tail(&self, person: usize, scope: &ScopeId, after: i64) -> Option<Page> {
        let given = self.life.grants.get(&(person, scope.clone()))?;
        let feed = &self.life.feeds[scope];
        let (records, upto) = read(feed, after, feed.head, true, usize::MAX);
        let span = Span::Tail { after, upto };
        Some(Page { scope: scope.clone(), epoch: given.epoch, head: feed.head, span, records })
    }

    pub(super) fn pull(&self, person: usize, asked: &PullRequest) -> PullResponse {
        let grants = self.grants(person);
        let cursors: BTreeMap<_, _> = asked.cursors.iter().map(|cursor| (&cursor.scope, cursor)).collect();
        let (mut tails, mut windows, mut backs) = (Vec::new(), Vec::new(), Vec::new());
        for grant in &grants {
            let Some(head) = grant.head else { continue };
            let feed = &self.life.feeds[&grant.scope];
            match cursors.get(&grant.scope) {
                None if head == 0 => {}
                None => windows.push((grant, None)),
                Some(cursor) if !is_good(cursor, grant.epoch, feed) => windows.push((grant, Some(cursor.seq))),
                Some(cursor) => {
                    if cursor.seq < head {
                        tails.push((grant, cursor.seq));
                    }
                    backs.extend(cursor.back.map(|back| (grant, back)));
                }
            }
        }
        let (mut pages, mut budget) = (Vec::new(), self.budget);
        let mut more = false;
        let page = |grant: &Grant, span, records| Page {
            scope: grant.scope.clone(),
            epoch: grant.epoch,
            head: grant.head.unwrap_or_default(),
            span,
            records,
        };
        for (grant, after) in tails {
            if budget == 0 {
                more = true;
                break;
            }
            let feed = &self.life.feeds[&grant.scope];
            let (records, upto) = read(feed, after, feed.head, true, budget);
            budget = budget.saturating_sub(records.iter().map(weight).sum());
            more |= upto < feed.head;
            pages.push(page(grant, Span::Tail { after, upto }, records));
        }
        for (grant, replaces) in windows {
            if budget == 0 {
                more = true;
                break;
            }
            let (records, back) = newest(&self.life.feeds[&grant.scope], self.window);
            budget = budget.saturating_sub(records.iter().map(weight).sum());
            more |= back.is_some() || !backs.is_empty();
            pages.push(page(grant, Span::Window { replaces, back }, records));
        }
        let mut budget = self.budget;
        for (grant, Back { at, to }) in backs {
            if more || budget == 0 {
                more = true;
                break;
            }
            let (records, upto) = read(&self.life.feeds[&grant.scope], at, to, false, budget);
            budget = budget.saturating_sub(records.iter().map(weight).sum());
            more |= upto < to;
            pages.push(page(grant, Span::Back { after: at, upto, to }, records));
        }
        let results = asked.waiting.iter().filter_map(|mid| Some(self.life.done.get(mid)?.result.clone())).collect();
        let named: Vec<Grant> =
            grants.iter().map(|grant| Grant { head: grant.head.map(|_| 0), ..grant.clone() }).collect();
        let grants_hash = json!(named).to_string();
        PullResponse {
            db_epoch: self.db_epoch(),
            now: self.now,
            grants: (asked.grants.as_ref() != Some(&grants_hash)).then_some(grants),
            grants_hash,
            pages,
            results,
            more,
        }
    }

    /// What complete copies of all that a person is served amount to.
    pub(super) fn digests(&self, person: usize) -> DigestResponse {
        let served = self.grants(person).into_iter().filter_map(|grant| {
            let (head, digest) = (grant.head?, self.life.feeds[&grant.scope].digest());
            Some(ScopeDigest { scope: grant.scope, epoch: grant.epoch, head, digest })
        });
        DigestResponse { db_epoch: self.db_epoch(), scopes: served.collect() }
    }
}
