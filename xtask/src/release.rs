//! A release: the face, then the app and the backend in invocations of their own, so that the backend
//! does not get the app's SQLCipher. Never signs or publishes anything.

use anyhow::Result;

use crate::face;
use crate::packages::{self, Set};
use crate::run::{cargo, run, say, step, target};

/// Builds both programs.
pub(crate) fn release() -> Result<()> {
    step("packages", || packages::ensure(&[Set::Build, Set::Wasm])).0?;
    step("face", face::build).0?;
    step("app", app).0?;
    step("backend", backend).0?;
    let folder = target().join("release");
    say(format!("{}\n{}", folder.join("digiteam-app").display(), folder.join("digiteam-backend").display()));
    Ok(())
}

/// The app, with the face that was built last.
pub(crate) fn app() -> Result<()> {
    run(&mut cargo(&["build", "--release", "--package", "digiteam-app", "--bins", "--features", "custom-protocol"]))
}

/// The backend.
pub(crate) fn backend() -> Result<()> {
    run(&mut cargo(&["build", "--release", "--package", "digiteam-backend", "--bins"]))
}
