//! Files are fetched ahead one by one, and wait for whatever other requests wait for.

use super::*;

fn missing(blob: &str) -> Missing {
    let (scope, fact) = (ScopeId::new("s"), RecordId::new(format!("of {blob}")));
    Missing { scope, fact, blob: blob.to_owned(), size: 10 }
}

fn left(storage: Storage, files: i64) -> Left {
    Left { storage, files }
}

fn fetches(effects: &[Effect]) -> Option<String> {
    effects.iter().find_map(|effect| match effect {
        Effect::FetchFile(_, missing) => Some(missing.blob.clone()),
        _ => None,
    })
}

/// Something came, so files are looked for.
fn looked(bench: &mut Bench) -> (Flight, BTreeSet<String>) {
    let pull = loads_pull(&bench.step(Event::Nudged)).expect("it pulls");
    bench.step(Event::PullLoaded(pull, Ok(request())));
    bench.step(Event::Pulled(pull, Ok(answer())));
    loads_file(&bench.step(Event::TookIn(pull, Ok(TookIn::default())))).expect("it looks for files")
}

#[test]
fn they_come_one_after_the_other_and_not_before_all_else_is_here() {
    let (mut bench, first) = Bench::begun();
    let pull = loads_pull(&first).expect("it pulls");
    assert!(loads_file(&first).is_none());
    bench.step(Event::PullLoaded(pull, Ok(request())));
    bench.step(Event::Pulled(pull, Ok(PullResponse { more: true, ..answer() })));
    let more = bench.step(Event::TookIn(pull, Ok(TookIn { more: true, push: false })));
    let pull = loads_pull(&more).expect("there is more");
    assert!(loads_file(&more).is_none() && loads_file(&bench.step(Event::Nudged)).is_none(), "it is catching up");
    bench.step(Event::PullLoaded(pull, Ok(request())));
    bench.step(Event::Pulled(pull, Ok(answer())));
    let done = bench.step(Event::TookIn(pull, Ok(TookIn::default())));
    // The nudge makes one more pull.
    let pull = loads_pull(&done).expect("it was nudged");
    bench.step(Event::PullLoaded(pull, Ok(request())));
    bench.step(Event::Pulled(pull, Ok(answer())));
    let (flight, _) = loads_file(&bench.step(Event::TookIn(pull, Ok(TookIn::default())))).expect("it looks for files");
    let found = bench.step(Event::FileLoaded(flight, Ok(Some((missing("a"), left(Storage::Ok, 10))))));
    assert_eq!(fetches(&found).as_deref(), Some("a"));
    assert!(loads_file(&bench.after(1_000, Event::Rang)).is_none(), "one at a time");
    let (flight, _) = loads_file(&bench.step(Event::Fetched(flight, Ok(true)))).expect("the next");
    assert!(!asks(&bench.step(Event::FileLoaded(flight, Ok(None)))), "there is none");
}

#[test]
fn they_wait_as_long_as_the_backend_asks_and_longer_after_each_failure() {
    let (mut bench, _) = Bench::at_rest();
    let (flight, _) = looked(&mut bench);
    bench.step(Event::FileLoaded(flight, Ok(Some((missing("a"), left(Storage::Ok, 10))))));
    bench.step(Event::Fetched(flight, Err(Trouble::Busy(Duration::from_secs(60)))));
    assert!(!asks(&bench.after(59_000, Event::Nudged)));
    let then = bench.after(1_000, Event::Rang);
    let pull = loads_pull(&then).expect("it was nudged");
    bench.step(Event::PullLoaded(pull, Ok(request())));
    bench.step(Event::Pulled(pull, Ok(answer())));
    let mut effects = bench.step(Event::TookIn(pull, Ok(TookIn::default())));
    let mut tries = 0;
    for _ in 0..120 {
        if let Some((flight, _)) = loads_file(&effects) {
            tries += 1;
            bench.step(Event::FileLoaded(flight, Ok(Some((missing("a"), left(Storage::Ok, 10))))));
            bench.step(Event::Fetched(flight, Err(Trouble::Unreachable)));
        }
        effects = bench.after(500, Event::Rang);
        if let Some(pull) = loads_pull(&effects) {
            bench.step(Event::PullLoaded(pull, Err(Trouble::Store)));
        }
    }
    assert!((4..=15).contains(&tries), "{tries} tries in a minute");
}

#[test]
fn what_was_found_waits_when_the_backend_has_asked_to_be_left_alone_meanwhile() {
    let (mut bench, _) = Bench::at_rest();
    let (flight, _) = looked(&mut bench);
    bench.step(Event::Answered(Err(Trouble::Busy(Duration::from_secs(60)))));
    assert_eq!(fetches(&bench.step(Event::FileLoaded(flight, Ok(Some((missing("a"), left(Storage::Ok, 10))))))), None);
    let then = bench.after(61_000, Event::Rang);
    let pull = loads_pull(&then).expect("it looks, and then for files");
    bench.step(Event::PullLoaded(pull, Ok(request())));
    bench.step(Event::Pulled(pull, Ok(answer())));
    assert!(loads_file(&bench.step(Event::TookIn(pull, Ok(TookIn::default())))).is_some());
}

#[test]
fn one_that_is_not_to_be_had_holds_up_no_other_and_is_tried_again_after_the_network_was_gone() {
    let (mut bench, _) = Bench::at_rest();
    let (flight, _) = looked(&mut bench);
    bench.step(Event::FileLoaded(flight, Ok(Some((missing("a"), left(Storage::Ok, 10))))));
    let next = bench.step(Event::Fetched(flight, Ok(false)));
    // It may have been somebody else who answered: a pull tells.
    let pull = loads_pull(&next).expect("it looks who answers");
    bench.step(Event::PullLoaded(pull, Ok(request())));
    bench.step(Event::Pulled(pull, Ok(answer())));
    let (flight, except) = loads_file(&bench.step(Event::TookIn(pull, Ok(TookIn::default())))).expect("the next");
    assert_eq!(except, BTreeSet::from(["a".to_owned()]));
    bench.step(Event::FileLoaded(flight, Ok(None)));
    assert_eq!(looked(&mut bench).1.len(), 1, "coming to the front is no reason");
    bench.step(Event::Answered(Err(Trouble::Down)));
    bench.step(Event::Answered(Ok(())));
    assert!(bench.engine.files.aside.is_empty());
}

#[test]
fn they_wait_for_room() {
    for left in [left(Storage::Low, 10), left(Storage::Full, 10), left(Storage::Ok, 9)] {
        let (mut bench, _) = Bench::at_rest();
        let (flight, _) = looked(&mut bench);
        assert_eq!(fetches(&bench.step(Event::FileLoaded(flight, Ok(Some((missing("a"), left)))))), None, "{left:?}");
        assert!(loads_file(&bench.after(1_000, Event::Rang)).is_none(), "until something has come");
    }
}
