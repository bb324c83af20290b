//! Opening content for work (staff): logged by the backend before a byte of it leaves.
//!
//! What is still here under its lease can be looked at without a network; that too is told to the backend,
//! as soon as it can be reached.

use crate::Client;
use crate::failure::failure;
use crate::store::{StoreError, queue};
use crate::sync::now;
use crate::wire::WireError;
use bridge::access::{OpenScope, Purpose};
use bridge::{Failure, FailureCode};
use protocol::access::Seen;
use protocol::id::ScopeId;
use reqwest::Method;

impl Client {
    /// Opens content with a purpose, and fetches it.
    ///
    /// # Errors
    /// `Offline` when it is not here and cannot be asked for; `Access` when it is not theirs to open.
    pub async fn open_scope(&self, call: OpenScope) -> Result<(), Failure> {
        let open = self.open()?;
        let scope = ScopeId::new(call.scope);
        let body = protocol::access::OpenScope { scope: scope.clone(), purpose: purpose(call.purpose) };
        match open.ask(|wire| wire.request(Method::POST, &["access", "open"]).json(&body)).await {
            Ok(_) => Ok(open.pull().await?),
            Err(error @ (WireError::Unreachable | WireError::Down)) => {
                let here: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM cursor WHERE scope = ?1)")
                    .bind(scope.as_str())
                    .fetch_one(open.store.read())
                    .await
                    .map_err(StoreError::from)?;
                if !here {
                    return Err(error.into());
                }
                let mut tx = open.store.write().await?;
                let seen = Seen { scope, at: now() };
                queue(&mut tx, &open.me.own_scope, &seen.into(), now()).await?;
                tx.commit().await.map_err(StoreError::from)?;
                Ok(())
            }
            Err(WireError::Ended) => Err(failure(FailureCode::SessionEnded)),
            Err(error) => Err(error.into()),
        }
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
