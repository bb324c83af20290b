//! A device in a process of its own, to be killed: opens the store in a folder and sends one message after the
//! other, and says which ones it has been told are kept.
//!
//! `sender FOLDER BACKEND THREAD PREFIX`

use std::path::Path;

use anyhow::{Context as _, Result};
use bridge::identity::Unlock;
use bridge::message::SendMessage;
use bridge::sync::ShowSync;
use digiteam_tests::device::{Device, told};
use digiteam_tests::person::CODE;
use digiteam_tests::say;
use digiteam_tests::wait::{LONG, until};

#[tokio::main]
async fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let mut word = || words.next().context("sender FOLDER BACKEND THREAD PREFIX");
    let (folder, backend, thread, prefix) = (word()?, word()?, word()?, word()?);
    let device = Device::at(Path::new(&folder), backend.parse()?)?;
    device.client.unlock(Unlock { code: CODE.to_owned() }).await.map_err(told)?;
    // Once the session is renewed, so that every kill falls into the sending.
    until("the backend to answer", LONG, async || {
        Ok(device.client.show_sync(ShowSync {}).await.map_err(told)?.online.then_some(()))
    })
    .await?;
    for number in 0.. {
        let text = format!("{prefix} {number}");
        device.client.send_message(SendMessage { thread: thread.clone(), text: text.clone() }).await.map_err(told)?;
        say(&format!("kept {text}"));
    }
    Ok(())
}
