//! The municipal backend of Digiteam.
//!
//! One binary on embedded SQLite or on PostgreSQL. Facts are written with their constraints; what each
//! audience sees of them is projected into per-scope feeds in the same transaction; clients pull those.

pub mod access;
pub mod booking;
pub mod case;
pub mod collect;
pub mod config;
pub mod db;
pub mod document;
pub mod error;
pub mod feed;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
pub mod headers;
pub mod health;
pub mod hub;
pub mod identity;
pub mod limit;
pub mod load;
pub mod message;
pub mod openapi;
pub mod party;
pub mod person;
pub mod rate;
mod refused;
pub mod relation;
pub mod routes;
pub mod serve;
pub mod sync;
pub mod task;
pub mod text;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use config::Config;
use db::{Clock, Db};
use error::Error;
use hub::Hub;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use protocol::refusal::RefusalCode;
use rate::Limits;
use std::sync::Arc;
use tokio::sync::watch;

/// What every handler works with.
pub struct App {
    /// What this installation decided.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// Hints to event streams.
    pub hub: Hub,
    /// Files.
    pub blobs: Arc<dyn ObjectStore>,
    /// The issuer towards our app and the relying party towards providers.
    pub identity: identity::Identity,
    /// How much anybody has asked.
    pub limits: Arc<Limits>,
    /// Becomes true when the backend is about to stop: long answers end.
    pub stopping: watch::Receiver<bool>,
}

impl App {
    /// Opens everything that `config` names.
    ///
    /// # Errors
    /// When the database, the blob folder or the keys cannot be opened.
    pub async fn open(config: Config, clock: Clock, stopping: watch::Receiver<bool>) -> anyhow::Result<Arc<Self>> {
        // Another installed provider of cryptography is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let hub = Hub::default();
        let db = Db::open(&config.database, clock, hub.clone()).await?;
        std::fs::create_dir_all(&config.blobs)?;
        let blobs = Arc::new(LocalFileSystem::new_with_prefix(&config.blobs)?.with_fsync(true));
        let identity = identity::Identity::open(&config, &db).await?;
        let limits = Arc::new(Limits::new(&config.limits));
        Ok(Arc::new(Self { config, db, hub, blobs, identity, limits, stopping }))
    }

    /// Waits until everything that was asked for is written.
    ///
    /// # Errors
    /// When the writer failed.
    pub async fn close(self: Arc<Self>) -> anyhow::Result<()> {
        self.db.close().await
    }
}

/// Everything that the backend answers; [`routes::ROUTES`] lists it.
pub fn router(app: Arc<App>) -> Router {
    let headers = headers::add(&app.config.public_url);
    let refusals = Arc::<refused::Refusals>::default();
    Router::new()
        .merge(health::router())
        .merge(openapi::router())
        .merge(identity::router())
        .merge(access::router())
        .merge(case::router())
        .merge(document::router())
        .merge(party::router())
        .merge(sync::router())
        .fallback(async || Error::from(RefusalCode::Access))
        .layer(from_fn_with_state(Arc::clone(&app), identity::give_nonce))
        .layer(DefaultBodyLimit::max(limit::MAX_BODY))
        .layer(from_fn_with_state(limit::Pace::default(), limit::keep_pace))
        .layer(from_fn_with_state(Arc::clone(&app), rate::by_address))
        .layer(from_fn_with_state((Arc::clone(&app), refusals), refused::tell))
        .layer(map_response(headers))
        .with_state(app)
}

/// Milliseconds since 1970 by the system's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| jiff::Timestamp::now().as_millisecond())
}
