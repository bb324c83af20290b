//! Two programs show windows on one stage; provider and backend stay until both have left.

use std::time::Duration;

use digiteam_tests::sharing::Shared;
use digiteam_tests::stage::Ports;
use tokio::time::timeout;

#[tokio::test]
async fn whoever_comes_later_joins_and_the_stage_stays_until_both_have_left() {
    let folder = tempfile::tempdir().expect("a temp folder");
    let ports = Ports::free().expect("two free ports");
    let first = Shared::open(folder.path(), ports).await.expect("a stage");
    let second = Shared::open(folder.path(), ports).await.expect("joins");
    assert!(first.is_host() && !second.is_host());
    assert!(is_ready(&second).await);

    let other = tempfile::tempdir().expect("a temp folder");
    let taken = Shared::open(other.path(), ports).await.err().expect("the ports are taken");
    assert!(format!("{taken:#}").contains("another --data"), "{taken:#}");

    let mut leaving = Box::pin(first.leave());
    assert!(timeout(Duration::from_millis(300), &mut leaving).await.is_err(), "a window is open");
    assert!(is_ready(&second).await, "it was taken away from under a window");
    second.leave().await.expect("leaves");
    leaving.await.expect("is the last");

    let again = Shared::open(folder.path(), ports).await.expect("a stage");
    assert!(again.is_host() && is_ready(&again).await, "what an earlier one said was taken for its own");
}

async fn is_ready(stage: &Shared) -> bool {
    let ready = stage.backend().join("health/ready").expect("an address");
    reqwest::get(ready).await.is_ok_and(|answer| answer.status().is_success())
}
