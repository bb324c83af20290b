//! Builds the face into `ui/dist`: the compiled wasm with its glue, one style sheet, and the static files
//! as they are. Does nothing when nothing has changed. Never touches a file that is already right, as the
//! app is rebuilt when one is newer.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::run::{cargo, command, files, lines, on_path, output, root, run, say, step, target};

const WASM: &str = "wasm32-unknown-unknown";
const INPUTS: &[&str] = &["ui/src", "ui/static", "ui/style", "ui/locales", "bridge/src", "xtask/src/face.rs"];
const SINGLE_INPUTS: &[&str] = &["ui/Cargo.toml", "ui/build.rs", "bridge/Cargo.toml", "Cargo.toml", "Cargo.lock"];
/// First in the style sheet, in this order; the rest follows by name.
const STYLE_ORDER: &[&str] = &["tokens.css", "base.css", "kit.css"];
const BINARYEN: &str = "binaryen@132.0.0";

/// Which compiler makes wasm.
enum Toolchain {
    /// The project's own, with the target that rustup installs.
    Rustup,
    /// Debian's, which has the standard library's source and compiles it too.
    Debian,
}

/// Builds the face, unless it is there and nothing it is made of has changed.
pub(crate) fn build() -> Result<()> {
    let made = target().join("ui/face");
    let stamp = target().join("ui/face.stamp");
    let inputs = fingerprint()?;
    if fs::read_to_string(&stamp).is_ok_and(|old| old == inputs) {
        say("   the face is up to date");
    } else {
        // Away first: what a build that fails leaves behind must not look finished.
        remove(&stamp)?;
        let wasm = step("face: compile", compile).0?;
        step("face: link", || link(&wasm, &made)).0?;
        step("face: shrink", || shrink(&made.join("digiteam_ui_bg.wasm"))).0?;
        add_static(&made)?;
        fs::write(&stamp, inputs)?;
    }
    bring(&made, &root().join("ui/dist"))
}

/// Whether rustup's compiler can make wasm.
pub(crate) fn rustup_has_wasm() -> bool {
    let has = || {
        output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))
            .is_ok_and(|folder| Path::new(folder.trim()).is_dir())
    };
    // Where Debian's compiler is there already, rustup was once asked in vain.
    has() || (!debian_is_there() && add_target() && has())
}

/// Whether the face can be linted for wasm.
pub(crate) fn lint() -> Result<()> {
    let mut clippy = cargo(&["clippy", "--package", "digiteam-ui"]);
    if rustup_has_wasm() {
        clippy.args(["--target", WASM]).env("CARGO_TARGET_DIR", target().join("ui"));
    } else {
        say("   rustup has no wasm target here: the face is linted for this machine instead");
        clippy.arg("--all-targets");
    }
    run(clippy.args(["--", "-D", "warnings"]))
}

fn add_target() -> bool {
    say(format!("   rustup target add {WASM}"));
    // Without a network it would try for long. Elsewhere there is no such program, or another one of that name.
    let mut add = if cfg!(target_os = "linux") && on_path("timeout") {
        let mut quick = Command::new("timeout");
        quick.args(["60", "rustup"]);
        quick
    } else {
        Command::new("rustup")
    };
    on_path("rustup") && run(add.args(["target", "add", WASM])).is_ok()
}

fn debian_is_there() -> bool {
    Path::new("/usr/bin/rustc").is_file() && Path::new("/usr/bin/cargo").is_file() && {
        let sysroot = output(Command::new("/usr/bin/rustc").args(["--print", "sysroot"])).unwrap_or_default();
        Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/std").is_dir()
    }
}

fn toolchain() -> Result<Toolchain> {
    if rustup_has_wasm() {
        return Ok(Toolchain::Rustup);
    }
    ensure!(debian_is_there(), "no compiler for {WASM}: `rustup target add {WASM}`, or Debian's rust-web-src");
    Ok(Toolchain::Debian)
}

fn compile() -> Result<PathBuf> {
    let words = ["build", "--package", "digiteam-ui", "--profile", "ui", "--target", WASM];
    let mut build = match toolchain()? {
        Toolchain::Rustup => cargo(&words),
        Toolchain::Debian => {
            say("   with Debian's compiler, the standard library included");
            let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
            let host = output(Command::new("rustc").args(["--print", "host-tuple"]))?;
            let linker = Path::new(sysroot.trim()).join("lib/rustlib").join(host.trim()).join("bin/rust-lld");
            let mut build = command("/usr/bin/cargo");
            build.args(words).arg("-Zbuild-std=std,panic_abort");
            build.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTUP_TOOLCHAIN");
            build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            build
        }
    };
    build.arg("--message-format=json-render-diagnostics").env("CARGO_TARGET_DIR", target().join("ui"));
    // The linker of the face reads a section that stripping would remove; it strips the rest itself.
    build.env("CARGO_PROFILE_UI_STRIP", "none");
    let mut wasm = None;
    ensure!(lines(&mut build, |line| wasm = artifact(line).or(wasm.take()))?, "the face does not compile");
    wasm.context("cargo made no wasm file of digiteam-ui")
}

/// The wasm file that one of cargo's messages names, if it does.
fn artifact(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    message["filenames"]
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .find(|name| name.ends_with(".wasm"))
        .map(Into::into)
}

fn link(wasm: &Path, made: &Path) -> Result<()> {
    if made.is_dir() {
        fs::remove_dir_all(made)?;
    }
    fs::create_dir_all(made)?;
    run(cargo(&["run", "--quiet", "--package", "digiteam-xtask", "--features", "link", "--bin", "link-face", "--"])
        .arg(wasm)
        .arg(made))
}

/// Makes the wasm smaller where npm can fetch the program that does.
fn shrink(wasm: &Path) -> Result<()> {
    let before = fs::metadata(wasm)?.len();
    let Some(optimiser) = optimiser() else {
        say(format!("   SKIPPED: no wasm-opt, and none by npm; {} kB", before / 1000));
        return Ok(());
    };
    let small = wasm.with_extension("small");
    let allow = ["--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-sign-ext"];
    let more = ["--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue"];
    run(Command::new(optimiser).args(["-Oz", "--quiet"]).args(allow).args(more).arg(wasm).arg("-o").arg(&small))?;
    fs::rename(&small, wasm)?;
    say(format!("   {} kB, {} kB before", fs::metadata(wasm)?.len() / 1000, before / 1000));
    Ok(())
}

/// The one on PATH is often too old to know what the compiler emits, so it is not asked.
fn optimiser() -> Option<PathBuf> {
    let tools = target().join("ui/tools");
    let program = tools.join("node_modules/.bin/wasm-opt");
    if !program.exists() && on_path("npm") {
        let words = ["install", "--silent", "--no-audit", "--no-fund", "--no-save", "--prefix"];
        run(Command::new("npm").args(words).arg(&tools).arg(BINARYEN)).ok()?;
    }
    program.exists().then_some(program)
}

fn add_static(made: &Path) -> Result<()> {
    let from = root().join("ui/static");
    for file in files(&from)? {
        let to = made.join(file.strip_prefix(&from)?);
        fs::create_dir_all(to.parent().expect("it lies in a folder"))?;
        fs::copy(&file, &to)?;
    }
    let mut sheets = files(&root().join("ui/style"))?;
    sheets.retain(|file| file.extension().is_some_and(|it| it == "css"));
    sheets.sort_by_key(|file| style_rank(file));
    let sheets: io::Result<Vec<String>> = sheets.iter().map(fs::read_to_string).collect();
    Ok(fs::write(made.join("style.css"), sheets?.join("\n"))?)
}

fn style_rank(file: &Path) -> (usize, PathBuf) {
    let rank = STYLE_ORDER.iter().position(|name| file.ends_with(name)).unwrap_or(STYLE_ORDER.len());
    (rank, file.to_owned())
}

/// Makes `to` the same as `from`, writing only what differs.
fn bring(from: &Path, to: &Path) -> Result<()> {
    let wanted = files(from)?;
    ensure!(!wanted.is_empty(), "the face is empty");
    for file in &wanted {
        let there = to.join(file.strip_prefix(from)?);
        let bytes = fs::read(file)?;
        if fs::read(&there).is_ok_and(|old| old == bytes) {
            continue;
        }
        fs::create_dir_all(there.parent().expect("it lies in a folder"))?;
        fs::write(there, bytes)?;
    }
    for file in files(to)? {
        if !from.join(file.strip_prefix(to)?).exists() {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

fn fingerprint() -> Result<String> {
    let mut inputs: Vec<PathBuf> = SINGLE_INPUTS.iter().map(|name| root().join(name)).collect();
    for name in INPUTS {
        let path = root().join(name);
        if path.is_file() { inputs.push(path) } else { inputs.extend(files(&path)?) }
    }
    let mut hasher = DefaultHasher::new();
    for file in inputs.iter().filter(|file| file.exists()) {
        file.strip_prefix(root())?.hash(&mut hasher);
        fs::read(file)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{artifact, style_rank};

    #[test]
    fn tokens_and_base_come_first() {
        let mut sheets: Vec<PathBuf> = ["a.css", "base.css", "kit.css", "tokens.css", "zoom.css"]
            .iter()
            .map(|name| Path::new("s").join(name))
            .collect();
        sheets.sort_by_key(|file| style_rank(file));
        let names: Vec<_> = sheets.iter().filter_map(|file| file.file_name()?.to_str()).collect();
        assert_eq!(names, ["tokens.css", "base.css", "kit.css", "a.css", "zoom.css"]);
    }

    #[test]
    fn the_wasm_file_is_found_in_cargos_words() {
        let line = r#"{"reason":"compiler-artifact","filenames":["/t/x.d","/t/digiteam_ui.wasm"]}"#;
        assert_eq!(artifact(line), Some("/t/digiteam_ui.wasm".into()));
        assert_eq!(artifact(r#"{"filenames":["/t/x.rlib"]}"#), None);
    }
}
