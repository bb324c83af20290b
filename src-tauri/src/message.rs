//! Threads, the inbox and messages. One line a command; the client core does the work.

use bridge::message::{
    AttachFile, DetachFile, KeepDraft, ListInbox, ListThreads, MarkRead, SendMessage, ShowThread, TakeBack,
};
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn list_threads(client: State<'_, Client>, call: ListThreads) -> Answer<ListThreads> {
    client.list_threads(call).await
}

#[tauri::command]
pub(crate) async fn list_inbox(client: State<'_, Client>, call: ListInbox) -> Answer<ListInbox> {
    client.list_inbox(call).await
}

#[tauri::command]
pub(crate) async fn show_thread(client: State<'_, Client>, call: ShowThread) -> Answer<ShowThread> {
    client.show_thread(call).await
}

#[tauri::command]
pub(crate) async fn send_message(client: State<'_, Client>, call: SendMessage) -> Answer<SendMessage> {
    client.send_message(call).await
}

#[tauri::command]
pub(crate) async fn keep_draft(client: State<'_, Client>, call: KeepDraft) -> Answer<KeepDraft> {
    client.keep_draft(call).await
}

#[tauri::command]
pub(crate) async fn attach_file(client: State<'_, Client>, call: AttachFile) -> Answer<AttachFile> {
    client.attach_file(call).await
}

#[tauri::command]
pub(crate) async fn detach_file(client: State<'_, Client>, call: DetachFile) -> Answer<DetachFile> {
    client.detach_file(call).await
}

#[tauri::command]
pub(crate) async fn take_back(client: State<'_, Client>, call: TakeBack) -> Answer<TakeBack> {
    client.take_back(call).await
}

#[tauri::command]
pub(crate) async fn mark_read(client: State<'_, Client>, call: MarkRead) -> Answer<MarkRead> {
    client.mark_read(call).await
}
