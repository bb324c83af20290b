//! What a pull asks: how far every scope has come, which set of grants is here, and what waits for its result. As it
//! stands in the store, and as it will stand there once an answer is taken in.

use super::apply::{Held, joined};
use super::{Meta, Store, StoreError};
use protocol::id::DeviceId;
use protocol::sync::{Cursor, PullRequest, PullResponse};
use std::collections::BTreeMap;

impl Store {
    /// All of it.
    pub(crate) async fn pull_request(&self, device: &DeviceId) -> Result<PullRequest, StoreError> {
        Ok(PullRequest {
            device: device.clone(),
            grants: self.grants_hash().await?,
            cursors: self.cursors().await?,
            waiting: self.unsettled().await?,
        })
    }

    /// How far every scope has come.
    pub(crate) async fn cursors(&self) -> Result<Vec<Cursor>, StoreError> {
        let held: Vec<Held> = sqlx::query_as("SELECT scope, epoch, seq, back_at, back_to FROM cursor ORDER BY scope")
            .fetch_all(self.read())
            .await?;
        Ok(held.into_iter().map(Cursor::from).collect())
    }

    /// Names the set of grants that is here.
    pub(crate) async fn grants_hash(&self) -> Result<Option<String>, StoreError> {
        Ok(self.meta::<Option<String>>(Meta::GrantsHash).await?.flatten())
    }
}

/// What will be asked after `answer` to `request`, if all of it is taken in.
pub(crate) fn ask_next(request: &PullRequest, answer: &PullResponse) -> PullRequest {
    let mut cursors: BTreeMap<_, _> =
        request.cursors.iter().map(|cursor| (cursor.scope.clone(), cursor.clone())).collect();
    if let Some(grants) = &answer.grants {
        cursors.retain(|scope, _| grants.iter().any(|grant| grant.scope == *scope));
    }
    for page in &answer.pages {
        if let Some(cursor) = joined(page, cursors.get(&page.scope)) {
            cursors.insert(page.scope.clone(), cursor);
        }
    }
    PullRequest {
        device: request.device.clone(),
        grants: Some(answer.grants_hash.clone()),
        cursors: cursors.into_values().collect(),
        waiting: request.waiting.clone(),
    }
}
