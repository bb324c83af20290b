//! Which proofs have come, for as long as one could count again.

use super::nonce::LIFE;
use protocol::Millis;
use std::collections::HashSet;

/// Remembers what came during the last [`LIFE`] at least, in two generations: the older one is forgotten whole.
pub(super) struct Seen {
    young: HashSet<u128>,
    old: HashSet<u128>,
    begun: Millis,
    most: usize,
}

impl Seen {
    /// Nothing yet; `most` bounds each generation.
    pub(super) fn new(most: usize) -> Self {
        Self { young: HashSet::new(), old: HashSet::new(), begun: Millis::MIN, most }
    }

    /// Whether it comes for the first time.
    pub(super) fn is_first(&mut self, id: u128, now: Millis) -> bool {
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
        let mut seen = Seen::new(100);
        assert!(seen.is_first(1, 0) && !seen.is_first(1, 1));
        assert!(seen.is_first(2, LIFE - 1));
        assert!(!seen.is_first(1, LIFE), "forgotten with the turn");
        assert!(!seen.is_first(2, 2 * LIFE - 2), "forgotten before its time");
        assert!(seen.is_first(1, 2 * LIFE) && seen.is_first(2, 3 * LIFE), "never forgotten");
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_go_first() {
        let mut seen = Seen::new(100);
        for id in 0..10_000 {
            assert!(seen.is_first(id, 0));
            assert!(seen.young.len() + seen.old.len() <= 200);
        }
        assert!(!seen.is_first(9_999, 0) && !seen.is_first(9_900, 0) && seen.is_first(0, 0));
    }
}
