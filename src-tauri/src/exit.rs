//! The end of the app: however it is asked to go, by its window or by the system, the core first closes
//! its store. It gets a moment for that and no more; what it could not finish is still in the store.

use std::time::Duration;

use client::Client;
use tauri::{AppHandle, Manager};
use tokio::time::timeout;

const MOMENT: Duration = Duration::from_secs(5);

/// Closes the core; to be called when the app is about to end.
pub(crate) fn shut_down(app: &AppHandle) {
    let client = app.state::<Client>();
    if tauri::async_runtime::block_on(async { timeout(MOMENT, client.shutdown()).await }).is_err() {
        tracing::warn!("the client did not close in time");
    }
}

/// Ends the app in order when the system asks for it, as at the end of a desktop session.
#[cfg(unix)]
pub(crate) async fn on_signal(app: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};

    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::warn!("signals cannot be heard");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    app.exit(0);
}
