//! The first screen. One line a command; the client core does the work.

use bridge::home::ShowHome;
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn show_home(client: State<'_, Client>, call: ShowHome) -> Answer<ShowHome> {
    client.show_home(call).await
}
