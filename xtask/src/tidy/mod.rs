//! What no compiler checks: which crate knows which, how long files get, how they open, which words must
//! not stand in them, whether every language has every text, whether the mutants' patches fit the code, and
//! what dependencies are made of. Never changes a file.

mod arrows;
mod deny;
mod texts;
mod words;

use std::process::ExitCode;

use anyhow::{Result, ensure};

use crate::mutants;
use crate::run::{command, output, root, say, step};

/// Everything, dependencies' licences and sources included.
pub(crate) fn tidy() -> Result<ExitCode> {
    let own = step("tidy: own files", check).0;
    let dependencies = step("tidy: dependencies", deny::check).0;
    for error in [&own, &dependencies].into_iter().filter_map(|it| it.as_ref().err()) {
        say(format!("error: {error:#}"));
    }
    Ok(if own.and(dependencies).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What needs nothing but the project's own files.
pub(crate) fn check() -> Result<()> {
    let mut faults = arrows::faults()?;
    for name in listed()? {
        // A file that is listed can be gone from the folder; bytes that are no text are a picture or a font.
        let Ok(text) = std::fs::read_to_string(root().join(&name)) else { continue };
        faults.extend(words::faults(&name, &text).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    faults.extend(texts::faults(&root().join("ui/locales"))?);
    faults.extend(mutants::stale()?);
    for fault in &faults {
        say(format!("   {fault}"));
    }
    ensure!(faults.is_empty(), "{} faults", faults.len());
    Ok(())
}

/// The project's files: what git has, and what it would take.
fn listed() -> Result<Vec<String>> {
    let words = ["ls-files", "--cached", "--others", "--exclude-standard"];
    Ok(output(command("git").args(words))?.lines().map(str::to_owned).collect())
}
