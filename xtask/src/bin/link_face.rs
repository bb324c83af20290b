//! Links the compiled face: turns the compiler's wasm into the module and the glue that a webview loads.
//!
//! A program of its own because what it stands on takes a while to build, and every other task starts
//! without it. It is the version in Cargo.lock, so it always fits the `wasm-bindgen` that the face uses.

use std::env;

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut words = env::args_os().skip(1);
    let wasm = words.next().context("usage: link-face WASM FOLDER")?;
    let folder = words.next().context("usage: link-face WASM FOLDER")?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name("digiteam_ui").typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.web(true)?.generate(folder)
}
