//! Sending the files that acts need, ahead of them: one at a time, the oldest first.
//!
//! What is read to be pushed says which files it lacks; the act and what stands behind it in its lane wait, and no other
//! lane does. A file that has arrived makes the push look again. One that the backend will never take takes its act with
//! it: that is refused on the device, as if the backend had refused it alone. What comes of a lost answer or a crash is
//! the same file sent again under the same name, which changes nothing.

use super::{Backoff, Effect, Engine, Flight, Ms, Trouble, is_for_good};
use crate::store::Upload;
use protocol::id::{BlobId, ScopeId};
use protocol::mutation::{Mutation, MutationResult, Outcome};
use protocol::refusal::{Refusal, RefusalCode};
use protocol::sync::PushResponse;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Uploads {
    /// Those that are known to be needed, by when they were chosen, and when each may be tried.
    wanted: BTreeMap<BlobId, (Upload, Ms)>,
    flight: Option<Flight>,
    /// The one that is on its way, or whose act is being refused.
    sending: Option<Upload>,
    refusing: Option<(Flight, Refusal)>,
    not_before: Ms,
    backoff: Backoff,
}

impl Uploads {
    pub(super) fn due(&self) -> Option<Ms> {
        if self.sending.is_some() {
            return None;
        }
        self.wanted.values().map(|(_, at)| (*at).max(self.not_before)).min()
    }

    /// Tries again at once.
    pub(super) fn nudge(&mut self) {
        self.not_before = Ms::MIN;
        self.backoff.reset();
        self.wanted.values_mut().for_each(|(_, at)| *at = Ms::MIN);
    }
}

impl Engine {
    /// Of what was read to be pushed, that which can go now; what the rest lacks is sent.
    pub(super) fn await_uploads(&mut self, acts: Vec<Mutation>) -> Vec<Mutation> {
        let mut held: BTreeSet<ScopeId> = BTreeSet::new();
        let mut free = Vec::with_capacity(acts.len());
        for act in acts {
            if act.needs.is_empty() && !held.contains(&act.lane) {
                free.push(act);
                continue;
            }
            let sending = self.uploads.sending.as_ref().map(|upload| upload.blob.clone());
            for blob in act.needs.iter().filter(|blob| sending.as_ref() != Some(*blob)) {
                let upload = Upload { lane: act.lane.clone(), mid: act.mid.clone(), blob: blob.clone() };
                self.uploads.wanted.entry(blob.clone()).or_insert((upload, Ms::MIN));
            }
            held.insert(act.lane);
        }
        free
    }

    pub(super) fn start_upload(&mut self) {
        let now = self.now.mono;
        if self.uploads.due().is_none_or(|at| at > now) {
            return;
        }
        let ready = self.uploads.wanted.iter().find(|(_, (_, at))| *at <= now).map(|(blob, _)| blob.clone());
        let Some((upload, _)) = ready.and_then(|blob| self.uploads.wanted.remove(&blob)) else { return };
        let flight = self.flight();
        self.uploads.flight = Some(flight);
        self.uploads.sending = Some(upload.clone());
        self.effects.push(Effect::Upload(flight, upload));
    }

    pub(super) fn uploaded(&mut self, flight: Flight, done: Result<(), Trouble>) {
        if self.uploads.flight != Some(flight) {
            return;
        }
        self.uploads.flight = None;
        // What cannot be read here says nothing of the backend.
        match &done {
            Err(Trouble::Refused(refusal)) if refusal.code == RefusalCode::Missing => {}
            Err(trouble) => self.answered::<()>(&Err(trouble.clone())),
            Ok(()) => {}
        }
        match done {
            Ok(()) => {
                self.uploads.sending = None;
                self.uploads.backoff.reset();
                self.push.dirty = true;
            }
            Err(Trouble::Refused(refusal)) if is_never(refusal.code) => self.refuse_act(refusal),
            // It may be the file: others go on.
            Err(trouble @ Trouble::Refused(_)) => self.upload_later(&trouble, true),
            Err(trouble) => self.upload_later(&trouble, false),
        }
    }

    /// Whether `flight` was the refusal of an act whose file will never be taken.
    pub(super) fn refused_upload(&mut self, flight: Flight, settled: &Result<(), Trouble>) -> bool {
        let Some((_, refusal)) = self.uploads.refusing.take_if(|(refusing, _)| *refusing == flight) else {
            return false;
        };
        match settled {
            Ok(()) => {
                self.uploads.sending = None;
                // What stands behind it is numbered anew.
                self.push.dirty = true;
            }
            // Told again when it is sent again.
            Err(trouble) => {
                tracing::debug!(code = ?refusal.code, "a refused upload could not be noted");
                self.upload_later(trouble, false);
            }
        }
        true
    }

    fn refuse_act(&mut self, refusal: Refusal) {
        let Some(upload) = &self.uploads.sending else { return };
        let mid = upload.mid.clone();
        let flight = self.flight();
        self.uploads.refusing = Some((flight, refusal.clone()));
        let results = vec![MutationResult { mid, outcome: Outcome::Refused { refusal } }];
        self.effects.push(Effect::Settle(flight, PushResponse { db_epoch: String::new(), results }));
    }

    fn upload_later(&mut self, trouble: &Trouble, alone: bool) {
        let at = self.trouble(|engine| &mut engine.uploads.backoff, trouble);
        let Some(upload) = self.uploads.sending.take() else { return };
        self.uploads.wanted.insert(upload.blob.clone(), (upload, if alone { at } else { Ms::MIN }));
        if !alone {
            self.uploads.not_before = at;
        }
    }
}

/// Whether an upload that got this would get it for ever.
fn is_never(code: RefusalCode) -> bool {
    is_for_good(code) || matches!(code, RefusalCode::Reused | RefusalCode::Missing)
}
