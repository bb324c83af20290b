//! npm packages, at the versions of a lock file, below the build output. Never into the project's own folders, and no
//! package's install script is run.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::packages::{self, Set};
use crate::run::{command, on_path, root, run, target};

const LOCK: &str = "package-lock.json";

/// Installs what stands in a folder of the project, unless this very version is there, and gives the folder where it is
/// then. `files` go along.
pub(crate) fn install(from: &str, to: &str, files: &[&str]) -> Result<PathBuf> {
    let (from, to) = (root().join(from), target().join(to));
    fs::create_dir_all(&to)?;
    let done = to.join("node_modules/.installed");
    let lock = fs::read_to_string(from.join(LOCK))?;
    for name in ["package.json", LOCK].iter().chain(files) {
        fs::copy(from.join(name), to.join(name)).with_context(|| from.join(name).display().to_string())?;
    }
    if fs::read_to_string(&done).is_ok_and(|installed| installed == lock) {
        return Ok(to);
    }
    if !on_path("npm") || !on_path("node") {
        packages::ensure(&[Set::Node])?;
    }
    run(command("npm").current_dir(&to).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    fs::write(done, lock)?;
    Ok(to)
}
