//! The limit: the least that could do the same work. A bare server in a process of its own, loopback HTTP,
//! and plain SQLite with the client's own tables. It checks no right, orders nothing and encrypts nothing.

pub(crate) mod server;

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};
use digiteam_tests::process::{Process, own};
use digiteam_tests::wait::LONG;
use eventsource_stream::Eventsource as _;
use futures_util::StreamExt as _;
use reqwest::Client as Http;
use serde_json::json;
use serde_json::value::RawValue;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, QueryBuilder, Sqlite};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::row::time;

/// How long an answer may take at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// Rows of one statement: with more it is not faster.
const BATCH: usize = 500;

/// The bare server, and a client for it.
pub(crate) struct Bare {
    http: Http,
    url: String,
    port: u16,
    process: Process,
    folder: TempDir,
}

/// Somebody who listens to the server's events.
pub(crate) struct Listener(UnboundedReceiver<String>);

impl Bare {
    /// Starts the server.
    pub(crate) async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = own("bench")?;
        command.arg("bare").arg(folder.path());
        let mut process = Process::start("bare", folder.path(), &command)?;
        let port = process.says(server::LISTENING, LONG).await?.parse()?;
        let http = Http::builder().no_proxy().build()?;
        Ok(Self { http, url: format!("http://127.0.0.1:{port}"), port, process, folder })
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Gives the server something to hand out.
    pub(crate) fn lay_out(&self, name: &str, json: &str) -> Result<()> {
        Ok(fs::write(self.folder.path().join(name), json)?)
    }

    /// Fetches it and puts it into the client's tables, unencrypted, in one commit. Gives the milliseconds; the
    /// tables are made before.
    pub(crate) async fn fetch(&self, name: &str) -> Result<f64> {
        let folder = tempfile::tempdir()?;
        let mut store = self.tables(&folder).await?;
        let (took, ()) = time(async {
            let answer = self.http.get(format!("{}/bulk/{name}", self.url)).send().await?.error_for_status()?;
            insert(&mut store, &answer.bytes().await?).await
        })
        .await?;
        store.close().await?;
        Ok(took)
    }

    /// Empty tables as the client has them; triggers are no part of a bulk insert.
    async fn tables(&self, folder: &TempDir) -> Result<SqliteConnection> {
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("bare.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut store = options.disable_statement_logging().connect().await?;
        sqlx::migrate!("../client/migrations").run(&mut store).await?;
        let triggers: Vec<String> =
            sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetch_all(&mut store).await?;
        for name in triggers {
            sqlx::query(sqlx::AssertSqlSafe(format!("DROP TRIGGER {name}"))).execute(&mut store).await?;
        }
        Ok(store)
    }

    /// Listens.
    pub(crate) async fn listen(&self) -> Result<Listener> {
        let answer = self.http.get(format!("{}/events", self.url)).send().await?.error_for_status()?;
        let mut events = answer.bytes_stream().eventsource();
        let (send, heard) = unbounded_channel();
        tokio::spawn(async move {
            while let Some(Ok(event)) = events.next().await {
                if send.send(event.data).is_err() {
                    break;
                }
            }
        });
        let mut listener = Listener(heard);
        listener.hear("welcome").await?;
        Ok(listener)
    }

    /// Says something, and waits until the listener hears it.
    pub(crate) async fn echo(&self, listener: &mut Listener, words: &str) -> Result<()> {
        self.http.post(format!("{}/say", self.url)).body(words.to_owned()).send().await?.error_for_status()?;
        listener.hear(words).await
    }

    /// Hands over texts in one request, which the server keeps in one durable transaction.
    pub(crate) async fn flush(&self, texts: &[String]) -> Result<()> {
        let answer = self.http.post(format!("{}/flush", self.url)).json(&json!(texts)).send().await?;
        answer.error_for_status()?.text().await?;
        Ok(())
    }
}

impl Listener {
    async fn hear(&mut self, words: &str) -> Result<()> {
        loop {
            let heard = tokio::time::timeout(PATIENCE, self.0.recv()).await.context("nothing is heard")?;
            if heard.context("the stream ended")? == words {
                return Ok(());
            }
        }
    }
}

/// One of the records that the server hands out.
#[derive(serde::Deserialize)]
struct Record<'a> {
    scope: &'a str,
    kind: &'a str,
    id: &'a str,
    seq: i64,
    #[serde(borrow)]
    body: &'a RawValue,
}

async fn insert(store: &mut SqliteConnection, list: &[u8]) -> Result<()> {
    let records: Vec<Record<'_>> = serde_json::from_slice(list)?;
    let mut tx = store.begin().await?;
    for batch in records.chunks(BATCH) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO record (scope, kind, id, seq, body) ");
        insert.push_values(batch, |mut row, record| {
            row.push_bind(record.scope).push_bind(record.kind).push_bind(record.id).push_bind(record.seq);
            row.push_bind(record.body.get());
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}
