//! Breaks the code on purpose, one small patch for each invariant, and sees that the test which is named in the
//! patch turns red. A test that stays green proves nothing, so that fails this command; so does a test that is red
//! without any patch, and a patch that does not fit the code any more.
//!
//! It works in a checkout of its own below the target folder, of what is committed. There the workspace has another
//! version, so that cargo takes what is built from it for nobody else's, while all dependencies are shared.
//!
//! A patch begins with lines `Word: …` (`Invariant`, `Breaks`, `Package`, `Target`, `Test`), then comes the diff.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::postgres::Postgres;
use crate::run::{cargo, command, files, output, root, run, say, target};
use crate::test::POSTGRES;

/// So many worlds are enough to meet any of these faults.
const SEEDS: &str = "400";

/// Patches that do not fit the code any more.
pub(crate) fn stale() -> Result<Vec<String>> {
    let mut stale = Vec::new();
    for patch in files(&root().join("mutants"))? {
        let fits = command("git").args(["apply", "--check"]).arg(&patch).stderr(Stdio::null()).status()?.success();
        if !fits {
            let name = patch.strip_prefix(root()).unwrap_or(&patch);
            stale.push(format!("{}: does not fit the code any more", name.display()));
        }
    }
    Ok(stale)
}

struct Mutant {
    patch: PathBuf,
    invariant: String,
    breaks: String,
    package: String,
    target: String,
    test: String,
}

/// Runs all patches, or those whose name contains `filter`.
pub(crate) fn mutants(filter: Option<&str>) -> Result<ExitCode> {
    let patches = files(&root().join("mutants"))?;
    let wanted = patches.into_iter().filter(|patch| filter.is_none_or(|it| patch.to_string_lossy().contains(it)));
    let mutants: Vec<_> = wanted.map(Mutant::read).collect::<Result<_>>()?;
    ensure!(!mutants.is_empty(), "no patch has that in its name");
    let tree = checkout()?;
    let postgres =
        mutants.iter().any(|mutant| mutant.package == "digiteam-backend").then(Postgres::start).transpose()?;
    for mutant in unbroken(&mutants) {
        say(format!("── nothing is broken: {}", mutant.test));
        ensure!(mutant.is_green(&tree, postgres.as_ref())?, "{} is red without any patch", mutant.test);
    }
    let lines: Vec<_> = mutants.iter().map(|mutant| (mutant, mutant.meet(&tree, postgres.as_ref()))).collect();
    run(command("git").args(["worktree", "remove", "--force"]).arg(&tree))?;
    say(format!("\n{:<9} {:<58} {:<44} seconds", "invariant", "what is broken", "seen by"));
    let mut escaped = 0;
    for (mutant, met) in &lines {
        let test = mutant.test.rsplit("::").next().unwrap_or_default();
        let end = match met {
            Ok(time) => format!("{:>7.0}", time.as_secs_f64()),
            Err(error) => {
                escaped += 1;
                format!("ESCAPED: {error:#}")
            }
        };
        say(format!("({})       {:<58} {test:<44} {end}", mutant.invariant, mutant.breaks));
    }
    say(format!("{} of {} were found", lines.len() - escaped, lines.len()));
    Ok(if escaped == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Mutant {
    fn read(patch: PathBuf) -> Result<Self> {
        let text = fs::read_to_string(&patch)?;
        let word = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.map(str::to_owned).with_context(|| format!("{} says no {name}", patch.display()))
        };
        Ok(Self {
            invariant: word("Invariant")?,
            breaks: word("Breaks")?,
            package: word("Package")?,
            target: word("Target")?,
            test: word("Test")?,
            patch,
        })
    }

    /// Applies it, runs the test, and takes it back. How long it took until it was red.
    fn meet(&self, tree: &Path, postgres: Option<&Postgres>) -> Result<Duration> {
        say(format!("── ({}) {}", self.invariant, self.breaks));
        let git = |words: &[&str]| {
            let mut git = Command::new("git");
            git.current_dir(tree).args(words);
            git
        };
        run(git(&["apply", "--whitespace=nowarn"]).arg(&self.patch)).context("the patch does not fit")?;
        let met = self.test(tree, postgres);
        run(git(&["apply", "--reverse", "--whitespace=nowarn"]).arg(&self.patch))?;
        met
    }

    fn test(&self, tree: &Path, postgres: Option<&Postgres>) -> Result<Duration> {
        let began = Instant::now();
        ensure!(!self.is_green(tree, postgres)?, "the test stayed green");
        Ok(began.elapsed())
    }

    /// Whether its test passes on what `tree` holds now.
    fn is_green(&self, tree: &Path, postgres: Option<&Postgres>) -> Result<bool> {
        let words: Vec<_> = ["test", "--package", &self.package].into_iter().chain(self.target.split(' ')).collect();
        let build = cargo(&words).arg("--no-run").arg("--quiet").current_dir(tree).status()?;
        ensure!(build.success(), "it does not compile");
        let mut test = cargo(&words);
        test.args(["--quiet", "--", "--exact", &self.test]).current_dir(tree).env("DIGITEAM_SEEDS", SEEDS);
        test.envs(postgres.map(|it| (POSTGRES, it.url.as_str())));
        let ran = test.stderr(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&ran.stdout);
        ensure!(!said.contains("0 passed; 0 failed"), "there is no such test");
        Ok(ran.status.success())
    }
}

/// One mutant of each test that any of them names.
fn unbroken(mutants: &[Mutant]) -> Vec<&Mutant> {
    let mut seen = BTreeSet::new();
    mutants.iter().filter(|mutant| seen.insert((&mutant.package, &mutant.target, &mutant.test))).collect()
}

/// What is committed, under another version.
fn checkout() -> Result<PathBuf> {
    let tree = target().join("mutants");
    if tree.exists() {
        run(command("git").args(["worktree", "remove", "--force"]).arg(&tree))?;
    }
    run(command("git").args(["worktree", "add", "--quiet", "--force", "--detach"]).arg(&tree).arg("HEAD"))?;
    let manifest = tree.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    let version = env!("CARGO_PKG_VERSION");
    let ours = format!("\nversion = \"{version}\"\n");
    ensure!(text.contains(&ours), "the workspace's version is not {version}");
    fs::write(&manifest, text.replacen(&ours, &format!("\nversion = \"{version}-mutant\"\n"), 1))?;
    // It takes the new version over into the lock file, and nothing else.
    output(cargo(&["metadata", "--format-version=1", "--offline"]).current_dir(&tree))?;
    Ok(tree)
}
