//! The access token: handed out while it is good, renewed when it is not.
//!
//! Renewing rotates the refresh token. The new one is in the store before anything is done with it; if the
//! answer is lost on the way, the old one is dead and the person logs in again. Nothing that is stored or
//! waiting is touched by that.

use super::provider::{Endpoints, Granted, good_until};
use crate::changes::Changes;
use crate::store::{Meta, Store, StoreError};
use crate::wire::{Wire, WireError};
use bridge::Topic;
use protocol::identity::{CLIENT_ID, DEVICE_REVOKED};
use serde::Deserialize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, MutexGuard, Notify, watch};
use zeroize::Zeroizing;

/// How long renewing may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// The session at the backend.
pub(crate) struct Tokens {
    access: Mutex<Option<Access>>,
    ended: AtomicBool,
    renewed: Notify,
    revoked: watch::Sender<bool>,
}

struct Access {
    token: Zeroizing<String>,
    good_until: Instant,
}

#[derive(Deserialize)]
struct Renewed {
    access_token: Zeroizing<String>,
    expires_in: Option<u64>,
    refresh_token: Option<Zeroizing<String>>,
}

// Why there is no new token.
enum Unrenewed {
    Failed(WireError),
    Revoked,
}

impl<E: Into<WireError>> From<E> for Unrenewed {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

impl Tokens {
    /// Without an access token yet; the store has what is needed to get one.
    pub(super) fn new() -> Self {
        Self {
            access: Mutex::new(None),
            ended: AtomicBool::new(false),
            renewed: Notify::new(),
            revoked: watch::Sender::new(false),
        }
    }

    /// Whether only a new login helps.
    pub(crate) fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Turns true when the backend says in so many words that this device was signed out.
    pub(super) fn revoked(&self) -> watch::Receiver<bool> {
        self.revoked.subscribe()
    }

    /// Waits until the session goes on, if it has ended.
    pub(crate) async fn until_renewed(&self) {
        loop {
            let renewed = self.renewed.notified();
            if !self.ended() {
                return;
            }
            renewed.await;
        }
    }

    /// A token that is good now. `stale` is one that the backend has just refused.
    pub(crate) async fn token(
        &self,
        stale: Option<&str>,
        store: &Store,
        wire: &Wire,
        changes: &Changes,
    ) -> Result<Zeroizing<String>, WireError> {
        let mut access = self.access.lock().await;
        if self.ended() {
            return Err(WireError::Ended);
        }
        if let Some(access) = &*access
            && access.good_until > Instant::now()
            && stale != Some(access.token.as_str())
        {
            return Ok(access.token.clone());
        }
        let renewed = renew(store, wire).await.map_err(|refused| match refused {
            Unrenewed::Failed(error) => error,
            Unrenewed::Revoked => {
                self.revoked.send_replace(true);
                WireError::Ended
            }
        });
        if matches!(renewed, Err(WireError::Ended)) {
            self.ended.store(true, Ordering::Release);
            changes.tell([Topic::Session]);
        }
        let renewed = access.insert(renewed?);
        Ok(renewed.token.clone())
    }

    /// Takes what a login gave.
    pub(super) async fn adopt(&self, granted: &Granted, store: &Store) -> Result<(), StoreError> {
        let mut access = self.access.lock().await;
        let mut tx = store.write().await?;
        Meta::Refresh.keep(&mut tx, &*granted.refresh).await?;
        Meta::Endpoints.keep(&mut tx, &granted.endpoints).await?;
        tx.commit().await?;
        *access = Some(Access { token: granted.access.clone(), good_until: granted.good_until });
        self.ended.store(false, Ordering::Release);
        self.renewed.notify_waiters();
        Ok(())
    }

    /// Waits until no renewal is under way, and lets none begin while the guard lives.
    pub(crate) async fn hold(&self) -> impl Sized + '_ {
        let guard: MutexGuard<'_, Option<Access>> = self.access.lock().await;
        guard
    }
}

/// Ends the session at the backend, as far as it can be reached.
pub(super) async fn revoke(store: &Store, wire: &Wire) {
    let stored = async {
        let refresh: Option<Zeroizing<String>> = store.meta(Meta::Refresh).await?;
        let endpoints: Option<Endpoints> = store.meta(Meta::Endpoints).await?;
        Ok::<_, StoreError>(refresh.zip(endpoints.and_then(|endpoints| endpoints.revocation)))
    };
    let Ok(Some((refresh, address))) = stored.await else { return };
    let form = [("token", refresh.as_str()), ("token_type_hint", "refresh_token"), ("client_id", CLIENT_ID)];
    let sent = wire.http.post(address).form(&form).timeout(Duration::from_secs(5)).send().await;
    if sent.is_err() {
        tracing::info!("signed out without the backend; the session there ends by itself");
    }
}

async fn renew(store: &Store, wire: &Wire) -> Result<Access, Unrenewed> {
    let refresh: Option<Zeroizing<String>> = store.meta(Meta::Refresh).await?;
    let endpoints: Option<Endpoints> = store.meta(Meta::Endpoints).await?;
    let (refresh, endpoints) = refresh.zip(endpoints).ok_or(WireError::Ended)?;
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_id", CLIENT_ID)];
    let answer = wire.http.post(endpoints.token).form(&form).timeout(PATIENCE).send().await;
    let answer = answer.map_err(|_| WireError::Unreachable)?;
    let status = answer.status();
    let body = Zeroizing::new(answer.bytes().await.map_err(|_| WireError::Unreachable)?.to_vec());
    if !status.is_success() {
        return Err(match serde_json::from_slice::<Refused>(&body) {
            Ok(refused) if status.is_client_error() && refused.error == DEVICE_REVOKED => Unrenewed::Revoked,
            Ok(refused) if status.is_client_error() && refused.error == "invalid_grant" => WireError::Ended.into(),
            _ => WireError::Down.into(),
        });
    }
    let renewed: Renewed = serde_json::from_slice(&body).map_err(|_| WireError::Garbled)?;
    if let Some(refresh) = &renewed.refresh_token {
        let mut tx = store.write().await?;
        Meta::Refresh.keep(&mut tx, &**refresh).await?;
        tx.commit().await.map_err(StoreError::from)?;
    }
    Ok(Access { token: renewed.access_token, good_until: good_until(renewed.expires_in.map(Duration::from_secs)) })
}
