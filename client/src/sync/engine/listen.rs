//! Listening for hints. Whatever comes, or the connection itself, means: look. What is small comes along.

use super::{Backoff, Effect, Engine, Flight, Ms, Trouble};
use protocol::sync::{Event, EventKind, Page};
use std::collections::VecDeque;

/// More pages than this waiting for the store: a pull brings them all at once.
const MOST_PAGES: usize = 64;

#[derive(Default)]
pub(super) struct Listen {
    flight: Option<Flight>,
    open: bool,
    /// Nothing was heard yet on this stream.
    fresh: bool,
    at: Ms,
    backoff: Backoff,
    pages: VecDeque<Page>,
    taking: bool,
}

impl Listen {
    pub(super) fn due(&self) -> Option<Ms> {
        self.flight.is_none().then_some(self.at)
    }

    /// Whether hints come.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    pub(super) fn nudge(&mut self) {
        self.at = Ms::MIN;
        self.backoff.reset();
    }

    /// Gives the stream up, whatever it may still say.
    pub(super) fn forget(&mut self) {
        self.flight = None;
        self.open = false;
    }
}

impl Engine {
    pub(super) fn start_listening(&mut self) {
        if self.listen.due().is_some_and(|at| at <= self.now.mono) {
            let flight = self.flight();
            self.listen.flight = Some(flight);
            self.effects.push(Effect::Listen(flight));
        }
    }

    pub(super) fn opened(&mut self, flight: Flight) {
        if self.listen.flight == Some(flight) {
            // It counts once something is heard: a network that wants a login first answers well, and says nothing.
            (self.listen.open, self.listen.fresh) = (true, true);
            // What happened while nobody listened.
            self.pull.look();
        }
    }

    pub(super) fn heard(&mut self, flight: Flight, event: Event) {
        if self.listen.flight != Some(flight) {
            return;
        }
        let first = std::mem::take(&mut self.listen.fresh);
        if first {
            self.listen.backoff.reset();
        }
        self.answered(&Ok(()));
        match (event.event, event.page) {
            // Every stream begins so, and we look anyhow.
            (EventKind::Stale, _) if first => {}
            (EventKind::Changed, Some(page)) if self.listen.pages.len() < MOST_PAGES => {
                self.listen.pages.push_back(page);
            }
            // Known or not, every other event says the same.
            _ => self.pull.look(),
        }
    }

    pub(super) fn hushed(&mut self, flight: Flight, trouble: Option<Trouble>) {
        if let Some(trouble) = &trouble {
            // One that was given up may still be told to be silent.
            self.heed(trouble);
        }
        if self.listen.flight == Some(flight) {
            self.listen.forget();
            self.listen.at = self.trouble(|engine| &mut engine.listen.backoff, &trouble.unwrap_or(Trouble::Down));
            // Whether only the stream ended or the backend is gone shows at the next request. There are networks that
            // let no stream through, and nothing else is wrong with them.
            self.pull.look();
        }
    }

    pub(super) fn start_page(&mut self) {
        if self.full {
            // There is no room for it; a pull comes back to what it holds.
            self.listen.pages.clear();
        }
        if !self.listen.taking
            && let Some(page) = self.listen.pages.pop_front()
        {
            self.listen.taking = true;
            self.effects.push(Effect::TakePage(Box::new(page)));
        }
    }

    pub(super) fn took_page(&mut self, joined: &Result<bool, Trouble>) {
        self.listen.taking = false;
        if *joined == Ok(true) {
            self.keep = true;
            self.files.look();
        } else {
            self.listen.pages.clear();
            self.pull.look();
        }
    }
}
