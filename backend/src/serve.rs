//! The door: takes connections, and lets go of those that do not take what they are sent.
//!
//! A reader who stops reading costs its own connection after a while and nobody else anything: nothing is queued for
//! it beyond what the system's socket and the stream's short queue hold.

use crate::{App, collect, relation, router};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

/// How long a write may wait for the other end.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How often what is deleted for good is collected.
const COLLECT: Duration = Duration::from_secs(24 * 60 * 60);

/// Answers on `listener` until the app is stopping, then what is under way.
///
/// # Errors
/// When connections cannot be taken any more.
pub async fn serve(app: &Arc<App>, listener: TcpListener, patience: Duration) -> io::Result<()> {
    let mut stopping = app.stopping.clone();
    let collecting = tokio::spawn(collect_daily(Arc::clone(app)));
    let served = axum::serve(Door { listener, patience }, router(Arc::clone(app)))
        .with_graceful_shutdown(async move {
            // A sender that is gone has stopped too.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        })
        .await;
    collecting.abort();
    served
}

async fn collect_daily(app: Arc<App>) {
    let mut days = tokio::time::interval(COLLECT);
    loop {
        days.tick().await;
        match collect::collect(&app.db, app.config.keep_deleted_days).await {
            Ok(collected) => tracing::info!(collected, "tombstones collected"),
            Err(error) => tracing::error!(%error, "tombstones were not collected"),
        }
        if let Err(error) = relation::refresh(&app.db).await {
            tracing::error!(%error, "relations were not shown anew");
        }
    }
}

struct Door {
    listener: TcpListener,
    patience: Duration,
}

impl axum::serve::Listener for Door {
    type Io = Pin<Box<TimeoutStream<TcpStream>>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
        // An event is small and wanted now. One that cannot be told so is only slower.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.patience));
        (Box::pin(stream), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
