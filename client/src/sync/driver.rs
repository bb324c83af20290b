//! Does what the engine decides: reads and writes the store, asks the backend, waits.
//!
//! Whatever is done here is told to the engine as one event. Nothing is decided here.

use super::Open;
use super::engine::{Effect, Engine, Event, Flight, Now, Ticket, TookIn, Trouble};
use crate::document::FetchError;
use crate::store::{Missing, StoreError};
use crate::wire::{self, WireError};
use bridge::Topic;
use eventsource_stream::Eventsource as _;
use futures_util::StreamExt as _;
use protocol::sync::PushRequest;
use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

/// Records that are indexed in one go: what somebody sends meanwhile waits no longer than for these.
const STEP: usize = 64;

struct Driver {
    open: Arc<Open>,
    began: Instant,
    wake_at: Instant,
    stream: Option<AbortHandle>,
    tasks: JoinSet<()>,
}

/// Runs the engine until the store is closed.
pub(super) async fn run(open: Arc<Open>, mut events: UnboundedReceiver<Event>) {
    let began = Instant::now();
    let mut driver = Driver { open, began, wake_at: began, stream: None, tasks: JoinSet::new() };
    let mut engine = Engine::new(driver.clocks(), rand::random());
    let mut event = Event::Began;
    loop {
        for effect in engine.step(driver.clocks(), event) {
            driver.start(effect);
        }
        event = loop {
            tokio::select! {
                told = events.recv() => match told {
                    Some(event) => break event,
                    None => return,
                },
                () = tokio::time::sleep_until(driver.wake_at) => break Event::Rang,
                Some(_) = driver.tasks.join_next() => {}
            }
        };
    }
}

impl Driver {
    fn clocks(&self) -> Now {
        Now { mono: i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX), wall: self.open.now() }
    }

    fn start(&mut self, effect: Effect) {
        let open = Arc::clone(&self.open);
        match effect {
            Effect::LoadPull(flight) => {
                self.tell(async move {
                    let asks = open.store.pull_request(&open.device).await;
                    Event::PullLoaded(flight, asks.map(|asks| (asks, open.store.storage())).map_err(Into::into))
                });
            }
            Effect::Pull(flight, request) => {
                self.tell(async move { Event::Pulled(flight, open.post("pull", &*request).await.map_err(Into::into)) });
            }
            Effect::TakeIn(flight, answer) => self.tell(async move {
                let applied = open.store.apply(&answer, open.now()).await;
                let took = applied.map(|applied| {
                    open.changes.tell(applied.topics);
                    open.changes.tell([Topic::Sync]);
                    TookIn { more: applied.more, push: applied.push }
                });
                Event::TookIn(flight, took.map_err(Into::into))
            }),
            Effect::LoadPush(flight, wanted) => {
                self.tell(
                    async move { Event::PushLoaded(flight, open.store.to_send(&wanted).await.map_err(Into::into)) },
                );
            }
            Effect::Push(flight, mutations) => self.tell(async move {
                let request = PushRequest { device: open.device.clone(), mutations };
                Event::Pushed(flight, open.post("push", &request).await.map_err(Into::into))
            }),
            Effect::Settle(flight, answer) => self.tell(async move {
                let settled = open.store.settle(&answer).await;
                open.changes.tell([Topic::Sync, Topic::Message, Topic::Task]);
                Event::Settled(
                    flight,
                    settled.map_err(Into::into).and_then(|known| known.then_some(()).ok_or(Trouble::Down)),
                )
            }),
            Effect::Listen(flight) => {
                let listening = self.tasks.spawn(listen(open, flight));
                if let Some(before) = self.stream.replace(listening) {
                    before.abort();
                }
            }
            Effect::TakePage(page) => self.tell(async move {
                let applied = open.store.apply_page(&page).await;
                let joined = applied.map(|applied| {
                    let joined = applied.is_some();
                    open.changes.tell(applied.into_iter().flat_map(|applied| applied.topics));
                    joined
                });
                Event::TookPage(joined.map_err(Into::into))
            }),
            Effect::Compare => {
                self.tell(async move { Event::Compared(open.compare().await.map_err(Into::into)) });
            }
            Effect::Keep => self.tell(async move {
                Event::Kept(open.keep().await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "the store could not be looked after");
                    false
                }))
            }),
            Effect::LoadFile(flight, except) => self.tell(async move {
                Event::FileLoaded(flight, open.store.missing_file(&except).await.map_err(Into::into))
            }),
            Effect::FetchFile(flight, Missing { scope, fact, blob, .. }) => self.tell(async move {
                let fetched = open.fetch_file(&scope, &fact, &blob).await;
                if fetched.is_ok() {
                    open.changes.tell([Topic::Document, Topic::Message]);
                }
                Event::Fetched(flight, fetched.map_or_else(is_to_be_had, |()| Ok(true)))
            }),
            Effect::Upload(flight, upload) => {
                self.tell(async move { Event::Uploaded(flight, open.upload(&upload).await.map_err(Into::into)) });
            }
            Effect::AwaitLogin => self.tell(async move {
                open.tokens.until_renewed().await;
                Event::Renewed
            }),
            Effect::Answer(ticket, result) => open.reply(ticket, result),
            Effect::Online(online) => open.set(&open.online, online),
            Effect::CatchingUp(catching_up) => open.set(&open.catching_up, catching_up),
            Effect::WakeAt(at) => {
                self.wake_at = self.began + Duration::from_millis(u64::try_from(at).unwrap_or_default());
            }
        }
    }

    fn tell(&mut self, work: impl Future<Output = Event> + Send + 'static) {
        let open = Arc::clone(&self.open);
        self.tasks.spawn(async move { open.tell(work.await) });
    }
}

impl Open {
    /// Pulls until nothing is missing.
    pub(crate) async fn pull(&self) -> Result<(), WireError> {
        let (done, wait) = oneshot::channel();
        let ticket = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.last += 1;
            let ticket = waiting.last;
            waiting.tickets.insert(ticket, done);
            ticket
        };
        self.tell(Event::Asked(ticket));
        wait.await.map_err(|_| WireError::Store(StoreError::Closed))?.map_err(Into::into)
    }

    fn reply(&self, ticket: Ticket, result: Result<(), Trouble>) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).tickets.remove(&ticket);
        if let Some(waiting) = waiting {
            // Who has gone away in the meantime needs no answer.
            let _ = waiting.send(result);
        }
    }

    // Whether there is more to do.
    async fn keep(&self) -> Result<bool, StoreError> {
        self.changes.tell(self.store.end_leases(self.now()).await?);
        let more = self.store.tend(STEP).await?;
        if self.tended.swap(more, Ordering::Relaxed) && !more {
            // How far search reaches.
            self.changes.tell([Topic::Sync]);
        }
        Ok(more)
    }

    async fn compare(&self) -> Result<bool, WireError> {
        let answer = self.ask(|wire| wire.request(Method::GET, &["sync", "digest"])).await?;
        Ok(self.store.compare(&wire::read(answer).await?).await?)
    }

    async fn post<T: DeserializeOwned>(&self, what: &str, body: &(impl Serialize + Sync)) -> Result<T, WireError> {
        wire::read(self.ask(|wire| wire.request(Method::POST, &["sync", what]).json(body)).await?).await
    }
}

/// A connection that is silent for more than two heartbeats is taken for dead; the HTTP client ends it.
async fn listen(open: Arc<Open>, flight: Flight) {
    let trouble = match open.ask(|wire| wire.stream(&["sync", "events"])).await {
        Ok(answer) => {
            open.tell(Event::Opened(flight));
            let mut events = answer.bytes_stream().eventsource();
            while let Some(Ok(event)) = events.next().await {
                let Ok(event) = serde_json::from_str(&event.data) else { break };
                open.tell(Event::Heard(flight, event));
            }
            None
        }
        Err(error) => Some(error.into()),
    };
    open.tell(Event::Hushed(flight, trouble));
}

// What a file that could not be fetched means for the others: the network's trouble is theirs too, its own is not.
fn is_to_be_had(error: FetchError) -> Result<bool, Trouble> {
    match error {
        FetchError::Wire(WireError::Refused(_)) | FetchError::Gone | FetchError::TooLong | FetchError::Unreadable => {
            Ok(false)
        }
        FetchError::Wire(error) => Err(error.into()),
    }
}

impl From<WireError> for Trouble {
    fn from(error: WireError) -> Self {
        (&error).into()
    }
}

impl From<&WireError> for Trouble {
    fn from(error: &WireError) -> Self {
        tracing::debug!(%error, "not in step");
        match error {
            WireError::Unreachable => Self::Unreachable,
            WireError::Down | WireError::Garbled => Self::Down,
            WireError::Busy(pause) => Self::Busy(*pause),
            WireError::Ended => Self::Ended,
            WireError::Refused(refusal) => Self::Refused(refusal.clone()),
            WireError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        (&error).into()
    }
}

impl From<&StoreError> for Trouble {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Full => Self::Full,
            error => {
                tracing::warn!(%error, "the store failed");
                Self::Store
            }
        }
    }
}

impl From<Trouble> for WireError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable => Self::Unreachable,
            Trouble::Down | Trouble::Store => Self::Down,
            Trouble::Busy(pause) => Self::Busy(pause),
            Trouble::Refused(refusal) => Self::Refused(refusal),
            Trouble::Ended => Self::Ended,
            Trouble::Full => Self::Store(StoreError::Full),
        }
    }
}
