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
    step("app", || {
        let words = ["build", "--release", "--package", "digiteam-app", "--bins", "--features", "custom-protocol"];
        run(&mut cargo(&words))
    })
    .0?;
    step("backend", || run(&mut cargo(&["build", "--release", "--package", "digiteam-backend", "--bins"]))).0?;
    let folder = target().join("release");
    say(format!("{}\n{}", folder.join("digiteam-app").display(), folder.join("digiteam-backend").display()));
    Ok(())
}
