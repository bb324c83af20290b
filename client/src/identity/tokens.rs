//! The access token: handed out while it is good, renewed when it is not.
//!
//! Renewing rotates the refresh token. The new one is in the store before anything is done with it; if the
//! answer is lost on the way, the old one brings the same new one again. All are good only with the device's
//! key, which lies beside them, or nowhere on disk where nothing is to be kept.

use super::pass::Pass;
use super::prover::Prover;
use super::provider::{Endpoints, Granted, ask_proven, good_until, is_bound};
use crate::changes::Changes;
use crate::store::{Meta, Store, StoreError};
use crate::wire::{Wire, WireError, pause};
use bridge::Topic;
use http::header::CONTENT_TYPE;
use protocol::identity::{CLIENT_ID, DEVICE_REVOKED};
use serde::Deserialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, MutexGuard, Notify, watch};
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

/// The session at the backend.
pub(crate) struct Tokens {
    held: Mutex<Held>,
    ended: AtomicBool,
    renewed: Notify,
    revoked: watch::Sender<bool>,
}

/// What is in memory; nothing after the start, as the store has what is needed to get it.
#[derive(Default)]
struct Held {
    prover: Option<Arc<Prover>>,
    access: Option<Access>,
}

struct Access {
    pass: Pass,
    good_until: Instant,
}

#[derive(Deserialize)]
struct Renewed {
    access_token: Zeroizing<String>,
    token_type: String,
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
            held: Mutex::default(),
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

    /// A pass that is good now. `stale` is one that the backend has just refused.
    pub(crate) async fn pass(
        &self,
        stale: Option<&Pass>,
        store: &Store,
        wire: &Wire,
        changes: &Changes,
    ) -> Result<Pass, WireError> {
        let mut held = self.held.lock().await;
        if self.ended() {
            return Err(WireError::Ended);
        }
        if let Some(access) = &held.access
            && access.good_until > Instant::now()
            && !stale.is_some_and(|stale| stale.is(&access.pass))
        {
            return Ok(access.pass.clone());
        }
        let renewed = renew(&mut held.prover, store, wire).await.map_err(|refused| match refused {
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
        Ok(held.access.insert(renewed?).pass.clone())
    }

    /// Takes what a login gave.
    pub(super) async fn adopt(&self, granted: &Granted, store: &Store) -> Result<(), StoreError> {
        let mut held = self.held.lock().await;
        let mut tx = store.write().await?;
        Meta::Refresh.keep(&mut tx, &*granted.refresh).await?;
        Meta::Endpoints.keep(&mut tx, &granted.endpoints).await?;
        let prover = granted.pass.prover();
        if store.is_kept() {
            Meta::DeviceKey.keep(&mut tx, &*prover.keep()).await?;
        }
        tx.commit().await?;
        held.prover = Some(Arc::clone(prover));
        held.access = Some(Access { pass: granted.pass.clone(), good_until: granted.good_until });
        self.ended.store(false, Ordering::Release);
        self.renewed.notify_waiters();
        Ok(())
    }

    /// Waits until no renewal is under way, and lets none begin while the guard lives.
    pub(crate) async fn hold(&self) -> impl Sized + '_ {
        let guard: MutexGuard<'_, Held> = self.held.lock().await;
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

async fn renew(prover: &mut Option<Arc<Prover>>, store: &Store, wire: &Wire) -> Result<Access, Unrenewed> {
    let refresh: Option<Zeroizing<String>> = store.meta(Meta::Refresh).await?;
    let endpoints: Option<Endpoints> = store.meta(Meta::Endpoints).await?;
    let (refresh, endpoints) = refresh.zip(endpoints).ok_or(WireError::Ended)?;
    let prover = match prover {
        Some(prover) => Arc::clone(prover),
        None => Arc::clone(prover.insert(kept_prover(store, endpoints.issuer).await?)),
    };
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("client_id", CLIENT_ID)];
    let request = http::Request::post(endpoints.token.as_str())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Serializer::new(String::new()).extend_pairs(form).finish().into_bytes())
        .map_err(|_| WireError::Garbled)?;
    let answer = ask_proven(wire.http.clone(), Arc::clone(&prover), request).await?;
    let status = answer.status();
    if let Some(pause) = pause(status, answer.headers()) {
        return Err(WireError::Busy(pause).into());
    }
    let body = Zeroizing::new(answer.into_body());
    if !status.is_success() {
        return Err(match serde_json::from_slice::<Refused>(&body) {
            Ok(refused) if status.is_client_error() && refused.error == DEVICE_REVOKED => Unrenewed::Revoked,
            Ok(refused) if status.is_client_error() && refused.error == "invalid_grant" => WireError::Ended.into(),
            _ => WireError::Down.into(),
        });
    }
    let renewed: Renewed = serde_json::from_slice(&body).map_err(|_| WireError::Garbled)?;
    if !is_bound(&renewed.token_type) {
        return Err(WireError::Garbled.into());
    }
    if let Some(refresh) = &renewed.refresh_token {
        let mut tx = store.write().await?;
        Meta::Refresh.keep(&mut tx, &**refresh).await?;
        tx.commit().await.map_err(StoreError::from)?;
    }
    let good_until = good_until(renewed.expires_in.map(Duration::from_secs));
    Ok(Access { pass: Pass::new(renewed.access_token, prover), good_until })
}

// A session of a former build has no key, and nothing but a new login gives it one.
async fn kept_prover(store: &Store, issuer: Option<String>) -> Result<Arc<Prover>, WireError> {
    let key: Option<Zeroizing<String>> = store.meta(Meta::DeviceKey).await?;
    let prover = key.zip(issuer).and_then(|(key, issuer)| Prover::read(&key, issuer));
    prover.map(Arc::new).ok_or(WireError::Ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Key;

    fn granted() -> Granted {
        let address: url::Url = "http://127.0.0.1:1/token".parse().expect("is an address");
        let prover = Arc::new(Prover::make("http://127.0.0.1:1".to_owned()));
        Granted {
            pass: Pass::new("access".to_owned().into(), prover),
            good_until: Instant::now(),
            refresh: "refresh".to_owned().into(),
            endpoints: Endpoints { issuer: None, token: address, revocation: None },
        }
    }

    #[tokio::test]
    async fn the_key_lies_in_the_store_that_is_kept_and_in_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = Store::open(folder.path(), &Key::make()).await.expect("opens");
        let once = Store::open_once(folder.path()).await.expect("opens");
        for (store, lies) in [(&kept, true), (&once, false)] {
            Tokens::new().adopt(&granted(), store).await.expect("adopts");
            let key: Option<String> = store.meta(Meta::DeviceKey).await.expect("reads");
            assert_eq!(key.is_some(), lies);
        }
        kept.close().await;
        once.close().await;
    }
}
