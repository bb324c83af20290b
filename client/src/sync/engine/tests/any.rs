//! Any happenings in any order: what must hold after each of them, and that everything comes right once all goes well.
//!
//! The store and the backend here are lists in memory; what the engine does about their answers is what counts. What
//! breaks a rule is made as short as can be before it is told.

mod happening;

use super::*;
use happening::{Happening, Said, happening};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The engine, and what is under way around it.
struct World {
    bench: Bench,
    under_way: Vec<Effect>,
    stream: Option<(Flight, bool)>,
    ended: Vec<(Flight, Event)>,
    waiting: Vec<Mutation>,
    queued: i64,
    tickets: BTreeMap<Ticket, bool>,
    hold: Ms,
    logged_out: bool,
    online: bool,
    bell: Option<Ms>,
}

impl World {
    fn new() -> Self {
        let (bench, effects) = Bench::begun();
        let mut world = Self {
            bench,
            under_way: Vec::new(),
            stream: None,
            ended: Vec::new(),
            waiting: Vec::new(),
            queued: 0,
            tickets: BTreeMap::new(),
            hold: Ms::MIN,
            logged_out: false,
            online: false,
            bell: None,
        };
        world.take_up(effects);
        world
    }

    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Pass(time) => self.pass(time),
            Happening::Jump(time) => {
                self.bench.now.wall += time;
                self.tell(Event::Rang);
            }
            Happening::Nudged => self.tell(Event::Nudged),
            Happening::Shown(shown) => self.tell(Event::Shown(shown)),
            Happening::Queued(lane) => {
                let lane = ["a", "b", "c"][usize::from(lane)];
                self.queued += 1;
                let mut act = act(lane, self.queued);
                if self.queued % 3 == 0 {
                    act.needs = vec![BlobId::new(format!("b{}", self.queued))];
                }
                self.waiting.push(act);
                self.tell(Event::Queued);
            }
            Happening::Asked => {
                let ticket = self.tickets.len() as Ticket;
                self.tickets.insert(ticket, false);
                self.tell(Event::Asked(ticket));
            }
            Happening::Other(said) => {
                self.heed(said);
                self.tell(Event::Answered(said.or(())));
            }
            Happening::Ends(which, said) if !self.under_way.is_empty() => {
                let effect = self.under_way.swap_remove(which % self.under_way.len());
                self.end(effect, said);
            }
            Happening::Hint(page) => {
                if let Some((flight, true)) = self.stream {
                    let span = protocol::sync::Span::Tail { after: 0, upto: 1 };
                    let (scope, records) = (ScopeId::new("s"), Vec::new());
                    let page = page.then_some(protocol::sync::Page { scope, epoch: 1, head: 1, span, records });
                    self.online = true;
                    self.tell(Event::Heard(flight, sync::Event::changed(ScopeId::new("s"), page)));
                }
            }
            Happening::Echo(which) => {
                // Only of what is over: everything is told once while it is under way.
                let over: Vec<_> = self.ended.iter().filter(|(flight, _)| !self.is_under_way(*flight)).collect();
                let event = over.get(which % over.len().max(1)).map(|(_, event)| event.clone());
                if let Some(event) = event {
                    self.tell(event);
                }
            }
            Happening::LoggedIn if self.logged_out => {
                self.logged_out = false;
                self.tell(Event::Renewed);
            }
            Happening::Ends(..) | Happening::LoggedIn => {}
        }
    }

    /// Time passes, and the bell rings whenever it was asked to.
    fn pass(&mut self, time: Ms) {
        let until = self.bench.now.mono + time;
        while let Some(at) = self.bell.filter(|at| *at <= until) {
            let step = (at - self.bench.now.mono).max(0);
            self.bench.now = Now { mono: self.bench.now.mono + step, wall: self.bench.now.wall + step };
            self.bell = None;
            self.tell(Event::Rang);
        }
        let rest = until - self.bench.now.mono;
        self.bench.now = Now { mono: until, wall: self.bench.now.wall + rest };
    }

    // What it means for all requests, as soon as it is known.
    fn heed(&mut self, said: Said) {
        if let Said::Busy(seconds) = said {
            self.hold = self.hold.max(self.bench.now.mono + Ms::from(seconds) * 1_000);
        }
        self.online = match said {
            Said::Well | Said::More | Said::Refused => true,
            Said::Unreachable | Said::Down => false,
            Said::Busy(_) | Said::Ended | Said::Full | Said::Store => self.online,
        };
    }

    fn end(&mut self, effect: Effect, said: Said) {
        // What only the store does can fail only there, and what only the backend does only there.
        let stored = match said {
            Said::Well | Said::More | Said::Full | Said::Store => said,
            _ => Said::Well,
        };
        let answered = if matches!(said, Said::Full | Said::Store) { Said::Well } else { said };
        let event = match effect {
            Effect::LoadPull(flight) => {
                let storage = if matches!(said, Said::Full) { Storage::Full } else { Storage::Ok };
                let stored = if matches!(said, Said::Full) { Said::Well } else { stored };
                Event::PullLoaded(flight, stored.or((request().0, storage)))
            }
            Effect::Pull(flight, _) => {
                self.heed(answered);
                let more = matches!(said, Said::More);
                Event::Pulled(flight, answered.or(PullResponse { more, ..answer() }))
            }
            Effect::TakeIn(flight, answer) => {
                Event::TookIn(flight, stored.or(TookIn { more: answer.more, push: false }))
            }
            Effect::LoadPush(flight, wanted) => {
                let fits = |act: &&Mutation| {
                    wanted.only.as_ref().is_none_or(|only| *only == act.lane) && !wanted.except.contains(&act.lane)
                };
                let acts = self.waiting.iter().filter(fits).take(wanted.most).cloned().collect();
                Event::PushLoaded(flight, stored.or(acts))
            }
            Effect::Push(flight, acts) => {
                self.heed(answered);
                let done = |act: &Mutation| MutationResult {
                    mid: act.mid.clone(),
                    outcome: Outcome::Applied { at: Vec::new() },
                };
                let results = acts.iter().map(done).collect();
                Event::Pushed(flight, answered.or(PushResponse { db_epoch: String::new(), results }))
            }
            Effect::Settle(flight, answer) => {
                if stored.trouble().is_none() {
                    self.waiting.retain(|act| answer.results.iter().all(|result| result.mid != act.mid));
                }
                Event::Settled(flight, stored.or(()))
            }
            Effect::Listen(flight) => {
                if self.stream.is_none_or(|(of, _)| of != flight) {
                    // Another one was opened since.
                    return;
                }
                match (answered.trouble(), self.stream) {
                    (None, Some((_, false))) => {
                        self.stream = Some((flight, true));
                        self.under_way.push(Effect::Listen(flight));
                        Event::Opened(flight)
                    }
                    (None, _) => Event::Hushed(flight, None),
                    (trouble, _) => {
                        // Whether anything else is wrong is not known by that.
                        let online = self.online;
                        self.heed(answered);
                        self.online = online;
                        Event::Hushed(flight, trouble)
                    }
                }
            }
            Effect::TakePage(_) => Event::TookPage(stored.or(!matches!(said, Said::More))),
            Effect::Compare => {
                self.heed(answered);
                Event::Compared(answered.or(matches!(said, Said::More)))
            }
            Effect::Keep => Event::Kept(matches!(said, Said::More)),
            Effect::LoadFile(flight, except) => {
                let (scope, fact) = (ScopeId::new("s"), RecordId::new("d"));
                let file = Missing { scope, fact, blob: "b".to_owned(), size: 1 };
                let file = (!except.contains("b") && matches!(said, Said::More)).then_some(file);
                Event::FileLoaded(flight, stored.or(file.map(|file| (file, Left { storage: Storage::Ok, files: 1 }))))
            }
            Effect::FetchFile(flight, _) => {
                if answered.trouble().is_some() && !matches!(answered, Said::Refused) {
                    self.heed(answered);
                    Event::Fetched(flight, answered.or(true))
                } else {
                    Event::Fetched(flight, Ok(matches!(said, Said::Well)))
                }
            }
            Effect::Upload(flight, upload) => {
                if answered.trouble().is_some() {
                    self.heed(answered);
                } else if stored.trouble().is_none() {
                    self.waiting.iter_mut().for_each(|act| act.needs.retain(|blob| *blob != upload.blob));
                }
                Event::Uploaded(flight, answered.or(()).and(stored.or(())))
            }
            Effect::AwaitLogin | Effect::Answer(..) | Effect::Online(_) | Effect::CatchingUp(_) | Effect::WakeAt(_) => {
                return;
            }
        };
        if let Event::Hushed(..) = &event {
            self.stream = None;
        }
        let flight = match &event {
            Event::PullLoaded(flight, _)
            | Event::Pulled(flight, _)
            | Event::TookIn(flight, _)
            | Event::PushLoaded(flight, _)
            | Event::Pushed(flight, _)
            | Event::Settled(flight, _)
            | Event::Hushed(flight, _)
            | Event::FileLoaded(flight, _)
            | Event::Fetched(flight, _)
            | Event::Uploaded(flight, _) => Some(*flight),
            _ => None,
        };
        self.ended.extend(flight.map(|flight| (flight, event.clone())));
        self.tell(event);
    }

    fn tell(&mut self, event: Event) {
        let effects = self.bench.step(event);
        self.take_up(effects);
    }

    /// The rules.
    fn take_up(&mut self, effects: Vec<Effect>) {
        assert!(effects.len() < 20, "too much at once: {effects:?}");
        let now = self.bench.now.mono;
        for effect in effects {
            let is_request = matches!(
                effect,
                Effect::Pull(..)
                    | Effect::Push(..)
                    | Effect::Listen(_)
                    | Effect::Compare
                    | Effect::FetchFile(..)
                    | Effect::Upload(..)
            );
            assert!(!is_request || now >= self.hold, "asked while it was to be silent: {effect:?}");
            assert!(!is_request || !self.logged_out, "asked in a session that has ended: {effect:?}");
            match effect {
                Effect::Answer(ticket, _) => {
                    let answered = self.tickets.insert(ticket, true);
                    assert_eq!(answered, Some(false), "ticket {ticket}");
                }
                Effect::Online(online) => assert_eq!(online, self.online),
                Effect::WakeAt(at) => {
                    assert!(at > now, "wakes itself without end");
                    self.bell = Some(at);
                }
                Effect::AwaitLogin => self.logged_out = true,
                Effect::CatchingUp(_) => {}
                Effect::Listen(flight) => {
                    self.under_way.retain(|other| !matches!(other, Effect::Listen(_)));
                    self.stream = Some((flight, false));
                    self.under_way.push(Effect::Listen(flight));
                }
                effect => {
                    self.one_at_a_time(&effect);
                    self.under_way.push(effect);
                }
            }
        }
        assert!(self.bell.is_some(), "nothing will ever wake it");
    }

    fn is_under_way(&self, flight: Flight) -> bool {
        self.under_way.iter().any(|effect| match effect {
            Effect::LoadPull(of)
            | Effect::Pull(of, _)
            | Effect::TakeIn(of, _)
            | Effect::LoadPush(of, _)
            | Effect::Push(of, _)
            | Effect::Settle(of, _)
            | Effect::Listen(of)
            | Effect::LoadFile(of, _)
            | Effect::FetchFile(of, _)
            | Effect::Upload(of, _) => *of == flight,
            _ => false,
        })
    }

    fn one_at_a_time(&self, new: &Effect) {
        let sort = |effect: &Effect| match effect {
            Effect::LoadPull(_) | Effect::Pull(..) | Effect::TakeIn(..) => "pull",
            Effect::LoadPush(..) => "push that is being read",
            Effect::TakePage(_) => "page",
            Effect::Keep => "look after the store",
            Effect::Compare => "comparison",
            Effect::LoadFile(..) | Effect::FetchFile(..) => "file",
            Effect::Upload(..) => "upload",
            _ => "",
        };
        if !sort(new).is_empty() {
            let two = self.under_way.iter().find(|old| sort(old) == sort(new));
            assert_eq!(two, None, "two of one sort, beside {new:?}");
        }
        let Effect::Push(_, acts) = new else { return };
        let lanes: BTreeSet<_> = acts.iter().map(|act| &act.lane).collect();
        let busy = self.under_way.iter().filter_map(|effect| match effect {
            Effect::Push(_, acts) => Some(acts),
            _ => None,
        });
        for act in busy.flatten() {
            assert!(!lanes.contains(&act.lane), "two pushes of one lane under way");
        }
        for lane in lanes {
            let sent: Vec<_> = acts.iter().filter(|act| act.lane == *lane).map(|act| act.n).collect();
            let first: Vec<_> = self.waiting.iter().filter(|act| act.lane == *lane).map(|act| act.n).collect();
            assert!(first.starts_with(&sent), "{lane} out of order: {sent:?} of {first:?}");
        }
    }

    /// All goes well from now on.
    fn heal(&mut self) {
        self.happens(Happening::LoggedIn);
        let until = self.hold.max(self.bench.now.mono) + 120_000;
        for _ in 0..2_000 {
            let ready = self.under_way.iter().position(|effect| !matches!(effect, Effect::Listen(_)));
            match ready.or_else(|| self.stream.is_some_and(|(_, open)| !open).then_some(0)) {
                Some(at) => self.happens(Happening::Ends(at, Said::Well)),
                None if self.bench.now.mono > until => break,
                None => self.pass(1_000),
            }
        }
        assert!(self.waiting.is_empty(), "still waiting: {:?}", self.waiting);
        assert!(self.tickets.values().all(|answered| *answered), "somebody waits for ever: {:?}", self.tickets);
        assert!(self.stream.is_some_and(|(_, open)| open), "nobody listens");
        assert!(self.online, "it was never seen that the backend is there");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rules_hold_and_it_comes_right(happenings in vec(happening(), 0..200)) {
        let mut world = World::new();
        for happening in happenings {
            world.happens(happening);
        }
        world.heal();
    }
}
