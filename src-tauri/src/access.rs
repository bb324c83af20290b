//! Opening case content for work. One line a command; the client core does the work.

use bridge::access::OpenScope;
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn open_scope(client: State<'_, Client>, call: OpenScope) -> Answer<OpenScope> {
    client.open_scope(call).await
}
