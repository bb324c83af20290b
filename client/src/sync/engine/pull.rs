//! Pulling: one at a time, page after page until nothing is missing.
//!
//! While an answer is taken in, what it leaves is asked for already, as if it were in the store. Whether it is, is seen there
//! before the next answer is looked at: one to any other question than the store would ask is thrown away.

use super::{Backoff, Effect, Engine, Flight, Ms, Ticket, TookIn, Trouble};
use crate::store::ask_next;
use bridge::sync::Storage;
use protocol::sync::{PullRequest, PullResponse};

/// How long to go without a hint before looking anyhow.
const LOOK: Ms = 60_000;
/// An answer may ask for another pull without bringing anything (another grant set, another life of the database),
/// but not again and again.
const MOST_EMPTY: u32 = 3;

#[derive(Default)]
pub(super) struct Pull {
    flight: Option<Flight>,
    /// What the one under way asks, where there is room for all that it may bring.
    request: Option<PullRequest>,
    ahead: Option<Ahead>,
    /// When to look, hint or not.
    at: Ms,
    /// When at the latest, for what one that begins before may miss.
    by: Option<Ms>,
    /// Not before this, after a failure.
    not_before: Ms,
    /// Something came up that the one under way may have missed.
    again: bool,
    backoff: Backoff,
    empty: u32,
    catching_up: bool,
    /// Who waits for one that has not begun.
    asked: Vec<Ticket>,
    /// Who waits for the one under way.
    riding: Vec<Ticket>,
}

/// What was asked ahead, and what came of it.
struct Ahead {
    flight: Flight,
    request: PullRequest,
    answer: Option<Result<PullResponse, Trouble>>,
}

impl Ahead {
    /// Whether it is what `request` asks. Results for what was done meanwhile come with a later one.
    fn is_for(&self, request: &PullRequest) -> bool {
        self.request.grants == request.grants && self.request.cursors == request.cursors
    }
}

impl Pull {
    /// When it wants to begin.
    pub(super) fn due(&self) -> Option<Ms> {
        let at = if self.again || !self.asked.is_empty() { Ms::MIN } else { self.by.unwrap_or(self.at).min(self.at) };
        self.flight.is_none().then_some(at.max(self.not_before))
    }

    pub(super) fn nudge(&mut self, now: Ms) {
        self.hasten(now);
        self.at = now;
        self.again = true;
    }

    /// Whatever is to be looked for is looked for now.
    pub(super) fn hasten(&mut self, now: Ms) {
        self.not_before = self.not_before.min(now);
        self.backoff.reset();
    }

    /// Somebody waits, and has waited for nothing yet.
    pub(super) fn ask(&mut self, ticket: Ticket, now: Ms) {
        self.asked.push(ticket);
        self.not_before = self.not_before.min(now);
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.flight.is_some()
    }

    pub(super) fn is_catching_up(&self) -> bool {
        self.catching_up
    }

    /// Looks no later than `at`.
    pub(super) fn look_at(&mut self, at: Ms) {
        self.by = Some(self.by.map_or(at, |by| by.min(at)));
    }

    /// Looks as soon as can be.
    pub(super) fn look(&mut self) {
        self.again = true;
    }
}

impl Engine {
    pub(super) fn start_pull(&mut self) {
        if self.pull.due().is_some_and(|at| at <= self.now.mono) {
            (self.pull.again, self.pull.by) = (false, None);
            self.pull.riding = std::mem::take(&mut self.pull.asked);
            self.load_pull();
        }
    }

    fn load_pull(&mut self) {
        let flight = self.flight();
        self.pull.flight = Some(flight);
        self.effects.push(Effect::LoadPull(flight));
    }

    pub(super) fn pull_loaded(&mut self, flight: Flight, asks: Result<(PullRequest, Storage), Trouble>) {
        if self.pull.flight == Some(flight) {
            match asks {
                Ok(_) if self.is_to_be_silent() => self.pull_failed(&Trouble::Down),
                Ok((mut request, storage)) => {
                    self.full = storage == Storage::Full;
                    if storage != Storage::Ok {
                        // What is new has room; what is older waits until there is some.
                        request.cursors.iter_mut().for_each(|cursor| cursor.back = None);
                    }
                    let ahead = self.pull.ahead.take().filter(|ahead| ahead.is_for(&request));
                    self.pull.request = (storage == Storage::Ok).then(|| request.clone());
                    match ahead {
                        Some(Ahead { flight, answer, .. }) => {
                            self.pull.flight = Some(flight);
                            if let Some(answer) = answer {
                                self.take_in(flight, answer);
                            }
                        }
                        None => self.effects.push(Effect::Pull(flight, Box::new(request))),
                    }
                }
                Err(trouble) => self.pull_failed(&trouble),
            }
        }
    }

    pub(super) fn pulled(&mut self, flight: Flight, answer: Result<PullResponse, Trouble>) {
        let is_ahead = self.pull.ahead.as_ref().is_some_and(|ahead| ahead.flight == flight && ahead.answer.is_none());
        if is_ahead || self.pull.flight == Some(flight) {
            self.answered(&answer);
        }
        if self.pull.flight == Some(flight) {
            self.take_in(flight, answer);
        } else if let Some(ahead) = self.pull.ahead.as_mut().filter(|_| is_ahead) {
            ahead.answer = Some(answer);
        }
    }

    fn take_in(&mut self, flight: Flight, answer: Result<PullResponse, Trouble>) {
        match answer {
            Ok(mut answer) => {
                if self.full {
                    // Grants and results, and what leaves: rows would eat what is kept for the person's own words.
                    answer.pages.clear();
                    answer.more = true;
                }
                self.pull.empty = if answer.pages.is_empty() { self.pull.empty + 1 } else { 0 };
                let next = self.pull.request.take().filter(|_| answer.more && !answer.pages.is_empty());
                let next = next.map(|request| ask_next(&request, &answer));
                self.effects.push(Effect::TakeIn(flight, Box::new(answer)));
                if let Some(request) = next.filter(|_| !self.is_to_be_silent()) {
                    let flight = self.flight();
                    self.effects.push(Effect::Pull(flight, Box::new(request.clone())));
                    self.pull.ahead = Some(Ahead { flight, request, answer: None });
                }
            }
            Err(trouble) => self.pull_failed(&trouble),
        }
    }

    pub(super) fn took_in(&mut self, flight: Flight, took: Result<TookIn, Trouble>) {
        if self.pull.flight != Some(flight) {
            return;
        }
        let took = match took {
            Ok(took) => took,
            Err(trouble) => return self.pull_failed(&trouble),
        };
        self.push.dirty |= took.push;
        if self.full {
            self.pull_failed(&Trouble::Full);
        } else if !took.more {
            (self.pull.flight, self.pull.ahead) = (None, None);
            self.pull.empty = 0;
            self.pull.backoff.reset();
            self.pull.not_before = self.now.mono;
            self.pull.at = self.now.mono + LOOK;
            self.keep = true;
            self.files.look();
            self.catch_up(false);
            self.answer(&Ok(()));
        } else if self.pull.empty > MOST_EMPTY {
            self.pull_failed(&Trouble::Down);
        } else {
            self.catch_up(true);
            self.load_pull();
        }
    }

    fn pull_failed(&mut self, trouble: &Trouble) {
        (self.pull.flight, self.pull.ahead) = (None, None);
        self.pull.empty = 0;
        let at = self.trouble(|engine| &mut engine.pull.backoff, trouble);
        (self.pull.again, self.pull.not_before) = (true, at);
        self.catch_up(false);
        self.answer(&Err(trouble.clone()));
    }

    /// Nothing is asked now: who waits is told so.
    pub(super) fn turn_away(&mut self, trouble: &Trouble) {
        for ticket in std::mem::take(&mut self.pull.asked) {
            self.effects.push(Effect::Answer(ticket, Err(trouble.clone())));
        }
    }

    fn catch_up(&mut self, catching_up: bool) {
        if self.pull.catching_up != catching_up {
            self.pull.catching_up = catching_up;
            self.effects.push(Effect::CatchingUp(catching_up));
        }
    }

    fn answer(&mut self, result: &Result<(), Trouble>) {
        for ticket in std::mem::take(&mut self.pull.riding) {
            self.effects.push(Effect::Answer(ticket, result.clone()));
        }
    }
}
