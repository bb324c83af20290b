//! What time it is, passed in: by two clocks, as neither tells enough alone.
//!
//! One never jumps and cannot be set, but may stand still while the device sleeps. The other goes on meanwhile, but
//! anybody can set it. What must not be fooled asks both.

use protocol::Millis;
use std::time::Instant;

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Never jumps, and may stand still while the device sleeps. Milliseconds since some beginning.
    pub mono: Millis,
    /// What the device takes the time to be. Milliseconds since 1970.
    pub wall: Millis,
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Both clocks now.
    fn now(&self) -> Now;
}

/// The device's own clocks.
pub struct SystemClock(Instant);

impl SystemClock {
    /// The steady one begins now.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        let mono = i64::try_from(self.0.elapsed().as_millis()).unwrap_or(i64::MAX);
        Now { mono, wall: jiff::Timestamp::now().as_millisecond() }
    }
}
