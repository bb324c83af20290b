//! Opening content for work (staff): logged by the backend before a byte of it leaves; the openings that a lead looks
//! at; and the log, as those whom it concerns read it.
//!
//! What is still here under its lease can be looked at without a network; that too is told to the backend,
//! as soon as it can be reached.

mod log;
mod review;

use crate::Client;
use crate::failure::failure;
use crate::store::{Store, StoreError, queue};
use crate::sync::Open;
use crate::wire::WireError;
use bridge::access::{OpenScope, Purpose};
use bridge::{Failure, FailureCode, Topic};
use protocol::Millis;
use protocol::access::{Opened, Seen};
use protocol::id::{RecordId, ScopeId};
use protocol::identity::Realm;
use reqwest::Method;

impl Client {
    /// Opens content with a purpose, and fetches it. What is here already is only told to have been looked at.
    ///
    /// # Errors
    /// `Offline` when it is not here and cannot be asked for; `Access` when it is not theirs to open.
    pub async fn open_scope(&self, call: OpenScope) -> Result<(), Failure> {
        let open = self.open()?;
        let scope = ScopeId::new(call.scope);
        if open.store.is_lent(&scope, open.now()).await? {
            let mut tx = open.store.write_intent().await?;
            queue(&mut tx, &open.me.own_scope, &Seen { scope, at: open.now(), record: None }.into(), open.now())
                .await?;
            tx.commit().await.map_err(StoreError::from)?;
            open.queued(Topic::Sync);
            return Ok(());
        }
        let body = protocol::access::OpenScope { scope, purpose: purpose(call.purpose), reason: call.reason };
        match open.answer(|wire| wire.request(Method::POST, &["access", "open"]).json(&body)).await {
            Ok(Opened { .. }) => Ok(open.pull().await?),
            Err(WireError::Ended) => Err(failure(FailureCode::SessionEnded)),
            Err(error) => Err(error.into()),
        }
    }
}

impl Open {
    /// Tells the backend that staff looked at `record` in what they have open.
    pub(crate) async fn tell_seen(&self, scope: &ScopeId, record: &str) -> Result<(), Failure> {
        if self.me.realm != Realm::Staff {
            return Ok(());
        }
        let seen = Seen { scope: scope.clone(), at: self.now(), record: Some(RecordId::new(record)) };
        let mut tx = self.store.write_intent().await?;
        queue(&mut tx, &self.me.own_scope, &seen.into(), self.now()).await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.queued(Topic::Sync);
        Ok(())
    }
}

impl Store {
    /// Whether content of `scope` is here, under a lease that holds.
    async fn is_lent(&self, scope: &ScopeId, device_now: Millis) -> Result<bool, StoreError> {
        let lent = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM cursor JOIN grants ON grants.scope = cursor.scope
                 WHERE cursor.scope = ?1 AND grants.head IS NOT NULL AND grants.lease_until > ?2)",
        )
        .bind(scope.as_str())
        .bind(self.lent_after(device_now).await?)
        .fetch_one(self.read())
        .await?;
        Ok(lent)
    }
}

fn purpose(purpose: Purpose) -> protocol::access::Purpose {
    match purpose {
        Purpose::Reply => protocol::access::Purpose::Reply,
        Purpose::Handle => protocol::access::Purpose::Handle,
        Purpose::StandIn => protocol::access::Purpose::StandIn,
        Purpose::Review => protocol::access::Purpose::Review,
    }
}
