//! Looking for words. One line a command; the client core does the work.

use bridge::search::Search;
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn search(client: State<'_, Client>, call: Search) -> Answer<Search> {
    client.search(call).await
}
