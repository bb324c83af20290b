//! What must be installed beside cargo. Looks first, installs only what is missing and only where apt is;
//! elsewhere it says what to type. Never changes or removes anything that is there.

use std::process::Command;

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
const DRIVE: &[&str] = &[
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "dbus",
    "dbus-x11",
    "gnome-keyring",
    "postgresql",
    "pebble",
    "fonts-noto-core",
];
const NODE: &[&str] = &["nodejs", "npm"];
const WASM: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];

/// A program that is looked for where apt is not, and what brings it there.
struct Program {
    set: Set,
    name: &'static str,
    /// Whether it is wanted on this system.
    wanted: bool,
}

const LINUX: bool = cfg!(target_os = "linux");
const PROGRAMS: &[Program] = &[
    Program { set: Set::Build, name: "cc", wanted: cfg!(unix) },
    Program { set: Set::Build, name: "pkg-config", wanted: LINUX },
    // What the cipher of the store is made with, where it is not the system's.
    Program { set: Set::Build, name: "perl", wanted: !LINUX },
    Program { set: Set::Drive, name: "WebKitWebDriver", wanted: LINUX },
    Program { set: Set::Drive, name: "Xvfb", wanted: LINUX },
    Program { set: Set::Drive, name: "dbus-daemon", wanted: LINUX },
    Program { set: Set::Drive, name: "gnome-keyring-daemon", wanted: LINUX },
    Program { set: Set::Node, name: "node", wanted: true },
    Program { set: Set::Node, name: "npm", wanted: true },
];

/// What to type, by what is on PATH there: a package manager, and words for each set.
const BY_HAND: &[(&str, &[(Set, &str)])] = &[
    (
        "dnf",
        &[
            (Set::Node, "sudo dnf install nodejs npm"),
            (
                Set::Build,
                "sudo dnf install gcc gcc-c++ make pkgconf-pkg-config webkit2gtk4.1-devel libappindicator-gtk3-devel \
                 librsvg2-devel openssl-devel",
            ),
            (
                Set::Drive,
                "sudo dnf install webkit2gtk4.1 xorg-x11-server-Xvfb xauth dbus-daemon gnome-keyring \
                 postgresql-server google-noto-sans-fonts",
            ),
        ],
    ),
    (
        "pacman",
        &[
            (Set::Node, "sudo pacman -S nodejs npm"),
            (Set::Build, "sudo pacman -S base-devel webkit2gtk-4.1 libappindicator-gtk3 librsvg openssl"),
            (
                Set::Drive,
                "sudo pacman -S webkit2gtk-4.1 xorg-server-xvfb xorg-xauth dbus gnome-keyring postgresql noto-fonts",
            ),
        ],
    ),
    (
        "zypper",
        &[
            (Set::Node, "sudo zypper install nodejs npm"),
            (
                Set::Build,
                "sudo zypper install -t pattern devel_basis && sudo zypper install webkit2gtk3-devel \
                 libappindicator3-1 librsvg-devel libopenssl-devel",
            ),
            (
                Set::Drive,
                "sudo zypper install xorg-x11-server-Xvfb xauth dbus-1 gnome-keyring postgresql-server \
                 google-noto-sans-fonts, and what has WebKitWebDriver",
            ),
        ],
    ),
    (
        "xcode-select",
        &[
            (Set::Node, "brew install node"),
            (Set::Build, "xcode-select --install"),
            (Set::Drive, "brew install postgresql"),
        ],
    ),
    (
        "winget",
        &[
            (Set::Node, "winget install OpenJS.NodeJS"),
            (
                Set::Build,
                "winget install Microsoft.VisualStudio.2022.BuildTools (with \"Desktop development with C++\") \
                 StrawberryPerl.StrawberryPerl Microsoft.EdgeWebView2Runtime",
            ),
            (Set::Drive, "winget install PostgreSQL.PostgreSQL"),
        ],
    ),
];

/// Makes sure that the sets are there.
pub(crate) fn ensure(sets: &[Set]) -> Result<()> {
    if LINUX && on_path("dpkg-query") && on_path("apt-get") {
        let wanted = sets.iter().flat_map(|set| packages(*set)).copied();
        let missing: Vec<&str> = wanted.filter(|package| !is_installed(package)).collect();
        return if missing.is_empty() { Ok(()) } else { install(&missing) };
    }
    if sets.contains(&Set::Wasm) && !crate::face::rustup_has_wasm() {
        bail!("the face needs a target of the compiler: rustup target add wasm32-unknown-unknown");
    }
    let missing = |program: &&Program| program.wanted && sets.contains(&program.set) && !on_path(program.name);
    let missing: Vec<&Program> = PROGRAMS.iter().filter(missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|program| program.name).collect();
    let sets: Vec<Set> = sets.iter().copied().filter(|set| missing.iter().any(|program| program.set == *set)).collect();
    bail!("not found: {}. Install them and try again:\n{}", names.join(", "), by_hand(&sets))
}

/// What to type for the sets.
pub(crate) fn by_hand(sets: &[Set]) -> String {
    words(sets, on_path)
}

/// What to type for the sets: for the first package manager that is there, or for all of them.
fn words(sets: &[Set], is_there: impl Fn(&str) -> bool) -> String {
    let known: Vec<_> = BY_HAND.iter().filter(|(manager, _)| is_there(manager)).take(1).collect();
    let managers = if known.is_empty() { BY_HAND.iter().collect() } else { known };
    let lines = managers.into_iter().flat_map(|(_, lines)| lines.iter().filter(|(set, _)| sets.contains(set)));
    let debian = sets.iter().flat_map(|set| packages(*set)).copied().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = lines.map(|(_, line)| format!("   {line}")).collect();
    format!("{}\n(what Debian calls {debian})", lines.join("\n"))
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
        run(&mut apt(&["update", "-qq"])).with_context(|| left_over(missing))?;
    }
    let mut words = vec!["install", "-y", "-qq", "--no-install-recommends"];
    words.extend(missing);
    run(&mut apt(&words)).with_context(|| left_over(missing))
}

fn left_over(missing: &[&str]) -> String {
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

/// Whether this runs as root, where there is one.
#[cfg(unix)]
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
        || std::env::var("USER").is_ok_and(|name| name == "root")
}

/// Whether this runs as root, where there is one.
#[cfg(not(unix))]
pub(crate) fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::{BY_HAND, Set, words};

    #[test]
    fn the_package_manager_that_is_there_is_named_and_without_one_all_are() {
        let dnf = words(&[Set::Build], |program| program == "dnf");
        assert!(dnf.contains("dnf install gcc") && !dnf.contains("pacman") && !dnf.contains("Xvfb"), "{dnf}");
        let any = words(&[Set::Drive], |_| false);
        assert!(
            BY_HAND.iter().all(|(_, lines)| lines.iter().any(|(set, line)| *set == Set::Drive && any.contains(line)))
        );
    }

    #[test]
    fn every_package_manager_has_words_for_building_and_driving() {
        for (manager, lines) in BY_HAND {
            assert!([Set::Build, Set::Drive].iter().all(|set| lines.iter().any(|(it, _)| it == set)), "{manager}");
        }
    }
}
