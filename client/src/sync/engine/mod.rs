//! What is to be done next to keep in step: decided here, done elsewhere.
//!
//! [`Engine::step`] takes what happened and gives what is to be done; it reads no clock, rolls only the dice it was
//! given, and touches neither network nor store. So the same happenings always lead to the same doings, and a test
//! can play through years of bad luck. It keeps nothing that must outlive it: whatever it forgets in a crash stands in
//! the store, and [`Event::Began`] finds it again.
//!
//! One pull is under way at a time (the next is asked ahead while its answer is taken in), one push for each lane,
//! one page of the event stream. What goes wrong is tried again later and later, and what holds up one lane holds up
//! no other.

mod backoff;
mod compare;
mod event;
mod files;
mod listen;
mod pull;
mod push;
#[cfg(test)]
mod tests;
mod upload;

pub(crate) use crate::clock::Now;
use backoff::Backoff;
use compare::Compare;
pub(super) use event::{Effect, Event, TookIn, Trouble};
use files::Files;
use listen::Listen;
use protocol::refusal::RefusalCode;
use pull::Pull;
use push::Push;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::time::Duration;
use upload::Uploads;

/// Milliseconds by a clock that never jumps, from any beginning.
pub(crate) type Ms = i64;
/// Names what is under way, so that an answer that nobody waits for any more is known.
pub(crate) type Flight = u64;
/// Somebody who waits for a pull.
pub(crate) type Ticket = u64;

/// How long the first look after the store is put off: what is asked for on the screen comes first.
const SETTLE: Ms = 1_000;
/// How often leases are looked after, and the clocks compared.
const ROUND: Ms = 30_000;
/// How often the clocks are compared while somebody may be looking: so long after a wake-up what they see may be old.
const WATCH: Ms = 5_000;
/// The clocks have parted by more than this: the device slept, or somebody set its clock.
const JUMP: Ms = 5_000;

/// Decides. See the module.
pub(crate) struct Engine {
    now: Now,
    dice: StdRng,
    flights: Flight,
    begun: bool,
    ended: bool,
    /// The backend has asked to be left alone until then.
    hold: Ms,
    /// Whether it was the backend that answered last, and not nobody or somebody else.
    online: bool,
    /// The disk is full: what the person writes has what is left.
    full: bool,
    /// The window can be seen.
    shown: bool,
    watch_at: Ms,
    pull: Pull,
    push: Push,
    listen: Listen,
    files: Files,
    uploads: Uploads,
    compare: Compare,
    /// The store wants looking after, once nothing is arriving any more.
    keep: bool,
    keeping: bool,
    keep_at: Ms,
    bell: Option<Ms>,
    effects: Vec<Effect>,
}

impl Engine {
    /// One that has not begun. `seed` decides how far tries are spread.
    pub(crate) fn new(now: Now, seed: u64) -> Self {
        Self {
            now,
            dice: StdRng::seed_from_u64(seed),
            flights: 0,
            begun: false,
            ended: false,
            hold: now.mono,
            online: false,
            full: false,
            shown: true,
            watch_at: now.mono,
            pull: Pull::default(),
            push: Push::default(),
            listen: Listen::default(),
            files: Files::default(),
            uploads: Uploads::default(),
            compare: Compare::default(),
            keep: false,
            keeping: false,
            keep_at: now.mono + SETTLE,
            bell: None,
            effects: Vec::new(),
        }
    }

    /// Takes what happened, gives what is to be done, in this order.
    pub(crate) fn step(&mut self, now: Now, event: Event) -> Vec<Effect> {
        let drift = (now.wall - self.now.wall) - (now.mono - self.now.mono);
        self.now = now;
        if drift.abs() > JUMP {
            self.jumped();
        }
        match event {
            Event::Began => {
                // What was queued before the end of the last run is there still.
                (self.begun, self.push.dirty) = (true, true);
                self.compare.begin(now.mono);
            }
            Event::Queued => self.push.dirty = true,
            Event::Nudged => self.nudge(),
            Event::Shown(shown) => self.shown = shown,
            Event::Answered(answer) => self.answered(&answer),
            Event::Rang => self.bell = None,
            Event::Asked(ticket) => self.pull.ask(ticket, now.mono),
            Event::PullLoaded(flight, request) => self.pull_loaded(flight, request),
            Event::Pulled(flight, answer) => self.pulled(flight, answer),
            Event::TookIn(flight, took) => self.took_in(flight, took),
            Event::PushLoaded(flight, mutations) => self.push_loaded(flight, mutations),
            Event::Pushed(flight, answer) => self.pushed(flight, answer),
            Event::Settled(flight, settled) => self.settled(flight, settled),
            Event::Opened(flight) => self.opened(flight),
            Event::Heard(flight, event) => self.heard(flight, event),
            Event::Hushed(flight, trouble) => self.hushed(flight, trouble),
            Event::TookPage(joined) => self.took_page(&joined),
            Event::Compared(differs) => self.compared(&differs),
            Event::FileLoaded(flight, missing) => self.file_loaded(flight, missing),
            Event::Fetched(flight, here) => self.fetched(flight, here),
            Event::Uploaded(flight, done) => self.uploaded(flight, done),
            Event::Kept(more) => {
                self.keeping = false;
                self.keep |= more;
                self.keep_at = self.now.mono + ROUND;
            }
            Event::Renewed => {
                self.ended = false;
                self.nudge();
            }
        }
        if self.begun {
            self.go_on();
        }
        std::mem::take(&mut self.effects)
    }

    /// Starts what is due and can start, and asks to be woken for what is due later.
    fn go_on(&mut self) {
        if self.ended {
            self.turn_away(&Trouble::Ended);
        } else if self.now.mono < self.hold {
            self.turn_away(&Trouble::Down);
        } else {
            self.start_pull();
            self.start_push();
            self.start_upload();
            self.start_listening();
            self.start_files();
            self.start_compare();
        }
        self.start_page();
        if !self.keeping && (self.now.mono >= self.keep_at || self.keep && !self.pull.is_catching_up()) {
            (self.keep, self.keeping) = (false, true);
            self.effects.push(Effect::Keep);
        }
        let asking = if self.ended { None } else { self.next_request().map(|at| at.max(self.hold)) };
        let keeping = if self.keeping { self.now.mono + ROUND } else { self.keep_at };
        let next = asking.map_or(keeping, |at| at.min(keeping));
        let next = if self.shown { next.min(self.watch()) } else { next }.max(self.now.mono + 1);
        if self.bell != Some(next) {
            self.bell = Some(next);
            self.effects.push(Effect::WakeAt(next));
        }
    }

    fn next_request(&self) -> Option<Ms> {
        let due = [self.pull.due(), self.push.due(), self.listen.due(), self.files_due(), self.compare.due()];
        let due = due.into_iter().chain([self.uploads.due()]);
        due.flatten().min()
    }

    // Every step compares the clocks; this only sees to it that one comes.
    fn watch(&mut self) -> Ms {
        if self.watch_at <= self.now.mono {
            self.watch_at = self.now.mono + WATCH;
        }
        self.watch_at
    }

    /// Everything is tried at once, but not before a time that the backend itself asked for.
    fn nudge(&mut self) {
        self.pull.nudge(self.now.mono);
        self.hasten();
    }

    // All but pulling.
    fn hasten(&mut self) {
        self.push.nudge();
        self.listen.nudge();
        self.files.nudge();
        self.uploads.nudge();
    }

    /// What an answer, or that there is none, tells of the network and of the backend. Only an answer that could be
    /// read is one: a network that wants a login first answers everything, and well.
    fn answered<T>(&mut self, answer: &Result<T, Trouble>) {
        match answer {
            Ok(_) | Err(Trouble::Refused(_)) if !self.online => {
                self.online = true;
                self.effects.push(Effect::Online(true));
                self.pull.hasten(self.now.mono);
                self.files.forgive();
                self.hasten();
            }
            Err(Trouble::Unreachable | Trouble::Down) if self.online => {
                self.online = false;
                self.effects.push(Effect::Online(false));
            }
            Err(trouble) => self.heed(trouble),
            Ok(_) => {}
        }
    }

    /// Whether the backend has asked to be left alone, or the session has ended, while something was being read.
    fn is_to_be_silent(&self) -> bool {
        self.ended || self.now.mono < self.hold
    }

    // What holds for every request.
    fn heed(&mut self, trouble: &Trouble) {
        match trouble {
            Trouble::Ended if !self.ended => {
                self.ended = true;
                self.effects.push(Effect::AwaitLogin);
            }
            Trouble::Busy(pause) => self.hold = self.hold.max(self.now.mono + ms(*pause)),
            _ => {}
        }
    }

    /// Time went on without us, or the clock was set: connections may be dead, leases over.
    fn jumped(&mut self) {
        self.nudge();
        self.listen.forget();
        self.keep = true;
    }

    fn flight(&mut self) -> Flight {
        self.flights += 1;
        self.flights
    }

    /// What every request's trouble means for all others; how long the one that had it should wait.
    fn trouble(&mut self, backoff: impl FnOnce(&mut Self) -> &mut Backoff, trouble: &Trouble) -> Ms {
        self.heed(trouble);
        let spread = self.dice.r#gen();
        self.now.mono + ms(backoff(self).next(spread))
    }
}

fn ms(duration: Duration) -> Ms {
    Ms::try_from(duration.as_millis()).unwrap_or(Ms::MAX)
}

/// Whether a whole request that got this would get it for ever.
fn is_for_good(code: RefusalCode) -> bool {
    match code {
        RefusalCode::Invalid
        | RefusalCode::Reason
        | RefusalCode::TooLong
        | RefusalCode::Access
        | RefusalCode::Conflict
        | RefusalCode::Closed => true,
        RefusalCode::Unauthenticated
        | RefusalCode::Reused
        | RefusalCode::OutOfOrder
        | RefusalCode::Missing
        | RefusalCode::Busy
        | RefusalCode::Internal
        | RefusalCode::Unknown => false,
    }
}
