//! Tombstones are collected, and nobody misses one by it.

use crate::acts::{mask, open_case, write_note};
use crate::copy::Copy;
use crate::town::{Town, towns};
use digiteam_backend::collect::collect;
use digiteam_backend::sync::{Limits, pull_within};
use protocol::access::ScopeKind;
use protocol::sync::Span;

async fn tombstones(town: &Town) -> i64 {
    let mut snapshot = town.app.db.snapshot().await.expect("reads");
    let (count,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM record WHERE deleted = 1").fetch_one(&mut *snapshot).await.expect("reads");
    count
}

#[tokio::test]
async fn old_tombstones_go_and_whoever_has_not_heard_of_them_begins_anew() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        for n in 0..4 {
            town.must("sara", write_note("c1", &format!("n{n}"), &[])).await;
        }
        let mut behind = town.copy("moa").await;
        town.must("sara", mask("c1", "n1", &["moa"])).await;
        let mut abreast = town.copy("moa").await;
        town.wait(24);
        town.must("sara", mask("c1", "n2", &["moa"])).await;
        assert_eq!(collect(&town.app.db, 1).await.expect("collects"), 1, "{}", town.engine);
        assert_eq!((tombstones(&town).await, collect(&town.app.db, 1).await.expect("collects")), (1, 0));

        let case = town.scope("moa", ScopeKind::Case).await;
        let page_of = async |copy: &Copy| {
            let pages = town.answer("moa", copy).await.pages;
            pages.into_iter().find(|page| page.scope == case).expect("has a page").span
        };
        assert!(matches!(page_of(&abreast).await, Span::Tail { .. }), "{}: at the floor nothing is lost", town.engine);
        assert!(matches!(page_of(&behind).await, Span::Window { replaces: Some(_), .. }));
        for copy in [&mut behind, &mut abreast] {
            town.follow("moa", copy).await;
            assert_eq!(copy.ids("note"), ["n0", "n3"], "{}", town.engine);
            town.check_digests("moa", copy).await;
        }
        // One that is shown again is no tombstone any more; that staff were told of its mask is one now.
        town.must("sara", mask("c1", "n2", &[])).await;
        town.wait(48);
        assert_eq!(collect(&town.app.db, 1).await.expect("collects"), 1);
        town.follow("moa", &mut abreast).await;
        assert_eq!(abreast.ids("note"), ["n0", "n3", "n2"]);
    }
}

#[tokio::test]
async fn an_older_part_that_is_still_to_be_fetched_lies_below_the_floor_and_comes_all_the_same() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        for n in 0..8 {
            town.must("sara", write_note("c1", &format!("n{n}"), &[])).await;
        }
        let limits = Limits { window: 2, first: (100, 1 << 20), back: (1, 1 << 20) };
        let mut copy = Copy::default();
        let mut answers = 0;
        loop {
            let asked = copy.ask("d", &[]);
            let answer = pull_within(&town.app, &town.caller("moa"), &asked, &limits).await.expect("is answered");
            let windows = answer.pages.iter().filter(|page| matches!(page.span, Span::Window { .. })).count();
            assert!(answers == 0 || windows == 0, "{}: it was begun anew", town.engine);
            let more = copy.take(answer);
            answers += 1;
            if answers == 2 {
                // One that was fetched, one that was not yet, and the floor above both.
                town.must("sara", mask("c1", "n0", &["moa"])).await;
                town.must("sara", mask("c1", "n4", &["moa"])).await;
                town.follow_tails("moa", &mut copy).await;
                town.wait(48);
                collect(&town.app.db, 1).await.expect("collects");
            }
            if !more {
                break;
            }
        }
        assert_eq!(copy.ids("note"), ["n1", "n2", "n3", "n5", "n6", "n7"], "{}", town.engine);
        assert!(answers > 4, "{answers}");
        town.check_digests("moa", &copy).await;
    }
}

impl Town {
    /// Takes what changed, and nothing older.
    async fn follow_tails(&self, person: &str, copy: &mut Copy) {
        let limits = Limits { back: (0, 0), ..Limits::default() };
        let asked = copy.ask("d", &[]);
        copy.take(pull_within(&self.app, &self.caller(person), &asked, &limits).await.expect("is answered"));
    }
}
