//! An allowance for each of many, in bounded memory.
//!
//! The generic cell rate algorithm: of each key only the moment is kept at which its allowance is whole again. A key that rests is
//! forgotten without loss, as it is whole.

use protocol::Millis;
use serde::Deserialize;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How much is allowed.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// So many at once, after a rest.
    pub at_once: u32,
    /// And so many a minute for as long as it goes on.
    pub per_minute: u32,
}

/// The allowances. Keys are kept as their hashes, under a secret of this process.
pub struct Buckets {
    /// Microseconds that one takes.
    each: i64,
    /// Microseconds by which one may be ahead.
    ahead: i64,
    most: usize,
    hasher: RandomState,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    whole_at: HashMap<u64, i64>,
    cleaned_at: i64,
}

/// What is shared by all that come when there is no room for more.
const OTHERS: u64 = 0;

impl Buckets {
    /// All whole; at most so many are told apart at a time.
    pub fn new(rate: Rate, most: usize) -> Self {
        let each = 60_000_000 / i64::from(rate.per_minute.max(1));
        let ahead = each.saturating_mul(i64::from(rate.at_once.max(1)) - 1);
        Self { each, ahead, most, hasher: RandomState::new(), state: Mutex::default() }
    }

    /// Takes one of the key's.
    ///
    /// # Errors
    /// How long to wait for the next.
    pub fn take(&self, key: impl Hash, now: Millis) -> Result<(), Duration> {
        // More than one a microsecond is no limit, and those who come at once may come in another order than their clocks'.
        if self.each == 0 {
            return Ok(());
        }
        let now = now.saturating_mul(1_000);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = self.hasher.hash_one(key);
        if state.whole_at.len() >= self.most && !state.whole_at.contains_key(&key) {
            // Looked through once a second at most, however many come.
            if now - state.cleaned_at >= 1_000_000 {
                state.cleaned_at = now;
                state.whole_at.retain(|_, whole_at| *whole_at > now);
            }
            if state.whole_at.len() >= self.most {
                key = OTHERS;
            }
        }
        let whole_at = state.whole_at.entry(key).or_insert(now);
        let begins = (*whole_at).max(now);
        if begins - now > self.ahead {
            let wait = begins - now - self.ahead;
            return Err(Duration::from_micros(wait.unsigned_abs()));
        }
        *whole_at = begins + self.each;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Millis = 1_788_264_000_000;

    fn taken(buckets: &Buckets, key: &str, now: Millis) -> usize {
        (0..1_000).take_while(|_| buckets.take(key, now).is_ok()).count()
    }

    #[test]
    fn so_many_at_once_and_then_so_many_a_minute() {
        let buckets = Buckets::new(Rate { at_once: 5, per_minute: 60 }, 100);
        assert_eq!(taken(&buckets, "a", NOON), 5);
        assert_eq!(buckets.take("a", NOON), Err(Duration::from_secs(1)));
        assert_eq!(taken(&buckets, "b", NOON), 5, "another one's is another one's");
        assert_eq!(taken(&buckets, "a", NOON + 999), 0);
        assert_eq!(taken(&buckets, "a", NOON + 1_000), 1);
        assert_eq!(taken(&buckets, "a", NOON + 3_000), 2);
        assert_eq!(taken(&buckets, "a", NOON + 3_600_000), 5, "no more than at once, however long the rest");
        assert_eq!(taken(&buckets, "a", NOON), 0, "a clock that goes back gives nothing");
    }

    #[test]
    fn memory_is_bounded_and_those_who_rest_make_room() {
        let buckets = Buckets::new(Rate { at_once: 2, per_minute: 60 }, 100);
        let held = |buckets: &Buckets| buckets.state.lock().expect("is not poisoned").whole_at.len();
        for n in 0..1_000 {
            let _ = buckets.take(n, NOON);
            assert!(held(&buckets) <= 101);
        }
        assert!(buckets.take(5_000, NOON).is_err(), "those without room share one allowance");
        assert!(buckets.take(0, NOON).is_ok() && buckets.take(0, NOON).is_err(), "who was there has their own");
        assert!(buckets.take(5_000, NOON + 60_000).is_ok());
        assert!(held(&buckets) < 10, "who rests is forgotten");
    }

    #[test]
    fn a_very_large_rate_lets_all_through() {
        let buckets = Buckets::new(Rate { at_once: u32::MAX, per_minute: u32::MAX }, 100);
        assert_eq!(taken(&buckets, "a", NOON), 1_000);
        assert_eq!(taken(&buckets, "a", NOON - 1), 1_000, "one that was overtaken by another");
    }
}
