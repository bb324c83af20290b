//! Hints between backend nodes on one PostgreSQL.
//!
//! After a commit, never inside it (NOTIFY within a writing transaction takes a lock that the whole server
//! shares), what was touched goes out on a connection of its own, gathered for some milliseconds. A lost
//! notification costs latency only: clients look anyhow from time to time.

use crate::feed::{News, Touched};
use crate::hub::Hub;
use futures_util::FutureExt as _;
use protocol::id::{PersonId, ScopeId};
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

const CHANNEL: &str = "digiteam_touched";
/// How long hints are gathered.
const GATHER: Duration = Duration::from_millis(5);
/// PostgreSQL takes payloads below 8,000 bytes; whatever is longer goes out as "anything may have changed".
const MAX_PAYLOAD: usize = 7_900;

/// How often heads are looked at, in case a notification was lost.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// What one node tells the others: that something changed, never what.
#[derive(Serialize, Deserialize)]
struct Note {
    node: String,
    scopes: BTreeMap<ScopeId, i64>,
    persons: BTreeSet<PersonId>,
    anything: bool,
}

impl Note {
    fn write(node: &str, touched: &Touched) -> Self {
        Self {
            node: node.to_owned(),
            scopes: touched.scopes.iter().map(|(scope, news)| (scope.clone(), news.head)).collect(),
            persons: touched.persons.clone(),
            anything: touched.anything,
        }
    }

    fn read(self) -> Touched {
        let scopes = self.scopes.into_iter().map(|(scope, head)| (scope, News { head, delta: None })).collect();
        Touched { scopes, persons: self.persons, anything: self.anything, foreign: true }
    }
}

/// Joins this node's hub with those of all others on the same database, until the pool closes.
pub(super) async fn join(url: &str, hub: Hub) -> anyhow::Result<PgPool> {
    let pool = PgPoolOptions::new().max_connections(2).connect(url).await?;
    let node = uuid::Uuid::new_v4().to_string();
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    tokio::spawn(send(pool.clone(), node.clone(), hub.subscribe()));
    tokio::spawn(receive(listener, node, hub.clone()));
    tokio::spawn(look(pool.clone(), hub));
    Ok(pool)
}

async fn send(pool: PgPool, node: String, mut hints: Receiver<Arc<Touched>>) {
    loop {
        let mut touched = match hints.recv().await {
            Ok(hint) if hint.foreign => continue,
            Ok(hint) => Touched::clone(&hint),
            Err(RecvError::Lagged(_)) => Touched::anything(),
            Err(RecvError::Closed) => return,
        };
        tokio::time::sleep(GATHER).await;
        while let Some(Ok(hint)) = hints.recv().now_or_never() {
            if !hint.foreign {
                touched.absorb(&hint);
            }
        }
        let payload = match serde_json::to_string(&Note::write(&node, &touched)) {
            Ok(payload) if payload.len() <= MAX_PAYLOAD => payload,
            _ => serde_json::to_string(&Note::write(&node, &Touched::anything())).unwrap_or_default(),
        };
        let sent = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(payload).execute(&pool).await;
        match sent {
            Ok(_) => {}
            Err(sqlx::Error::PoolClosed) => return,
            Err(error) => tracing::warn!(%error, "other nodes were not told"),
        }
    }
}

async fn receive(mut listener: PgListener, node: String, hub: Hub) {
    loop {
        match listener.try_recv().await {
            Ok(Some(notification)) => match serde_json::from_str::<Note>(notification.payload()) {
                Ok(note) if note.node == node => {}
                Ok(note) => hub.publish(note.read()),
                Err(error) => tracing::warn!(%error, "a note of another node cannot be read"),
            },
            // The connection was lost and is made anew: nobody knows what was missed.
            Ok(None) => hub.publish(Touched { foreign: true, ..Touched::anything() }),
            Err(sqlx::Error::PoolClosed) => return,
            Err(error) => {
                tracing::warn!(%error, "not hearing other nodes");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

async fn look(pool: PgPool, hub: Hub) {
    while pool.close_event().do_until(tokio::time::sleep(LOOK_AGAIN)).await.is_ok() {
        if let Err(error) = look_again(&pool, &hub).await {
            tracing::warn!(%error, "heads were not looked at");
        }
    }
}

/// Tells this node's streams of heads that moved without their having heard of it: one query for all of them.
pub(super) async fn look_again(pool: &PgPool, hub: &Hub) -> Result<(), sqlx::Error> {
    let told = hub.followed();
    let ids: Vec<&str> = told.keys().map(ScopeId::as_str).collect();
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT id, head FROM scope WHERE id = ANY($1)").bind(&ids).fetch_all(pool).await?;
    let missed = rows.into_iter().map(|(scope, head)| (ScopeId::new(scope), head));
    let missed = missed.filter(|(scope, head)| told.get(scope).is_some_and(|told| told < head));
    let scopes = missed.map(|(scope, head)| (scope, News { head, delta: None })).collect();
    hub.publish(Touched { scopes, foreign: true, ..Touched::default() });
    Ok(())
}
