//! A process that lives no longer than the value that holds it. What it prints goes to a file, which is
//! also how one waits for what it says.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, io};

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::wait::{LONG, until};

/// A running process.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it; its words go to `NAME.log` in the folder, after those of an earlier one.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(name: &str, folder: &Path, command: &Command) -> Result<Self> {
        Self::start_with_input(name, folder, command, Stdio::null())
    }

    /// As [`Process::start`], with something to read.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_with_input(name: &str, folder: &Path, command: &Command, input: Stdio) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let out = File::options().create(true).append(true).open(&log).context("its log cannot be written")?;
        let spawned = tied(command).stdin(input).stderr(out.try_clone()?).stdout(out).spawn();
        let child = spawned.with_context(|| format!("{name} could not be started"))?;
        Ok(Self { name: name.to_owned(), child, log })
    }

    /// What comes after `beginning` on a line that it prints.
    ///
    /// # Errors
    /// When it says nothing of the kind within the limit; what it said instead is told.
    pub async fn says(&mut self, beginning: &str, limit: Duration) -> Result<String> {
        self.hears(beginning, |line| line.strip_prefix(beginning).map(str::to_owned), limit).await
    }

    /// What is understood from the first line that it prints and that can be understood.
    ///
    /// # Errors
    /// When it says nothing of the kind within the limit; what it said instead is told.
    pub async fn hears<T>(&mut self, what: &str, read: impl Fn(&str) -> Option<T>, limit: Duration) -> Result<T> {
        let what = format!("{} to say {what:?}", self.name);
        let said = until(&what, limit, async || {
            let words = self.words()?;
            // A line is read only when it is whole.
            Ok(words.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).find_map(&read))
        });
        said.await.with_context(|| self.last_words())
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// When it ended; what it said last is told.
    pub fn check(&mut self) -> Result<()> {
        let end = self.child.try_wait()?;
        ensure!(end.is_none(), "{} ended: {}", self.name, self.last_words());
        Ok(())
    }

    /// All that it printed.
    ///
    /// # Errors
    /// When its log cannot be read.
    pub fn words(&self) -> io::Result<String> {
        fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// When it does not end within the limit, or says that it failed.
    pub async fn stop(self, limit: Duration) -> Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        self.end(limit).await
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it does not within the limit, or says that it failed.
    pub async fn end(mut self, limit: Duration) -> Result<()> {
        let what = format!("{} to end", self.name);
        let status = until(&what, limit, async || Ok(self.child.try_wait()?)).await?;
        ensure!(status.success(), "{} ended with {status}: {}", self.name, self.last_words());
        Ok(())
    }

    /// Ends it at once, as a power cut would, with all that it started, and waits until nothing of it is left.
    ///
    /// # Errors
    /// When something of it does not end.
    pub async fn kill(self) -> Result<()> {
        let below = descendants(Pid::from_child(&self.child));
        let what = format!("all of {} to be gone", self.name);
        drop(self);
        until(&what, LONG, async || Ok((!below.iter().any(|pid| runs(*pid))).then_some(()))).await
    }

    fn last_words(&self) -> String {
        let words = self.words().unwrap_or_default();
        let lines: Vec<&str> = words.lines().collect();
        format!("{} said last:\n{}", self.name, lines[lines.len().saturating_sub(15)..].join("\n"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let own = Pid::from_child(&self.child);
        for pid in descendants(own).into_iter().chain([own]) {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// The same command, bound to end when the thread that starts it does: a test program that is killed
/// leaves nothing behind.
fn tied(command: &Command) -> Command {
    let mut tied = Command::new("setpriv");
    tied.args(["--pdeathsig", "KILL", "--"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => tied.env(name, value),
            None => tied.env_remove(name),
        };
    }
    tied
}

/// A command for one of our own programs, which stand beside this one.
///
/// # Errors
/// When it is not built.
pub fn own(name: &str) -> Result<Command> {
    let mut folder = env::current_exe()?;
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let program = folder.join(name);
    ensure!(program.is_file(), "{} is not built; cargo xtask test or demo does it", program.display());
    Ok(Command::new(program))
}

/// Whether a process is there and not only waiting to be buried.
fn runs(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// The process ids below one, the nearest first.
fn descendants(of: Pid) -> Vec<Pid> {
    let parents: Vec<(Pid, Pid)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let pid: i32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            // The name before it, in brackets, may hold anything.
            let parent: i32 = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            Some((Pid::from_raw(pid)?, Pid::from_raw(parent)?))
        })
        .collect();
    let mut found = vec![of];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(
            parents
                .iter()
                .filter(|(pid, above)| *above == parent && !found.contains(pid))
                .map(|it| it.0)
                .collect::<Vec<_>>(),
        );
        next += 1;
    }
    found.remove(0);
    found
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use rustix::process::Pid;

    use super::{Process, runs};
    use crate::wait::LONG;

    #[tokio::test]
    async fn what_it_started_ends_with_it() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo child $!; wait"]);
        let mut process = Process::start("shell", folder.path(), &command).expect("sh is there");
        let child = process.says("child ", LONG).await.expect("it says so");
        process.check().expect("it runs");
        let child = Pid::from_raw(child.parse().expect("a number")).expect("not zero");
        assert!(runs(child));
        process.kill().await.expect("all of it ends");
        assert!(!runs(child));
    }

    #[tokio::test]
    async fn a_process_that_ends_is_noticed_with_its_words() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let mut command = Command::new("sh");
        command.args(["-c", "echo all is lost"]);
        let mut process = Process::start("shell", folder.path(), &command).expect("sh is there");
        let error = process.says("hope", Duration::from_millis(300)).await.expect_err("it never says that");
        assert!(format!("{error:#}").contains("all is lost"), "{error:#}");
    }
}
