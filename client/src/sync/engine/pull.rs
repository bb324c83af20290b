//! Pulling: one at a time, page after page until nothing is missing.

use super::{Backoff, Effect, Engine, Flight, Ms, Ticket, TookIn, Trouble};
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
                    self.effects.push(Effect::Pull(flight, Box::new(request)));
                }
                Err(trouble) => self.pull_failed(&trouble),
            }
        }
    }

    pub(super) fn pulled(&mut self, flight: Flight, answer: Result<PullResponse, Trouble>) {
        if self.pull.flight == Some(flight) {
            self.answered(&answer);
            match answer {
                Ok(mut answer) => {
                    if self.full {
                        // Grants and results, and what leaves: rows would eat what is kept for the person's own words.
                        answer.pages.clear();
                        answer.more = true;
                    }
                    self.pull.empty = if answer.pages.is_empty() { self.pull.empty + 1 } else { 0 };
                    self.effects.push(Effect::TakeIn(flight, Box::new(answer)));
                }
                Err(trouble) => self.pull_failed(&trouble),
            }
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
            self.pull.flight = None;
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
        self.pull.flight = None;
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
