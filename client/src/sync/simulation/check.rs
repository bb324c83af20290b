//! What must hold: after every store call, and once all is well again.
//!
//! It looks at the store as a whole from the outside and holds it against the backend's own records; it never
//! asks the engine what it believes.

use super::backend::{Backend, Life};
use super::tally::{Row, Tally};
use crate::store::{Store, StoreError};
use protocol::Millis;
use protocol::access::SyncMode;
use protocol::digest::Digest;
use protocol::id::{MutationId, ScopeId};
use protocol::mutation::{Act, Outcome, Place};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash as _, Hasher};

type CursorRow = (String, i64, i64, Option<i64>, Option<i64>);

/// All that a store holds.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Held {
    pub(super) life: Option<String>,
    /// scope, kind, id, seq, body
    pub(super) records: Vec<(String, String, String, i64, String)>,
    /// scope, epoch, seq, back
    pub(super) cursors: Vec<CursorRow>,
    /// mid, lane, n, state, places
    pub(super) pending: Vec<(MutationId, String, i64, String, Option<String>)>,
    /// scope, epoch, head, lease
    pub(super) grants: Vec<(String, i64, Option<i64>, Option<Millis>)>,
    /// What the server's clock is taken to be ahead of the device's.
    pub(super) offset: Option<Millis>,
    /// Scopes of files, and which they are; scopes of look marks.
    blobs: Vec<(String, String)>,
    /// Files that wait to be sent, and whether the backend has them.
    attachments: Vec<(String, bool)>,
    looked: Vec<String>,
}

/// An act that the person queued.
pub(super) struct Said {
    pub(super) lane: ScopeId,
    pub(super) act: Act,
    /// The person threw it away, or sent it again as another one.
    pub(super) dealt: bool,
}

/// What is remembered of one device from call to call.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) held: Held,
    pub(super) said: BTreeMap<MutationId, Said>,
    /// A row was lost by no fault of ours, and nobody has noticed yet.
    pub(super) damaged: bool,
    /// Files that were not to be had when they were asked for.
    pub(super) not_had: BTreeSet<String>,
    /// Its store was damaged, so files that waited may be gone with it.
    pub(super) lossy: bool,
    highest: BTreeMap<(String, String, String, String), i64>,
}

impl Held {
    pub(super) async fn read(store: &Store) -> Result<Self, StoreError> {
        let all: String = sqlx::query_scalar(
            "SELECT json_object(
                 'life', (SELECT value ->> '$' FROM meta WHERE key = 'db_epoch'),
                 'records', (SELECT json_group_array(json_array(scope, kind, id, seq, body)) FROM record),
                 'cursors', (SELECT json_group_array(json_array(scope, epoch, seq, back_at, back_to)) FROM cursor),
                 'pending', (SELECT json_group_array(json_array(mid, lane, n, state, places)) FROM (SELECT * FROM pending ORDER BY no)),
                 'grants', (SELECT json_group_array(json_array(scope, epoch, head, lease_until)) FROM grants),
                 'offset', (SELECT value ->> '$' FROM meta WHERE key = 'clock_offset'),
                 'blobs', (SELECT json_group_array(json_array(scope, blob)) FROM blob),
                 'attachments', (SELECT json_group_array(json_array(blob, json(iif(uploaded, 'true', 'false')))) FROM attachment WHERE message IS NOT NULL),
                 'looked', (SELECT json_group_array(scope) FROM looked))",
        )
        .fetch_one(store.read())
        .await?;
        Ok(serde_json::from_str(&all)?)
    }

    /// Same for the same history; ids that are made by chance have no part in it.
    pub(super) fn hash(&self, hash: &mut impl Hasher) {
        (&self.life, &self.records, &self.cursors, &self.grants, &self.blobs, &self.looked).hash(hash);
        self.attachments.hash(hash);
        for (_, lane, n, state, places) in &self.pending {
            (lane, n, state, places).hash(hash);
        }
    }

    fn serves(&self, scope: &str) -> bool {
        self.grants.iter().any(|(granted, _, head, _)| granted == scope && head.is_some())
    }

    pub(super) fn scopes(&self) -> BTreeSet<&str> {
        let records = self.records.iter().map(|(scope, ..)| scope.as_str());
        let cursors = self.cursors.iter().map(|(scope, ..)| scope.as_str());
        records.chain(cursors).chain(self.others()).collect()
    }

    // Of files and look marks.
    fn others(&self) -> impl Iterator<Item = &str> {
        self.blobs.iter().map(|(scope, _)| scope).chain(&self.looked).map(String::as_str)
    }

    /// Whether the cursor of `scope` is at `head`, or beyond.
    pub(super) fn has_come(&self, scope: &str, head: i64) -> bool {
        self.cursors.iter().any(|(of, _, upto, ..)| of == scope && head <= *upto)
    }

    /// Whether `scope` was granted under an epoch before this one.
    pub(super) fn is_older(&self, scope: &str, epoch: i64) -> bool {
        self.grants.iter().any(|(of, before, ..)| of == scope && *before < epoch)
    }

    /// Whether the cursor has passed `seq` in `scope` and its part is here.
    fn has(&self, scope: &str, seq: i64) -> bool {
        self.cursors.iter().any(|(of, _, upto, at, to)| {
            of == scope && seq <= *upto && !at.zip(*to).is_some_and(|(at, to)| at < seq && seq <= to)
        })
    }
}

/// After a complete answer was taken in: nothing is left of what it does not serve.
pub(super) fn check_left(held: &Held, served: &BTreeSet<ScopeId>) -> Result<(), String> {
    match held.scopes().into_iter().find(|scope| !served.contains(&ScopeId::new(*scope))) {
        Some(scope) => Err(format!("(6) something of {scope} is left, which is not served")),
        None => Ok(()),
    }
}

impl Memory {
    /// After every store call.
    ///
    /// `answer` is when the backend answered, if this was the taking in of a complete pull.
    pub(super) fn check(
        &mut self,
        held: Held,
        person: usize,
        backend: &Backend,
        answer: Option<Millis>,
        tally: &mut Tally,
    ) -> Result<(), String> {
        let life = match &held.life {
            Some(name) => backend.life_of(name).ok_or("a life that never was")?,
            // It has not heard of any, or forgot it with everything else.
            None if held.records.is_empty() && held.cursors.is_empty() => &backend.life,
            None => return Err("rows of no life".to_owned()),
        };
        let rows: BTreeMap<_, _> = held
            .records
            .iter()
            .map(|(scope, kind, id, seq, body)| ((scope.as_str(), kind.as_str(), id.as_str()), (*seq, body.as_str())))
            .collect();
        for (scope, _, upto, ..) in &held.cursors {
            let Some(feed) = life.feeds.get(&ScopeId::new(scope)) else { return Err(format!("{scope} never was")) };
            if *upto > feed.head {
                return Err(format!("(2) the cursor of {scope} is at {upto}, above the head {}", feed.head));
            }
            for ((kind, id), row) in &feed.rows {
                let here = rows.get(&(scope.as_str(), kind.as_str(), id.as_str()));
                if !self.damaged
                    && held.has(scope, row.seq)
                    && here.copied() != row.body.as_deref().map(|body| (row.seq, body))
                {
                    let is = here.map(|here| here.0);
                    return Err(format!(
                        "(2) cursor {scope} {upto} has passed {kind} {id} at {}, here {is:?}",
                        row.seq
                    ));
                }
            }
            if let Some(((_, kind, id), (seq, _))) = rows.iter().find(|((of, ..), (seq, _))| of == scope && seq > upto)
            {
                return Err(format!("{kind} {id} of {scope} at {seq} is ahead of the cursor {upto}"));
            }
        }
        let name = held.life.clone().unwrap_or_default();
        for (scope, kind, id, seq, _) in &held.records {
            if !backend.ever.contains(&(person, ScopeId::new(scope))) {
                return Err(format!("(6) {kind} {id} of {scope} was never granted"));
            }
            if held.cursors.iter().any(|(of, ..)| of == scope) {
                let key = (name.clone(), scope.clone(), kind.clone(), id.clone());
                let highest = self.highest.entry(key).or_default();
                if *seq < *highest {
                    return Err(format!("(3) {kind} {id} of {scope} went back from {highest} to {seq}"));
                }
                *highest = *seq;
            }
        }
        let here: BTreeSet<_> = held.pending.iter().map(|(mid, ..)| mid).collect();
        for (mid, ..) in &self.held.pending {
            if !here.contains(mid) {
                let said = self.said.get(mid).ok_or("an act that nobody queued")?;
                dropped(mid, said, &held, life, backend, answer)
                    .map_err(|why| format!("(10) {why}: {}", short(&said.act)))?;
            }
        }
        self.check_waiting_files(&held)?;
        for (_, _, _, state, places) in &held.pending {
            let places: Vec<Place> = places.as_deref().and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default();
            if state == "sent" && places.iter().any(|place| !held.has(place.scope.as_str(), place.seq)) {
                tally.row(Row::NotHere);
            }
        }
        self.held = held;
        Ok(())
    }

    // Whatever waits has its files, and nothing else is kept for it.
    fn check_waiting_files(&self, held: &Held) -> Result<(), String> {
        let carried = held.pending.iter().filter_map(|(mid, ..)| self.said.get(mid)).flat_map(|said| said.act.files());
        let carried: BTreeSet<_> = carried.map(|file| file.blob.as_str()).collect();
        let kept: BTreeSet<_> = held.attachments.iter().map(|(blob, _)| blob.as_str()).collect();
        match (carried.difference(&kept).next(), kept.difference(&carried).next()) {
            (Some(blob), _) if !self.lossy => Err(format!("(10) the file {blob} of what waits is lost")),
            (_, Some(blob)) => Err(format!("the file {blob} is kept for an act that is gone")),
            _ => Ok(()),
        }
    }

    /// The store could not even say whose it is, and that was told: nothing of it is left.
    pub(super) fn given_up(&mut self) {
        self.said.values_mut().for_each(|said| said.dealt = true);
        self.lossy = true;
        self.held = Held::default();
    }

    /// The store was made anew after damage: what waited is there, or the person was told that some of it is not.
    pub(super) fn rescued(&mut self, held: Held, lost_is_told: bool) -> Result<(), String> {
        for (mid, ..) in &self.held.pending {
            if !held.pending.iter().any(|(kept, ..)| kept == mid) {
                let said = self.said.get_mut(mid).ok_or("an act that nobody queued")?;
                if !lost_is_told {
                    return Err(format!("(10) lost in silence: {}", short(&said.act)));
                }
                said.dealt = true;
            }
        }
        self.damaged = false;
        self.lossy = true;
        self.held = held;
        Ok(())
    }

    // Every small file is here.
    fn check_files(&self, scope: &str) -> Result<(), String> {
        let of_kinds = |kind: &str| kind == "document" || kind == "message";
        let records = self.held.records.iter().filter(|(of, kind, ..)| of == scope && of_kinds(kind));
        let named = records.filter_map(|(_, _, _, _, body)| serde_json::from_str::<Filed>(body).ok());
        let files = named.flat_map(|named| named.file.into_iter().chain(named.files));
        for File { blob, size } in files.filter(|file| file.size < 5 << 20) {
            let here = self.held.blobs.iter().any(|(of, held)| of == scope && *held == blob);
            if !here && !self.not_had.contains(&blob) {
                return Err(format!("file {blob} of {scope}, {size} bytes, is not here"));
            }
        }
        Ok(())
    }

    /// When all is well: the store is what the backend has for this person, no more and no less.
    pub(super) fn check_end(&self, person: usize, backend: &Backend) -> Result<(), String> {
        let held = &self.held;
        if held.life != Some(backend.db_epoch()) {
            return Err("another life of the database".to_owned());
        }
        let grants = backend.grants(person);
        let served: BTreeSet<_> =
            grants.iter().filter(|grant| grant.head.is_some()).map(|grant| grant.scope.clone()).collect();
        check_left(held, &served)?;
        for grant in &grants {
            let Some(head) = grant.head else { continue };
            let (scope, feed) = (grant.scope.as_str(), &backend.life.feeds[&grant.scope]);
            let cursor = held.cursors.iter().find(|(of, ..)| of == scope);
            let (epoch, seq, back) =
                cursor.map_or((grant.epoch, 0, None), |(_, epoch, seq, at, _)| (*epoch, *seq, *at));
            if (epoch, seq, back) != (grant.epoch, head, None) {
                return Err(format!("(2) {scope} is at {seq} of {head}, back {back:?}"));
            }
            if grant.sync == SyncMode::Auto {
                self.check_files(scope)?;
            }
            let mut digest = Digest::default();
            for (_, kind, id, seq, _) in held.records.iter().filter(|(of, ..)| of == scope) {
                digest.add(kind, id, *seq);
            }
            if digest.to_string() != feed.digest() {
                return Err(format!("(7) {scope} has another digest"));
            }
        }
        for (mid, said) in &self.said {
            let state = held.pending.iter().find(|(of, ..)| of == mid).map(|(_, _, _, state, _)| state.as_str());
            let applied =
                backend.life.done.get(mid).is_some_and(|done| matches!(done.result.outcome, Outcome::Applied { .. }));
            match state {
                Some("refused") if applied => return Err(format!("(5) refused, but done: {}", short(&said.act))),
                Some("refused") | None => {}
                Some(state) => return Err(format!("(10) still {state} in {}: {}", said.lane, short(&said.act))),
            }
            if state == Some("refused") && is_silent(&said.act) {
                return Err(format!("a refusal that nobody can deal with is kept: {}", short(&said.act)));
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Filed {
    file: Option<File>,
    #[serde(default)]
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    blob: String,
    size: i64,
}

// Why it may be gone.
fn dropped(
    mid: &MutationId,
    said: &Said,
    held: &Held,
    life: &Life,
    backend: &Backend,
    answer: Option<Millis>,
) -> Result<(), String> {
    // A task that is none any more, or done, needs no doing.
    let moot = match &said.act {
        Act::CompleteTask(act) => !held
            .records
            .iter()
            .any(|(_, kind, id, _, body)| kind == "task" && id == act.task.as_str() && !body.contains("done_at")),
        _ => false,
    };
    let may_go = said.dealt || is_silent(&said.act) || moot;
    let done = life.done.get(mid);
    match done.map(|done| &done.result.outcome) {
        Some(Outcome::Applied { at }) => {
            // Only a pull that was answered later can know that what it does not serve never comes.
            let knows = answer >= done.map(|done| done.at);
            let missing = at.iter().find(|place| {
                let scope = place.scope.as_str();
                !held.has(scope, place.seq) && (held.serves(scope) || !knows)
            });
            if let Some(place) = missing {
                return Err(format!("dropped before {} {} is here", place.scope, place.seq));
            }
            Ok(())
        }
        Some(_) if may_go => Ok(()),
        Some(_) => Err("refused, and nobody was told".to_owned()),
        None if backend.poisoned.contains_key(mid) && may_go => Ok(()),
        None if said.dealt => Ok(()),
        None => Err("lost".to_owned()),
    }
}

fn is_silent(act: &Act) -> bool {
    matches!(act, Act::MarkRead(_) | Act::Seen(_))
}

fn short(act: &Act) -> String {
    format!("{act:?}").chars().take(120).collect()
}
