//! What is expected of the resident. One line a command; the client core does the work.

use bridge::task::CompleteTask;
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn complete_task(client: State<'_, Client>, call: CompleteTask) -> Answer<CompleteTask> {
    client.complete_task(call).await
}
