//! How fresh what is shown is, and what was refused. One line a command; the client core does the work.

use bridge::sync::{Discard, DismissRescue, Resend, ShowSync};
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn show_sync(client: State<'_, Client>, call: ShowSync) -> Answer<ShowSync> {
    client.show_sync(call).await
}

#[tauri::command]
pub(crate) async fn dismiss_rescue(client: State<'_, Client>, call: DismissRescue) -> Answer<DismissRescue> {
    client.dismiss_rescue(call).await
}

#[tauri::command]
pub(crate) async fn resend(client: State<'_, Client>, call: Resend) -> Answer<Resend> {
    client.resend(call).await
}

#[tauri::command]
pub(crate) async fn discard(client: State<'_, Client>, call: Discard) -> Answer<Discard> {
    client.discard(call).await
}
