//! What must be installed beside cargo. Looks first, installs only what is missing and only where apt is;
//! elsewhere it says what to install. Never changes or removes anything that is there.

use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

use crate::run::{on_path, output, root, run, say};

/// What a command needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    /// To compile the app and the backend.
    Build,
    /// To drive windows without a display, and to test on PostgreSQL.
    Drive,
    /// To run the providers of the tests, and the benchmarks' peer.
    Node,
    /// To compile the face, where rustup has no wasm target.
    Wasm,
}

const BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
    "libssl-dev",
];
const DRIVE: &[&str] =
    &["webkit2gtk-driver", "xvfb", "xauth", "dbus", "dbus-x11", "gnome-keyring", "postgresql", "fonts-noto-core"];
const NODE: &[&str] = &["nodejs", "npm"];
const WASM: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];

/// What to look for where packages have other names.
const PROGRAMS: &[(Set, &str)] = &[
    (Set::Build, "cc"),
    (Set::Build, "pkg-config"),
    (Set::Drive, "WebKitWebDriver"),
    (Set::Drive, "Xvfb"),
    (Set::Drive, "dbus-daemon"),
    (Set::Drive, "gnome-keyring-daemon"),
    (Set::Node, "node"),
    (Set::Node, "npm"),
];

/// Makes sure that the sets are there.
pub(crate) fn ensure(sets: &[Set]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let wanted = sets.iter().flat_map(|set| packages(*set)).copied();
    if on_path("dpkg-query") && on_path("apt-get") {
        let missing: Vec<&str> = wanted.filter(|package| !is_installed(package)).collect();
        return if missing.is_empty() { Ok(()) } else { install(&missing) };
    }
    let missing: Vec<&str> =
        PROGRAMS.iter().filter(|(set, program)| sets.contains(set) && !on_path(program)).map(|it| it.1).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = wanted.collect();
    bail!("not found: {}. Install what Debian calls: {}", missing.join(", "), names.join(" "))
}

fn packages(set: Set) -> &'static [&'static str] {
    match set {
        Set::Build => BUILD,
        Set::Drive => DRIVE,
        Set::Node => NODE,
        Set::Wasm if crate::face::rustup_has_wasm() => &[],
        Set::Wasm => WASM,
    }
}

fn is_installed(package: &str) -> bool {
    output(Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}

fn install(missing: &[&str]) -> Result<()> {
    say(format!("   installing {}", missing.join(" ")));
    if run(&mut apt(&["update", "-qq"])).is_err() {
        say("   apt-get update failed; once more");
        run(&mut apt(&["update", "-qq"])).with_context(|| by_hand(missing))?;
    }
    let mut words = vec!["install", "-y", "-qq", "--no-install-recommends"];
    words.extend(missing);
    run(&mut apt(&words)).with_context(|| by_hand(missing))
}

fn by_hand(missing: &[&str]) -> String {
    format!("these packages are missing; install them by hand: {}", missing.join(" "))
}

fn apt(words: &[&str]) -> Command {
    let mut command = if is_root() { Command::new("apt-get") } else { Command::new("sudo") };
    if !is_root() {
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    }
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive").current_dir(root());
    command
}

/// Whether this runs as root.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) || env::var("USER").is_ok_and(|name| name == "root")
}
