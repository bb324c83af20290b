//! What is still asked for, and taken in, while there is little room.

use super::*;
use protocol::sync::{Back, Cursor, Page, Span};

fn page() -> Page {
    let span = Span::Tail { after: 1, upto: 2 };
    Page { scope: ScopeId::new("s"), epoch: 1, head: 2, span, records: Vec::new() }
}

fn asked(storage: Storage) -> PullRequest {
    let (mut bench, first) = Bench::begun();
    let pull = loads_pull(&first).expect("it pulls");
    let cursor = Cursor { scope: ScopeId::new("s"), epoch: 1, seq: 9, back: Some(Back { at: 0, to: 8 }) };
    let request = PullRequest { cursors: vec![cursor], ..request().0 };
    let effects = bench.step(Event::PullLoaded(pull, Ok((request, storage))));
    let asked = effects.into_iter().find_map(|effect| match effect {
        Effect::Pull(_, request) => Some(*request),
        _ => None,
    });
    asked.expect("it asks")
}

#[test]
fn what_is_older_waits_until_there_is_room() {
    assert!(asked(Storage::Ok).cursors[0].back.is_some());
    for storage in [Storage::Low, Storage::Full] {
        assert_eq!(asked(storage).cursors[0].back, None, "{storage:?}");
    }
}

#[test]
fn on_a_full_disk_only_what_takes_no_room_is_taken_in() {
    let (mut bench, stream) = Bench::at_rest();
    let effects = bench.step(Event::Asked(7));
    let pull = loads_pull(&effects).expect("it pulls");
    bench.step(Event::PullLoaded(pull, Ok((request().0, Storage::Full))));
    let effects = bench.step(Event::Pulled(pull, Ok(PullResponse { pages: vec![page()], ..answer() })));
    let taken = effects.iter().find_map(|effect| match effect {
        Effect::TakeIn(_, answer) => Some(answer),
        _ => None,
    });
    let taken = taken.expect("grants and results are taken in");
    assert!(taken.pages.is_empty(), "rows eat what is kept for the person's own words");
    assert!(taken.more, "a copy that lacks rows is not complete");
    let effects = bench.step(Event::TookIn(pull, Ok(TookIn { more: true, push: false })));
    assert!(effects.contains(&Effect::Answer(7, Err(Trouble::Full))) && loads_pull(&effects).is_none());
    let hint = sync::Event::changed(ScopeId::new("s"), Some(page()));
    let effects = bench.step(Event::Heard(stream, hint.clone()));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::TakePage(_))));
    // There is room again.
    let pull = loads_pull(&bench.after(60_000, Event::Rang)).expect("it tries again");
    bench.step(Event::PullLoaded(pull, Ok(request())));
    bench.step(Event::Pulled(pull, Ok(answer())));
    bench.step(Event::TookIn(pull, Ok(TookIn::default())));
    let effects = bench.step(Event::Heard(stream, hint));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::TakePage(_))));
}
