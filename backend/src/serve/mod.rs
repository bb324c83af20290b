//! The door: takes connections, encrypts them, and lets go of those that do not keep pace.
//!
//! A reader who stops reading costs its own connection after a while and nobody else anything: nothing is queued for
//! it beyond what the system's socket and the stream's short queue hold. A sender who does not finish its handshake or
//! its head is let go too; how slow a body may be is [`limit`](crate::limit)'s. When all places are taken, newcomers
//! wait in the system's queue until one is free.

pub mod acme;
pub mod address;
pub mod tls;

use crate::access::log;
use crate::{App, collect, document, identity, party, relation, router};
use address::{ClientAddress, Origin};
use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tls::{Tls, TlsError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

/// How often what is deleted for good is collected.
const COLLECT: Duration = Duration::from_secs(24 * 60 * 60);

/// The most bytes of a request's head, address included.
const MAX_HEAD: usize = 16 * 1024;

/// After a connection could not be taken, as when there are no files left to open.
const BREATH: Duration = Duration::from_secs(1);

/// How long others may take, and how many there may be.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long a write may wait for the other end.
    pub write: Duration,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long a request's head may take, and how long a connection may be without one.
    pub head: Duration,
    /// The most connections at a time.
    pub connections: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            write: Duration::from_secs(30),
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            connections: 20_000,
        }
    }
}

/// Why nothing can be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The certificate or its key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The listener failed.
    #[error("cannot listen: {0}")]
    Listen(#[from] io::Error),
}

/// Answers on `listener` until the app is stopping, then what is under way.
///
/// # Errors
/// When the configured certificate cannot be used.
pub async fn serve(app: &Arc<App>, listener: TcpListener, patience: Patience) -> Result<(), ServeError> {
    let tls = match &app.config.tls {
        Some(config) => Some(Tls::open(config)?),
        None => None,
    };
    let origin = Origin::new(&app.config.trusted_proxies, tls.is_some(), listener.local_addr()?.ip());
    let door = Arc::new(Door { router: router(Arc::clone(app)), tls, origin, patience });
    let collecting = tokio::spawn(collect_daily(Arc::clone(app)));
    let reloading = tokio::spawn(keep_certificate(Arc::clone(&door)));
    let mut stopping = app.stopping.clone();
    let under_way = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(patience.connections));
    loop {
        let place = Arc::clone(&places).acquire_owned().await.expect("is never closed");
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // A sender that is gone has stopped too.
            _ = stopping.wait_for(|stopping| *stopping) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (door, watcher) = (Arc::clone(&door), under_way.watcher());
                tokio::spawn(async move {
                    door.welcome(stream, peer.ip().to_canonical(), watcher).await;
                    drop(place);
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    under_way.shutdown().await;
    collecting.abort();
    reloading.abort();
    Ok(())
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn collect_daily(app: Arc<App>) {
    let mut days = tokio::time::interval(COLLECT);
    loop {
        days.tick().await;
        match collect::collect(&app.db, app.config.keep_deleted_days).await {
            Ok(collected) => tracing::info!(collected, "tombstones collected"),
            Err(error) => tracing::error!(%error, "tombstones were not collected"),
        }
        match log::erase(&app.db, app.config.keep_log_days).await {
            Ok(erased) => tracing::info!(erased, "log entries erased"),
            Err(error) => tracing::error!(%error, "log entries were not erased"),
        }
        match document::forget_unused(&app).await {
            Ok(forgotten) => tracing::info!(forgotten, "uploads forgotten that nothing names"),
            Err(error) => tracing::error!(%error, "uploads that nothing names were not forgotten"),
        }
        if let Err(error) = relation::refresh(&app.db).await {
            tracing::error!(%error, "relations were not shown anew");
        }
        if let Err(error) = relation::remind(&app.db).await {
            tracing::error!(%error, "nobody was reminded of an age");
        }
        if let Err(error) = party::complete(&app.db).await {
            tracing::error!(%error, "who is around a case was not shown");
        }
        if let Err(error) = identity::keep_keys(&app.config, app.db.now()) {
            tracing::error!(%error, "the keys were not looked after");
        }
    }
}

async fn keep_certificate(door: Arc<Door>) {
    match &door.tls {
        Some(tls) => tls.keep().await,
        None => std::future::pending().await,
    }
}

struct Door {
    router: Router,
    tls: Option<Tls>,
    origin: Origin,
    patience: Patience,
}

impl Door {
    async fn welcome(&self, stream: TcpStream, peer: IpAddr, watcher: Watcher) {
        if !self.origin.may_knock(peer) {
            tracing::warn!("a connection past the proxy was closed");
            return;
        }
        // An event is small and wanted now. One that cannot be told so is only slower.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.patience.write));
        let stream: Pin<Box<TimeoutStream<TcpStream>>> = Box::pin(stream);
        match &self.tls {
            None => self.talk(stream, peer, watcher).await,
            Some(tls) => {
                // Otherwise too slow, not TLS, or only there to see the answer to an authority's question.
                let shaken = tokio::time::timeout(self.patience.handshake, tls.accept(stream)).await;
                if let Ok(Ok(Some(stream))) = shaken {
                    self.talk(stream, peer, watcher).await;
                }
            }
        }
    }

    async fn talk(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: IpAddr, watcher: Watcher) {
        let service = service_fn(|request: Request<hyper::body::Incoming>| {
            let mut request = request.map(Body::new);
            let client = self.origin.of(peer, request.headers());
            request.extensions_mut().insert(ClientAddress(client));
            self.router.clone().oneshot(request)
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.patience.head).max_header_size(MAX_HEAD);
        // What goes wrong on the way is the other end's doing, and it is gone.
        let _ = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await;
    }
}
