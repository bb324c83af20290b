//! The two groups that the host's crates are built in. Cargo unites the features of all that it builds at
//! once; in one invocation with the app the backend would get SQLCipher's older SQLite. A group is always
//! built whole, so that its dependencies are compiled once and not once per command.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::run::{cargo, lines, say};

/// Crates that are built together.
#[derive(Clone, Copy)]
pub(crate) struct Group {
    /// As shown.
    pub(crate) name: &'static str,
    packages: &'static [&'static str],
}

/// What runs on a server.
pub(crate) const SERVER: Group =
    Group { name: "server", packages: &["digiteam-backend", "digiteam-simulator", "digiteam-protocol"] };

/// What runs on a device, with the stories and the tasks. The face is here for its tests on the host.
pub(crate) const DEVICE: Group = Group {
    name: "device",
    packages: &[
        "digiteam-app",
        "digiteam-client",
        "digiteam-bridge",
        "digiteam-ui",
        "digiteam-tests",
        "digiteam-xtask",
    ],
};

/// A test program that cargo built.
pub(crate) struct TestProgram {
    /// The package it belongs to.
    pub(crate) package: String,
    /// The target's name.
    pub(crate) name: String,
    /// The program.
    pub(crate) program: PathBuf,
    /// Where cargo would run it.
    pub(crate) folder: PathBuf,
}

impl Group {
    /// A cargo command on all crates of the group.
    pub(crate) fn cargo(self, verb: &str, words: &[&str]) -> Command {
        let mut command = cargo(&[verb]);
        for package in self.packages {
            command.args(["--package", package]);
        }
        command.args(words);
        command
    }

    /// Builds the group's programs.
    pub(crate) fn build(self) -> Result<()> {
        crate::run::run(&mut self.cargo("build", &["--bins"]))
    }

    /// Builds the group's programs and tests, and names the test programs.
    pub(crate) fn build_tests(self) -> Result<Vec<TestProgram>> {
        let mut programs = Vec::new();
        let words = ["--all-targets", "--message-format=json-render-diagnostics"];
        let built = lines(&mut self.cargo("build", &words), |line| programs.extend(test_program(line)))?;
        ensure!(built, "the {} group does not compile", self.name);
        programs.sort_by(|a, b| (&a.package, &a.name).cmp(&(&b.package, &b.name)));
        say(format!("{} test programs", programs.len()));
        Ok(programs)
    }
}

/// Reads one of cargo's messages; `None` for all but a finished test program.
fn test_program(line: &str) -> Option<TestProgram> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message["profile"]["test"] != true {
        return None;
    }
    let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_owned();
    let id = message["package_id"].as_str()?;
    Some(TestProgram {
        package: package_name(id, &folder),
        name: message["target"]["name"].as_str()?.to_owned(),
        program: message["executable"].as_str()?.into(),
        folder,
    })
}

/// Package ids look like `path+file:///…/tests#digiteam-tests@0.1.0`, or `…/digiteam-tests#0.1.0` where
/// the folder has the package's name.
fn package_name(id: &str, folder: &Path) -> String {
    let end = id.rsplit('#').next().unwrap_or_default();
    match end.split_once('@') {
        Some((name, _)) => name.to_owned(),
        None => folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, test_program};

    #[test]
    fn only_test_programs_are_taken() {
        let line = |test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","package_id":"path+file:///p/tests#digiteam-tests@0.1.0",
                "manifest_path":"/p/tests/Cargo.toml","target":{{"name":"story"}},"profile":{{"test":{test}}},
                "executable":"/t/story-1"}}"#
            )
        };
        let program = test_program(&line(true)).expect("a test program");
        assert_eq!((program.package.as_str(), program.name.as_str()), ("digiteam-tests", "story"));
        assert_eq!(program.folder.to_str(), Some("/p/tests"));
        assert!(test_program(&line(false)).is_none());
        assert!(test_program("warning: words").is_none());
    }

    #[test]
    fn a_group_is_always_whole() {
        let group = Group { name: "x", packages: &["a", "b"] };
        let command = group.cargo("build", &["--bins"]);
        let words: Vec<_> = command.get_args().filter_map(|word| word.to_str()).collect();
        assert_eq!(words, ["build", "--package", "a", "--package", "b", "--bins"]);
    }
}
