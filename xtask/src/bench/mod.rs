//! The bench command: builds real parts as a release, has them measured in turns with a limit and a peer,
//! and says for every row how far it is from both and whether it reaches its aim. What is measured stands in
//! `tests/src/bin/bench`, one file an area. A row that was not measured is never shown as if it were.

mod area;
mod peer;
mod row;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::run::{cargo, command, lines, run, say, step, target};
use crate::{face, packages, release};
use area::{AREAS, Area};
use packages::Set;
use row::{MARK, Row, Samples};

/// What is wanted.
#[derive(Debug)]
struct Wish<'w> {
    area: &'static Area,
    json: Option<&'w str>,
    reps: Option<u32>,
}

/// Measures one area; `--json FILE` writes the rows, `--reps N` repeats less or more often than usual.
pub(crate) fn bench(words: &[&str]) -> Result<ExitCode> {
    let wish = Wish::parse(words)?;
    prepare(wish.area)?;
    let samples = measure(&wish)?;
    let rows: Vec<Row> =
        wish.area.aims.iter().map(|aim| Row::new(aim, samples.iter().find(|it| it.name == aim.name))).collect();
    say(row::table(&rows));
    if let Some(file) = wish.json {
        let rows: Vec<Value> = rows.iter().map(Row::json).collect();
        fs::write(file, format!("{:#}\n", Value::from(rows))).with_context(|| format!("{file} cannot be written"))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl<'w> Wish<'w> {
    fn parse(words: &[&'w str]) -> Result<Self> {
        let names: Vec<_> = AREAS.iter().map(|area| area.name).collect();
        let usage = || format!("bench takes one of: {}, and perhaps --json FILE and --reps N", names.join(", "));
        let [name, rest @ ..] = words else { bail!(usage()) };
        let area = AREAS.iter().find(|area| area.name == *name).with_context(usage)?;
        let mut wish = Self { area, json: None, reps: None };
        for pair in rest.chunks(2) {
            match pair {
                ["--json", file] => wish.json = Some(file),
                ["--reps", reps] => wish.reps = Some(reps.parse().with_context(usage)?),
                _ => bail!(usage()),
            }
        }
        ensure!(wish.reps != Some(0), usage());
        Ok(wish)
    }
}

/// Builds what the area runs. Each in an invocation of its own, as in a release.
fn prepare(area: &Area) -> Result<()> {
    packages::ensure(if area.windows { &[Set::Build, Set::Wasm, Set::Drive] } else { &[Set::Build] })?;
    step("bench", || run(&mut build("digiteam-tests", &["--bin", "bench", "--features", "bench"]))).0?;
    step("backend", release::backend).0?;
    if area.windows {
        step("simulator", || run(&mut build("digiteam-simulator", &["--bins"]))).0?;
        step("face", face::build).0?;
        step("app", release::app).0?;
        let bare = ["--example", "bare_window", "--features", "custom-protocol"];
        step("bare window", || run(&mut build("digiteam-app", &bare))).0?;
    }
    if area.peer {
        step("peer", peer::install).0?;
    }
    Ok(())
}

fn build(package: &str, words: &[&str]) -> std::process::Command {
    let mut build = cargo(&["build", "--release", "--package", package]);
    build.args(words);
    build
}

fn measure(wish: &Wish<'_>) -> Result<Vec<Samples>> {
    let Area { name, reps, .. } = wish.area;
    let mut bench = command(target().join("release/bench"));
    bench.arg(name).arg(wish.reps.unwrap_or(*reps).to_string());
    bench.args(wish.area.peer.then(peer::folder));
    let mut samples = Vec::new();
    let mut broken = None;
    let done = lines(&mut bench, |line| match line.strip_prefix(MARK) {
        Some(row) => match Samples::read(row) {
            Ok(row) => samples.push(row),
            Err(error) => broken = Some(error.context(line.to_owned())),
        },
        None => say(format!("   {line}")),
    })?;
    ensure!(done, "bench {name} failed");
    broken.map_or(Ok(samples), Err)
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn what_is_wanted_is_read_and_all_else_refused() {
        let wish = Wish::parse(&["cache", "--reps", "3", "--json", "x.json"]).expect("it is right");
        assert_eq!((wish.area.name, wish.reps, wish.json), ("cache", Some(3), Some("x.json")));
        for wrong in [&[][..], &["speed"], &["sync", "--json"], &["sync", "--reps", "0"], &["sync", "--reps", "many"]] {
            assert!(Wish::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
