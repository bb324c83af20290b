//! Sending what waits, in order, until the backend has answered for each.
//!
//! A push whose answer is lost is sent again as it was; the backend knows each by its id. An answer that
//! refuses a whole push is narrowed down to the one that is at fault, so that it does not hold up the rest.

use super::{Open, backoff::Backoff};
use crate::store::Settled;
use crate::wire::{self, WireError};
use bridge::Topic;
use protocol::mutation::{MutationResult, Outcome};
use protocol::refusal::RefusalCode;
use protocol::sync::{MAX_PUSH, PushRequest, PushResponse};
use reqwest::Method;
use std::sync::Arc;

enum Sent {
    All,
    Some,
}

pub(super) async fn run(open: Arc<Open>) {
    let mut backoff = Backoff::default();
    let mut most = MAX_PUSH;
    loop {
        open.tokens.until_renewed().await;
        match push(&open, most).await {
            Ok(Sent::Some) => {
                backoff.reset();
                most = MAX_PUSH;
            }
            Ok(Sent::All) => {
                backoff.reset();
                most = MAX_PUSH;
                open.push_bell.notified().await;
            }
            Err(WireError::Refused(refusal)) if is_for_good(refusal.code) && most > 1 => most = 1,
            Err(error) => {
                tracing::debug!(%error, "push failed");
                let wait = backoff.next(&mut rand::thread_rng());
                // A new message or a returning network is a reason not to wait.
                let _ = tokio::time::timeout(wait, open.push_bell.notified()).await;
            }
        }
    }
}

async fn push(open: &Open, most: usize) -> Result<Sent, WireError> {
    let mutations = open.store.to_send(most).await?;
    let Some(first) = mutations.first() else { return Ok(Sent::All) };
    let alone = (mutations.len() == 1).then(|| first.mid.clone());
    let body = PushRequest { device: open.device.clone(), mutations };
    let answer = open.ask(|wire| wire.request(Method::POST, &["sync", "push"]).json(&body)).await;
    let results = match (answer, alone) {
        (Ok(answer), _) => wire::read::<PushResponse>(answer).await?.results,
        (Err(WireError::Refused(refusal)), Some(mid)) if is_for_good(refusal.code) => {
            vec![MutationResult { mid, outcome: Outcome::Refused { refusal } }]
        }
        (Err(error), _) => return Err(error),
    };
    let settled = open.store.settle(&results).await?;
    open.changes.tell([Topic::Sync, Topic::Message, Topic::Task]);
    open.pull_bell.notify_one();
    match settled {
        Settled::Done => Ok(Sent::Some),
        // Put right or not, the next try should not come in the same breath.
        Settled::Renumbered => Err(WireError::Down),
    }
}

fn is_for_good(code: RefusalCode) -> bool {
    match code {
        RefusalCode::Invalid
        | RefusalCode::TooLong
        | RefusalCode::Access
        | RefusalCode::Conflict
        | RefusalCode::Closed => true,
        RefusalCode::Unauthenticated
        | RefusalCode::Reused
        | RefusalCode::OutOfOrder
        | RefusalCode::Busy
        | RefusalCode::Internal
        | RefusalCode::Unknown => false,
    }
}
