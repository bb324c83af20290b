//! `GET /sync/events`: that something changed, for one person, and what, where it is small.
//!
//! Whatever a stream is about to say it asks the database for once more, after the commit that it speaks of: a
//! session that has ended or a scope that is served no more gets neither content nor a hint.

use crate::App;
use crate::access::{grants, served};
use crate::error::Error;
use crate::feed::Touched;
use crate::hub::Listener;
use crate::identity::{Caller, is_live};
use axum::extract::State;
use axum::response::sse::{Event as SseEvent, KeepAlive};
use axum::response::{IntoResponse, Sse};
use futures_util::StreamExt as _;
use futures_util::stream::{self, Stream};
use http::header::CACHE_CONTROL;
use protocol::access::Role;
use protocol::sync::{Event, HEARTBEAT_SECONDS};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A stream ends with the access token that it was opened with, or after this; the client comes back with a token that is good
/// then, and its cursors tell where to go on.
const LIFE: Duration = Duration::from_secs(30 * 60);

pub(super) async fn events(State(app): State<Arc<App>>, caller: Caller) -> Result<impl IntoResponse, Error> {
    let events = follow(app, caller).await?;
    let sent = events.map(|event| Ok::<_, Infallible>(SseEvent::default().json_data(&event).unwrap_or_default()));
    let heartbeat = KeepAlive::new().interval(Duration::from_secs(HEARTBEAT_SECONDS));
    Ok(([(CACHE_CONTROL, "no-store")], Sse::new(sent).keep_alive(heartbeat)))
}

/// What `caller` is told, until the session or the stream ends.
///
/// # Errors
/// When the database fails.
pub async fn follow(app: Arc<App>, caller: Caller) -> Result<impl Stream<Item = Event>, Error> {
    let listener = app.hub.listen(&caller.person);
    let stopping = app.stopping.clone();
    let left = Duration::from_millis(u64::try_from(caller.until.saturating_sub(app.db.now())).unwrap_or_default());
    let until = Instant::now() + left.min(LIFE);
    let mut follow = Follow { app, caller, listener, stopping, until, queue: VecDeque::new() };
    follow.begin().await?;
    Ok(stream::unfold(follow, |mut follow| async move {
        let event = follow.next().await?;
        Some((event, follow))
    }))
}

struct Follow {
    app: Arc<App>,
    caller: Caller,
    listener: Listener,
    stopping: watch::Receiver<bool>,
    until: Instant,
    queue: VecDeque<Event>,
}

impl Follow {
    /// The next event for this person; `None` when the stream is to end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Some(event);
            }
            let touched = tokio::select! {
                touched = self.listener.next() => touched,
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                () = tokio::time::sleep_until(self.until) => return None,
            };
            // A stream that cannot tell what it may speak of ends. Boxed, as most streams do nothing most of the time.
            Box::pin(self.take(&touched)).await.ok()??;
        }
    }

    /// `None` when the session has ended.
    async fn take(&mut self, touched: &Touched) -> Result<Option<()>, Error> {
        let mut snapshot = self.app.db.snapshot().await?;
        if !is_live(&mut snapshot, &self.caller.session, self.app.db.now()).await? {
            return Ok(None);
        }
        if touched.anything || touched.persons.contains(&self.caller.person) {
            drop(snapshot);
            self.begin().await?;
            return Ok(Some(()));
        }
        for (scope, news) in touched.scopes.iter().filter(|(scope, _)| self.listener.follows(scope)) {
            match served(&mut snapshot, self.caller.reader(), scope, self.app.db.now()).await? {
                Some(grant) => {
                    // What a proxy is sent is noted first, where they pull.
                    let page = news.page(&grant).filter(|_| matches!(grant.role, Role::Resident | Role::Caseworker));
                    self.queue.push_back(Event::changed(scope.clone(), page));
                }
                // Nothing of what happened there, only that the set of grants is another one.
                None => self.queue.push_back(Event::stale()),
            }
        }
        Ok(Some(()))
    }

    /// Follows what is served now; whoever hears of it pulls, and misses nothing of what was before.
    async fn begin(&mut self) -> Result<(), Error> {
        let mut snapshot = self.app.db.snapshot().await?;
        let grants = grants(&mut snapshot, self.caller.reader(), self.app.db.now()).await?;
        self.listener.follow(grants.into_iter().filter_map(|grant| Some((grant.scope, grant.head?))).collect());
        self.queue.push_back(Event::stale());
        Ok(())
    }
}
