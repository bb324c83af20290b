//! `GET /sync/events`: hints that something changed, for one person. Never content.

use crate::App;
use crate::access::grants;
use crate::error::Error;
use crate::feed::Touched;
use crate::identity::{Caller, is_live};
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event as SseEvent, KeepAlive};
use futures_util::stream::{self, Stream};
use protocol::id::ScopeId;
use protocol::sync::{Event, HEARTBEAT_SECONDS};
use std::collections::{HashSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::Instant;

/// Grants and sessions also end by time alone: what is known of them is trusted no longer than this.
const TRUST: Duration = Duration::from_secs(60);

/// A stream ends after this and the client comes back with a token that is good then.
const LIFE: Duration = Duration::from_secs(30 * 60);

pub(super) async fn events(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>, Error> {
    let hints = app.hub.subscribe();
    let scopes = served(&app, &caller).await?;
    let stopping = app.stopping.clone();
    let checked = Instant::now();
    let until = checked + LIFE;
    let follow =
        Follow { app, caller, hints, stopping, until, checked, scopes, queue: VecDeque::from([Event::stale()]) };
    let events = stream::unfold(follow, |mut follow| async move {
        let event = follow.next().await?;
        let sent = SseEvent::default().json_data(&event).unwrap_or_default();
        Some((Ok(sent), follow))
    });
    let heartbeat = KeepAlive::new().interval(Duration::from_secs(HEARTBEAT_SECONDS));
    Ok(Sse::new(events).keep_alive(heartbeat))
}

struct Follow {
    app: Arc<App>,
    caller: Caller,
    hints: Receiver<Arc<Touched>>,
    stopping: watch::Receiver<bool>,
    until: Instant,
    checked: Instant,
    scopes: HashSet<ScopeId>,
    queue: VecDeque<Event>,
}

impl Follow {
    /// The next event for this person; `None` when the stream is to end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Some(event);
            }
            let hint = tokio::select! {
                hint = self.hints.recv() => hint,
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                () = tokio::time::sleep_until(self.until) => return None,
            };
            match hint {
                Ok(touched) => self.take(&touched).await?,
                Err(RecvError::Lagged(_)) => self.take(&Touched::anything()).await?,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn take(&mut self, touched: &Touched) -> Option<()> {
        let regranted = touched.anything || touched.persons.contains(&self.caller.person);
        if regranted || self.checked.elapsed() > TRUST {
            // A stream whose session has ended, or that cannot tell what it may speak of, ends.
            if !is_live(&self.app, &self.caller.session).await.ok()? {
                return None;
            }
            self.scopes = served(&self.app, &self.caller).await.ok()?;
            self.checked = Instant::now();
        }
        if regranted {
            self.queue.push_back(Event::stale());
            return Some(());
        }
        let seen = touched.scopes.iter().filter(|scope| self.scopes.contains(*scope));
        self.queue.extend(seen.map(|scope| Event::changed(scope.clone(), None)));
        Some(())
    }
}

async fn served(app: &App, caller: &Caller) -> Result<HashSet<ScopeId>, Error> {
    let mut snapshot = app.db.snapshot().await?;
    let grants = grants(&mut snapshot, &caller.person, app.db.now()).await?;
    Ok(grants.into_iter().filter(|grant| grant.head.is_some()).map(|grant| grant.scope).collect())
}
