//! Openings on the desk of a unit's lead.

use crate::backend::Backend;
use crate::device::{Device, sync};
use bridge::FailureCode;
use bridge::access::{ListOpenings, OpeningState, OpeningView, ReviewOpening};
use bridge::sync::{Discard, RefusedAt};
use digiteam_client::Client;
use protocol::access::{FlaggedOpening, Purpose, Review, ScopeKind, SyncMode};
use protocol::mutation::Act;
use protocol::refusal::RefusalCode;

fn opening(at: i64) -> FlaggedOpening {
    FlaggedOpening {
        by: "Samir Nouri, socialsekreterare".to_owned(),
        number: "2026-1".to_owned(),
        title: "Stöd".to_owned(),
        concerns: "Moa Berg".to_owned(),
        purpose: Purpose::StandIn,
        reason: "Sara är sjuk.".to_owned(),
        at,
        own: false,
        review: None,
    }
}

/// One that somebody has looked at, one that nobody has, and one of her own.
async fn world() -> Backend {
    let backend = Backend::start().await;
    backend.world().scope("own", ScopeKind::Desk, SyncMode::Auto);
    let review = Some(Review { by: "Lena Ek, enhetschef".to_owned(), at: 9, note: None });
    backend.put("own", "o1", &FlaggedOpening { review, ..opening(8) });
    backend.put("own", "o2", &opening(4));
    backend.put("own", "o3", &FlaggedOpening { own: true, ..opening(3) });
    backend
}

async fn list(client: &Client) -> Vec<OpeningView> {
    client.list_openings(ListOpenings {}).await.expect("a list")
}

fn look(opening: &str, note: &str) -> ReviewOpening {
    ReviewOpening { opening: opening.to_owned(), note: Some(note.to_owned()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_has_looked_at_comes_first_and_a_look_waits_until_it_is_taken() {
    let backend = world().await;
    let device = Device::open(&backend).await;
    let rows = list(&device.client).await;
    let order: Vec<&str> = rows.iter().map(|one| one.opening.as_str()).collect();
    assert_eq!(order, ["o2", "o3", "o1"]);
    assert_eq!((&rows[0].state, &rows[1].state), (&OpeningState::Open, &OpeningState::Own));
    let long = device.client.review_opening(look("o2", &"å".repeat(301))).await.expect_err("is too long");
    assert_eq!(long.code, FailureCode::TooLong);
    for (nothing, why) in [("o3", "is her own"), ("o9", "is none")] {
        let refused = device.client.review_opening(look(nothing, "")).await.expect_err(why);
        assert_eq!(refused.code, FailureCode::Access);
    }

    backend.set_down(true);
    device.client.review_opening(look("o2", " I sin ordning. ")).await.expect("is kept");
    device.client.review_opening(look("o2", "En gång till")).await.expect("is the same");
    assert_eq!(list(&device.client).await[0].state, OpeningState::Waiting);
    backend.set_down(false);
    device.client.enter_foreground();
    backend.until("the look arrives", |world| !world.arrived.is_empty()).await;
    let Act::ReviewOpening(act) = backend.world().arrived[0].act.clone() else { panic!("another act") };
    assert_eq!((act.opening.as_str(), act.note.as_deref()), ("o2", Some("I sin ordning.")));
    let review = Some(Review { by: "Leif Torp, enhetschef".to_owned(), at: 9, note: act.note });
    backend.put("own", "o2", &FlaggedOpening { review, ..opening(4) });
    device
        .until("it is looked at", async |client| {
            list(client).await.iter().any(|one| {
                one.opening == "o2"
                    && matches!(&one.state, OpeningState::Reviewed { note, .. } if note.as_deref() == Some("I sin ordning."))
            })
        })
        .await;
    assert_eq!(backend.world().arrived.len(), 1, "said twice is said once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_was_refused_is_told_where_it_stands() {
    let backend = world().await;
    backend.world().refuse = Some(RefusalCode::Closed);
    let device = Device::open(&backend).await;
    device.client.review_opening(look("o2", "")).await.expect("is kept");
    device.until("it is told", async |client| matches!(list(client).await[0].state, OpeningState::Refused(_))).await;
    assert_eq!(sync(&device.client).await.refused_at, Some(RefusedAt::Openings));
    let OpeningState::Refused(refused) = list(&device.client).await.remove(0).state else { panic!("is not refused") };
    assert_eq!(refused.code, FailureCode::Closed);
    device.client.discard(Discard { mid: refused.mid }).await.expect("is thrown away");
    assert_eq!(list(&device.client).await[0].state, OpeningState::Open);
}
