//! Fetching what is new, page after page, until nothing is missing.

use super::{Open, backoff::Backoff, now};
use crate::wire::{self, WireError};
use bridge::Topic;
use protocol::sync::{PullRequest, PullResponse};
use reqwest::Method;
use std::sync::Arc;
use std::time::Duration;

/// How long to go without a hint before looking anyhow.
const LOOK: Duration = Duration::from_secs(60);

pub(super) async fn run(open: Arc<Open>) {
    let mut backoff = Backoff::default();
    loop {
        // Without a session there is nothing to ask, but the clock goes on.
        if tokio::time::timeout(LOOK, open.tokens.until_renewed()).await.is_ok() {
            let wait = match open.pull().await {
                Ok(()) => {
                    backoff.reset();
                    LOOK
                }
                Err(error) => {
                    tracing::debug!(%error, "pull failed");
                    backoff.next(&mut rand::thread_rng())
                }
            };
            let _ = tokio::time::timeout(wait, open.pull_bell.notified()).await;
        }
        // Offline too: what is on loan goes back in time. Never while a page is under way, which would then
        // be taken for the whole scope.
        let _one_at_a_time = open.pulling.lock().await;
        match open.store.end_leases(now()).await {
            Ok(topics) => open.changes.tell(topics),
            Err(error) => tracing::warn!(%error, "leases could not be ended"),
        }
    }
}

impl Open {
    /// Pulls until nothing is missing.
    pub(crate) async fn pull(&self) -> Result<(), WireError> {
        let _one_at_a_time = self.pulling.lock().await;
        let done = self.pull_pages().await;
        self.set_catching_up(false);
        done
    }

    async fn pull_pages(&self) -> Result<(), WireError> {
        loop {
            let body = PullRequest {
                device: self.device.clone(),
                cursors: self.store.cursors().await?,
                waiting: self.store.unsettled().await?,
            };
            let answer = self.ask(|wire| wire.request(Method::POST, &["sync", "pull"]).json(&body)).await?;
            let answer: PullResponse = wire::read(answer).await?;
            let applied = self.store.apply(&answer, now()).await?;
            if applied.push {
                self.push_bell.notify_one();
            }
            self.changes.tell(applied.topics);
            self.changes.tell([Topic::Sync]);
            if !applied.more {
                self.files_bell.notify_one();
                return Ok(());
            }
            self.set_catching_up(true);
        }
    }
}
