//! Files go ahead of the acts that need them, one by one, and hold up their own lane only.

use super::*;

fn needing(lane: &str, n: i64, files: &[&str]) -> Mutation {
    Mutation { needs: files.iter().copied().map(BlobId::new).collect(), ..act(lane, n) }
}

fn uploads(effects: &[Effect]) -> Option<(Flight, String)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Upload(flight, upload) => Some((*flight, upload.blob.to_string())),
        _ => None,
    })
}

fn pushes(effects: &[Effect]) -> Vec<String> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Push(_, acts) => Some(acts.iter().map(|act| act.mid.to_string())),
        _ => None,
    });
    sent.flatten().collect()
}

fn settles(effects: &[Effect]) -> Option<(Flight, PushResponse)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Settle(flight, answer) => Some((*flight, answer.clone())),
        _ => None,
    })
}

/// Something was queued, and this is what is read to be sent.
fn queued(bench: &mut Bench, acts: Vec<Mutation>) -> Vec<Effect> {
    let (flight, _) = loads_push(&bench.step(Event::Queued)).expect("it looks what is to be sent");
    bench.step(Event::PushLoaded(flight, Ok(acts)))
}

#[test]
fn a_file_goes_before_its_act_and_only_its_own_lane_waits() {
    let (mut bench, _) = Bench::at_rest();
    let sent = queued(&mut bench, vec![needing("a", 1, &["f1", "f2"]), act("a", 2), act("b", 1)]);
    assert_eq!(pushes(&sent), ["b1"]);
    let (load, _) = loads_push(&sent).expect("there may be more");
    let (first, blob) = uploads(&sent).expect("it sends the file");
    assert_eq!(blob, "f1");
    let (second, blob) = uploads(&bench.step(Event::Uploaded(first, Ok(())))).expect("one after the other");
    assert_eq!(blob, "f2");
    // What was read before the second had arrived.
    let stale = bench.step(Event::PushLoaded(load, Ok(vec![needing("a", 1, &["f2"]), act("a", 2)])));
    assert!(pushes(&stale).is_empty() && uploads(&stale).is_none());
    let (load, _) = loads_push(&stale).expect("it looks again");
    assert!(uploads(&bench.step(Event::Uploaded(second, Ok(())))).is_none());
    assert_eq!(pushes(&bench.step(Event::PushLoaded(load, Ok(vec![act("a", 1), act("a", 2)])))), ["a1", "a2"]);
}

#[test]
fn it_waits_as_long_as_the_backend_asks_and_longer_after_each_failure() {
    let (mut bench, _) = Bench::at_rest();
    let (flight, _) = uploads(&queued(&mut bench, vec![needing("a", 1, &["f1"])])).expect("it sends the file");
    bench.step(Event::Uploaded(flight, Err(Trouble::Busy(Duration::from_secs(60)))));
    assert!(!asks(&bench.after(59_000, Event::Nudged)));
    let mut effects = bench.after(1_000, Event::Rang);
    let mut tries = 0;
    for _ in 0..120 {
        if let Some((flight, _)) = uploads(&effects) {
            tries += 1;
            bench.step(Event::Uploaded(flight, Err(Trouble::Unreachable)));
        }
        effects = bench.after(500, Event::Rang);
    }
    assert!((4..=15).contains(&tries), "{tries} tries in a minute");
}

#[test]
fn one_that_the_backend_cannot_store_holds_up_no_other_file() {
    let (mut bench, _) = Bench::at_rest();
    let acts = vec![needing("a", 1, &["f1"]), needing("b", 1, &["f2"])];
    let (flight, _) = uploads(&queued(&mut bench, acts)).expect("it sends the file");
    let failed = bench.step(Event::Uploaded(flight, Err(Trouble::Refused(RefusalCode::Internal.into()))));
    let (flight, blob) = uploads(&failed).expect("the other one goes on");
    assert_eq!(blob, "f2");
    bench.step(Event::Uploaded(flight, Ok(())));
    assert_eq!(uploads(&bench.after(1_000, Event::Rang)).expect("it is tried again").1, "f1");
}

#[test]
fn one_that_will_never_be_taken_takes_its_act_with_it_and_the_lane_goes_on() {
    for code in [RefusalCode::Access, RefusalCode::TooLong, RefusalCode::Reused, RefusalCode::Missing] {
        let (mut bench, _) = Bench::at_rest();
        let acts = vec![needing("a", 1, &["f1"]), act("a", 2)];
        let (flight, _) = uploads(&queued(&mut bench, acts)).expect("it sends the file");
        let refused = bench.step(Event::Uploaded(flight, Err(Trouble::Refused(code.into()))));
        let (settling, answer) = settles(&refused).expect("the act is refused");
        let refusal = Outcome::Refused { refusal: code.into() };
        assert_eq!(answer.results, [MutationResult { mid: MutationId::new("a1"), outcome: refusal }]);
        let again = bench.step(Event::Settled(settling, Err(Trouble::Store)));
        assert!(uploads(&again).is_none(), "not at once");
        let (flight, _) = uploads(&bench.after(1_000, Event::Rang)).expect("what could not be noted is asked again");
        let refused = bench.step(Event::Uploaded(flight, Err(Trouble::Refused(code.into()))));
        let (settling, _) = settles(&refused).expect("the act is refused");
        let next = bench.step(Event::Settled(settling, Ok(())));
        let (flight, _) = loads_push(&next).expect("what stood behind it goes on");
        assert_eq!(pushes(&bench.step(Event::PushLoaded(flight, Ok(vec![act("a", 2)])))), ["a2"]);
    }
}

#[test]
fn what_the_backend_has_forgotten_is_sent_again() {
    let (mut bench, _) = Bench::at_rest();
    let sent = queued(&mut bench, vec![act("a", 1)]);
    let flight = sent.iter().find_map(|effect| match effect {
        Effect::Push(flight, _) => Some(*flight),
        _ => None,
    });
    let (load, _) = loads_push(&sent).expect("there may be more");
    bench.step(Event::PushLoaded(load, Ok(Vec::new())));
    let refusal = protocol::refusal::Refusal { code: RefusalCode::Missing, details: Some("f1".to_owned()) };
    let results = vec![MutationResult { mid: MutationId::new("a1"), outcome: Outcome::Refused { refusal } }];
    let answer = PushResponse { db_epoch: String::new(), results };
    let (settling, _) = settles(&bench.step(Event::Pushed(flight.expect("it pushes"), Ok(answer)))).expect("is kept");
    let (load, _) = loads_push(&bench.step(Event::Settled(settling, Ok(())))).expect("other lanes go on");
    bench.step(Event::PushLoaded(load, Ok(Vec::new())));
    let (flight, _) = loads_push(&bench.after(1_000, Event::Rang)).expect("the lane is tried again");
    assert!(uploads(&bench.step(Event::PushLoaded(flight, Ok(vec![needing("a", 1, &["f1"])])))).is_some());
}
