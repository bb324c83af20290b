//! Cases and what is written in them. One line a command; the client core does the work.

use bridge::case::{AssignCase, ListAssignable, ListCaseActs, ListCaseload, ListCases, ListReminders, ShowCase};
use bridge::mask::{HideFrom, HideStaff, ListHiddenStaff, ListMaskGrounds, ShowAgain, ShowMasking};
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

#[tauri::command]
pub(crate) async fn list_assignable(client: State<'_, Client>, call: ListAssignable) -> Answer<ListAssignable> {
    client.list_assignable(call).await
}

#[tauri::command]
pub(crate) async fn assign_case(client: State<'_, Client>, call: AssignCase) -> Answer<AssignCase> {
    client.assign_case(call).await
}

#[tauri::command]
pub(crate) async fn list_case_acts(client: State<'_, Client>, call: ListCaseActs) -> Answer<ListCaseActs> {
    client.list_case_acts(call).await
}

#[tauri::command]
pub(crate) async fn show_masking(client: State<'_, Client>, call: ShowMasking) -> Answer<ShowMasking> {
    client.show_masking(call).await
}

#[tauri::command]
pub(crate) async fn list_mask_grounds(client: State<'_, Client>, call: ListMaskGrounds) -> Answer<ListMaskGrounds> {
    client.list_mask_grounds(call).await
}

#[tauri::command]
pub(crate) async fn hide_from(client: State<'_, Client>, call: HideFrom) -> Answer<HideFrom> {
    client.hide_from(call).await
}

#[tauri::command]
pub(crate) async fn show_again(client: State<'_, Client>, call: ShowAgain) -> Answer<ShowAgain> {
    client.show_again(call).await
}

#[tauri::command]
pub(crate) async fn list_hidden_staff(client: State<'_, Client>, call: ListHiddenStaff) -> Answer<ListHiddenStaff> {
    client.list_hidden_staff(call).await
}

#[tauri::command]
pub(crate) async fn hide_staff(client: State<'_, Client>, call: HideStaff) -> Answer<HideStaff> {
    client.hide_staff(call).await
}

#[tauri::command]
pub(crate) async fn list_reminders(client: State<'_, Client>, call: ListReminders) -> Answer<ListReminders> {
    client.list_reminders(call).await
}
