//! Nothing is booked twice: however bookings come, what stands for one party never overlaps.

use crate::town::{Town, towns};
use digiteam_backend::booking::{Span, give_back, take};
use digiteam_backend::error::Error;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use protocol::id::MunicipalityId;
use protocol::refusal::RefusalCode;
use std::collections::BTreeMap;
use std::sync::Arc;

const PARTIES: [&str; 4] = ["sara", "samir", "rum-2", "tolk-ar"];

/// `Ok` when it stands, or the code of the refusal.
async fn book(town: &Town, id: String, starts: i64, ends: i64, parties: Vec<&'static str>) -> Result<(), RefusalCode> {
    let booked = town.app.db.write(move |tx| {
        Box::pin(
            async move { take(tx, &MunicipalityId::new("helsingborg"), &id, Span { starts, ends }, &parties).await },
        )
    });
    booked.await.map_err(|error| match error {
        Error::Refused(refusal) => refusal.code,
        other => panic!("{other}"),
    })
}

async fn spans(town: &Town) -> BTreeMap<String, Vec<(i64, i64)>> {
    let mut snapshot = town.app.db.snapshot().await.expect("reads");
    let rows: Vec<(String, i64, i64)> =
        sqlx::query_as("SELECT party, starts, ends FROM occupancy ORDER BY party, starts")
            .fetch_all(&mut *snapshot)
            .await
            .expect("reads");
    let mut spans: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (party, starts, ends) in rows {
        spans.entry(party).or_default().push((starts, ends));
    }
    spans
}

fn assert_apart(spans: &BTreeMap<String, Vec<(i64, i64)>>) {
    for (party, spans) in spans {
        for pair in spans.windows(2) {
            assert!(pair[0].1 <= pair[1].0, "{party} is booked twice: {pair:?}");
        }
    }
}

#[tokio::test]
async fn a_party_that_is_taken_cannot_be_taken_again() {
    for town in towns().await {
        book(&town, "a1".into(), 100, 200, vec!["sara", "rum-2"]).await.expect("is free");
        for (starts, ends) in [(100, 200), (50, 101), (199, 300), (0, 1_000), (120, 130)] {
            let refused = book(&town, "a2".into(), starts, ends, vec!["tolk-ar", "sara"]).await;
            assert_eq!(refused, Err(RefusalCode::Conflict), "{} {starts}-{ends}", town.engine);
        }
        assert!(!spans(&town).await.contains_key("tolk-ar"), "a refused booking left something behind");
        book(&town, "a3".into(), 200, 300, vec!["sara"]).await.expect("begins where the other ends");
        book(&town, "a4".into(), 100, 200, vec!["samir"]).await.expect("somebody else is free");
        assert_eq!(book(&town, "a5".into(), 300, 300, vec!["samir"]).await, Err(RefusalCode::Invalid));
        // Moving what stands into what stands is no way round it.
        let moved = town.app.db.write(|tx| {
            Box::pin(async move {
                let sql = "UPDATE occupancy SET starts = 150 WHERE appointment = 'a3'";
                Ok(sqlx::query(sql).execute(&mut *tx.conn).await.map(drop)?)
            })
        });
        assert!(moved.await.is_err(), "{}", town.engine);
        let gone = town.app.db.write(|tx| Box::pin(async move { give_back(tx, "a1").await }));
        gone.await.expect("is given back");
        book(&town, "a6".into(), 100, 200, vec!["sara"]).await.expect("is free again");
    }
}

#[tokio::test]
async fn of_many_who_want_one_time_exactly_one_gets_it() {
    for town in towns().await {
        let town = Arc::new(town);
        let tries = (0..24).map(|n| {
            let town = Arc::clone(&town);
            // Each wants it a little otherwise, and the parties in another order.
            let parties = if n % 2 == 0 { vec!["sara", "rum-2"] } else { vec!["rum-2", "sara"] };
            tokio::spawn(async move { book(&town, format!("race-{n}"), 100 + n, 200 + n, parties).await })
        });
        let mut won = 0;
        for one in tries.collect::<Vec<_>>() {
            match one.await.expect("runs") {
                Ok(()) => won += 1,
                Err(code) => assert_eq!(code, RefusalCode::Conflict, "{}", town.engine),
            }
        }
        assert_eq!(won, 1, "{}", town.engine);
    }
}

#[test]
fn whatever_is_booked_and_given_back_nobody_is_booked_twice() {
    let step = (0..300_i64, 1..60_i64, proptest::sample::subsequence(PARTIES.to_vec(), 1..=4), any::<bool>());
    let config = Config { cases: 8, failure_persistence: None, max_shrink_iters: 50, ..Config::default() };
    let runtime = tokio::runtime::Runtime::new().expect("runs");
    let outcome = TestRunner::new(config).run(&vec(step, 5..40), |steps| {
        for town in runtime.block_on(towns()) {
            runtime.block_on(async {
                let mut model: Vec<(String, i64, i64, Vec<&str>)> = Vec::new();
                for (n, (starts, length, parties, gives_back)) in steps.iter().enumerate() {
                    if *gives_back && let Some((id, ..)) = model.pop() {
                        let gone = town.app.db.write(move |tx| Box::pin(async move { give_back(tx, &id).await }));
                        gone.await.expect("is given back");
                    }
                    let (id, ends) = (format!("b{n}"), starts + length);
                    let free = model.iter().all(|(_, from, until, who)| {
                        ends <= *from || *until <= *starts || !who.iter().any(|party| parties.contains(party))
                    });
                    let booked = book(&town, id.clone(), *starts, ends, parties.clone()).await;
                    assert_eq!(booked, if free { Ok(()) } else { Err(RefusalCode::Conflict) }, "{}", town.engine);
                    if free {
                        model.push((id, *starts, ends, parties.clone()));
                    }
                }
                assert_apart(&spans(&town).await);
            });
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
