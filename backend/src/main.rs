//! `digiteam-backend`: serves, or loads content from data files.

use anyhow::Context as _;
use digiteam_backend::{App, config::Config, load, router, system_clock};
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

const USAGE: &str = "usage: digiteam-backend [--config FILE]
       digiteam-backend load [--config FILE] FOLDER

Without --config, and over what the file says, settings come from the environment: DIGITEAM_LISTEN,
DIGITEAM_PUBLIC_URL, DIGITEAM_DATABASE (sqlite:FILE or postgres://…), DIGITEAM_BLOBS, DIGITEAM_KEYS.";

/// How long answers that are under way may still take when the backend stops.
const GRACE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let wish = Wish::parse(std::env::args().skip(1))?;
    let filter = EnvFilter::try_from_env("DIGITEAM_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    let config = Config::read(wish.config.as_deref())?;
    let (stop, stopping) = watch::channel(false);
    let app = App::open(config, system_clock(), stopping).await?;
    if let Some(folder) = wish.load {
        let steps = load::load(&app, &folder, jiff::Zoned::now().date()).await?;
        tracing::info!(steps, "loaded");
        return app.close().await;
    }
    let listener = TcpListener::bind(app.config.listen).await.context("cannot listen")?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let mut stopped = stop.subscribe();
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("stopping");
        let _ = stop.send(true);
    });
    let serve = axum::serve(listener, router(app.clone())).with_graceful_shutdown(async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    });
    let mut stopping = app.stopping.clone();
    tokio::select! {
        ended = serve => ended?,
        () = async {
            let _ = stopping.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(GRACE).await;
        } => tracing::warn!("some answers were cut off"),
    }
    app.close().await
}

struct Wish {
    config: Option<PathBuf>,
    load: Option<PathBuf>,
}

impl Wish {
    fn parse(args: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut args = args.peekable();
        let loads = args.next_if(|arg| arg == "load").is_some();
        let mut wish = Self { config: None, load: None };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--config" => wish.config = Some(args.next().context(USAGE)?.into()),
                folder if loads && wish.load.is_none() && !folder.starts_with('-') => wish.load = Some(folder.into()),
                _ => anyhow::bail!(USAGE),
            }
        }
        anyhow::ensure!(loads == wish.load.is_some(), USAGE);
        Ok(wish)
    }
}

async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).expect("a handler can be set once");
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}
