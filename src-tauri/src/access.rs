//! Opening case content for work, and the log. One line a command; the client core does the work.

use bridge::access::{ListOpenings, OpenScope, ReviewOpening, ShowAccessLog};
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn open_scope(client: State<'_, Client>, call: OpenScope) -> Answer<OpenScope> {
    client.open_scope(call).await
}

#[tauri::command]
pub(crate) async fn show_access_log(client: State<'_, Client>, call: ShowAccessLog) -> Answer<ShowAccessLog> {
    client.show_access_log(call).await
}

#[tauri::command]
pub(crate) async fn list_openings(client: State<'_, Client>, call: ListOpenings) -> Answer<ListOpenings> {
    client.list_openings(call).await
}

#[tauri::command]
pub(crate) async fn review_opening(client: State<'_, Client>, call: ReviewOpening) -> Answer<ReviewOpening> {
    client.review_opening(call).await
}
