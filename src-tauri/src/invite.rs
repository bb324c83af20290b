//! Codes for people without e-identification. One line a command; the client core does the work.

use bridge::invite::{GiveInvite, TakeBackInvite, UseInvite};
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn use_invite(client: State<'_, Client>, call: UseInvite) -> Answer<UseInvite> {
    client.use_invite(call).await
}

#[tauri::command]
pub(crate) async fn give_invite(client: State<'_, Client>, call: GiveInvite) -> Answer<GiveInvite> {
    client.give_invite(call).await
}

#[tauri::command]
pub(crate) async fn take_back_invite(client: State<'_, Client>, call: TakeBackInvite) -> Answer<TakeBackInvite> {
    client.take_back_invite(call).await
}
