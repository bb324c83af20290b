//! What a pull asks: how far every scope has come, which set of grants is here, and what waits for its result.

use super::apply::Held;
use super::{Meta, Store, StoreError};
use protocol::id::{DeviceId, ScopeId};
use protocol::sync::{Cursor, PullRequest};

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
        let cursor = |held: Held| {
            let back = held.back();
            Cursor { scope: ScopeId::new(held.scope), epoch: held.epoch, seq: held.seq, back }
        };
        Ok(held.into_iter().map(cursor).collect())
    }

    /// Names the set of grants that is here.
    pub(crate) async fn grants_hash(&self) -> Result<Option<String>, StoreError> {
        Ok(self.meta::<Option<String>>(Meta::GrantsHash).await?.flatten())
    }
}
