//! One world from one seed: devices, network, backend, people, and the order in which things happen to them.
//!
//! The dice decide what goes on next: which store call is done, which answer arrives, whose clock rings, what breaks.
//! Nothing else does: there is one thread of happenings, and both clocks are the world's own. After a while all
//! is mended, and then everything has to come right by itself.

use super::super::engine::Event;
use super::backend::Backend;
use super::device::{Device, StreamState, Work};
use super::tally::{Fault, Tally};
use crate::seal::Key;
use bridge::sync::Storage;
use protocol::sync::PushRequest;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::fmt::Debug;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

/// What the server's clock is ahead of the true one.
const SERVER: i64 = 7_000_000;
/// Without a byte for so long a stream is taken for dead.
const WATCHDOG: i64 = 45_000;
/// Once all is mended everything must have come right within this time, and so many happenings.
const HEALING: (i64, u32) = (240_000, 6_000);

/// The world.
pub(super) struct World {
    pub(super) dice: StdRng,
    pub(super) now: i64,
    pub(super) backend: Backend,
    pub(super) devices: Vec<Device>,
    pub(super) tally: Tally,
    pub(super) healed: bool,
    pub(super) made: u64,
    pub(super) ghosts: Vec<(usize, PushRequest)>,
    pub(super) rates: Vec<f64>,
    /// Nobody ever gets an event stream here: hints are optional.
    pub(super) deaf: bool,
    pub(super) trace: DefaultHasher,
    /// What somebody did that nobody may.
    pub(super) wrong: Option<String>,
    /// Says what happens, for a world that is looked at alone.
    aloud: bool,
}

enum Choice {
    Work(usize, usize),
    Stream(usize),
    Bell(usize),
    Ghost(usize),
}

/// Lives through one world. What was counted, and a hash of everything that happened.
pub(super) async fn live(
    (seed, aloud): (u64, bool),
    folder: &Path,
    template: &Path,
    key: &Key,
) -> Result<(Tally, u64), String> {
    let mut world = World::new((seed, aloud), folder, template, key).await?;
    let lived = world.unfold().await;
    for device in &world.devices {
        device.store.close().await;
    }
    world.tally.seeds = 1;
    lived.map(|()| (world.tally, world.trace.finish()))
}

impl World {
    async fn new((seed, aloud): (u64, bool), folder: &Path, template: &Path, key: &Key) -> Result<Self, String> {
        let mut dice = StdRng::seed_from_u64(seed);
        let (budget, window) = (dice.gen_range(2..8), dice.gen_range(1..5));
        // Each world has faults of its own, so that rare ones meet.
        let rates =
            Fault::ALL.iter().map(|_| if dice.gen_bool(0.5) { 0.0 } else { dice.gen_range(0.005..0.08) }).collect();
        let mut world = Self {
            now: 1_000_000,
            backend: Backend::new(1_000_000 + SERVER, budget, window),
            devices: Vec::new(),
            tally: Tally::default(),
            healed: false,
            made: 0,
            ghosts: Vec::new(),
            rates,
            deaf: dice.gen_bool(0.1),
            trace: DefaultHasher::new(),
            wrong: None,
            aloud,
            dice,
        };
        world.found_town();
        for index in 0..world.dice.gen_range(1..=3) {
            let person = world.dice.gen_range(0..3);
            let own = folder.join(format!("d{index}"));
            std::fs::create_dir_all(&own).map_err(told)?;
            std::fs::copy(template, own.join("store.db")).map_err(told)?;
            let chance = (world.now, world.dice.r#gen());
            world
                .devices
                .push(Device::new(index, (person, person == 1), own, key.clone(), chance).await.map_err(told)?);
        }
        Ok(world)
    }

    async fn unfold(&mut self) -> Result<(), String> {
        for _ in 0..self.dice.gen_range(60..220) {
            if self.dice.gen_bool(0.25) {
                self.stir().await?;
            } else {
                self.go_on().await?;
            }
        }
        self.heal().await?;
        let (until, most) = (self.now + HEALING.0, HEALING.1);
        for _ in 0..most {
            if self.choices().is_empty() {
                let wrong = self.devices.iter().enumerate().find_map(|(index, device)| {
                    let right = device.memory.check_end(device.person, &self.backend);
                    let waits = if device.tickets.is_empty() { Ok(()) } else { Err("somebody still waits".to_owned()) };
                    right.and(waits).err().map(|why| format!("d{index}: {why}"))
                });
                match wrong {
                    None => return Ok(()),
                    Some(why) if self.now > until => return Err(format!("did not come right: {why}")),
                    Some(_) => {}
                }
            }
            self.go_on().await?;
        }
        Err("does not come to rest".to_owned())
    }

    async fn heal(&mut self) -> Result<(), String> {
        // Copies are compared soon after a start, and then only once a day.
        if self.strikes_often(Fault::Damage) && self.devices[0].asleep.is_none() {
            self.devices[0].damage().await.map_err(told)?;
            self.crash(0).await?;
        }
        // A change that nobody hears of: only looking now and then finds it.
        if self.strikes_often(Fault::HintLost) {
            self.others_write();
            for index in 0..self.devices.len() {
                let stream = self.devices[index].stream.as_mut();
                let lost: Vec<_> = stream.map(|stream| stream.hints.drain(..).collect()).unwrap_or_default();
                lost.iter().for_each(|hint| self.miss(index, hint));
            }
        }
        self.healed = true;
        self.backend.forgets.clear();
        self.backend.poisoned.retain(|_, code| *code != protocol::refusal::RefusalCode::Internal);
        let awake = self.devices.iter().filter_map(|device| device.asleep).max();
        self.pass(awake.map_or(0, |until| (until - self.now).max(0)));
        for device in &mut self.devices {
            (device.offline, device.portal, device.storage) = (false, false, Storage::Ok);
            device.log_in();
        }
        Ok(())
    }

    /// Whether this goes wrong now.
    pub(super) fn strikes(&mut self, fault: Fault) -> bool {
        let struck = !self.healed && self.dice.gen_bool(self.rates[fault as usize]);
        if struck {
            self.say(9, fault);
            self.tally.fault(fault);
        }
        struck
    }

    pub(super) fn pass(&mut self, time: i64) {
        self.now += time;
        self.backend.now = self.now + SERVER;
        for device in &mut self.devices {
            device.asleep = device.asleep.filter(|until| *until > self.now);
        }
    }

    fn choices(&self) -> Vec<Choice> {
        let mut choices: Vec<_> = (0..self.ghosts.len()).map(Choice::Ghost).collect();
        for (index, device) in self.devices.iter().enumerate().filter(|(_, device)| device.asleep.is_none()) {
            choices.extend((0..device.work.len()).map(|work| Choice::Work(index, work)));
            if device.bell <= self.now {
                choices.push(Choice::Bell(index));
            }
            let speaks = device.stream.as_ref().is_some_and(|stream| match stream.state {
                StreamState::Asking => true,
                StreamState::Open => !stream.hints.is_empty(),
                StreamState::Silent(since) => since + WATCHDOG <= self.now,
            });
            if speaks {
                choices.push(Choice::Stream(index));
            }
        }
        choices
    }

    // When something happens by itself.
    fn next(&self) -> i64 {
        let times = self.devices.iter().flat_map(|device| {
            let watchdog = device.stream.as_ref().and_then(|stream| match stream.state {
                StreamState::Silent(since) => Some(since + WATCHDOG),
                _ => None,
            });
            let awake = device.asleep.is_none();
            [device.asleep, Some(device.bell).filter(|_| awake), watchdog.filter(|_| awake)].into_iter().flatten()
        });
        times.min().unwrap_or(self.now)
    }

    async fn go_on(&mut self) -> Result<(), String> {
        self.tally.steps += 1;
        let time = if self.dice.gen_bool(0.03) { self.dice.gen_range(1..3_000) } else { self.dice.gen_range(1..20) };
        self.pass(time);
        let mut choices = self.choices();
        if choices.is_empty() {
            return {
                self.pass((self.next() - self.now).max(1));
                Ok(())
            };
        }
        let choice = choices.swap_remove(self.dice.gen_range(0..choices.len()));
        match choice {
            Choice::Ghost(index) => {
                let (device, request) = self.ghosts.remove(index);
                // Nobody hears the answer.
                let _ = self.serve_push(device, &request);
                Ok(())
            }
            Choice::Bell(index) => {
                self.devices[index].bell = i64::MAX;
                self.tell(index, Event::Rang)
            }
            Choice::Stream(index) => {
                self.stream(index);
                Ok(())
            }
            Choice::Work(index, at) => {
                let work = self.devices[index].work.swap_remove(at);
                match work {
                    Work::Store(effect) => self.call(index, effect).await,
                    Work::Tell(event) => self.tell(index, event),
                    Work::Digests(answer) => {
                        let compared = self.devices[index].store.compare(&answer).await;
                        let event = Event::Compared(compared.map_err(Into::into));
                        self.look_at(index, &event, false).await?;
                        self.devices[index].work.push(Work::Tell(event));
                        Ok(())
                    }
                    Work::Answer(flight, answer, truth) => {
                        self.devices[index].truths.insert(flight, truth);
                        self.tell(index, Event::Pulled(flight, Ok(*answer)))
                    }
                    work => {
                        self.carry(index, work);
                        Ok(())
                    }
                }
            }
        }
    }

    pub(super) fn say(&self, index: usize, what: impl Debug) {
        if self.aloud {
            let words: String = format!("{what:?}").chars().take(600).collect();
            super::say(&format!("{:>9} d{index} {words}", self.now));
        }
    }

    pub(super) fn tell(&mut self, index: usize, event: Event) -> Result<(), String> {
        self.say(index, &event);
        (self.now, index, std::mem::discriminant(&event)).hash(&mut self.trace);
        self.devices[index].step(self.now, event).map_err(|why| format!("d{index}: {why}"))
    }
}

pub(super) fn told(error: impl Debug) -> String {
    format!("{error:?}")
}
