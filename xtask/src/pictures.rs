//! Every screen of the tour in every look and shape of window, as pictures and checked for what looks wrong. A
//! screen that the tour comes by is pictured without any more work. Never decides what a screen should look like.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::demo::{absolute, built, prepare};
use crate::run::{say, step};

/// Theme and language; `tour` knows what they mean.
const LOOKS: &[&str] = &["light-sv", "dark-sv", "light-ar", "dark-ar", "contrast-sv"];

/// Plays the tour once in each look, into a folder of its own; one that goes wrong does not hide the others.
pub(crate) fn pictures(folder: &str, looks: &[&str]) -> Result<ExitCode> {
    prepare(true)?;
    let folder = absolute(PathBuf::from(folder))?;
    let mut end = ExitCode::SUCCESS;
    for look in if looks.is_empty() { LOOKS } else { looks } {
        let name = format!("pictures {look}");
        let play = || Ok(built("tour").arg(folder.join(look)).arg(look).status()?.success());
        if !step(&name, play).0? {
            say(format!("── {name}: something is wrong"));
            end = ExitCode::FAILURE;
        }
    }
    Ok(end)
}
