//! Who acts for whom, and powers of attorney. One line a command; the client core does the work.

use bridge::relation::{GivePowerOfAttorney, ListRepresentations, MakeInvitation, ShowActing, WithdrawPowerOfAttorney};
use client::Client;
use tauri::State;

use crate::Answer;

#[tauri::command]
pub(crate) async fn list_representations(
    client: State<'_, Client>,
    call: ListRepresentations,
) -> Answer<ListRepresentations> {
    client.list_representations(call).await
}

#[tauri::command]
pub(crate) async fn show_acting(client: State<'_, Client>, call: ShowActing) -> Answer<ShowActing> {
    client.show_acting(call).await
}

#[tauri::command]
pub(crate) async fn make_invitation(client: State<'_, Client>, call: MakeInvitation) -> Answer<MakeInvitation> {
    client.make_invitation(call).await
}

#[tauri::command]
pub(crate) async fn give_power_of_attorney(
    client: State<'_, Client>,
    call: GivePowerOfAttorney,
) -> Answer<GivePowerOfAttorney> {
    client.give_power_of_attorney(call).await
}

#[tauri::command]
pub(crate) async fn withdraw_power_of_attorney(
    client: State<'_, Client>,
    call: WithdrawPowerOfAttorney,
) -> Answer<WithdrawPowerOfAttorney> {
    client.withdraw_power_of_attorney(call).await
}
