//! Pushing: one push for each lane, again until the backend has answered for each act.
//!
//! What is sent again is the same as before; the backend knows each act by its id. Normally all lanes that are free
//! travel in one push. When the backend refuses a push as a whole, its lanes are tried one by one, and in the lane at
//! fault its acts one by one, until the one that it does not take stands alone.

use super::{Backoff, Effect, Engine, Flight, Ms, Trouble, is_for_good};
use crate::store::Wanted;
use protocol::id::ScopeId;
use protocol::mutation::{Mutation, MutationResult, Outcome};
use protocol::refusal::RefusalCode;
use protocol::sync::{MAX_PUSH, PushResponse};
use std::collections::{BTreeMap, BTreeSet};

/// The most pushes under way at once.
const MOST_FLIGHTS: usize = 4;
/// How soon to look for the effects of what was sent, when they come by themselves as well.
const SOON: Ms = 300;

#[derive(Default)]
pub(super) struct Push {
    /// There may be something to send.
    pub(super) dirty: bool,
    loading: Option<(Flight, Option<ScopeId>)>,
    flying: BTreeMap<Flight, Flying>,
    /// Lanes that are in trouble; all others are free.
    lanes: BTreeMap<ScopeId, Lane>,
    not_before: Ms,
    backoff: Backoff,
    /// Failures in a row: each halves what is sent at once, for a network that lets only little through.
    failures: u32,
}

struct Flying {
    acts: Vec<Mutation>,
    /// Lanes that have to wait when this is settled.
    stuck: BTreeSet<ScopeId>,
}

#[derive(Default)]
struct Lane {
    /// Nothing is sent before this.
    until: Ms,
    /// One act at a time.
    single: bool,
    backoff: Backoff,
}

impl Push {
    pub(super) fn due(&self) -> Option<Ms> {
        if self.loading.is_some() || self.flying.len() >= MOST_FLIGHTS {
            return None;
        }
        // A busy lane goes on when its answer comes.
        let busy = self.busy();
        let lanes = self.lanes.iter().filter(|(id, _)| !busy.contains(*id)).map(|(_, lane)| lane.until);
        let all = self.dirty.then_some(self.not_before);
        lanes.map(|until| until.max(self.not_before)).chain(all).min()
    }

    pub(super) fn nudge(&mut self) {
        self.not_before = Ms::MIN;
        self.backoff.reset();
        self.dirty = true;
        for lane in self.lanes.values_mut() {
            lane.until = Ms::MIN;
            lane.backoff.reset();
        }
    }

    fn busy(&self) -> BTreeSet<ScopeId> {
        self.flying.values().flat_map(|flying| flying.acts.iter().map(|act| act.lane.clone())).collect()
    }

    fn most(&self) -> usize {
        (MAX_PUSH >> self.failures.min(9)).max(1)
    }
}

impl Engine {
    pub(super) fn start_push(&mut self) {
        let push = &self.push;
        if push.due().is_none_or(|at| at > self.now.mono) {
            return;
        }
        let busy = push.busy();
        let ready = push.lanes.iter().find(|(id, lane)| lane.until <= self.now.mono && !busy.contains(*id));
        let wanted = match ready {
            Some((id, lane)) => {
                let most = if lane.single { 1 } else { push.most() };
                Wanted { only: Some(id.clone()), except: BTreeSet::new(), most }
            }
            None if push.dirty => {
                let except = busy.into_iter().chain(push.lanes.keys().cloned()).collect();
                Wanted { only: None, except, most: push.most() }
            }
            None => return,
        };
        let flight = self.flight();
        self.push.loading = Some((flight, wanted.only.clone()));
        // What is queued from now on makes it so again.
        self.push.dirty &= wanted.only.is_some();
        self.effects.push(Effect::LoadPush(flight, wanted));
    }

    pub(super) fn push_loaded(&mut self, flight: Flight, acts: Result<Vec<Mutation>, Trouble>) {
        let Some((_, only)) = self.push.loading.take_if(|(loading, _)| *loading == flight) else { return };
        match acts {
            Ok(acts) if acts.is_empty() => {
                if let Some(lane) = only {
                    self.push.lanes.remove(&lane);
                }
            }
            Ok(_) if self.is_to_be_silent() => self.push.dirty = true,
            Ok(acts) => {
                // The first of a lane that needs a file, and what stands behind it, wait for that. What goes on then is
                // in other lanes, or before it in this one.
                let acts = self.await_uploads(acts);
                if acts.is_empty() {
                    if let Some(lane) = only {
                        self.push.lanes.remove(&lane);
                    }
                    return;
                }
                // There may be more, in other lanes now and in these later.
                self.push.dirty = true;
                self.effects.push(Effect::Push(flight, acts.clone()));
                self.push.flying.insert(flight, Flying { acts, stuck: BTreeSet::new() });
            }
            Err(trouble) => self.push_failed(&trouble),
        }
    }

    pub(super) fn pushed(&mut self, flight: Flight, answer: Result<PushResponse, Trouble>) {
        if self.push.flying.contains_key(&flight) {
            self.answered(&answer);
        }
        let Some(flying) = self.push.flying.get_mut(&flight) else { return };
        let answer = match answer {
            Ok(answer) => answer,
            Err(Trouble::Refused(refusal)) if flying.acts.len() == 1 && is_for_good(refusal.code) => {
                // The one at fault is found.
                if let Some(lane) = self.push.lanes.get_mut(&flying.acts[0].lane) {
                    lane.single = false;
                }
                let outcome = Outcome::Refused { refusal };
                let results = vec![MutationResult { mid: flying.acts[0].mid.clone(), outcome }];
                PushResponse { db_epoch: String::new(), results }
            }
            Err(trouble) => return self.not_pushed(flight, &trouble),
        };
        for result in &answer.results {
            if let Outcome::Refused { refusal } = &result.outcome
                && matches!(refusal.code, RefusalCode::OutOfOrder | RefusalCode::Missing)
                && let Some(act) = flying.acts.iter().find(|act| act.mid == result.mid)
            {
                flying.stuck.insert(act.lane.clone());
            }
        }
        self.effects.push(Effect::Settle(flight, answer));
    }

    pub(super) fn settled(&mut self, flight: Flight, settled: Result<(), Trouble>) {
        if self.refused_upload(flight, &settled) {
            return;
        }
        let Some(flying) = self.push.flying.remove(&flight) else { return };
        self.push.dirty = true;
        if let Err(trouble) = settled {
            // The answers are given again to who sends again.
            self.pull.look();
            return self.push_failed(&trouble);
        }
        self.push.backoff.reset();
        self.push.failures = 0;
        for lane in flying.stuck {
            self.delay(&lane, &Trouble::Down);
        }
        let soon = if self.listen.is_open() { SOON } else { 0 };
        self.pull.look_at(self.now.mono + soon);
    }

    fn not_pushed(&mut self, flight: Flight, trouble: &Trouble) {
        let Some(flying) = self.push.flying.remove(&flight) else { return };
        self.push.dirty = true;
        if !matches!(trouble, Trouble::Refused(_)) {
            return self.push_failed(trouble);
        }
        let lanes: BTreeSet<_> = flying.acts.iter().map(|act| act.lane.clone()).collect();
        let alone = lanes.len() == 1;
        for id in lanes {
            if flying.acts.len() == 1 {
                self.delay(&id, trouble);
            } else {
                let lane = self.push.lanes.entry(id).or_default();
                lane.single |= alone;
                lane.until = self.now.mono;
            }
        }
    }

    /// One lane waits, the others go on.
    fn delay(&mut self, id: &ScopeId, trouble: &Trouble) {
        self.push.lanes.entry(id.clone()).or_default();
        let until = self.trouble(|engine| &mut engine.push.lanes.entry(id.clone()).or_default().backoff, trouble);
        self.push.lanes.entry(id.clone()).or_default().until = until;
    }

    fn push_failed(&mut self, trouble: &Trouble) {
        self.push.dirty = true;
        self.push.failures += 1;
        self.push.not_before = self.trouble(|engine| &mut engine.push.backoff, trouble);
    }
}
