//! What differs between operating systems: how processes end, and folders that are for one person alone.
//!
//! Stories run on Linux, where nothing that a killed test started stays behind. Elsewhere the demo runs, and what it
//! starts ends with it when it ends in order.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// The same command, bound to end when the thread that starts it does: a test program that is killed
/// leaves nothing behind.
#[cfg(target_os = "linux")]
pub(crate) fn tied(command: &Command) -> Command {
    let mut tied = Command::new("setpriv");
    tied.args(["--pdeathsig", "KILL", "--"]).arg(command.get_program());
    copy(command, tied)
}

/// The same command.
#[cfg(not(target_os = "linux"))]
pub(crate) fn tied(command: &Command) -> Command {
    copy(command, Command::new(command.get_program()))
}

fn copy(command: &Command, mut to: Command) -> Command {
    to.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
    to
}

/// Asks a process to end.
#[cfg(unix)]
pub(crate) fn ask_to_end(child: &Child) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    Ok(kill_process(Pid::from_child(child), Signal::TERM)?)
}

/// Windows has no way to ask a program without a window.
#[cfg(not(unix))]
pub(crate) fn ask_to_end(_: &Child) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Ends a process at once, if it is still there.
#[cfg(unix)]
pub(crate) fn end_now(id: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // It may have ended by itself.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Nothing is known of others' processes here.
#[cfg(not(unix))]
pub(crate) fn end_now(_: u32) {}

/// Whether a process is there and not only waiting to be buried; known on Linux.
pub(crate) fn runs(id: u32) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// The process ids below one, the nearest first; known on Linux.
pub(crate) fn descendants(of: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let id: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
            // The name before it, in brackets, may hold anything.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((id, parent))
        })
        .collect();
    let mut found = vec![of];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        let below: Vec<u32> =
            parents.iter().filter(|(id, above)| *above == parent && !found.contains(id)).map(|it| it.0).collect();
        found.extend(below);
        next += 1;
    }
    found.remove(0);
    found
}

/// Makes a folder, with those above it, that only this person can read where the system has a word for it.
///
/// # Errors
/// When it cannot be made.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Writes a script that this person can run.
///
/// # Errors
/// When it cannot be written.
pub fn write_script(file: &Path, script: &str) -> io::Result<()> {
    fs::write(file, script)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(file, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// The small browser that comes with the webview: distributions put it in different places.
pub(crate) fn mini_browser() -> PathBuf {
    let multiarch = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let places = [multiarch.as_str(), "/usr/libexec", "/usr/lib64", "/usr/lib"];
    let all = places.map(|place| Path::new(place).join("webkit2gtk-4.1/MiniBrowser"));
    let [usual, ..] = &all;
    all.iter().find(|program| program.is_file()).unwrap_or(usual).clone()
}
