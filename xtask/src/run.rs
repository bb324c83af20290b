//! Starting other programs: where the project stands, where its build output goes, and a line with name
//! and time for every step. Never decides what is run.

use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context as _, Result, ensure};

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let own = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        Path::new(&own).parent().expect("xtask stands in the project's folder").to_owned()
    });
    &ROOT
}

/// Where build output goes. A CI run starts from a clone without any, so what dependencies compile to is
/// kept for the user, apart for each compiler.
pub(crate) fn target() -> &'static Path {
    static TARGET: LazyLock<PathBuf> = LazyLock::new(|| {
        if let Some(named) = env::var_os("CARGO_TARGET_DIR") {
            return root().join(named);
        }
        let cache = match (env::var_os("CI"), env::var_os("HOME")) {
            (Some(_), Some(home)) => Path::new(&home).join(".cache/digiteam"),
            _ => return root().join("target"),
        };
        let version = output(Command::new("rustc").arg("-V")).unwrap_or_default();
        let version = version.split_whitespace().nth(1).unwrap_or("unknown").to_owned();
        cache.join(format!("target-{version}"))
    });
    &TARGET
}

/// A cargo command, at the root, with the target folder set.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let mut cargo = command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(words).env("CARGO_TARGET_DIR", target());
    // What cargo told about this package when it started this program. A build script that looks at it would be run
    // anew, and all that stands on it, whenever somebody builds now with and now without this program.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// A command that starts at the root.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// One line on standard output.
pub(crate) fn say(line: impl AsRef<str>) {
    let mut out = io::stdout().lock();
    // Nothing can be said where standard output is closed, and the exit code still tells.
    let _ = writeln!(out, "{}", line.as_ref()).and_then(|()| out.flush());
}

/// Says the step's name, does it, and says how long it took.
pub(crate) fn step<T>(name: &str, act: impl FnOnce() -> Result<T>) -> (Result<T>, Duration) {
    say(format!("── {name}"));
    let start = Instant::now();
    let done = act();
    let time = start.elapsed();
    let end = if done.is_ok() { "done" } else { "FAILED" };
    say(format!("── {name}: {end} in {:.1} s", time.as_secs_f64()));
    (done, time)
}

/// Runs a command to its end; its failure is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("{name} could not be started"))?;
    ensure!(status.success(), "{name} ended with {status}");
    Ok(())
}

/// What a command prints, as text; its failure is an error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{name} could not be started"))?;
    ensure!(output.status.success(), "{name} ended with {}", output.status);
    String::from_utf8(output.stdout).with_context(|| format!("{name} did not print text"))
}

/// Runs a command and hands over every line of its standard output; returns whether it ended well.
pub(crate) fn lines(command: &mut Command, mut on_line: impl FnMut(&str)) -> Result<bool> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("{name} could not be started"))?;
    let out = child.stdout.take().expect("it is piped");
    for line in BufReader::new(out).split(b'\n') {
        on_line(String::from_utf8_lossy(&line?).trim_end_matches('\r'));
    }
    Ok(child.wait()?.success())
}

/// Whether a program is on PATH.
pub(crate) fn on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| {
        env::split_paths(&path).any(|folder| {
            let program = folder.join(program);
            program.is_file() || program.with_extension(env::consts::EXE_EXTENSION).is_file()
        })
    })
}

/// All files below a folder, sorted; none if it is not there.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let entry = entry?;
            let list = if entry.file_type()?.is_dir() { &mut open } else { &mut found };
            list.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
