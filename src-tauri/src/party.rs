//! Who is around a case. One line a command; the client core does the work.

use bridge::party::{ChangeParty, FindPerson, ListParties};
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn list_parties(client: State<'_, Client>, call: ListParties) -> Answer<ListParties> {
    client.list_parties(call).await
}

#[tauri::command]
pub(crate) async fn find_person(client: State<'_, Client>, call: FindPerson) -> Answer<FindPerson> {
    client.find_person(call).await
}

#[tauri::command]
pub(crate) async fn change_party(client: State<'_, Client>, call: ChangeParty) -> Answer<ChangeParty> {
    client.change_party(call).await
}
