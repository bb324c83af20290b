//! Comparing: now and then the copy's digests with the backend's. A difference is a fault, of ours or of the disk's;
//! the cure is to fetch what differs anew.

use super::{Effect, Engine, Ms, Trouble};

/// How long after the beginning: not while somebody waits for the first screen.
const FIRST: Ms = 30_000;
/// How often.
const EACH: Ms = 24 * 60 * 60 * 1000;

/// How long after it could not be done.
const AGAIN: Ms = 60 * 60 * 1000;

#[derive(Default)]
pub(super) struct Compare {
    at: Option<Ms>,
    busy: bool,
}

impl Compare {
    pub(super) fn begin(&mut self, now: Ms) {
        self.at = Some(now + FIRST);
    }

    pub(super) fn due(&self) -> Option<Ms> {
        self.at.filter(|_| !self.busy)
    }
}

impl Engine {
    pub(super) fn start_compare(&mut self) {
        if self.compare.due().is_some_and(|at| at <= self.now.mono) {
            self.compare.busy = true;
            self.effects.push(Effect::Compare);
        }
    }

    pub(super) fn compared(&mut self, differs: &Result<bool, Trouble>) {
        self.answered(differs);
        self.compare.busy = false;
        self.compare.at = Some(self.now.mono + if differs.is_ok() { EACH } else { AGAIN });
        if *differs == Ok(true) {
            self.pull.look();
        }
    }
}
