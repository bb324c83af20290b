//! The idle lock: what is open locks when nobody has done anything for a while, with a warning before.
//!
//! Time passes by whichever clock says more: the steady one cannot be set back, and the other goes on while the device
//! sleeps, so that a laptop that slept through the limit locks at waking. Once the time is up nothing counts as
//! activity any more, and no call is answered, even before the store is closed. Only what a person does counts, never
//! what the app does by itself.

use super::session::Session;
use crate::Client;
use crate::clock::Now;
use crate::failure::failure;
use crate::store::{Meta, Store, StoreError};
use crate::sync::Open;
use bridge::identity::{ChooseIdle, IDLE_MINUTES, NoteActivity};
use bridge::{Failure, FailureCode, Topic};
use protocol::Millis;
use protocol::identity::Realm;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::Notify;

/// How long before the lock it is told.
const NOTICE: Millis = 30_000;
/// How often the clocks are looked at: a device that woke up shall not stay open for long.
const LOOK: Millis = 5_000;
const MINUTE: Millis = 60_000;

/// Since when nobody has done anything.
#[derive(Default)]
pub(crate) struct Idle {
    state: Mutex<Option<State>>,
    bell: Arc<Notify>,
}

#[derive(Clone, Copy)]
struct State {
    last: Now,
    limit: Millis,
    told: bool,
}

impl State {
    // What is left until the lock; nothing or less: the time is up.
    fn left(&self, now: Now) -> Millis {
        let passed = (now.mono - self.last.mono).max(now.wall - self.last.wall).max(0);
        self.limit - passed
    }
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing; look again after so long.
    Wait(Millis),
    /// Say that it locks soon, then look again.
    Tell(Millis),
    /// Lock.
    Lock,
}

impl Idle {
    /// Somebody has opened it.
    pub(super) fn begin(&self, now: Now, minutes: u32) {
        *self.hold() = Some(State { last: now, limit: Millis::from(minutes) * MINUTE, told: false });
    }

    /// It is closed.
    pub(super) fn end(&self) {
        *self.hold() = None;
    }

    /// Somebody did something. Whether they had been told of the lock; `None` when it comes too late.
    pub(super) fn touch(&self, now: Now) -> Option<bool> {
        let mut state = self.hold();
        let state = state.as_mut().filter(|state| state.left(now) > 0)?;
        state.last = now;
        Some(std::mem::take(&mut state.told))
    }

    /// Another limit, from now on.
    fn limit(&self, minutes: u32) {
        if let Some(state) = &mut *self.hold() {
            state.limit = Millis::from(minutes) * MINUTE;
        }
    }

    /// Whether the time is up.
    pub(super) fn is_over(&self, now: Now) -> bool {
        self.hold().is_some_and(|state| state.left(now) <= 0)
    }

    /// Seconds until the lock, once they are few.
    pub(super) fn few_seconds(&self, now: Now) -> Option<u32> {
        let left = self.hold().map(|state| state.left(now)).filter(|left| *left <= NOTICE)?;
        u32::try_from(left.max(0).div_euclid(1000)).ok()
    }

    /// The minutes that are allowed.
    pub(super) fn minutes(&self) -> u32 {
        self.hold().and_then(|state| u32::try_from(state.limit / MINUTE).ok()).unwrap_or_default()
    }

    /// What is to be done now. Says once for each wait that it locks soon.
    pub(super) fn step(&self, now: Now) -> Step {
        let mut state = self.hold();
        let Some(state) = state.as_mut() else { return Step::Wait(LOOK) };
        let left = state.left(now);
        if left <= 0 {
            return Step::Lock;
        }
        if left > NOTICE {
            // Time that was given back has to be told of anew when it runs out.
            state.told = false;
            return Step::Wait(LOOK.min(left - NOTICE));
        }
        let wait = LOOK.min(left);
        if std::mem::replace(&mut state.told, true) { Step::Wait(wait) } else { Step::Tell(wait) }
    }

    /// Has the clocks looked at now.
    pub(crate) fn look(&self) {
        self.bell.notify_one();
    }

    fn hold(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Locks what nobody has used for too long, or says that it will. Gives how long that may be left alone.
    pub(super) async fn tend_idle(&self) -> Millis {
        match self.idle.step(self.setup.clock.now()) {
            Step::Wait(wait) => wait,
            Step::Tell(wait) => {
                self.changes.tell([Topic::Session]);
                wait
            }
            Step::Lock => {
                let _turn = self.turn.lock().await;
                // Whoever had the turn may have locked, and somebody else opened it.
                if self.idle.is_over(self.setup.clock.now()) {
                    self.close().await;
                }
                LOOK
            }
        }
    }

    /// Somebody did something.
    pub(super) fn touch(&self) {
        if self.idle.touch(self.setup.clock.now()) == Some(true) {
            self.changes.tell([Topic::Session]);
        }
    }
}

impl Client {
    /// Somebody pressed or wrote: the time until the lock begins anew.
    ///
    /// # Errors
    /// `NotOpen`, also when it comes too late.
    pub async fn note_activity(&self, _: NoteActivity) -> Result<(), Failure> {
        self.open()?;
        self.inner.touch();
        Ok(())
    }

    /// Chooses after how many minutes it locks.
    ///
    /// # Errors
    /// `Invalid` when it is none of those to choose from; `NotOpen`, or what the store says.
    pub async fn choose_idle(&self, call: ChooseIdle) -> Result<(), Failure> {
        let open = self.open()?;
        if !IDLE_MINUTES.contains(&call.minutes) {
            return Err(failure(FailureCode::Invalid));
        }
        let mut tx = open.store.write().await?;
        Meta::Idle.keep(&mut tx, &call.minutes).await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.inner.idle.limit(call.minutes);
        self.inner.touch();
        self.inner.changes.tell([Topic::Session]);
        Ok(())
    }
}

/// The minutes that the person chose, or those that are usual: a desk is watched over by somebody who works at it.
pub(super) async fn chosen(store: &Store, realm: Realm) -> Result<u32, StoreError> {
    let usual = match realm {
        Realm::Resident => 5,
        Realm::Staff => 10,
    };
    Ok(store.meta(Meta::Idle).await?.unwrap_or(usual))
}

/// Watches over `open` until it is closed.
pub(super) async fn watch(session: Weak<Session>, open: Weak<Open>) {
    let mut wait = 0;
    loop {
        let Some(bell) = session.upgrade().map(|session| Arc::clone(&session.idle.bell)) else { return };
        let sleep = Duration::from_millis(u64::try_from(wait).unwrap_or_default());
        let _ = tokio::time::timeout(sleep, bell.notified()).await;
        let (Some(session), Some(open)) = (session.upgrade(), open.upgrade()) else { return };
        if !session.opened().is_some_and(|opened| Arc::ptr_eq(&opened, &open)) {
            return;
        }
        drop(open);
        wait = session.tend_idle().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Now = Now { mono: 1_000, wall: 1_790_000_000_000 };

    fn after(mono: Millis, wall: Millis) -> Now {
        Now { mono: START.mono + mono, wall: START.wall + wall }
    }

    fn begun() -> Idle {
        let idle = Idle::default();
        idle.begin(START, 5);
        idle
    }

    #[test]
    fn it_is_told_once_half_a_minute_before_and_then_locks() {
        let idle = begun();
        assert_eq!(idle.step(after(0, 0)), Step::Wait(LOOK));
        assert_eq!(idle.step(after(268_000, 268_000)), Step::Wait(2_000));
        assert_eq!(idle.few_seconds(after(269_999, 269_999)), None);
        assert_eq!(idle.step(after(270_000, 270_000)), Step::Tell(LOOK));
        assert_eq!(idle.few_seconds(after(270_000, 270_000)), Some(30));
        assert_eq!(idle.step(after(299_000, 299_000)), Step::Wait(1_000));
        assert!(!idle.is_over(after(299_999, 299_999)));
        assert_eq!(idle.step(after(300_000, 300_000)), Step::Lock);
    }

    #[test]
    fn what_somebody_does_begins_anew_but_not_once_the_time_is_up() {
        let idle = begun();
        assert_eq!(idle.step(after(280_000, 280_000)), Step::Tell(LOOK));
        assert_eq!(idle.touch(after(280_000, 280_000)), Some(true));
        assert_eq!(idle.touch(after(290_000, 290_000)), Some(false));
        assert_eq!(idle.few_seconds(after(300_000, 300_000)), None);
        assert_eq!(idle.step(after(570_000, 570_000)), Step::Tell(LOOK), "the next end is told too");
        assert_eq!(idle.touch(after(590_000, 590_000)), None);
        assert!(idle.is_over(after(590_000, 590_000)));
    }

    #[test]
    fn sleep_counts_and_a_clock_that_is_set_back_gives_nothing() {
        assert_eq!(begun().step(after(1_000, 300_000)), Step::Lock, "the device slept");
        assert_eq!(begun().step(after(300_000, -86_400_000)), Step::Lock, "the clock was set back");
        let idle = begun();
        assert_eq!(idle.touch(after(200_000, -86_400_000)), Some(false));
        assert!(!idle.is_over(after(300_000, -86_300_000)));
        assert!(idle.is_over(after(500_000, -86_300_000)));
    }

    #[test]
    fn nothing_locks_that_is_not_open() {
        let idle = begun();
        idle.end();
        assert_eq!(idle.step(after(400_000, 400_000)), Step::Wait(LOOK));
        assert_eq!(idle.touch(after(0, 0)), None);
    }
}
