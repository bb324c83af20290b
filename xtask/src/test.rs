//! The test command: builds, lints, runs every test program, and ends with what each part took and one
//! line of counts. A part that fails does not hide the others. Doc comments hold no code that runs, which
//! `tidy` sees to, so no doc tests are missed here.

use std::ffi::OsStr;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::group::{DEVICE, Group, SERVER, TestProgram};
use crate::packages::{self, Set};
use crate::postgres::Postgres;
use crate::run::{cargo, lines, run, say, step};
use crate::{face, npm, tidy};

/// The package whose tests start whole processes and windows; the last part.
const STORIES: &str = "digiteam-tests";

/// The test that takes the number of worlds from `DIGITEAM_SEEDS`.
const WORLDS: &str = "sync::simulation::worlds_come_right_after_every_fault";

/// Tells the backend's tests where they may make databases.
pub(crate) const POSTGRES: &str = "DIGITEAM_TEST_POSTGRES";

/// Tells the backend's tests where the login providers that others wrote are installed.
const PROVIDERS: &str = "DIGITEAM_TEST_PROVIDERS";

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u32,
    failed: u32,
}

struct Part {
    name: &'static str,
    time: Duration,
    count: Option<Count>,
    broken: bool,
}

/// All parts so far.
#[derive(Default)]
struct Report(Vec<Part>);

/// Runs all tests, or only those whose name contains `filter`.
pub(crate) fn test(filter: Option<&str>) -> Result<ExitCode> {
    let mut report = Report::default();
    report.check("packages", || packages::ensure(&[Set::Build, Set::Wasm, Set::Drive]));
    report.check("face", face::build);
    if filter.is_none() {
        report.check("format", || run(&mut cargo(&["fmt", "--all", "--", "--check"])));
        report.check("tidy", tidy::check);
        report.check("lint server", || lint(SERVER, &[]));
        // Benchmarks are not run here, but they compile.
        report.check("lint device", || lint(DEVICE, &["--features", "digiteam-tests/bench"]));
        report.check("lint face", face::lint);
    }
    let server = report.build("build server", SERVER);
    let (stories, device) =
        report.build("build device", DEVICE).into_iter().partition::<Vec<_>, _>(|it| it.package == STORIES);
    report.server_tests(&server, filter);
    report.tests("test device", &device, filter, &[]);
    if cfg!(target_os = "linux") {
        report.tests("stories", &stories, filter, &[]);
    } else {
        say("   stories: NOT RUN (they drive windows under Xvfb, which needs Linux)");
    }
    Ok(report.end())
}

/// Lives through `count` worlds of the sync engine, each from a seed of its own.
pub(crate) fn seeds(count: &str) -> Result<ExitCode> {
    let count: u64 = count.parse().context("--seeds takes a number")?;
    let words = ["test", "--package", "digiteam-client", "--lib", "--", "--nocapture", "--exact", WORLDS];
    run(cargo(&words).env("DIGITEAM_SEEDS", count.to_string()))?;
    Ok(ExitCode::SUCCESS)
}

fn lint(group: Group, words: &[&str]) -> Result<()> {
    run(group.cargo("clippy", words).args(["--all-targets", "--", "-D", "warnings"]))
}

impl Report {
    fn check(&mut self, name: &'static str, act: impl FnOnce() -> Result<()>) {
        let (done, time) = step(name, act);
        self.push(name, time, None, done.err().as_ref());
    }

    fn build(&mut self, name: &'static str, group: Group) -> Vec<TestProgram> {
        let (done, time) = step(name, || group.build_tests());
        let (programs, error) = match done {
            Ok(programs) => (programs, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        self.push(name, time, None, error.as_ref());
        programs
    }

    /// On both engines: SQLite is always there, PostgreSQL is started for them.
    fn server_tests(&mut self, programs: &[TestProgram], filter: Option<&str>) {
        let mut postgres = None;
        self.check("postgresql", || {
            postgres = Some(Postgres::start()?);
            Ok(())
        });
        let mut providers = None;
        self.check("providers", || {
            providers = Some(npm::install("tests/providers", "providers", &["strict.mjs", "broken.mjs"])?);
            Ok(())
        });
        let providers = providers.unwrap_or_default();
        let mut env = vec![(PROVIDERS, providers.as_os_str())];
        env.extend(postgres.as_ref().map(|it| (POSTGRES, OsStr::new(&it.url))));
        self.tests("test server", programs, filter, &env);
    }

    fn tests(
        &mut self,
        name: &'static str,
        programs: &[TestProgram],
        filter: Option<&str>,
        env: &[(&'static str, &OsStr)],
    ) {
        let mut count = Count::default();
        let (done, time) = step(name, || {
            for program in programs {
                count.add(run_tests(program, filter, env)?);
            }
            ensure!(count.failed == 0, "{} tests failed", count.failed);
            Ok(())
        });
        self.push(name, time, Some(count), done.err().as_ref());
    }

    fn push(&mut self, name: &'static str, time: Duration, count: Option<Count>, error: Option<&anyhow::Error>) {
        if let Some(error) = error {
            say(format!("error: {name}: {error:#}"));
        }
        self.0.push(Part { name, time, count, broken: error.is_some() });
    }

    fn end(self) -> ExitCode {
        say(format!("\n{:<14} {:>7} {:>7} {:>7}", "part", "minutes", "passed", "failed"));
        for part in &self.0 {
            let minutes = part.time.as_secs_f64() / 60.0;
            let end = if part.broken { "  FAILED" } else { "" };
            say(match part.count {
                Some(Count { passed, failed }) => {
                    format!("{:<14} {minutes:>7.1} {passed:>7} {failed:>7}{end}", part.name)
                }
                None => format!("{:<14} {minutes:>7.1}{end}", part.name),
            });
        }
        let total = self.total();
        say(format!("{} passed, {} failed", total.passed, total.failed));
        if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// A part that broke without a failed test counts as one failure.
    fn total(&self) -> Count {
        let mut total = Count::default();
        for part in &self.0 {
            let count = part.count.unwrap_or_default();
            total.add(count);
            total.failed += u32::from(part.broken && count.failed == 0);
        }
        total
    }
}

impl Count {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

fn run_tests(program: &TestProgram, filter: Option<&str>, env: &[(&'static str, &OsStr)]) -> Result<Count> {
    say(format!("   {} {}", program.package, program.name));
    let mut command = Command::new(&program.program);
    command.current_dir(&program.folder).env("CARGO_MANIFEST_DIR", &program.folder).args(filter);
    command.envs(env.iter().copied());
    if program.package == STORIES {
        // One desktop at a time: two cores do not carry more, and a story has deadlines.
        command.arg("--test-threads=1");
    }
    let mut count = Count::default();
    let well = lines(&mut command, |line| {
        if !line.is_empty() {
            say(format!("   {line}"));
        }
        count.add(read_result(line).unwrap_or_default());
    })?;
    if !well && count.failed == 0 {
        say(format!("   {} ended badly, whatever its tests say", program.name));
    }
    // A program that fell over has not counted what it did not reach.
    count.failed += u32::from(!well && count.failed == 0);
    Ok(count)
}

/// Reads `test result: ok. 3 passed; 0 failed; …`.
fn read_result(line: &str) -> Option<Count> {
    let rest = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let number = |word: &str| {
        rest.split("; ").find_map(|part| part.strip_suffix(word)).and_then(|number| number.trim().parse().ok())
    };
    Some(Count { passed: number(" passed")?, failed: number(" failed")? })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Count, Part, Report, read_result};

    #[test]
    fn results_are_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(read_result(line), Some(Count { passed: 12, failed: 3 }));
        assert_eq!(read_result("test x ... ok"), None);
    }

    #[test]
    fn a_part_that_broke_is_a_failure_once() {
        let part = |count, broken| Part { name: "x", time: Duration::ZERO, count, broken };
        let report = Report(vec![
            part(None, true),
            part(Some(Count { passed: 2, failed: 1 }), true),
            part(Some(Count { passed: 3, failed: 0 }), false),
        ]);
        assert_eq!(report.total(), Count { passed: 5, failed: 2 });
    }
}
