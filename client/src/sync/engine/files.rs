//! Fetching small files ahead, so that they can be read offline: one at a time, and only while nothing else is
//! missing.
//!
//! It is a request like any other: it waits longer after each failure, for a new login, and for as long as the backend
//! asks to be left alone. What is not to be had is left aside, so that it holds up nothing; the person is told when
//! they ask for it.

use super::{Backoff, Effect, Engine, Flight, Ms, Trouble};
use crate::store::{Left, Missing};
use bridge::sync::Storage;
use std::collections::BTreeMap;

/// How long what is not to be had is left aside.
const AGAIN: Ms = 60 * 60 * 1000;

#[derive(Default)]
pub(super) struct Files {
    /// Some may be missing.
    wanted: bool,
    flight: Option<Flight>,
    /// The one that is being fetched.
    fetching: Option<String>,
    /// Not to be had, or not as they should be: until when they are left aside.
    pub(super) aside: BTreeMap<String, Ms>,
    not_before: Option<Ms>,
    backoff: Backoff,
}

impl Files {
    /// Some may have become missing.
    pub(super) fn look(&mut self) {
        self.wanted = true;
    }

    /// Tries again at once.
    pub(super) fn nudge(&mut self) {
        self.wanted = true;
        self.not_before = None;
        self.backoff.reset();
    }

    /// What was wrong with a file may have been the network's doing.
    pub(super) fn forgive(&mut self) {
        self.aside.clear();
    }
}

impl Engine {
    /// When it wants to begin.
    pub(super) fn files_due(&self) -> Option<Ms> {
        let files = &self.files;
        let wants = files.wanted && files.flight.is_none() && !self.pull.is_under_way();
        wants.then(|| files.not_before.unwrap_or(Ms::MIN))
    }

    pub(super) fn start_files(&mut self) {
        if self.files_due().is_some_and(|at| at <= self.now.mono) {
            let flight = self.flight();
            self.files.flight = Some(flight);
            // What becomes missing from now on makes it so again.
            self.files.wanted = false;
            let now = self.now.mono;
            self.files.aside.retain(|_, until| *until > now);
            self.effects.push(Effect::LoadFile(flight, self.files.aside.keys().cloned().collect()));
        }
    }

    pub(super) fn file_loaded(&mut self, flight: Flight, missing: Result<Option<(Missing, Left)>, Trouble>) {
        if self.files.flight != Some(flight) {
            return;
        }
        match missing {
            Ok(Some(_)) if self.is_to_be_silent() => {
                (self.files.flight, self.files.wanted) = (None, true);
            }
            // What has to wait for room waits until something has come.
            Ok(Some((missing, left))) if left.storage == Storage::Ok && missing.size <= left.files => {
                self.files.fetching = Some(missing.blob.clone());
                self.effects.push(Effect::FetchFile(flight, missing));
            }
            Ok(_) => self.files.flight = None,
            Err(trouble) => self.files_failed(&trouble),
        }
    }

    pub(super) fn fetched(&mut self, flight: Flight, here: Result<bool, Trouble>) {
        if self.files.flight != Some(flight) {
            return;
        }
        // That somebody answered with something says nothing of who it was.
        if let Err(trouble) = &here {
            self.answered::<()>(&Err(trouble.clone()));
        }
        let file = self.files.fetching.take();
        match here {
            Ok(here) => {
                self.files.backoff.reset();
                if let Some(file) = file.filter(|_| !here) {
                    self.files.aside.insert(file, self.now.mono + AGAIN);
                    // A pull shows whether it is the backend that answers, and whether the file is still wanted.
                    self.pull.look();
                }
                (self.files.flight, self.files.wanted) = (None, true);
            }
            Err(trouble) => self.files_failed(&trouble),
        }
    }

    fn files_failed(&mut self, trouble: &Trouble) {
        (self.files.flight, self.files.wanted) = (None, true);
        let at = self.trouble(|engine| &mut engine.files.backoff, trouble);
        self.files.not_before = Some(at);
    }
}
