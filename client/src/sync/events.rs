//! Listening for hints that something changed. Whatever comes, or the connection itself, means: look.
//!
//! A connection that is silent for more than two heartbeats is taken for dead; the HTTP client ends it.

use super::{Open, backoff::Backoff};
use crate::wire::WireError;
use eventsource_stream::Eventsource as _;
use futures_util::StreamExt as _;
use std::sync::Arc;

pub(super) async fn run(open: Arc<Open>) {
    let mut backoff = Backoff::default();
    loop {
        open.tokens.until_renewed().await;
        if let Err(error) = listen(&open, &mut backoff).await {
            tracing::debug!(%error, "no events");
        }
        let wait = backoff.next(&mut rand::thread_rng());
        let _ = tokio::time::timeout(wait, open.events_bell.notified()).await;
    }
}

async fn listen(open: &Open, backoff: &mut Backoff) -> Result<(), WireError> {
    let answer = open.ask(|wire| wire.stream(&["sync", "events"])).await?;
    backoff.reset();
    // What happened while nobody listened.
    open.pull_bell.notify_one();
    let mut events = answer.bytes_stream().eventsource();
    while let Some(event) = events.next().await {
        match event {
            // Known or not, every event says the same.
            Ok(_) => open.pull_bell.notify_one(),
            Err(_) => break,
        }
    }
    // Whether only the stream ended or the backend is gone shows at the next request.
    open.pull_bell.notify_one();
    Ok(())
}
