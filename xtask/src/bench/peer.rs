//! The peer that the benchmarks measure themselves against.

use std::path::PathBuf;

use anyhow::Result;

use crate::npm;
use crate::run::target;

const FOLDER: &str = "bench/peer";

/// Where it is installed.
pub(super) fn folder() -> PathBuf {
    target().join(FOLDER)
}

/// Installs it.
pub(super) fn install() -> Result<()> {
    npm::install("tests/peer", FOLDER, &["server.js", "client.js"]).map(drop)
}
