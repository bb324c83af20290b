//! A PostgreSQL of the tests' own, for as long as they run: a fresh cluster in a temporary folder, reached
//! from this machine only. Never touches one that is already there.

use std::env;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};

use anyhow::{Context as _, Result};

use crate::packages::{Set, by_hand, is_root};
use crate::run::{on_path, output, run};

/// A running server. It ends when this is dropped.
pub(crate) struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    /// For whoever may make databases.
    pub(crate) url: String,
}

impl Postgres {
    /// Makes a cluster and starts it.
    pub(crate) fn start() -> Result<Self> {
        let programs =
            programs().with_context(|| format!("PostgreSQL is not installed\n{}", by_hand(&[Set::Drive])))?;
        let folder = env::temp_dir().join(format!("digiteam-postgres-{}", process::id()));
        fs::create_dir_all(&folder)?;
        if is_root() {
            // The server refuses to run as root.
            let id = |of| output(Command::new("id").args([of, "postgres"]))?.trim().parse::<u32>().context("an id");
            give(&folder, id("-u")?, id("-g")?)?;
        }
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let server = Self { url: format!("postgres://digiteam@127.0.0.1:{port}/postgres"), folder, programs };
        let data = server.folder.join("data");
        let words = ["--auth=trust", "--username=digiteam", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"];
        run(server.command("initdb").args(words).arg(&data).stdout(Stdio::null()))?;
        let mut settings = format!("-p {port} -c listen_addresses=127.0.0.1 -c max_connections=300");
        if cfg!(unix) {
            settings.push_str(&format!(" -c unix_socket_directories={}", server.folder.display()));
        }
        let mut start = server.command("pg_ctl");
        start.arg("--pgdata").arg(&data).arg("--log").arg(server.folder.join("log")).args(["--options", &settings]);
        run(start.args(["--wait", "--silent", "start"]).stdout(Stdio::null()))?;
        Ok(server)
    }

    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder);
        command
    }
}

#[cfg(unix)]
fn give(folder: &Path, user: u32, group: u32) -> io::Result<()> {
    std::os::unix::fs::chown(folder, Some(user), Some(group))
}

/// There is no root, so nothing is ever given away.
#[cfg(not(unix))]
fn give(_: &Path, _: u32, _: u32) -> io::Result<()> {
    Ok(())
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.command("pg_ctl");
        stop.arg("--pgdata").arg(self.folder.join("data")).args(["--mode=immediate", "--silent", "stop"]);
        // What is left is in the system's temporary folder, and nothing waits for it.
        let _ = stop.status();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Debian keeps the server's programs off PATH, a folder for each version; the newest is taken.
fn programs() -> Option<PathBuf> {
    let is_there = |folder: &PathBuf| folder.join("initdb").with_extension(env::consts::EXE_EXTENSION).is_file();
    if on_path("initdb") {
        return env::split_paths(&env::var_os("PATH")?).find(is_there);
    }
    let versions = fs::read_dir(Path::new("/usr/lib/postgresql")).ok()?;
    let mut folders: Vec<PathBuf> = versions.flatten().map(|it| it.path().join("bin")).collect();
    folders.retain(is_there);
    folders.sort();
    folders.pop()
}
