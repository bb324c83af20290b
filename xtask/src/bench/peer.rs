//! The peer's packages, at the versions of its lock file, below the build output. Never into the project's
//! own folders, and no package's install script is run.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use crate::run::{command, on_path, root, run, target};

const LOCK: &str = "package-lock.json";
const FILES: &[&str] = &["package.json", LOCK, "server.js", "client.js"];

/// Where it is installed.
pub(super) fn folder() -> PathBuf {
    target().join("bench/peer")
}

/// Installs it, unless this very version is there.
pub(super) fn install() -> Result<()> {
    let (from, to) = (root().join("tests/peer"), folder());
    fs::create_dir_all(&to)?;
    let done = to.join("node_modules/.installed");
    let lock = fs::read_to_string(from.join(LOCK))?;
    for name in FILES {
        fs::copy(from.join(name), to.join(name)).with_context(|| format!("tests/peer/{name}"))?;
    }
    if fs::read_to_string(&done).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    ensure!(on_path("npm"), "the peer needs npm and Node; install them, and run this again");
    run(command("npm").current_dir(&to).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    Ok(fs::write(done, lock)?)
}
