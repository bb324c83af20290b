//! Starts the provider simulator: reads the command line, listens, and stops in good order on SIGTERM or SIGINT.

use std::future::IntoFuture;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use digiteam_simulator::arguments::{Arguments, USAGE};
use digiteam_simulator::{Config, People, Times, router, system_clock};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => return end(&format!("digiteam-simulator: {error}\n{USAGE}"), 2),
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => end(&format!("digiteam-simulator: {error:#}"), 1),
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let people = People::load(&arguments.people).with_context(|| arguments.people.display().to_string())?;
    let listener = TcpListener::bind(arguments.listen).await.context("cannot listen")?;
    let base = format!("http://{}", listener.local_addr()?);
    let config =
        Config { base: base.clone(), people, client: arguments.client, times: Times::default(), clock: system_clock() };
    let (asked, stop) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(listener, router(&config)).with_graceful_shutdown(async {
        asked_to_stop().await;
        drop(asked);
    });
    writeln!(std::io::stdout(), "listening on {base}")?;
    std::io::stdout().flush()?;
    tokio::select! {
        served = server.into_future() => Ok(served?),
        // A connection that is kept open and idle must not hold the process back for ever.
        () = async { let _ = stop.await; tokio::time::sleep(Duration::from_secs(3)).await } => Ok(()),
    }
}

async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

fn end(message: &str, code: u8) -> ExitCode {
    // Nobody is left to tell if stderr is gone.
    let _ = writeln!(std::io::stderr(), "{message}");
    ExitCode::from(code)
}
