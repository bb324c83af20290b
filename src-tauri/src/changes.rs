//! Passes what the core announces on to the window, which then asks again for what it shows. A missed
//! announcement is made up for by announcing everything. When a login ends, the window comes forward, as
//! the person has just been in the browser. When somebody has signed out, or was signed out, the webview forgets what
//! it has stored too.

use bridge::identity::{SessionView, ShowSession};
use bridge::{CHANGED, Topic};
use client::Client;
use tauri::{AppHandle, Emitter, Manager};
use tokio::sync::broadcast::error::RecvError;

use crate::window;

const ALL: [Topic; 6] = [Topic::Session, Topic::Sync, Topic::Task, Topic::Message, Topic::Case, Topic::Document];

/// Runs until the core ends.
pub(crate) async fn forward(app: AppHandle) {
    let client = app.state::<Client>();
    let mut changes = client.changes();
    let (mut signing_in, mut somebodys) = (false, false);
    watch(&client, &app, &mut somebodys).await;
    loop {
        let topics = match changes.recv().await {
            Ok(topics) => topics,
            Err(RecvError::Lagged(_)) => ALL.to_vec(),
            Err(RecvError::Closed) => return,
        };
        let session = topics.contains(&Topic::Session);
        if let Err(error) = app.emit(CHANGED, topics) {
            tracing::warn!(%error, "a change could not be announced");
        }
        if session {
            let before = std::mem::replace(&mut signing_in, is_signing_in(&client).await);
            if before && !signing_in {
                window::come_forward(&app);
            }
            watch(&client, &app, &mut somebodys).await;
        }
    }
}

// Whether what is here is somebody's; the webview forgets when it is nobody's any more. A login that was only tried
// changes nothing.
async fn watch(client: &Client, app: &AppHandle, somebodys: &mut bool) {
    match client.show_session(ShowSession {}).await {
        Ok(SessionView::Open { .. } | SessionView::Locked { .. }) => *somebodys = true,
        Ok(SessionView::SignedOut { .. }) if std::mem::take(somebodys) => window::forget(app),
        _ => {}
    }
}

async fn is_signing_in(client: &Client) -> bool {
    matches!(client.show_session(ShowSession {}).await, Ok(SessionView::SigningIn))
}
