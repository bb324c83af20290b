//! Cases and what is written in them. One line a command; the client core does the work.

use bridge::case::{ListCaseload, ListCases, ShowCase};
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn list_cases(client: State<'_, Client>, call: ListCases) -> Answer<ListCases> {
    client.list_cases(call).await
}

#[tauri::command]
pub(crate) async fn list_caseload(client: State<'_, Client>, call: ListCaseload) -> Answer<ListCaseload> {
    client.list_caseload(call).await
}

#[tauri::command]
pub(crate) async fn show_case(client: State<'_, Client>, call: ShowCase) -> Answer<ShowCase> {
    client.show_case(call).await
}
