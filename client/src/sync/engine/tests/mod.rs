//! What the engine decides, one happening at a time: where the simulation would only see that it came right later.

mod ahead;
mod any;
mod file;
mod network;
mod room;
mod upload;

use super::*;
use crate::store::{Left, Missing, Wanted};
use bridge::sync::Storage;
use protocol::id::{BlobId, DeviceId, MutationId, RecordId, ScopeId};
use protocol::mutation::{Act, Mutation, MutationResult, Outcome};
use protocol::sync::{self, PullRequest, PullResponse, PushResponse};
use protocol::task::CompleteTask;
use std::collections::BTreeSet;

/// An engine, and the two clocks that it is told.
struct Bench {
    engine: Engine,
    now: Now,
}

impl Bench {
    /// One that has begun; what it does first.
    fn begun() -> (Self, Vec<Effect>) {
        let now = Now { mono: 0, wall: 1_000_000_000 };
        let mut bench = Self { engine: Engine::new(now, 7), now };
        let effects = bench.step(Event::Began);
        (bench, effects)
    }

    fn step(&mut self, event: Event) -> Vec<Effect> {
        self.engine.step(self.now, event)
    }

    /// One that has pulled all there is, is listening, and has nothing to do. Its stream.
    fn at_rest() -> (Self, Flight) {
        let (mut bench, mut todo) = Self::begun();
        let stream = listens(&todo).expect("it listens");
        todo.extend(bench.step(Event::Opened(stream)));
        todo.extend(bench.step(Event::Heard(stream, sync::Event::stale())));
        while let Some(effect) = todo.pop() {
            let event = match effect {
                Effect::LoadPull(flight) => Event::PullLoaded(flight, Ok(request())),
                Effect::Pull(flight, _) => Event::Pulled(flight, Ok(answer())),
                Effect::TakeIn(flight, _) => Event::TookIn(flight, Ok(TookIn::default())),
                Effect::LoadPush(flight, _) => Event::PushLoaded(flight, Ok(Vec::new())),
                Effect::LoadFile(flight, _) => Event::FileLoaded(flight, Ok(None)),
                Effect::Keep => Event::Kept(false),
                _ => continue,
            };
            todo.extend(bench.step(event));
        }
        (bench, stream)
    }

    fn after(&mut self, time: Ms, event: Event) -> Vec<Effect> {
        self.now = Now { mono: self.now.mono + time, wall: self.now.wall + time };
        self.step(event)
    }
}

fn loads_pull(effects: &[Effect]) -> Option<Flight> {
    effects.iter().find_map(|effect| match effect {
        Effect::LoadPull(flight) => Some(*flight),
        _ => None,
    })
}

fn loads_push(effects: &[Effect]) -> Option<(Flight, Wanted)> {
    effects.iter().find_map(|effect| match effect {
        Effect::LoadPush(flight, wanted) => Some((*flight, wanted.clone())),
        _ => None,
    })
}

fn listens(effects: &[Effect]) -> Option<Flight> {
    effects.iter().find_map(|effect| match effect {
        Effect::Listen(flight) => Some(*flight),
        _ => None,
    })
}

fn loads_file(effects: &[Effect]) -> Option<(Flight, BTreeSet<String>)> {
    effects.iter().find_map(|effect| match effect {
        Effect::LoadFile(flight, except) => Some((*flight, except.clone())),
        _ => None,
    })
}

fn asks(effects: &[Effect]) -> bool {
    loads_pull(effects).is_some()
        || loads_push(effects).is_some()
        || listens(effects).is_some()
        || loads_file(effects).is_some()
        || effects.iter().any(|effect| {
            matches!(
                effect,
                Effect::Pull(..) | Effect::Push(..) | Effect::Compare | Effect::FetchFile(..) | Effect::Upload(..)
            )
        })
}

/// The time that is asked to be woken at.
fn bell(effects: &[Effect]) -> Option<Ms> {
    effects.iter().rev().find_map(|effect| match effect {
        Effect::WakeAt(at) => Some(*at),
        _ => None,
    })
}

fn request() -> (PullRequest, Storage) {
    (PullRequest { device: DeviceId::new("d"), grants: None, cursors: Vec::new(), waiting: Vec::new() }, Storage::Ok)
}

fn answer() -> PullResponse {
    PullResponse {
        db_epoch: "life".to_owned(),
        now: 1,
        grants_hash: String::new(),
        grants: None,
        pages: Vec::new(),
        results: Vec::new(),
        more: false,
    }
}

fn act(lane: &str, n: i64) -> Mutation {
    let mid = MutationId::new(format!("{lane}{n}"));
    let act: Act = CompleteTask { task: RecordId::new("t") }.into();
    Mutation { mid, lane: ScopeId::new(lane), n, made_at: 0, needs: Vec::new(), act }
}

#[test]
fn nobody_asks_before_the_time_that_the_backend_asked_for_not_even_when_nudged() {
    let (mut bench, first) = Bench::begun();
    let (push, _) = loads_push(&first).expect("what waits is looked for");
    let pull = loads_pull(&first).expect("it pulls");
    bench.step(Event::PullLoaded(pull, Ok(request())));
    let busy = Trouble::Busy(Duration::from_secs(60));
    assert!(!asks(&bench.after(10, Event::Pulled(pull, Err(busy)))));
    assert!(!asks(&bench.after(10, Event::PushLoaded(push, Ok(vec![act("a", 1)])))), "what was being read waits too");
    for event in [Event::Nudged, Event::Queued, Event::Renewed, Event::Rang] {
        assert!(!asks(&bench.after(10_000, event)));
    }
    let turned_away = bench.step(Event::Asked(1));
    assert!(turned_away.contains(&Effect::Answer(1, Err(Trouble::Down))) && !asks(&turned_away));
    let then = bench.after(20_000, Event::Rang);
    assert!(loads_pull(&then).is_some() && loads_push(&then).is_some());
}

#[test]
fn one_act_that_the_backend_cannot_do_holds_up_its_own_lane_only() {
    let (mut bench, first) = Bench::begun();
    let mut waiting = vec![act("a", 1), act("a", 2), act("a", 3), act("b", 1), act("b", 2), act("c", 1)];
    let mut poisoned = Some(MutationId::new("a2"));
    let mut todo = first;
    let mut pushes = 0;
    for round in 0..400 {
        if round == 200 {
            let left: BTreeSet<_> = waiting.iter().map(|act| act.mid.as_str()).collect();
            assert_eq!(left, BTreeSet::from(["a2", "a3"]), "others were held up, or it was overtaken");
            assert!(pushes < 60, "{pushes} pushes: it is tried again and again");
            poisoned = None;
        }
        let mut next = Vec::new();
        for effect in std::mem::take(&mut todo) {
            let event = match effect {
                Effect::LoadPush(flight, wanted) => {
                    let fits = |act: &&Mutation| {
                        wanted.only.as_ref().is_none_or(|only| *only == act.lane) && !wanted.except.contains(&act.lane)
                    };
                    let acts = waiting.iter().filter(fits).take(wanted.most).cloned().collect();
                    Event::PushLoaded(flight, Ok(acts))
                }
                Effect::Push(flight, acts) => {
                    pushes += 1;
                    if acts.iter().any(|act| Some(&act.mid) == poisoned.as_ref()) {
                        Event::Pushed(flight, Err(Trouble::Refused(RefusalCode::Internal.into())))
                    } else {
                        let done = |act: Mutation| MutationResult {
                            mid: act.mid,
                            outcome: Outcome::Applied { at: Vec::new() },
                        };
                        let results = acts.into_iter().map(done).collect();
                        Event::Pushed(flight, Ok(PushResponse { db_epoch: String::new(), results }))
                    }
                }
                Effect::Settle(flight, answer) => {
                    waiting.retain(|act| answer.results.iter().all(|result| result.mid != act.mid));
                    Event::Settled(flight, Ok(()))
                }
                _ => continue,
            };
            next.extend(bench.step(event));
        }
        next.extend(bench.after(1_000, Event::Rang));
        todo = next;
    }
    assert!(waiting.is_empty(), "what was mended did not go out: {waiting:?}");
}

#[test]
fn a_storm_of_hints_makes_one_pull() {
    let (mut bench, first) = Bench::begun();
    let (stream, pull) = (listens(&first).expect("it listens"), loads_pull(&first).expect("it pulls"));
    bench.step(Event::Opened(stream));
    bench.step(Event::Heard(stream, sync::Event::stale()));
    for _ in 0..1_000 {
        let hint = sync::Event::changed(ScopeId::new("s"), None);
        assert!(!asks(&bench.after(1, Event::Heard(stream, hint))), "one is under way");
    }
    bench.step(Event::PullLoaded(pull, Ok(request())));
    bench.step(Event::Pulled(pull, Ok(answer())));
    let second = loads_pull(&bench.step(Event::TookIn(pull, Ok(TookIn::default())))).expect("for all of them");
    bench.step(Event::PullLoaded(second, Ok(request())));
    bench.step(Event::Pulled(second, Ok(answer())));
    assert!(loads_pull(&bench.step(Event::TookIn(second, Ok(TookIn::default())))).is_none(), "once for all");
}

#[test]
fn a_jump_of_the_clock_gives_the_stream_up_and_looks_at_once() {
    let (mut bench, first) = Bench::begun();
    let (stream, pull) = (listens(&first).expect("it listens"), loads_pull(&first).expect("it pulls"));
    bench.step(Event::Opened(stream));
    bench.step(Event::PullLoaded(pull, Ok(request())));
    bench.step(Event::Pulled(pull, Ok(answer())));
    let again = loads_pull(&bench.step(Event::TookIn(pull, Ok(TookIn::default())))).expect("it looks after opening");
    bench.step(Event::PullLoaded(again, Ok(request())));
    bench.step(Event::Pulled(again, Ok(answer())));
    bench.step(Event::TookIn(again, Ok(TookIn::default())));
    assert!(!asks(&bench.after(1_000, Event::Rang)), "nothing is due");
    // Asleep for an hour: one clock stood still.
    bench.now.wall += 3_600_000;
    let woken = bench.step(Event::Rang);
    assert!(loads_pull(&woken).is_some());
    let new = listens(&woken).expect("another stream");
    assert_ne!(new, stream);
    assert!(!asks(&bench.step(Event::Heard(stream, sync::Event::stale()))), "the old one is not heard any more");
}

#[test]
fn while_the_window_can_be_seen_a_sleep_is_noticed_within_seconds() {
    let (mut bench, _) = Bench::at_rest();
    let seen = bell(&bench.after(100, Event::Shown(true))).map_or(WATCH, |at| at - bench.now.mono);
    assert!(seen <= WATCH, "it looks at the clocks only after {seen} ms");
    // Nobody else wakes it: the clock that stands still in sleep goes on, and so does the bell.
    bench.now.wall += 3_600_000;
    let woken = bench.after(seen, Event::Rang);
    assert!(loads_pull(&woken).is_some() && listens(&woken).is_some());
    let (mut bench, _) = Bench::at_rest();
    let hidden = bell(&bench.after(100, Event::Shown(false))).expect("another time");
    assert!(hidden - bench.now.mono > WATCH, "it wakes the device for nobody");
}

#[test]
fn a_restart_finds_what_waits() {
    let (_, first) = Bench::begun();
    assert!(loads_push(&first).is_some());
}
