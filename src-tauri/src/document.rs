//! Documents, as text and page by page. One line a command; the client core does the work.

use bridge::document::{ShowDocument, ShowPage};
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn show_document(client: State<'_, Client>, call: ShowDocument) -> Answer<ShowDocument> {
    client.show_document(call).await
}

#[tauri::command]
pub(crate) async fn show_page(client: State<'_, Client>, call: ShowPage) -> Answer<ShowPage> {
    client.show_page(call).await
}
