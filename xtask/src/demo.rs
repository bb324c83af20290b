//! Everything on this machine: builds what the demo needs and hands over to `stage` (the app in a window
//! of this desktop) or `tour` (the story in pictures). Never keeps anything running by itself.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use anyhow::{Result, bail, ensure};

use crate::packages::{self, Set};
use crate::run::{command, say, step, target};
use crate::{face, group};

const ROLES: &[&str] = &["resident", "guardian", "caseworker"];

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    role: Option<String>,
    data: Option<PathBuf>,
    reset: bool,
    tour: Option<PathBuf>,
}

impl Wish {
    /// Reads the words after `demo`.
    pub(crate) fn parse(words: &[&str]) -> Result<Self> {
        let mut wish = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match (*word, words.clone().next()) {
                ("--reset", _) => {
                    wish.reset = true;
                    continue;
                }
                ("--as", Some(role)) if ROLES.contains(role) => wish.role = Some((*role).to_owned()),
                ("--as", _) => bail!("--as takes one of: {}", ROLES.join(", ")),
                ("--data", Some(folder)) => wish.data = Some(folder.into()),
                ("--tour", Some(folder)) => wish.tour = Some(folder.into()),
                (other, _) => bail!("demo does not understand {other}"),
            }
            words.next();
        }
        Ok(wish)
    }
}

/// Builds and starts.
pub(crate) fn demo(wish: Wish) -> Result<ExitCode> {
    // Only there a display has a name, and windows can be driven without one.
    let is_linux = cfg!(target_os = "linux");
    let headless = is_linux && ["DISPLAY", "WAYLAND_DISPLAY"].iter().all(|name| env::var_os(name).is_none());
    let tour = match wish.tour {
        Some(_) if !is_linux => bail!("the tour drives windows under Xvfb, which needs Linux; demo alone runs here"),
        Some(folder) => Some(folder),
        None if headless => {
            let folder = target().join("tour");
            say(format!("There is no display here, so the demo is the tour: pictures in {}", folder.display()));
            Some(folder)
        }
        None => None,
    };
    prepare(tour.is_some())?;
    let mut program = match tour {
        Some(folder) => {
            let mut tour = built("tour");
            tour.arg(absolute(folder)?);
            tour
        }
        None => {
            let data = absolute(wish.data.unwrap_or_else(|| target().join("demo")))?;
            if wish.reset && data.exists() {
                ensure!(!is_open(&data), "a demo runs there; close its windows first");
                say(format!("   {} is made anew", data.display()));
                fs::remove_dir_all(&data)?;
            }
            let mut stage = built("stage");
            stage.arg("--data").arg(data);
            stage.args(["--as", wish.role.as_deref().unwrap_or("resident")]);
            stage
        }
    };
    let code = program.status()?.code().unwrap_or(1);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

/// Builds all that runs in a demo, and what drives windows where nobody sits before them.
pub(crate) fn prepare(is_driven: bool) -> Result<()> {
    let mut needed = vec![Set::Build, Set::Wasm];
    if is_driven {
        needed.push(Set::Drive);
    }
    step("packages", || packages::ensure(&needed)).0?;
    step("face", face::build).0?;
    step("backend and provider", || group::SERVER.build()).0?;
    step("app", || group::DEVICE.build()).0
}

/// One of the programs that are built then.
pub(crate) fn built(name: &str) -> Command {
    command(target().join("debug").join(name))
}

/// Whether a stage runs in the folder: whoever runs it has this file locked.
fn is_open(data: &Path) -> bool {
    File::options()
        .read(true)
        .write(true)
        .open(data.join("stage.lock"))
        .is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Relative to where the person stands, not to the project.
pub(crate) fn absolute(folder: PathBuf) -> Result<PathBuf> {
    Ok(env::current_dir()?.join(folder))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::{Wish, is_open};

    #[test]
    fn everything_can_be_wished() {
        let wish = Wish::parse(&["--as", "guardian", "--data", "d", "--reset", "--tour", "t"]).expect("understood");
        let expected =
            Wish { role: Some("guardian".into()), data: Some("d".into()), reset: true, tour: Some("t".into()) };
        assert_eq!(wish, expected);
        assert_eq!(Wish::parse(&[]).expect("understood"), Wish::default());
    }

    #[test]
    fn a_stage_that_runs_is_seen() {
        let folder = std::env::temp_dir().join(format!("digiteam-demo-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        assert!(!is_open(&folder), "nothing ran there yet");
        let lock = File::create(folder.join("stage.lock")).expect("a file");
        assert!(!is_open(&folder), "it has ended");
        lock.lock().expect("is locked");
        assert!(is_open(&folder));
        fs::remove_dir_all(&folder).expect("is removed");
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for words in [&["--as", "mayor"][..], &["--as"], &["--tour"], &["tour"]] {
            assert!(Wish::parse(words).is_err(), "{words:?}");
        }
    }
}
