//! Keeping the open store in step with the backend.
//!
//! The [engine] decides what is to be done next, the driver does it. None of it is needed for what is on the screen.

mod driver;
mod engine;
#[cfg(test)]
mod simulation;

use crate::Client;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::failure::{failure, internal};
use crate::identity::Tokens;
use crate::store::{Meta, Standing, Store};
use crate::wire::{self, Wire, WireError};
use bridge::sync::{Discard, DismissRescue, Resend, ShowSync, SyncView};
use bridge::{Failure, FailureCode, Topic};
use engine::{Event, Ticket, Trouble};
use protocol::Millis;
use protocol::id::DeviceId;
use protocol::identity::Me;
use protocol::refusal::RefusalCode;
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::oneshot;
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
    clock: Arc<dyn Clock>,
    online: AtomicBool,
    catching_up: AtomicBool,
    events: UnboundedSender<Event>,
    waiting: Mutex<Waiting>,
    tended: AtomicBool,
    tasks: Mutex<JoinSet<()>>,
}

/// Who waits for a pull, by their tickets, and the last ticket given.
#[derive(Default)]
struct Waiting {
    last: Ticket,
    tickets: HashMap<Ticket, oneshot::Sender<Result<(), Trouble>>>,
}

impl Client {
    /// How fresh it is.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn show_sync(&self, _: ShowSync) -> Result<SyncView, Failure> {
        let open = self.open()?;
        let Standing { waiting, refused, refused_tasks, refused_at } = open.store.standing().await?;
        Ok(SyncView {
            online: open.online.load(Ordering::Relaxed),
            as_of: open.store.meta(Meta::AsOf).await?,
            catching_up: open.catching_up.load(Ordering::Relaxed),
            waiting,
            refused,
            refused_tasks,
            refused_at,
            storage: open.store.storage(),
            rescued: open.store.rescued().await?,
            clock_behind: open.store.is_clock_behind(open.now()).await?,
        })
    }

    /// Remembers that somebody has read what became of mutations that waited.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn dismiss_rescue(&self, _: DismissRescue) -> Result<(), Failure> {
        let open = self.open()?;
        open.store.dismiss_rescue().await?;
        open.changes.tell([Topic::Sync]);
        Ok(())
    }

    /// Tries what was refused again as it is.
    ///
    /// # Errors
    /// `Access` when there is no such thing.
    pub async fn resend(&self, call: Resend) -> Result<(), Failure> {
        let open = self.open()?;
        if !open.store.resend(&call.mid, open.now()).await? {
            return Err(failure(FailureCode::Access));
        }
        open.tell(Event::Queued);
        open.changes.tell([Topic::Message, Topic::Task, Topic::Sync]);
        Ok(())
    }

    /// Throws away what was refused.
    ///
    /// # Errors
    /// `Access` when there is no such thing.
    pub async fn discard(&self, call: Discard) -> Result<(), Failure> {
        let open = self.open()?;
        if !open.store.discard(&call.mid).await? {
            return Err(failure(FailureCode::Access));
        }
        open.changes.tell([Topic::Message, Topic::Task, Topic::Sync]);
        Ok(())
    }
}

impl Open {
    /// Begins to work.
    pub(crate) async fn start(
        store: Store,
        tokens: Tokens,
        wire: Wire,
        changes: Changes,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, Failure> {
        let me = store.meta(Meta::Me).await?.ok_or_else(|| internal(&"a store without an owner"))?;
        let device = store.meta(Meta::Device).await?.ok_or_else(|| internal(&"a store without a device"))?;
        // Before anything is shown: what is on loan may be overdue.
        if store.lends().await? {
            store.end_leases(clock.now().wall).await?;
        }
        let (events, told) = mpsc::unbounded_channel();
        let open = Arc::new(Self {
            me,
            store,
            tokens,
            changes,
            device,
            wire,
            clock,
            online: AtomicBool::new(false),
            catching_up: AtomicBool::new(false),
            events,
            waiting: Mutex::default(),
            tended: AtomicBool::new(false),
            tasks: Mutex::default(),
        });
        let mut tasks = open.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.spawn(driver::run(Arc::clone(&open), told));
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

    /// The device's clock. Informative only: the server's decides.
    pub(crate) fn now(&self) -> Millis {
        self.clock.now().wall
    }

    /// Tries everything again at once.
    pub(crate) fn wake_all(&self) {
        self.tell(Event::Nudged);
    }

    /// Says whether the window can be seen.
    pub(crate) fn shown(&self, shown: bool) {
        self.tell(Event::Shown(shown));
    }

    /// Says that something was put in the queue: it goes out now, if it can.
    pub(crate) fn queued(&self, topic: Topic) {
        self.tell(Event::Queued);
        self.changes.tell([topic, Topic::Sync]);
    }

    fn tell(&self, event: Event) {
        // Without a driver the store is being closed, and nothing is to be done any more.
        let _ = self.events.send(event);
    }

    /// Sends a request in the person's name, and once more with a new token if the first is refused.
    pub(crate) async fn ask(&self, request: impl Fn(&Wire) -> RequestBuilder) -> Result<Response, WireError> {
        let mut stale = None;
        loop {
            let pass = match self.tokens.pass(stale.as_ref(), &self.store, &self.wire, &self.changes).await {
                Ok(pass) => pass,
                Err(error) => break Err(error),
            };
            match pass.send(&self.wire, &request).await {
                Err(WireError::Refused(refusal)) if refusal.code == RefusalCode::Unauthenticated => {
                    if stale.is_some() {
                        // A token that was given a moment ago: that is not for the person to mend.
                        break Err(WireError::Down);
                    }
                    stale = Some(pass);
                }
                answer => break answer,
            }
        }
    }

    /// As [`Open::ask`], for what somebody asks for themselves, and reads the answer. What came of it is told to the
    /// engine.
    pub(crate) async fn answer<T: DeserializeOwned>(
        &self,
        request: impl Fn(&Wire) -> RequestBuilder,
    ) -> Result<T, WireError> {
        let answer = match self.ask(request).await {
            Ok(answer) => wire::read(answer).await,
            Err(error) => Err(error),
        };
        self.tell(Event::Answered(answer.as_ref().map(drop).map_err(Into::into)));
        answer
    }

    /// Tells the engine why something that somebody asked for themselves did not come.
    pub(crate) fn failed(&self, why: &WireError) {
        self.tell(Event::Answered(Err(why.into())));
    }

    fn set(&self, what: &AtomicBool, now: bool) {
        if what.swap(now, Ordering::Relaxed) != now {
            self.changes.tell([Topic::Sync]);
        }
    }
}
