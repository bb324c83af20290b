//! The peer: PouchDB on LevelDB, replicating from express-pouchdb, both in Node. One process serves, one is
//! the client; the scripts beside the tests are thin, and times are taken by the clock of the client.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use digiteam_tests::process::Process;
use digiteam_tests::wait::LONG;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Server and client.
pub(crate) struct Peer {
    client: Child,
    words: ChildStdin,
    answers: BufReader<ChildStdout>,
    folder: TempDir,
    _server: Process,
}

impl Peer {
    /// Starts both from the folder in which they are installed.
    pub(crate) async fn start(installed: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new("node");
        command.arg(installed.join("server.js")).arg(folder.path().join("server"));
        let mut server = Process::start("peer", folder.path(), &command)?;
        let port = server.says("listening on ", LONG).await?;
        let mut command = Command::new("node");
        command.arg(installed.join("client.js")).arg(folder.path().join("client")).arg(port);
        let mut client = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("node")?;
        let words = client.stdin.take().context("it is piped")?;
        let answers = BufReader::new(client.stdout.take().context("it is piped")?);
        Ok(Self { client, words, answers, folder, _server: server })
    }

    /// Puts records into a database of the server's.
    pub(crate) fn load(&mut self, database: &str, records: &str) -> Result<()> {
        let file = self.folder.path().join(format!("{database}.json"));
        std::fs::write(&file, records)?;
        self.ask(&json!({"verb": "load", "database": database, "file": file})).map(drop)
    }

    /// Has the client do something, and gives the milliseconds that it took, one for each time.
    pub(crate) fn ask(&mut self, wish: &Value) -> Result<Vec<f64>> {
        writeln!(self.words, "{wish}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let answer: Value = serde_json::from_str(&line).with_context(|| format!("the peer said {line:?}"))?;
        let millis = answer["millis"].as_array().with_context(|| format!("the peer failed: {answer}"))?;
        let millis: Vec<f64> = millis.iter().filter_map(Value::as_f64).collect();
        ensure!(!millis.is_empty(), "the peer measured nothing");
        Ok(millis)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.client.kill();
        let _ = self.client.wait();
    }
}
