//! Logging in, locking, unlocking and logging out, as the window asks for it. One line a command; the client core does the work.

use bridge::identity::{
    CancelSignIn, ChooseCode, ChooseIdle, ListDevices, ListMunicipalities, Lock, NoteActivity, ShowSession, SignIn,
    SignOut, SignOutDevice, Unlock, UseOnce,
};
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn show_session(client: State<'_, Client>, call: ShowSession) -> Answer<ShowSession> {
    client.show_session(call).await
}

#[tauri::command]
pub(crate) async fn list_municipalities(
    client: State<'_, Client>,
    call: ListMunicipalities,
) -> Answer<ListMunicipalities> {
    client.list_municipalities(call).await
}

#[tauri::command]
pub(crate) async fn sign_in(client: State<'_, Client>, call: SignIn) -> Answer<SignIn> {
    client.sign_in(call).await
}

#[tauri::command]
pub(crate) async fn cancel_sign_in(client: State<'_, Client>, call: CancelSignIn) -> Answer<CancelSignIn> {
    client.cancel_sign_in(call).await
}

#[tauri::command]
pub(crate) async fn choose_code(client: State<'_, Client>, call: ChooseCode) -> Answer<ChooseCode> {
    client.choose_code(call).await
}

#[tauri::command]
pub(crate) async fn unlock(client: State<'_, Client>, call: Unlock) -> Answer<Unlock> {
    client.unlock(call).await
}

#[tauri::command]
pub(crate) async fn lock(client: State<'_, Client>, call: Lock) -> Answer<Lock> {
    client.lock(call).await
}

#[tauri::command]
pub(crate) async fn sign_out(client: State<'_, Client>, call: SignOut) -> Answer<SignOut> {
    client.sign_out(call).await
}

#[tauri::command]
pub(crate) async fn use_once(client: State<'_, Client>, call: UseOnce) -> Answer<UseOnce> {
    client.use_once(call).await
}

#[tauri::command]
pub(crate) async fn list_devices(client: State<'_, Client>, call: ListDevices) -> Answer<ListDevices> {
    client.list_devices(call).await
}

#[tauri::command]
pub(crate) async fn sign_out_device(client: State<'_, Client>, call: SignOutDevice) -> Answer<SignOutDevice> {
    client.sign_out_device(call).await
}

#[tauri::command]
pub(crate) async fn note_activity(client: State<'_, Client>, call: NoteActivity) -> Answer<NoteActivity> {
    client.note_activity(call).await
}

#[tauri::command]
pub(crate) async fn choose_idle(client: State<'_, Client>, call: ChooseIdle) -> Answer<ChooseIdle> {
    client.choose_idle(call).await
}
