//! Asking ahead: what an answer leaves is asked for while it is taken in, and used only if that is what the store asks then.

use super::*;
use protocol::sync::{Back, Cursor, Page, Span};

/// An answer that leaves `back` of a scope, and what is asked after it.
fn part(back: Option<Back>) -> (PullResponse, PullRequest) {
    let scope = ScopeId::new("s");
    let span = Span::Window { replaces: None, back };
    let page = Page { scope: scope.clone(), epoch: 1, head: 10, span, records: Vec::new() };
    let cursors = vec![Cursor { scope, epoch: 1, seq: 10, back }];
    let grants_hash = "set".to_owned();
    let request = PullRequest { grants: Some(grants_hash.clone()), cursors, ..request().0 };
    (PullResponse { grants_hash, pages: vec![page], more: true, ..answer() }, request)
}

fn left() -> Option<Back> {
    Some(Back { at: 0, to: 5 })
}

fn pulls(effects: &[Effect]) -> Option<(Flight, PullRequest)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Pull(flight, request) => Some((*flight, (**request).clone())),
        _ => None,
    })
}

fn takes_in(effects: &[Effect]) -> Option<Flight> {
    effects.iter().find_map(|effect| match effect {
        Effect::TakeIn(flight, _) => Some(*flight),
        _ => None,
    })
}

/// One that takes a part in on a device with so much room; that flight, and what it does meanwhile.
fn taking_in(storage: Storage) -> (Bench, Flight, Vec<Effect>) {
    let (mut bench, first) = Bench::begun();
    let load = loads_pull(&first).expect("it pulls");
    let asked = bench.step(Event::PullLoaded(load, Ok((request().0, storage))));
    let (pull, _) = pulls(&asked).expect("it asks");
    let effects = bench.step(Event::Pulled(pull, Ok(part(left()).0)));
    assert_eq!(takes_in(&effects), Some(pull));
    (bench, pull, effects)
}

#[test]
fn what_is_left_is_asked_for_while_a_part_is_taken_in() {
    for before in [true, false] {
        let (mut bench, pull, effects) = taking_in(Storage::Ok);
        let (ahead, asked) = pulls(&effects).expect("it asks ahead");
        assert_eq!(asked, part(left()).1);
        let comes = |bench: &mut Bench| bench.step(Event::Pulled(ahead, Ok(answer())));
        if before {
            assert_eq!(takes_in(&comes(&mut bench)), None, "before the part is known to be kept");
        }
        let load = loads_pull(&bench.step(Event::TookIn(pull, Ok(TookIn { more: true, push: false }))));
        let mut then = bench.step(Event::PullLoaded(load.expect("it looks"), Ok((asked, Storage::Ok))));
        assert!(pulls(&then).is_none(), "asked twice");
        if !before {
            then = comes(&mut bench);
        }
        assert_eq!(takes_in(&then), Some(ahead));
        let done = bench.step(Event::TookIn(ahead, Ok(TookIn::default())));
        assert!(done.contains(&Effect::CatchingUp(false)));
    }
}

#[test]
fn an_answer_to_another_question_is_thrown_away() {
    let (mut bench, pull, effects) = taking_in(Storage::Ok);
    let (ahead, _) = pulls(&effects).expect("it asks ahead");
    let load = loads_pull(&bench.step(Event::TookIn(pull, Ok(TookIn { more: true, push: false }))));
    let other = part(None).1;
    let then = bench.step(Event::PullLoaded(load.expect("it looks"), Ok((other.clone(), Storage::Ok))));
    let (anew, asked) = pulls(&then).expect("it asks anew");
    assert_eq!(asked, other);
    assert_eq!(takes_in(&bench.step(Event::Pulled(ahead, Ok(answer())))), None);
    assert_eq!(takes_in(&bench.step(Event::Pulled(anew, Ok(answer())))), Some(anew));
}

#[test]
fn a_part_that_could_not_be_kept_makes_what_was_asked_ahead_worthless() {
    let (mut bench, pull, effects) = taking_in(Storage::Ok);
    let (ahead, _) = pulls(&effects).expect("it asks ahead");
    bench.step(Event::TookIn(pull, Err(Trouble::Store)));
    assert_eq!(takes_in(&bench.step(Event::Pulled(ahead, Ok(answer())))), None);
}

#[test]
fn nothing_is_asked_ahead_where_room_is_short() {
    for storage in [Storage::Low, Storage::Full] {
        let (_, _, effects) = taking_in(storage);
        assert!(pulls(&effects).is_none(), "{storage:?}");
    }
}

#[test]
fn trouble_ahead_is_heeded_at_once_and_tried_again_later() {
    let (mut bench, pull, effects) = taking_in(Storage::Ok);
    let (ahead, asked) = pulls(&effects).expect("it asks ahead");
    let lost = bench.step(Event::Pulled(ahead, Err(Trouble::Unreachable)));
    assert!(lost.contains(&Effect::Online(false)));
    let load = loads_pull(&bench.step(Event::TookIn(pull, Ok(TookIn { more: true, push: false }))));
    let then = bench.step(Event::PullLoaded(load.expect("it looks"), Ok((asked, Storage::Ok))));
    assert!(pulls(&then).is_none() && takes_in(&then).is_none() && loads_pull(&then).is_none());
    assert!(loads_pull(&bench.after(120_000, Event::Rang)).is_some());
}
