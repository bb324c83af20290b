//! Every command that the README names: `cargo xtask demo | pictures | test | mutants | build | ui | tidy | bench`.
//!
//! This program only prepares, builds, starts and counts; what it starts lives in the other crates (the
//! tour and the stories in `tests`). It never needs anything but cargo to be built itself, so that a first
//! `cargo xtask` answers within seconds.

mod bench;
mod demo;
mod face;
mod group;
mod mutants;
mod npm;
mod packages;
mod pictures;
mod postgres;
mod release;
mod run;
mod test;
mod tidy;

use std::env;
use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo [--as resident|guardian|caseworker] [--data DIR] [--reset] [--tour DIR]
                 everything on this machine: provider, backend with demo content, the app;
                 with --tour, or where there is no display, the story in pictures instead
  pictures DIR [LOOK…]
                 every screen of the tour in every size, light, dark and high contrast, Swedish and Arabic,
                 checked for what looks wrong; LOOK is one of light-sv, dark-ar and the like
  test [FILTER]  format, lints and all tests; with FILTER only the tests whose name contains it
  test sync --seeds N
                 N worlds of the sync engine, each from a seed, with every fault in them
  mutants [FILTER]
                 breaks each invariant on purpose and sees its test turn red
  tidy           what the compiler does not check: arrows, file lengths, words, licences
  bench sync|cache|startup [--json FILE] [--reps N]
                 measurements beside a limit and a peer
  build          a release of the app and of the backend
  ui             the face: wasm, glue and style in ui/dist";

fn main() -> ExitCode {
    start().unwrap_or_else(|error| {
        run::say(format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}

fn start() -> Result<ExitCode> {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["demo", rest @ ..] => demo::demo(demo::Wish::parse(rest)?),
        ["pictures", folder, looks @ ..] => pictures::pictures(folder, looks),
        ["test"] => test::test(None),
        ["test", "sync", "--seeds", count] => test::seeds(count),
        ["mutants"] => mutants::mutants(None),
        ["mutants", filter] => mutants::mutants(Some(filter)),
        ["test", filter] => test::test(Some(filter)),
        ["tidy"] => tidy::tidy(),
        ["bench", rest @ ..] => bench::bench(rest),
        ["build"] => release::release().map(|()| ExitCode::SUCCESS),
        ["ui"] => {
            packages::ensure(&[packages::Set::Wasm])?;
            face::build().map(|()| ExitCode::SUCCESS)
        }
        ["help" | "--help" | "-h"] => {
            run::say(USAGE);
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("{USAGE}"),
    }
}
