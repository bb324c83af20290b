//! How long to wait before trying again: half a second at first, a quarter of a minute at most, and never all
//! devices at the same time.

use rand::Rng as _;
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const MOST: Duration = Duration::from_secs(15);

/// Counts failures in a row.
#[derive(Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// It went well.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// It failed: how long to wait now. `dice` spreads devices over the upper half of the time.
    pub(super) fn next(&mut self, dice: &mut impl rand::RngCore) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.failures.min(8)).min(MOST);
        self.failures = self.failures.saturating_add(1);
        whole.mul_f64(dice.gen_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_its_most_and_starts_anew() {
        let mut dice = rand::rngs::mock::StepRng::new(u64::MAX, 0);
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..7).map(|_| backoff.next(&mut dice).as_millis()).collect();
        assert_eq!(waits[..3], [500, 1000, 2000]);
        assert_eq!(waits[5..], [15_000, 15_000]);
        backoff.reset();
        assert_eq!(backoff.next(&mut dice).as_millis(), 500);
    }
}
