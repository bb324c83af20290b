//! A process that lives no longer than the value that holds it. What it prints goes to a file, which is
//! also how one waits for what it says.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, io};

use anyhow::{Context as _, Result, anyhow, ensure};

use crate::system;
use crate::wait::{LONG, until};

/// A running process.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    /// Where its own words begin in the log.
    since: u64,
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
        let since = out.metadata()?.len();
        let spawned = system::tied(command).stdin(input).stderr(out.try_clone()?).stdout(out).spawn();
        let child = spawned.with_context(|| format!("{name} could not be started"))?;
        Ok(Self { name: name.to_owned(), child, log, since })
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
            // Asked first: what it says at its end is still read.
            let is_over = self.child.try_wait()?.is_some();
            let words = self.words()?;
            // A line is read only when it is whole.
            let mut lines = words.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
            match lines.find_map(&read) {
                Some(heard) => Ok(Some(Ok(heard))),
                None if is_over => Ok(Some(Err(anyhow!("{} ended", self.name)))),
                None => Ok(None),
            }
        });
        said.await.flatten().with_context(|| self.last_words())
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

    /// All that it printed; nothing of what an earlier one of its name did.
    ///
    /// # Errors
    /// When its log cannot be read.
    pub fn words(&self) -> io::Result<String> {
        let mut log = File::open(&self.log)?;
        log.seek(SeekFrom::Start(self.since))?;
        let mut bytes = Vec::new();
        log.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// When it does not end within the limit, or says that it failed.
    pub async fn stop(self, limit: Duration) -> Result<()> {
        system::ask_to_end(&self.child)?;
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
        let below = system::descendants(self.child.id());
        let what = format!("all of {} to be gone", self.name);
        drop(self);
        until(&what, LONG, async || Ok((!below.iter().any(|id| system::runs(*id))).then_some(()))).await
    }

    fn last_words(&self) -> String {
        let words = self.words().unwrap_or_default();
        let lines: Vec<&str> = words.lines().collect();
        format!("{} said last:\n{}", self.name, lines[lines.len().saturating_sub(15)..].join("\n"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        for id in system::descendants(self.child.id()) {
            system::end_now(id);
        }
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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
    let program = folder.join(name).with_extension(env::consts::EXE_EXTENSION);
    ensure!(program.is_file(), "{} is not built; cargo xtask test or demo does it", program.display());
    Ok(Command::new(program))
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::Process;
    use crate::system::runs;
    use crate::wait::LONG;

    #[tokio::test]
    async fn what_it_started_ends_with_it() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo child $!; wait"]);
        let mut process = Process::start("shell", folder.path(), &command).expect("sh is there");
        let child = process.says("child ", LONG).await.expect("it says so");
        process.check().expect("it runs");
        let child = child.parse().expect("a number");
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

    #[tokio::test]
    async fn words_of_an_earlier_one_are_not_taken_for_its_own() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let mut command = Command::new("sh");
        command.args(["-c", "echo ready"]);
        Process::start("shell", folder.path(), &command).expect("sh is there").end(LONG).await.expect("ends");
        let mut silent = Command::new("sh");
        silent.args(["-c", "exit 1"]);
        let mut process = Process::start("shell", folder.path(), &silent).expect("sh is there");
        let error = process.says("ready", LONG).await.expect_err("it never says that");
        assert!(format!("{error:#}").contains("shell ended"), "{error:#}");
    }
}
