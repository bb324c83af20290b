//! Hints between backend nodes on one PostgreSQL.
//!
//! After a commit, never inside it (NOTIFY within a writing transaction takes a lock that the whole server
//! shares), what was touched goes out on a connection of its own, gathered for some milliseconds. A lost
//! notification costs latency only: clients look anyhow from time to time.

use crate::feed::Touched;
use crate::hub::Hub;
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

const CHANNEL: &str = "digiteam_touched";
/// How long hints are gathered.
const GATHER: Duration = Duration::from_millis(5);
/// PostgreSQL takes payloads below 8,000 bytes; whatever is longer goes out as "anything may have changed".
const MAX_PAYLOAD: usize = 7_900;

#[derive(Serialize, Deserialize)]
struct Note {
    node: String,
    #[serde(flatten)]
    touched: Touched,
}

/// Joins this node's hub with those of all others on the same database, until the pool closes.
pub(super) async fn join(url: &str, hub: Hub) -> anyhow::Result<PgPool> {
    let pool = PgPoolOptions::new().max_connections(2).connect(url).await?;
    let node = uuid::Uuid::new_v4().to_string();
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    tokio::spawn(send(pool.clone(), node.clone(), hub.subscribe()));
    tokio::spawn(receive(listener, node, hub));
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
        let note = Note { node: node.clone(), touched };
        let payload = match serde_json::to_string(&note) {
            Ok(payload) if payload.len() <= MAX_PAYLOAD => payload,
            _ => serde_json::to_string(&Note { node: node.clone(), touched: Touched::anything() }).unwrap_or_default(),
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
                Ok(note) => hub.publish(Touched { foreign: true, ..note.touched }),
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
