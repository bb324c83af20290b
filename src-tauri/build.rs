//! Tells Tauri which commands there are and where the capabilities stand, so that each window may call
//! only what its capability lists. Never builds the face: `cargo xtask ui` does.

use std::{fs, io, path::Path};

use tauri_build::{AppManifest, Attributes};

#[macro_use]
#[path = "src/commands.rs"]
mod commands;

macro_rules! names {
    ($($feature:ident :: $name:ident,)*) => { &[$(stringify!($name)),*] };
}

const COMMANDS: &[&str] = with_commands!(names);

fn main() {
    for path in ["../capabilities", "../icons", "../ui/dist", "src/commands.rs"] {
        println!("cargo:rerun-if-changed={path}");
    }
    ensure_face(Path::new("../ui/dist")).expect("../ui/dist must be a folder that can be written");
    let attributes = Attributes::new()
        .capabilities_path_pattern("../capabilities/*.json")
        .app_manifest(AppManifest::new().commands(COMMANDS));
    tauri_build::try_build(attributes).expect("tauri.conf.json and the capabilities must fit the command list");
}

/// The face is embedded at compile time, so `cargo check` on a fresh clone, before the first
/// `cargo xtask ui`, needs something to embed: a page that says what is missing.
fn ensure_face(dist: &Path) -> io::Result<()> {
    let index = dist.join("index.html");
    if index.exists() {
        return Ok(());
    }
    fs::create_dir_all(dist)?;
    fs::write(
        index,
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Digiteam</title>\
         <p>The face is not built yet: run <code>cargo xtask ui</code>.</p></html>\n",
    )
}
