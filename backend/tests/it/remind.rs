//! Reminders before an age at which something changes.

use crate::acts::{assign_case, open_case};
use crate::town::{Town, towns};
use digiteam_backend::relation::remind;
use protocol::case::{MoveCase, Stage};
use protocol::id::CaseId;
use protocol::relation::{AgeReminder, AgeRule};
use std::sync::atomic::Ordering;

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Midnight in Sweden on the birthdays of Vera, who is born on 10 May 2010.
const VERA_15: i64 = 1_746_828_000_000;
const VERA_18: i64 = 1_841_522_400_000;
/// As the rules come with the backend.
const BEFORE: i64 = 42 * DAY;

async fn reminders(town: &Town, staff: &str) -> Vec<AgeReminder> {
    let all = town.all(staff).await;
    let ours = all.iter().filter(|(_, record)| record.kind == "age_reminder");
    ours.map(|(_, record)| record.body.read().expect("is one")).collect()
}

/// It is `at`, and the daily work is done.
async fn day(town: &Town, at: i64) {
    town.clock.store(at, Ordering::SeqCst);
    remind(&town.app.db).await.expect("is done");
}

#[tokio::test]
async fn a_caseworker_is_reminded_once_some_weeks_before_and_until_the_day() {
    for mut town in towns().await {
        town.clock.store(VERA_15 - 2 * BEFORE, Ordering::SeqCst);
        town.must("sara", open_case("c1", "ung", true)).await;
        for (birthday, rule, years) in [(VERA_15, AgeRule::OwnAction, 15), (VERA_18, AgeRule::Majority, 18)] {
            day(&town, birthday - BEFORE - 1).await;
            assert!(reminders(&town, "sara").await.is_empty(), "{}: too early", town.engine);
            day(&town, birthday - BEFORE).await;
            let told = reminders(&town, "sara").await;
            assert_eq!(told.len(), 1, "{}: {told:?}", town.engine);
            assert_eq!((told[0].rule, told[0].years, told[0].at), (rule, years, birthday));
            assert_eq!((told[0].concerns.as_str(), told[0].case.as_str()), ("Vera Berg", "c1"));
            assert!(told[0].law.contains("år"), "says by which law: {}", told[0].law);

            // Again and after a start it is the same one, and nothing moves.
            let heads = town.heads("sara").await;
            day(&town, birthday - BEFORE + DAY).await;
            town.restart().await;
            day(&town, birthday - 1).await;
            assert_eq!(town.heads("sara").await, heads, "{}: told again", town.engine);
            assert_eq!(reminders(&town, "sara").await, told);
            for other in ["samir", "ung", "moa"] {
                assert!(reminders(&town, other).await.is_empty(), "{other} is told");
            }
            day(&town, birthday).await;
            assert!(reminders(&town, "sara").await.is_empty(), "{}: it is over", town.engine);
        }
    }
}

#[tokio::test]
async fn a_reminder_goes_with_the_case_and_ends_with_it() {
    for town in towns().await {
        town.clock.store(VERA_18 - DAY, Ordering::SeqCst);
        // Opened so late that no day's work comes in between.
        town.must("sara", open_case("c1", "ung", true)).await;
        assert_eq!(reminders(&town, "sara").await.len(), 1, "{}", town.engine);
        town.must("sara", assign_case("c1", "samir")).await;
        assert_eq!((reminders(&town, "sara").await.len(), reminders(&town, "samir").await.len()), (0, 1));
        town.must("samir", MoveCase { case: CaseId::new("c1"), stage: Stage::Closed, next_step: None }).await;
        assert!(reminders(&town, "samir").await.is_empty(), "{}: the case is closed", town.engine);
        day(&town, VERA_18 - DAY + 1).await;
        assert!(reminders(&town, "samir").await.is_empty());
    }
}

#[tokio::test]
async fn how_long_before_is_a_row_of_the_database() {
    for town in towns().await {
        town.clock.store(VERA_18 - BEFORE, Ordering::SeqCst);
        town.must("sara", open_case("c1", "ung", true)).await;
        town.sql("UPDATE age_rule SET remind_days = 7 WHERE name = 'majority' AND $1 > 0").await;
        day(&town, VERA_18 - 8 * DAY).await;
        assert!(reminders(&town, "sara").await.is_empty(), "{}", town.engine);
        day(&town, VERA_18 - 7 * DAY).await;
        assert_eq!(reminders(&town, "sara").await.len(), 1, "{}", town.engine);
        // Adults have none.
        town.must("sara", open_case("c2", "moa", true)).await;
        assert_eq!(reminders(&town, "sara").await.len(), 1);
    }
}
