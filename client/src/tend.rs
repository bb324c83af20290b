//! Work in the store that nobody waits for: the index follows the records, and what was deleted is cleaned away.
//!
//! Waits for a moment of quiet first, so that records arrive before they are indexed, and goes in steps so short that
//! an intent never waits long for its turn to be written. What is left undone stands in the store, so a crash loses
//! nothing of it.

use crate::store::{Store, StoreError};
use crate::sync::Open;
use bridge::Topic;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// Records that one step indexes.
const STEP: usize = 200;
/// Nothing was announced for this long: it is quiet.
const QUIET: Duration = Duration::from_millis(150);
/// It is never quiet: work anyhow.
const PATIENCE: Duration = Duration::from_secs(3);
/// After a failure, or because the clock alone may have changed something.
const LOOK: Duration = Duration::from_secs(60);

pub(crate) async fn run(open: Arc<Open>) {
    let mut changes = open.changes.listen();
    loop {
        match tend(&open.store).await {
            Ok(false) => {}
            Ok(true) => open.changes.tell([Topic::Sync]),
            Err(error) => tracing::warn!(%error, "the store could not be tended"),
        }
        // Lagging behind is a change too.
        let _ = timeout(LOOK, changes.recv()).await;
        let at_last = Instant::now() + PATIENCE;
        while let Ok(Ok(_)) = timeout_at(at_last, timeout(QUIET, changes.recv())).await {}
    }
}

// Whether there was anything to do.
async fn tend(store: &Store) -> Result<bool, StoreError> {
    let mut worked = false;
    while store.index_some(STEP).await? {
        worked = true;
    }
    while store.purge_some().await? {
        worked = true;
    }
    Ok(worked)
}
