//! How fresh what is shown is. One line a command; the client core does the work.

use bridge::sync::ShowSync;
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn show_sync(client: State<'_, Client>, call: ShowSync) -> Answer<ShowSync> {
    client.show_sync(call).await
}
