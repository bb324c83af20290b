//! What an answer tells of the network: only one that can be read is one.

use super::*;

/// A network that wants a login first answers everything, and well.
#[test]
fn a_stream_that_opens_and_says_nothing_is_tried_less_and_less() {
    let (mut bench, first) = Bench::begun();
    let mut stream = listens(&first);
    let mut tries = 0;
    for _ in 0..120 {
        if let Some(flight) = stream.take() {
            tries += 1;
            bench.step(Event::Opened(flight));
            bench.step(Event::Hushed(flight, None));
        }
        stream = listens(&bench.after(500, Event::Rang));
    }
    assert!((5..=15).contains(&tries), "{tries} tries in a minute");
}

#[test]
fn a_stream_that_was_heard_is_had_again_at_once() {
    let (mut bench, stream) = Bench::at_rest();
    bench.step(Event::Hushed(stream, None));
    assert!(listens(&bench.after(500, Event::Rang)).is_some());
}

#[test]
fn it_is_online_by_what_was_understood_and_not_by_what_was_received() {
    let (mut bench, first) = Bench::begun();
    let online = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Online(online) => Some(*online),
            _ => None,
        })
    };
    let (stream, pull) = (listens(&first).expect("it listens"), loads_pull(&first).expect("it pulls"));
    assert_eq!(online(&bench.step(Event::Opened(stream))), None, "a portal opens it too");
    bench.step(Event::PullLoaded(pull, Ok(request())));
    // Garbage, with a fine status.
    assert_eq!(online(&bench.step(Event::Pulled(pull, Err(Trouble::Down)))), None);
    assert_eq!(online(&bench.step(Event::Heard(stream, sync::Event::stale()))), Some(true));
    assert_eq!(online(&bench.step(Event::Answered(Err(Trouble::Down)))), Some(false));
    // A refusal is an answer.
    assert_eq!(online(&bench.step(Event::Answered(Err(Trouble::Refused(RefusalCode::Access.into()))))), Some(true));
    assert_eq!(online(&bench.step(Event::Answered(Err(Trouble::Store)))), None, "the store is not the network");
    assert_eq!(online(&bench.step(Event::Hushed(stream, Some(Trouble::Down)))), None, "no stream, but all else");
}

#[test]
fn a_network_that_lets_no_stream_through_does_not_make_it_hurry() {
    let (mut bench, stream) = Bench::at_rest();
    let mut effects = bench.step(Event::Hushed(stream, None));
    let (mut streams, mut pulls) = (0, 0);
    for _ in 0..240 {
        let mut next = Vec::new();
        for effect in effects {
            let event = match effect {
                Effect::Listen(flight) => {
                    streams += 1;
                    Event::Hushed(flight, Some(Trouble::Down))
                }
                Effect::LoadPull(flight) => Event::PullLoaded(flight, Ok(request())),
                Effect::Pull(flight, _) => {
                    pulls += 1;
                    Event::Pulled(flight, Ok(answer()))
                }
                Effect::TakeIn(flight, _) => Event::TookIn(flight, Ok(TookIn::default())),
                _ => continue,
            };
            next.extend(bench.step(event));
        }
        next.extend(bench.after(250, Event::Rang));
        effects = next;
    }
    assert!(streams < 20 && pulls < 25, "{streams} streams and {pulls} pulls in a minute");
}

#[test]
fn when_it_is_online_again_everything_is_tried_at_once() {
    let (mut bench, stream) = Bench::at_rest();
    let mut effects = bench.step(Event::Hushed(stream, Some(Trouble::Unreachable)));
    let mut waits = 0;
    while waits < 8 {
        let mut next = Vec::new();
        for effect in std::mem::take(&mut effects) {
            next.extend(bench.step(match effect {
                Effect::Listen(flight) => Event::Hushed(flight, Some(Trouble::Unreachable)),
                Effect::LoadPull(flight) => Event::PullLoaded(flight, Ok(request())),
                Effect::Pull(flight, _) => Event::Pulled(flight, Err(Trouble::Unreachable)),
                _ => continue,
            }));
        }
        if next.is_empty() {
            waits += 1;
            next = bench.after(20_000, Event::Rang);
        }
        effects = next;
    }
    // The last tries have failed a moment ago.
    for effect in effects {
        match effect {
            Effect::Listen(flight) => drop(bench.step(Event::Hushed(flight, Some(Trouble::Unreachable)))),
            Effect::LoadPull(flight) => drop(bench.step(Event::PullLoaded(flight, Err(Trouble::Store)))),
            _ => {}
        }
    }
    assert!(!asks(&bench.after(10, Event::Rang)));
    let back = bench.step(Event::Answered(Ok(())));
    assert!(listens(&back).is_some() && loads_push(&back).is_some() && loads_pull(&back).is_some());
}

#[test]
fn what_somebody_asks_for_themselves_tells_it_too_when_to_be_silent() {
    let (mut bench, _) = Bench::at_rest();
    bench.step(Event::Answered(Err(Trouble::Busy(Duration::from_secs(60)))));
    assert!(!asks(&bench.after(30_000, Event::Nudged)));
    assert!(asks(&bench.after(30_000, Event::Rang)));
    let ended = bench.step(Event::Answered(Err(Trouble::Ended)));
    assert!(ended.contains(&Effect::AwaitLogin));
    assert!(!asks(&bench.after(120_000, Event::Rang)));
}
