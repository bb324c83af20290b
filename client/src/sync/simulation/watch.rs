//! The calls of a device's store, what breaks in them, and what is seen there after each.

use super::super::engine::{Effect, Event, Trouble};
use super::check::{Held, check_left};
use super::device::{Breach, Work};
use super::tally::{Fault, Row};
use super::world::{World, told};
use protocol::id::ScopeId;
use rand::Rng as _;

impl World {
    /// Does one store call, or crashes before, in or after it.
    pub(super) async fn call(&mut self, index: usize, effect: Effect) -> Result<(), String> {
        if self.strikes(Fault::Crash) {
            return self.crash(index).await;
        }
        self.say(index, &effect);
        let taking = matches!(effect, Effect::TakeIn(..) | Effect::TakePage(_));
        let breach = match (self.strikes(Fault::CrashMid), self.dice.gen_bool(0.3)) {
            (true, _) => Some((Breach::Cursor, true)),
            (false, true) if self.strikes(Fault::StoreFails) => {
                Some(([Breach::Cursor, Breach::Pending, Breach::Meta][self.dice.gen_range(0..3)], false))
            }
            (false, false) if self.rates[Fault::Full as usize] > 0.0 && !self.healed && self.dice.gen_bool(0.2) => {
                Some((Breach::Full, false))
            }
            _ => None,
        };
        let device = &mut self.devices[index];
        if let Some((what, _)) = breach {
            device.break_store(what).await.map_err(told)?;
        }
        let kept = matches!(effect, Effect::Keep);
        let file = match &effect {
            Effect::FetchFile(_, missing) => Some(missing.blob.clone()),
            _ => None,
        };
        let event = device.call(self.now, effect).await;
        if let (Some(file), Event::Fetched(_, Ok(false))) = (file, &event) {
            device.memory.not_had.insert(file);
        }
        if breach.is_some() {
            device.mend_store().await.map_err(told)?;
        }
        self.look_at(index, &event, kept).await?;
        let full = matches!(&event, Event::TookIn(_, Err(Trouble::Full)) | Event::TookPage(Err(Trouble::Full)));
        if full {
            self.tally.fault(Fault::Full);
            self.tally.row(Row::Full);
        }
        if breach.is_some_and(|(_, crash)| crash) {
            if taking {
                self.tally.row(Row::CrashMid);
            }
            return self.crash(index).await;
        }
        if self.strikes(Fault::CrashAfter) {
            return self.crash(index).await;
        }
        self.devices[index].work.push(Work::Tell(event));
        Ok(())
    }

    /// Checks what the store holds now, after what `event` tells.
    pub(super) async fn look_at(&mut self, index: usize, event: &Event, kept: bool) -> Result<(), String> {
        self.tally.store_calls += 1;
        let device = &mut self.devices[index];
        if matches!(event, Event::PullLoaded(..) | Event::PushLoaded(..) | Event::FileLoaded(..)) {
            return Ok(());
        }
        if let Some(why) = self.wrong.take() {
            return Err(why);
        }
        let held = device.held().await.map_err(told)?;
        held.hash(&mut self.trace);
        let complete = match event {
            Event::TookIn(flight, Ok(took)) if !took.more => device.truths.remove(flight),
            _ => None,
        };
        let behind = kept && device.store.is_clock_behind(device.clocks(self.now).wall).await.map_err(told)?;
        self.count(index, event, &held, (kept, behind));
        let here = format!("d{index} after {}", name(event));
        if let Some(truth) = &complete {
            check_left(&held, &truth.served).map_err(|why| format!("{here}: {why}"))?;
            self.check_answer(index, &held, truth.at).map_err(|why| format!("{here}: {why}"))?;
        }
        let answer = complete.map(|truth| truth.at);
        let device = &mut self.devices[index];
        let checked = device.memory.check(held, device.person, &self.backend, answer, &mut self.tally);
        checked.map_err(|why| format!("{here}: {why}"))
    }

    // After a complete pull that was answered at `at`, by the server's clock.
    fn check_answer(&mut self, index: usize, held: &Held, at: i64) -> Result<(), String> {
        let device = &mut self.devices[index];
        let wall = device.clocks(self.now).wall;
        if held.offset.is_none_or(|offset| wall + offset != at) {
            return Err(format!("the server's clock is taken for {:?}, it was {at}", held.offset.map(|it| wall + it)));
        }
        if device.skew != 0 {
            self.tally.row(Row::WrongClock);
        }
        let withheld = std::mem::take(&mut device.withheld);
        if device.person != 1 {
            for id in &withheld {
                if held.records.iter().any(|(_, _, held, ..)| held == id) {
                    return Err(format!("(6) {id} was for others only"));
                }
                self.tally.row(Row::Withheld);
            }
        }
        Ok(())
    }

    // What came about on the device, held against what was there before.
    fn count(&mut self, index: usize, event: &Event, held: &Held, (kept, behind): (bool, bool)) {
        let device = &mut self.devices[index];
        let before = &device.memory.held;
        for scope in before.scopes().difference(&held.scopes()) {
            let granted = self.backend.grants(device.person).iter().any(|grant| grant.scope == ScopeId::new(*scope));
            self.tally.row(match () {
                () if behind => Row::SetBack,
                () if granted || kept => Row::LeaseEnds,
                () => Row::GrantEnds,
            });
        }
        if before.life.is_some() && before.life != held.life {
            self.tally.row(Row::OtherLife);
        }
        if before.life == held.life && held.grants.iter().any(|(scope, epoch, ..)| before.is_older(scope, *epoch)) {
            self.tally.row(Row::Ended);
        }
        let newer = |held: &Held| held.records.iter().filter(|(_, kind, ..)| kind == "hologram").count();
        if newer(held) > newer(before) {
            self.tally.row(Row::Newer);
        }
        let masked = before.records.iter().any(|(scope, kind, id, ..)| {
            let other = ScopeId::new(if scope == "c0" { "c1" } else { "c0" });
            let stays = self.backend.life.feeds[&other].rows.get(&(kind.clone(), id.clone()));
            kind == "document"
                && stays.is_some_and(|row| row.body.is_some())
                && held.cursors.iter().any(|(of, ..)| of == scope)
                && !held.records.iter().any(|(of, _, held, ..)| of == scope && held == id)
        });
        if masked && matches!(event, Event::TookIn(..) | Event::TookPage(_)) {
            self.tally.row(Row::Mask);
        }
        let missed = device.missed.len();
        device.missed.retain(|(scope, head)| !held.has_come(scope.as_str(), *head));
        if device.missed.len() < missed && matches!(event, Event::TookIn(..)) {
            self.tally.row(Row::HintLost);
        }
        match event {
            Event::Compared(Ok(true)) => {
                device.memory.damaged = false;
                self.tally.row(Row::Differs);
            }
            Event::TookPage(Ok(false)) => self.tally.row(Row::OldPage),
            Event::TookPage(Ok(true)) => self.tally.row(Row::Small),
            _ => {}
        }
    }

    /// The device's process ends, and begins again; now and then the disk has damaged its store meanwhile.
    pub(super) async fn crash(&mut self, index: usize) -> Result<(), String> {
        self.say(index, "crash");
        let time = self.dice.gen_range(1..4_000);
        self.pass(time);
        let seed = self.dice.r#gen();
        let rot = self.strikes(Fault::Rot).then(|| self.dice.r#gen());
        self.devices[index].crash(self.now, seed, rot).await.map_err(told)?;
        if rot.is_some() {
            let device = &mut self.devices[index];
            let held = device.held().await.map_err(told)?;
            let rescue = device.store.rescued().await.map_err(told)?;
            let lost_is_told = rescue.is_none_or(|rescue| rescue.lost);
            device.memory.rescued(held, lost_is_told).map_err(|why| format!("d{index} after a damaged page: {why}"))?;
            self.tally.row(Row::Damaged);
        }
        self.look_at(index, &Event::Began, false).await
    }
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::TookIn(..) => "a pull's answer",
        Event::Settled(..) => "a push's answer",
        Event::TookPage(_) => "a page of the stream",
        Event::Fetched(..) => "a file",
        Event::Uploaded(..) => "an upload",
        Event::Kept(_) => "looking after the store",
        Event::Queued => "an act was queued",
        Event::Compared(_) => "a comparison",
        _ => "a crash",
    }
}
