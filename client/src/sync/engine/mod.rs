//! What is to be done next to keep in step: decided here, done elsewhere.
//!
//! [`Engine::step`] takes what happened and gives what is to be done; it reads no clock, rolls only the dice it was
//! given, and touches neither network nor store. So the same happenings always lead to the same doings, and a test
//! can play through years of bad luck. It keeps nothing that must outlive it: whatever it forgets in a crash stands in
//! the store, and [`Event::Began`] finds it again.
//!
//! One pull is under way at a time, one push for each lane, one page of the event stream. What goes wrong is tried
//! again later and later, and what holds up one lane holds up no other.

mod backoff;
mod compare;
mod listen;
mod pull;
mod push;
#[cfg(test)]
mod tests;

pub(crate) use crate::clock::Now;
use crate::store::Wanted;
pub(super) use backoff::Backoff;
use compare::Compare;
use listen::Listen;
use protocol::mutation::Mutation;
use protocol::refusal::{Refusal, RefusalCode};
use protocol::sync::{self, Page, PullRequest, PullResponse, PushResponse};
use pull::Pull;
use push::Push;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::time::Duration;

/// Milliseconds by a clock that never jumps, from any beginning.
pub(crate) type Ms = i64;
/// Names what is under way, so that an answer that nobody waits for any more is known.
pub(crate) type Flight = u64;
/// Somebody who waits for a pull.
pub(crate) type Ticket = u64;

/// How often leases are looked after, and the clocks compared.
const ROUND: Ms = 30_000;
/// The clocks have parted by more than this: the device slept, or somebody set its clock.
const JUMP: Ms = 5_000;

/// Why something did not go well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing answered.
    Unreachable,
    /// Something answered, but not what was asked for: trouble there, or a network that wants a login first.
    Down,
    /// Not before so long.
    Busy(Duration),
    /// The backend refused the request as a whole.
    Refused(Refusal),
    /// Only a new login helps.
    Ended,
    /// There is no room in the store.
    Full,
    /// The store failed.
    Store,
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The store is open.
    Began,
    /// Acts were put in the queue.
    Queued,
    /// There is reason to think that it goes better now: the app came to the front, the network came back.
    Nudged,
    /// The time that was asked for has come.
    Rang,
    /// Somebody waits for a pull that begins after this.
    Asked(Ticket),
    /// What a pull is to ask.
    PullLoaded(Flight, Result<PullRequest, Trouble>),
    /// What the backend answered.
    Pulled(Flight, Result<PullResponse, Trouble>),
    /// What taking it in came to.
    TookIn(Flight, Result<TookIn, Trouble>),
    /// What is to be sent.
    PushLoaded(Flight, Result<Vec<Mutation>, Trouble>),
    /// What the backend answered.
    Pushed(Flight, Result<PushResponse, Trouble>),
    /// The answers are in the store.
    Settled(Flight, Result<(), Trouble>),
    /// The event stream is there.
    Opened(Flight),
    /// The event stream says something.
    Heard(Flight, sync::Event),
    /// The event stream ended, or could not be had.
    Hushed(Flight, Option<Trouble>),
    /// Whether a page of the event stream joined on to what is here.
    TookPage(Result<bool, Trouble>),
    /// Whether the copy differs from what it should be.
    Compared(Result<bool, Trouble>),
    /// The store was looked after; whether there is more to do.
    Kept(bool),
    /// Somebody has logged in again.
    Renewed,
}

/// What taking a pull's answer in came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TookIn {
    /// Pull again at once.
    pub(crate) more: bool,
    /// Acts may have to be sent again.
    pub(crate) push: bool,
}

/// What is to be done. Each that names a flight is answered by one event with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Read from the store what a pull is to ask.
    LoadPull(Flight),
    /// Ask the backend.
    Pull(Flight, Box<PullRequest>),
    /// Take the answer into the store.
    TakeIn(Flight, Box<PullResponse>),
    /// Read from the store what is to be sent.
    LoadPush(Flight, Wanted),
    /// Send it.
    Push(Flight, Vec<Mutation>),
    /// Take the answers into the store.
    Settle(Flight, PushResponse),
    /// Open the event stream, and end the one before.
    Listen(Flight),
    /// Take a page of the event stream into the store.
    TakePage(Box<Page>),
    /// Look after the store: end leases, clean up what left, go on with the index.
    Keep,
    /// Ask the backend for its digests, and give up the cursors of what differs.
    Compare,
    /// Fetch files that are missing.
    FetchFiles,
    /// Wait until somebody has logged in again.
    AwaitLogin,
    /// Tell who waits.
    Answer(Ticket, Result<(), Trouble>),
    /// Say whether records are still arriving.
    CatchingUp(bool),
    /// Wake up then, instead of any time said before.
    WakeAt(Ms),
}

/// Decides. See the module.
pub(crate) struct Engine {
    now: Now,
    dice: StdRng,
    flights: Flight,
    begun: bool,
    ended: bool,
    hold: Ms,
    pull: Pull,
    push: Push,
    listen: Listen,
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
            pull: Pull::default(),
            push: Push::default(),
            listen: Listen::default(),
            compare: Compare::default(),
            keep: false,
            keeping: false,
            keep_at: now.mono,
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
            self.start_listening();
            self.start_compare();
        }
        self.start_page();
        if !self.keeping && (self.now.mono >= self.keep_at || self.keep && !self.pull.is_catching_up()) {
            (self.keep, self.keeping) = (false, true);
            self.effects.push(Effect::Keep);
        }
        let asking = if self.ended { None } else { self.next_request().map(|at| at.max(self.hold)) };
        let keeping = if self.keeping { self.now.mono + ROUND } else { self.keep_at };
        let next = asking.map_or(keeping, |at| at.min(keeping)).max(self.now.mono + 1);
        if self.bell != Some(next) {
            self.bell = Some(next);
            self.effects.push(Effect::WakeAt(next));
        }
    }

    fn next_request(&self) -> Option<Ms> {
        [self.pull.due(), self.push.due(), self.listen.due(), self.compare.due()].into_iter().flatten().min()
    }

    /// Everything is tried at once, but not before a time that the backend itself asked for.
    fn nudge(&mut self) {
        self.pull.nudge(self.now.mono);
        self.push.nudge();
        self.listen.nudge();
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
        match trouble {
            Trouble::Ended if !self.ended => {
                self.ended = true;
                self.effects.push(Effect::AwaitLogin);
            }
            Trouble::Busy(pause) => self.hold = self.hold.max(self.now.mono + ms(*pause)),
            _ => {}
        }
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
