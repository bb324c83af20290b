//! Which proofs have come, for as long as one could count again.
//!
//! A node that is alone remembers in memory. Nodes that share a database remember together, in it.

use super::nonce::LIFE;
use crate::db::Shared;
use crate::error::Error;
use protocol::Millis;
use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The most proofs that are remembered of requests, and of the token endpoint, where strangers can leave some too. Were there
/// more, the oldest would be forgotten early.
const MOST: usize = 1 << 18;
const MOST_AT_TOKEN: usize = 1 << 14;
/// How long nodes remember together: so much longer that their clocks may differ.
const TOGETHER: Millis = 2 * LIFE;

/// What remembers.
pub(super) enum Seen {
    /// This node.
    Alone { at_token: Box<Mutex<Memory>>, at_resource: Box<Mutex<Memory>> },
    /// All of them. One clears away what is over, now and then.
    Together { shared: Shared, cleared_at: AtomicI64 },
}

/// Where a proof came.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Token,
    Resource,
}

impl Seen {
    pub(super) fn new(shared: Option<Shared>) -> Self {
        match shared {
            Some(shared) => Self::Together { shared, cleared_at: AtomicI64::new(0) },
            None => Self::Alone {
                at_token: Box::new(Mutex::new(Memory::new(MOST_AT_TOKEN))),
                at_resource: Box::new(Mutex::new(Memory::new(MOST))),
            },
        }
    }

    /// Whether a proof comes for the first time.
    pub(super) async fn is_first(&self, proof: u128, place: Place, now: Millis) -> Result<bool, Error> {
        match self {
            Self::Alone { at_token, at_resource } => {
                let memory = match place {
                    Place::Token => at_token,
                    Place::Resource => at_resource,
                };
                // Nothing that is done under the lock leaves it half done.
                Ok(memory.lock().unwrap_or_else(PoisonError::into_inner).is_first(proof, now))
            }
            Self::Together { shared, cleared_at } => {
                let before = cleared_at.load(Ordering::Relaxed);
                let is_due = now.saturating_sub(before) >= LIFE
                    && cleared_at.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok();
                if is_due && let Err(error) = shared.forget(now).await {
                    tracing::warn!(%error, "proofs that are over were not cleared away");
                }
                shared.is_first(proof, now + TOGETHER).await
            }
        }
    }
}

/// Remembers what came during the last [`LIFE`] at least, in two generations: the older one is forgotten whole.
pub(super) struct Memory {
    young: HashSet<u128>,
    old: HashSet<u128>,
    begun: Millis,
    most: usize,
}

impl Memory {
    /// Nothing yet; `most` bounds each generation.
    fn new(most: usize) -> Self {
        Self { young: HashSet::new(), old: HashSet::new(), begun: Millis::MIN, most }
    }

    fn is_first(&mut self, id: u128, now: Millis) -> bool {
        if now.saturating_sub(self.begun) >= LIFE || self.young.len() >= self.most {
            self.old = std::mem::take(&mut self.young);
            self.begun = now;
        }
        !self.old.contains(&id) && self.young.insert(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_known_for_as_long_as_it_could_count() {
        let mut seen = Memory::new(100);
        assert!(seen.is_first(1, 0) && !seen.is_first(1, 1));
        assert!(seen.is_first(2, LIFE - 1));
        assert!(!seen.is_first(1, LIFE), "forgotten with the turn");
        assert!(!seen.is_first(2, 2 * LIFE - 2), "forgotten before its time");
        assert!(seen.is_first(1, 2 * LIFE) && seen.is_first(2, 3 * LIFE), "never forgotten");
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_go_first() {
        let mut seen = Memory::new(100);
        for id in 0..10_000 {
            assert!(seen.is_first(id, 0));
            assert!(seen.young.len() + seen.old.len() <= 200);
        }
        assert!(!seen.is_first(9_999, 0) && !seen.is_first(9_900, 0) && seen.is_first(0, 0));
    }
}
