//! Tells connected event streams that something changed. Losing a hint costs latency, never correctness.
//!
//! Each stream has a short queue of its own and hears only of the scopes that it follows and the person it is for:
//! ten thousand idle ones cost a commit nothing. A queue that is full is not waited for; its stream then hears that
//! anything may have changed.

use crate::feed::Touched;
use protocol::id::{PersonId, ScopeId};
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{broadcast, mpsc};

/// The most hints that wait for one stream.
const QUEUE: usize = 32;

/// The hub; clones share it.
#[derive(Clone)]
pub struct Hub {
    everything: broadcast::Sender<Arc<Touched>>,
    streams: Arc<Mutex<Streams>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { everything: broadcast::channel(1024).0, streams: Arc::default() }
    }
}

impl Hub {
    /// Tells everybody whom it concerns.
    pub fn publish(&self, touched: Touched) {
        if touched.is_empty() {
            return;
        }
        let touched = Arc::new(touched);
        // No listener is no fault.
        let _ = self.everything.send(Arc::clone(&touched));
        self.streams().tell(&touched);
    }

    /// Hears of everything from now on: for what speaks for this whole node.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Touched>> {
        self.everything.subscribe()
    }

    /// Hears of `person` from now on, and of the scopes that are [followed](Listener::follow).
    pub fn listen(&self, person: &PersonId) -> Listener {
        let (queue, hints) = mpsc::channel(QUEUE);
        let missed = Arc::<AtomicBool>::default();
        let mut streams = self.streams();
        streams.last += 1;
        let id = streams.last;
        streams.by_person.entry(person.clone()).or_default().push(id);
        let stream = Stream { person: person.clone(), scopes: Arc::default(), queue, missed: Arc::clone(&missed) };
        streams.by_id.insert(id, stream);
        drop(streams);
        Listener { hub: self.clone(), id, scopes: Arc::default(), hints, missed }
    }

    /// The scopes that streams of this node follow, each with the head that they were last told of.
    pub fn followed(&self) -> HashMap<ScopeId, i64> {
        self.streams().by_scope.iter().map(|(scope, followers)| (scope.clone(), followers.head)).collect()
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        // Nothing that is done under the lock leaves it half done.
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One stream's end of the hub; it is forgotten when dropped.
pub struct Listener {
    hub: Hub,
    id: u64,
    scopes: Arc<[ScopeId]>,
    hints: mpsc::Receiver<Arc<Touched>>,
    missed: Arc<AtomicBool>,
}

impl Listener {
    /// Hears of these scopes and no others from now on; each with a head that its person has heard of.
    pub fn follow(&mut self, mut scopes: Vec<(ScopeId, i64)>) {
        scopes.sort();
        let ids: Arc<[ScopeId]> = scopes.iter().map(|(scope, _)| scope.clone()).collect();
        let mut streams = self.hub.streams();
        streams.unfollow(self.id);
        for (scope, head) in scopes {
            // Whoever followed before may not have heard of this head: theirs stays.
            let followers = streams.by_scope.entry(scope).or_insert(Followers { head, ids: Vec::new() });
            followers.ids.push(self.id);
        }
        if let Some(stream) = streams.by_id.get_mut(&self.id) {
            stream.scopes = Arc::clone(&ids);
        }
        drop(streams);
        self.scopes = ids;
    }

    /// Whether it follows `scope`.
    pub fn follows(&self, scope: &ScopeId) -> bool {
        self.scopes.binary_search(scope).is_ok()
    }

    /// The next that concerns it. After it could not keep up: that anything may have changed, once.
    pub async fn next(&mut self) -> Arc<Touched> {
        let hint = self.hints.recv().await;
        if self.missed.swap(false, Ordering::AcqRel) {
            while self.hints.try_recv().is_ok() {}
            return Arc::new(Touched::anything());
        }
        hint.unwrap_or_else(|| Arc::new(Touched::anything()))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut streams = self.hub.streams();
        streams.unfollow(self.id);
        if let Some(stream) = streams.by_id.remove(&self.id) {
            forget(&mut streams.by_person, &stream.person, self.id, |ids| ids);
        }
    }
}

#[derive(Default)]
struct Streams {
    last: u64,
    by_id: HashMap<u64, Stream>,
    by_person: HashMap<PersonId, Vec<u64>>,
    by_scope: HashMap<ScopeId, Followers>,
}

struct Stream {
    person: PersonId,
    scopes: Arc<[ScopeId]>,
    queue: mpsc::Sender<Arc<Touched>>,
    missed: Arc<AtomicBool>,
}

struct Followers {
    head: i64,
    ids: Vec<u64>,
}

impl Streams {
    fn tell(&mut self, touched: &Arc<Touched>) {
        let mut concerned = BTreeSet::new();
        for (scope, news) in &touched.scopes {
            if let Some(followers) = self.by_scope.get_mut(scope) {
                followers.head = followers.head.max(news.head);
                concerned.extend(&followers.ids);
            }
        }
        concerned.extend(touched.persons.iter().filter_map(|person| self.by_person.get(person)).flatten());
        if touched.anything {
            concerned.extend(self.by_id.keys());
        }
        for stream in concerned.iter().filter_map(|id| self.by_id.get(id)) {
            // One whose other end is gone is about to be dropped.
            if let Err(mpsc::error::TrySendError::Full(_)) = stream.queue.try_send(Arc::clone(touched)) {
                stream.missed.store(true, Ordering::Release);
            }
        }
    }

    fn unfollow(&mut self, id: u64) {
        let scopes = self.by_id.get(&id).map(|stream| Arc::clone(&stream.scopes)).unwrap_or_default();
        for scope in scopes.iter() {
            forget(&mut self.by_scope, scope, id, |followers| &mut followers.ids);
        }
    }
}

/// Takes `id` out of the list under `key`, and the list away with its last one.
fn forget<K: Eq + Hash, V>(map: &mut HashMap<K, V>, key: &K, id: u64, ids: impl Fn(&mut V) -> &mut Vec<u64>) {
    if let Some(value) = map.get_mut(key) {
        let list = ids(value);
        list.retain(|other| *other != id);
        if list.is_empty() {
            map.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::News;
    use std::collections::BTreeMap;

    fn changed(scope: &str, head: i64) -> Touched {
        let scopes = BTreeMap::from([(ScopeId::new(scope), News { head, delta: None })]);
        Touched { scopes, ..Touched::default() }
    }

    #[tokio::test]
    async fn a_stream_hears_of_what_it_follows_and_of_its_person() {
        let hub = Hub::default();
        let mut moa = hub.listen(&PersonId::new("moa"));
        moa.follow(vec![(ScopeId::new("b"), 0), (ScopeId::new("a"), 0)]);
        hub.publish(changed("c", 1));
        hub.publish(changed("a", 7));
        assert!(moa.next().await.scopes.contains_key(&ScopeId::new("a")), "heard of what it does not follow");
        assert_eq!(hub.followed()[&ScopeId::new("a")], 7);
        hub.publish(Touched { persons: BTreeSet::from([PersonId::new("moa")]), ..Touched::default() });
        assert!(!moa.next().await.persons.is_empty());
        moa.follow(vec![(ScopeId::new("c"), 1)]);
        assert!(moa.follows(&ScopeId::new("c")) && !moa.follows(&ScopeId::new("a")));
        drop(moa);
        assert!(hub.followed().is_empty());
        let streams = hub.streams();
        assert!(streams.by_id.is_empty() && streams.by_person.is_empty(), "something is remembered of it");
    }

    #[tokio::test]
    async fn one_that_cannot_keep_up_hears_once_that_anything_may_have_changed() {
        let hub = Hub::default();
        let (mut slow, mut quick) = (hub.listen(&PersonId::new("moa")), hub.listen(&PersonId::new("far")));
        for stream in [&mut slow, &mut quick] {
            stream.follow(vec![(ScopeId::new("a"), 0)]);
        }
        for head in 1..=1_000 {
            hub.publish(changed("a", head));
            assert_eq!(quick.next().await.scopes.len(), 1, "it was held up");
        }
        assert!(slow.hints.len() <= QUEUE);
        assert!(slow.next().await.anything);
        hub.publish(changed("a", 1_001));
        let next = slow.next().await;
        assert_eq!((next.anything, next.scopes.len()), (false, 1), "more than one was told");
    }
}
