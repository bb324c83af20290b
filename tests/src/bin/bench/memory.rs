//! What a first sync takes of a device's memory, whatever its size: a process of its own opens a store, syncs, and says
//! how much it had at the most. Five times the records must not take more.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use client::bench::Cipher;
use digiteam_tests::say;
use tokio::process::Command;
use url::Url;

use crate::corpus::PERSON;
use crate::world::{Device, World, complete};

/// The word that makes this program the process that is measured.
pub(crate) const ONCE: &str = "once";

/// The most that a device's process has while it takes in everything that `world` holds, in kilobytes.
pub(crate) async fn peak(world: &mut World) -> Result<f64> {
    let device = world.device(PERSON, Cipher::Sealed).await?;
    let mut once = Command::new(env::current_exe()?);
    once.arg(ONCE).arg(device.folder()).arg(world.url().as_str());
    let output = once.output().await?;
    ensure!(output.status.success(), "the process that is measured failed");
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// Syncs once, and says the most that this process had.
pub(crate) async fn once(folder: &Path, backend: Url) -> Result<()> {
    let client = Device::open_there(folder, backend, Cipher::Sealed).await?;
    complete(&client).await?;
    client.shutdown().await;
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    say(line.trim().trim_end_matches(" kB"));
    Ok(())
}
