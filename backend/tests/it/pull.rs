//! What an answer to a pull holds: first screens, what changed, what is older, and the set of grants.

use crate::acts::{open_case, open_case_to, send_message, start_thread, write_note};
use crate::copy::Copy;
use crate::town::{Town, towns};
use digiteam_backend::sync::{Limits, pull_within};
use protocol::access::Role;
use protocol::case::Note;
use protocol::id::{CaseId, ScopeId};
use protocol::sync::{Back, Cursor, Page, Span, WINDOW};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Writes notes `<name>-0` … into the case of `moa`, at most 500.
async fn write_notes(town: &Town, name: &str, count: usize) {
    let lane = town.own("sara").await;
    let notes = (0..count).map(|n| town.mutation("sara", lane.clone(), write_note("c1", &format!("{name}-{n}"), &[])));
    let done = town.push("sara", notes.collect()).await;
    assert!(done.iter().all(|result| matches!(result.outcome, protocol::mutation::Outcome::Applied { .. })));
}

fn is_back(page: &Page) -> bool {
    matches!(page.span, Span::Back { .. })
}

/// The scope of `moa`'s case.
async fn case_of_moa(town: &Town) -> ScopeId {
    let grants = town.grants("moa").await;
    let case = grants.into_iter().find(|grant| grant.kind == protocol::access::ScopeKind::Case);
    case.expect("she has a case").scope
}

#[tokio::test]
async fn the_newest_of_each_kind_come_first_and_older_ones_after_all_first_screens() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        write_notes(&town, "n", 120).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        let case = case_of_moa(&town).await;

        let mut copy = Copy::default();
        let first = town.answer("moa", &copy).await;
        assert!(first.more && !first.pages.iter().any(is_back), "{}: older ones came with the windows", town.engine);
        assert_eq!(first.pages.len(), 3, "own, case and thread");
        let page = first.pages.iter().find(|page| page.scope == case).expect("has a page");
        // The case's own record is the oldest but the only one of its kind.
        let Span::Window { replaces: None, back: Some(back) } = page.span else { panic!("{:?}", page.span) };
        assert_eq!((back.at, page.records.len()), (0, 51));
        copy.take(first);
        assert_eq!(copy.ids("case"), ["c1"]);
        assert_eq!(copy.ids("note").first().map(String::as_str), Some("n-70"));

        // What happens meanwhile comes as a tail, before or together with the older part.
        town.must("sara", write_note("c1", "later", &[])).await;
        let second = town.answer("moa", &copy).await;
        assert!(!second.more && second.pages.iter().any(is_back), "{:?}", second.pages);
        copy.take(second);
        assert_eq!(copy.ids("note").len(), 121, "{}", town.engine);
        assert!(copy.cursors.values().all(|cursor| cursor.back.is_none()));
        assert!(town.answer("moa", &copy).await.pages.is_empty());
    }
}

#[tokio::test]
async fn a_page_ends_between_sequence_numbers_and_the_next_goes_on_there() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        let case = case_of_moa(&town).await;
        let limits = Limits { window: 2, first: (20, 1 << 20), back: (30, 1 << 20) };
        // The older part of 58 is more than an answer holds.
        fill(&town, &case, "a", 1, 60).await;
        let mut copy = Copy::default();
        assert_eq!(answers(&town, &mut copy, &limits).await, 3, "{}", town.engine);
        assert_eq!(copy.ids("note").len(), 60, "{}", town.engine);

        // What came meanwhile: 6 numbers of 7 records, more than one answer holds, and then one number that is
        // more than any answer holds.
        fill(&town, &case, "b", 7, 42).await;
        fill(&town, &case, "c", 50, 50).await;
        let asked = copy.ask("d", &[]);
        let answer = pull_within(&town.app, &town.caller("moa"), &asked, &limits).await.expect("is answered");
        let Span::Tail { upto, .. } = answer.pages[0].span else { panic!("{:?}", answer.pages[0].span) };
        assert!(answer.more && answer.pages.len() == 1 && upto < answer.pages[0].head);
        assert_eq!(answer.pages[0].records.len(), 14, "a number was split");
        assert_eq!(answers(&town, &mut copy, &limits).await, 4, "{}", town.engine);
        assert_eq!(copy.ids("note").len(), 152, "{}", town.engine);

        // Whoever begins now gets that one number whole among what is older.
        let mut late = Copy::default();
        answers(&town, &mut late, &limits).await;
        assert_eq!(late.rows, copy.rows, "{}", town.engine);
    }
}

#[tokio::test]
async fn what_is_older_comes_in_few_answers() {
    // The engine has no part in it, and as many as that are soonest written to the embedded one.
    let town = towns().await.remove(0);
    town.must("sara", open_case("c1", "moa", true)).await;
    let case = case_of_moa(&town).await;
    fill(&town, &case, "a", 1, 9_000).await;
    let mut copy = Copy::default();
    assert_eq!(answers(&town, &mut copy, &Limits::default()).await, 4);
    assert_eq!(copy.ids("note").len(), 9_000);
}

#[tokio::test]
async fn an_answer_ends_by_bytes_too() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        let case = case_of_moa(&town).await;
        for n in 0..120 {
            put_note(&town, &case, &format!("long{n}"), 40_000).await;
        }
        let mut copy = Copy::default();
        let first = town.answer("moa", &copy).await;
        let page = first.pages.iter().find(|page| page.scope == case).expect("has a page");
        assert!((20..30).contains(&page.records.len()), "{}", page.records.len());
        assert!(page.records.iter().any(|record| record.kind == "case"), "long texts crowded out the case");
        copy.take(first);
        // One more where her other scope came after this one.
        assert!((2..=3).contains(&answers(&town, &mut copy, &Limits::default()).await), "{}", town.engine);
        assert_eq!(copy.ids("note").len(), 120, "{}", town.engine);
    }
}

/// How many answers it takes to bring `moa`'s copy up to date.
async fn answers(town: &Town, copy: &mut Copy, limits: &Limits) -> usize {
    for count in 1.. {
        let asked = copy.ask("d", &[]);
        let answer = pull_within(&town.app, &town.caller("moa"), &asked, limits).await.expect("is answered");
        if !copy.take(answer) {
            return count;
        }
    }
    unreachable!("it counts for ever")
}

/// Shows `count` short notes in `scope`, so many at each number.
async fn fill(town: &Town, scope: &ScopeId, name: &'static str, at_each: usize, count: usize) {
    let scope = scope.clone();
    let filled = town.app.db.write(move |tx| {
        Box::pin(async move {
            for n in 0..count {
                if n % at_each == 0 {
                    tx.feed.next_mutation();
                }
                tx.feed.put(&scope, &format!("{name}{n}"), &note(10))?;
            }
            Ok(())
        })
    });
    filled.await.expect("is written");
}

async fn put_note(town: &Town, scope: &ScopeId, id: &str, length: usize) {
    let (scope, id) = (scope.clone(), id.to_owned());
    let put = town.app.db.write(move |tx| Box::pin(async move { tx.feed.put(&scope, &id, &note(length)) }));
    put.await.expect("is written");
}

fn note(length: usize) -> Note {
    Note {
        case: CaseId::new("c1"),
        heading: "Samtal".into(),
        text: "a".repeat(length),
        author: "Sara Holm, socialsekreterare".into(),
        happened_at: 1,
        signed_at: 2,
        masked: Vec::new(),
    }
}

#[tokio::test]
async fn a_void_cursor_starts_the_scope_anew_and_says_which_one_was_void() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        write_notes(&town, "n", 120).await;
        let case = case_of_moa(&town).await;
        let good = town.copy("moa").await.cursors[&case].clone();
        let served = |cursor: Cursor| {
            let (town, case) = (&town, &case);
            async move {
                let mut copy = Copy::default();
                copy.cursors.insert(case.clone(), cursor);
                town.answer("moa", &copy).await.pages.into_iter().find(|page| page.scope == *case)
            }
        };
        assert_eq!(served(good.clone()).await, None);
        let behind = Cursor { seq: good.seq - 1, ..good.clone() };
        let page = served(behind).await.expect("has a page");
        assert_eq!(page.span, Span::Tail { after: good.seq - 1, upto: good.seq });
        for void in [
            Cursor { epoch: good.epoch + 1, ..good.clone() },
            Cursor { seq: good.seq + 1, ..good.clone() },
            Cursor { back: Some(Back { at: 3, to: good.seq + 1 }), ..good.clone() },
            Cursor { back: Some(Back { at: 3, to: 3 }), ..good.clone() },
            Cursor { back: Some(Back { at: -1, to: 3 }), ..good.clone() },
        ] {
            let seq = void.seq;
            let page = served(void.clone()).await.expect("has a page");
            assert!(
                matches!(page.span, Span::Window { replaces: Some(replaced), back: Some(_) } if replaced == seq),
                "{void:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_window_is_at_most_so_many_of_a_kind() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        for n in 0..60 {
            town.must("moa", send_message("t1", &format!("m{n}"), "Hej")).await;
        }
        for page in town.answer("moa", &Copy::default()).await.pages {
            for kind in ["message", "thread", "note"] {
                let count = page.records.iter().filter(|record| record.kind == kind).count();
                assert!(i64::try_from(count).expect("is small") <= WINDOW, "{}: {count} {kind}", town.engine);
            }
        }
        assert_eq!(town.ids("moa", "message").await.len(), 61);
    }
}

#[tokio::test]
async fn the_set_of_grants_is_left_out_while_it_is_the_one_that_is_held() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        let mut copy = town.copy("moa").await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        let answer = town.answer("moa", &copy).await;
        assert_eq!((answer.grants.as_ref(), answer.pages.len()), (None, 1), "a moved head is no other set");
        copy.take(answer);
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        assert!(town.answer("moa", &copy).await.grants.is_some_and(|grants| grants.len() == 3), "{}", town.engine);

        // Being served or not is part of the set, although nothing else of the grant changes.
        let desk = town.copy("sara").await;
        town.open("sara", "case_row", "c1").await.expect("may open");
        assert!(town.answer("sara", &desk).await.grants.is_some());
    }
}

#[tokio::test]
async fn what_a_guardian_was_sent_stands_for_two_weeks_and_the_set_changes_once_a_day() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", true)).await;
        let mut long = open_case_to("c1", "moa");
        long.review_at += 365 * DAY;
        town.must("sara", long).await;
        let lent = |grants: Vec<protocol::access::Grant>| {
            let guardian = grants.into_iter().find(|grant| grant.role == Role::Guardian).expect("is let in");
            guardian.lease_until.expect("it is lent")
        };
        let noon = town.app.db.now();
        let until = lent(town.grants("moa").await);
        assert_eq!(until % DAY, 0);
        assert!((14 * DAY..=15 * DAY).contains(&(until - noon)), "{until}");
        town.clock.fetch_add(11 * 60 * 60 * 1000, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(lent(town.grants("moa").await), until);
        town.clock.fetch_add(2 * 60 * 60 * 1000, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(lent(town.grants("moa").await), until + DAY);
        // The child's own copy, and her own things, are theirs.
        assert!(town.grants("barn").await.iter().all(|grant| grant.lease_until.is_none()));
        // Never longer than the access itself.
        town.must("sara", open_case_to("c1", "far")).await;
        town.clock.store(1_790_900_000_000 - DAY, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(lent(town.grants("far").await), 1_790_900_000_000);
    }
}
