//! Keeping the open store in step with the backend.
//!
//! Four tasks: one sends what waits, one fetches what is new, one listens for hints, one fetches small files
//! so that they can be read offline. They share nothing but the store and a few bells; each can fail and try
//! again by itself, and none is needed for what is on the screen.

mod backoff;
mod events;
mod files;
mod pull;
mod push;

use crate::Client;
use crate::changes::Changes;
use crate::failure::internal;
use crate::identity::Tokens;
use crate::store::{Meta, Standing, Store};
use crate::wire::{self, Wire, WireError};
use bridge::sync::{ShowSync, SyncView};
use bridge::{Failure, Topic};
use protocol::Millis;
use protocol::id::DeviceId;
use protocol::identity::Me;
use protocol::refusal::RefusalCode;
use reqwest::{RequestBuilder, Response};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// The open store of somebody, and what keeps it in step.
pub(crate) struct Open {
    /// Whose it is.
    pub(crate) me: Me,
    /// The store.
    pub(crate) store: Store,
    /// The session at the backend.
    pub(crate) tokens: Tokens,
    /// Where changes are announced.
    pub(crate) changes: Changes,
    device: DeviceId,
    wire: Wire,
    online: AtomicBool,
    catching_up: AtomicBool,
    pulling: tokio::sync::Mutex<()>,
    pull_bell: Notify,
    push_bell: Notify,
    files_bell: Notify,
    events_bell: Notify,
    hopeless: Mutex<HashSet<String>>,
    tasks: Mutex<JoinSet<()>>,
}

impl Client {
    /// How fresh it is.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn show_sync(&self, _: ShowSync) -> Result<SyncView, Failure> {
        let open = self.open()?;
        let Standing { waiting, refused } = open.store.standing().await?;
        Ok(SyncView {
            online: open.online.load(Ordering::Relaxed),
            as_of: open.store.meta(Meta::AsOf).await?,
            catching_up: open.catching_up.load(Ordering::Relaxed),
            waiting,
            refused,
        })
    }
}

impl Open {
    /// Begins to work.
    pub(crate) async fn start(
        store: Store,
        tokens: Tokens,
        wire: Wire,
        changes: Changes,
    ) -> Result<Arc<Self>, Failure> {
        let me = store.meta(Meta::Me).await?.ok_or_else(|| internal(&"a store without an owner"))?;
        let device = store.meta(Meta::Device).await?.ok_or_else(|| internal(&"a store without a device"))?;
        // Before anything is shown: what was on loan may be overdue.
        store.end_leases(now()).await?;
        let open = Arc::new(Self {
            me,
            store,
            tokens,
            changes,
            device,
            wire,
            online: AtomicBool::new(false),
            catching_up: AtomicBool::new(false),
            pulling: tokio::sync::Mutex::default(),
            pull_bell: Notify::new(),
            push_bell: Notify::new(),
            files_bell: Notify::new(),
            events_bell: Notify::new(),
            hopeless: Mutex::default(),
            tasks: Mutex::default(),
        });
        let mut tasks = open.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.spawn(push::run(Arc::clone(&open)));
        tasks.spawn(pull::run(Arc::clone(&open)));
        tasks.spawn(events::run(Arc::clone(&open)));
        tasks.spawn(files::run(Arc::clone(&open)));
        drop(tasks);
        Ok(open)
    }

    /// Stops working and closes the store. A renewal of the session that is under way ends first, so that
    /// its new token is not lost.
    pub(crate) async fn stop(&self) {
        let _no_renewal = self.tokens.hold().await;
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
        self.store.close().await;
    }

    /// Tries everything again at once.
    pub(crate) fn wake_all(&self) {
        for bell in [&self.push_bell, &self.pull_bell, &self.events_bell, &self.files_bell] {
            bell.notify_one();
        }
    }

    /// Says that something was put in the queue: it goes out now, if it can.
    pub(crate) fn queued(&self, topic: Topic) {
        self.push_bell.notify_one();
        self.changes.tell([topic, Topic::Sync]);
    }

    /// Sends a request in the person's name, and once more with a new token if the first is refused.
    pub(crate) async fn ask(&self, request: impl Fn(&Wire) -> RequestBuilder) -> Result<Response, WireError> {
        let mut stale = None;
        let answer = loop {
            let token = match self
                .tokens
                .token(stale.as_deref().map(String::as_str), &self.store, &self.wire, &self.changes)
                .await
            {
                Ok(token) => token,
                Err(error) => break Err(error),
            };
            let answer = wire::send(request(&self.wire).bearer_auth(token.as_str())).await;
            match answer {
                Err(WireError::Refused(refusal)) if refusal.code == RefusalCode::Unauthenticated => {
                    if stale.is_some() {
                        break Err(WireError::Ended);
                    }
                    stale = Some(token);
                }
                answer => break answer,
            }
        };
        match &answer {
            Ok(_) | Err(WireError::Refused(_)) => self.set_online(true),
            Err(WireError::Unreachable | WireError::Down) => self.set_online(false),
            // The backend did answer, or nothing was asked.
            Err(WireError::Ended | WireError::Garbled | WireError::Store(_)) => {}
        }
        answer
    }

    fn set_online(&self, online: bool) {
        if self.online.swap(online, Ordering::Relaxed) != online {
            self.changes.tell([Topic::Sync]);
            if online {
                self.wake_all();
            }
        }
    }

    fn set_catching_up(&self, catching_up: bool) {
        if self.catching_up.swap(catching_up, Ordering::Relaxed) != catching_up {
            self.changes.tell([Topic::Sync]);
        }
    }
}

/// The device's clock. Informative only: the server's decides.
pub(crate) fn now() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}
