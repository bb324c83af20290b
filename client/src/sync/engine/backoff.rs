//! How long to wait before trying again: half a second at first, a quarter of a minute at most, and never all
//! devices at the same time.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const MOST: Duration = Duration::from_secs(15);

/// Counts failures in a row.
#[derive(Default)]
pub(in crate::sync) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// It went well.
    pub(in crate::sync) fn reset(&mut self) {
        self.failures = 0;
    }

    /// It failed: how long to wait now. `spread`, from 0 to 1, puts devices somewhere in the upper half of the time.
    pub(in crate::sync) fn next(&mut self, spread: f64) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.failures.min(8)).min(MOST);
        self.failures = self.failures.saturating_add(1);
        whole.mul_f64(0.5 + spread / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_its_most_and_starts_anew() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..7).map(|_| backoff.next(1.0).as_millis()).collect();
        assert_eq!(waits[..3], [500, 1000, 2000]);
        assert_eq!(waits[5..], [15_000, 15_000]);
        backoff.reset();
        assert_eq!(backoff.next(1.0).as_millis(), 500);
    }
}
