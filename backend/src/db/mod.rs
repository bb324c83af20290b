//! The database on either engine: snapshots to read from, and the one way to write.
//!
//! Only this file and the migrations know which engine runs. On SQLite a single writer task owns the
//! writing connection: it takes whatever is queued, runs each job in a savepoint, commits once for all of
//! them (group commit, `synchronous=FULL`), and only then lets anybody know. A request that is cancelled
//! cannot interrupt it. On PostgreSQL every job is a transaction of its own. A job never sees the other
//! engine, and what it returns is not told to anybody before the commit.

mod attempt;
pub mod bulk;
mod fanout;
mod meta;
mod shared;

pub use attempt::attempt;
pub use shared::Shared;

use crate::access::log::{self, Log};
use crate::error::Error;
use crate::feed::{Feed, Touched};
use crate::hub::Hub;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use protocol::Millis;
use protocol::refusal::RefusalCode;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Transaction};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

/// In order; one whose name ends with an engine's is for that engine alone.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");
/// Most jobs that share one commit on SQLite.
const GROUP: usize = 64;

/// Key of what names the life of the database.
const EPOCH: &str = "db_epoch";
/// How long a probe waits for the database.
const READY: Duration = Duration::from_secs(2);
const META: &str =
    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// Time as the backend knows it; passed in so that tests decide it.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// The database.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    readers: AnyPool,
    clock: Clock,
    hub: Hub,
    epoch: Arc<str>,
}

#[derive(Clone)]
enum Engine {
    Sqlite { jobs: mpsc::Sender<Wish>, writer: Arc<Mutex<Option<JoinHandle<()>>>>, file: PathBuf },
    Postgres { writers: AnyPool, hints: PgPool },
}

/// What a job works with: the connection inside its transaction, the time, and the feed's buffer.
pub struct Tx<'c> {
    /// Inside the transaction.
    pub conn: &'c mut AnyConnection,
    /// When the job began, by the backend's clock.
    pub now: Millis,
    /// Records to be written at the end; see [`Feed`].
    pub feed: Feed,
    /// What is noted behind them; see [`Log`].
    pub log: Log,
}

/// A job's future.
pub type Work<'t, T> = BoxFuture<'t, Result<T, Error>>;
/// What the writer task is asked.
enum Wish {
    Do(Job),
    Stop,
}

type Job = Box<dyn for<'c> FnOnce(&'c mut AnyConnection) -> BoxFuture<'c, Done> + Send>;

struct Done {
    keep: bool,
    tell: Box<dyn FnOnce(bool) + Send>,
}

impl Db {
    /// Opens the database at `url` (`sqlite:FILE` or `postgres://…`) and brings its schema up to date.
    ///
    /// # Errors
    /// When it cannot be opened or migrated, or runs an SQLite that is known to corrupt its log.
    pub async fn open(url: &str, clock: Clock, hub: Hub) -> anyhow::Result<Self> {
        sqlx::any::install_default_drivers();
        let sqlite = url.starts_with("sqlite:");
        let options = AnyConnectOptions::from_str(&if sqlite && !url.contains('?') {
            format!("{url}?mode=rwc")
        } else {
            url.to_owned()
        })?;
        let setup: &'static str = if sqlite {
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000"
        } else {
            "SET synchronous_commit=on"
        };
        let pool = |size: u32, setup: &'static str| {
            AnyPoolOptions::new().max_connections(size).after_connect(move |conn, _| {
                Box::pin(async move { sqlx::raw_sql(setup).execute(conn).await.map(drop) })
            })
        };
        let writers = pool(if sqlite { 1 } else { 8 }, setup).connect_with(options.clone()).await?;
        if sqlite {
            let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(&writers).await?;
            anyhow::ensure!(
                is_sound(&version),
                "SQLite {version} can corrupt its write-ahead log; 3.51.3 or later is needed"
            );
        }
        migrations(if sqlite { "postgres" } else { "sqlite" }).run(&writers).await?;
        let fresh = uuid::Uuid::new_v4().to_string();
        sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(EPOCH)
            .bind(fresh)
            .execute(&writers)
            .await?;
        let (epoch,): (String,) =
            sqlx::query_as("SELECT value FROM meta WHERE key = $1").bind(EPOCH).fetch_one(&writers).await?;
        let readers = pool(8, setup).connect_with(options).await?;
        let engine = if sqlite {
            let (jobs, queue) = mpsc::channel(1024);
            let conn = writers.acquire().await?.detach();
            let writer = tokio::spawn(write_all(conn, queue));
            let file = SqliteConnectOptions::from_str(url)?.get_filename().to_owned();
            Engine::Sqlite { jobs, writer: Arc::new(Mutex::new(Some(writer))), file }
        } else {
            Engine::Postgres { writers, hints: fanout::join(url, hub.clone()).await? }
        };
        Ok(Self { engine, readers, clock, hub, epoch: epoch.into() })
    }

    /// Names the life of the database; see `PullResponse::db_epoch`.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Begins a new life, after the database was restored from a backup: clients then void their cursors and
    /// send again what this database may have forgotten. Every grant gets a new epoch, so that nothing of the old
    /// life that is still on its way is taken for a part of the new one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn renew_epoch(&self) -> Result<(), Error> {
        self.write(|tx| {
            Box::pin(async move {
                let grants = "UPDATE access_grant SET epoch = $1";
                sqlx::query(grants).bind(tx.now).execute(&mut *tx.conn).await?;
                let life = uuid::Uuid::new_v4().to_string();
                sqlx::query(META).bind(EPOCH).bind(life).execute(&mut *tx.conn).await?;
                Ok(())
            })
        })
        .await
    }

    /// The backend's clock.
    pub fn now(&self) -> Millis {
        (self.clock)()
    }

    /// Whether the database answers, in a time in which an answer is of use.
    pub async fn is_ready(&self) -> bool {
        // A file that was taken away is still written to, and lost in the end.
        if let Engine::Sqlite { file, .. } = &self.engine
            && !tokio::fs::try_exists(file).await.unwrap_or(false)
        {
            return false;
        }
        let answer = sqlx::query("SELECT value FROM meta WHERE key = $1").bind(EPOCH).fetch_one(&self.readers);
        matches!(tokio::time::timeout(READY, answer).await, Ok(Ok(_)))
    }

    /// Writes what is queued and takes no more.
    ///
    /// # Errors
    /// When the writer failed.
    pub async fn close(&self) -> anyhow::Result<()> {
        match &self.engine {
            Engine::Sqlite { jobs, writer, .. } => {
                // One that has stopped already has nothing queued.
                let _ = jobs.send(Wish::Stop).await;
                if let Some(writer) = writer.lock().await.take() {
                    writer.await?;
                }
            }
            Engine::Postgres { writers, hints } => {
                writers.close().await;
                hints.close().await;
            }
        }
        self.readers.close().await;
        Ok(())
    }

    /// Looks for what other nodes wrote without this one having heard of it. Done from time to time by itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look_again(&self) -> Result<(), Error> {
        if let Engine::Postgres { hints, .. } = &self.engine {
            fanout::look_again(hints, &self.hub).await?;
        }
        Ok(())
    }

    /// A transaction that sees one state of the database, for reading only.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn snapshot(&self) -> Result<Transaction<'static, Any>, Error> {
        let begin = match self.engine {
            Engine::Sqlite { .. } => "BEGIN",
            Engine::Postgres { .. } => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Ok(self.readers.begin_with(begin).await?)
    }

    /// Runs `work` in a transaction and returns what it returned once that is durable. An error rolls
    /// everything back that `work` did. Goes on to its end even if the caller stops waiting.
    ///
    /// # Errors
    /// Whatever `work` returned, or a failed commit.
    pub async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> Work<'t, T> + Send + 'static,
    {
        self.write_at(self.now(), work).await
    }

    /// As [`Db::write`], with the time given: for content that is loaded with its history.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_at<T, F>(&self, now: Millis, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> Work<'t, T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = make_job(now, self.hub.clone(), reply, work);
        match &self.engine {
            Engine::Sqlite { jobs, .. } => {
                jobs.try_send(Wish::Do(job)).map_err(|error| match error {
                    TrySendError::Full(_) => RefusalCode::Busy.into(),
                    TrySendError::Closed(_) => Error::Internal("the writer has stopped".into()),
                })?;
            }
            Engine::Postgres { writers, .. } => {
                let tx = writers.begin().await?;
                tokio::spawn(async move {
                    if let Err(error) = write_one(tx, job).await {
                        tracing::error!(%error, "a transaction failed");
                    }
                });
            }
        }
        answer.await.map_err(|_| Error::Internal("a write did not end".into()))?
    }
}

fn make_job<T, F>(now: Millis, hub: Hub, reply: oneshot::Sender<Result<T, Error>>, work: F) -> Job
where
    T: Send + 'static,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> Work<'t, T> + Send + 'static,
{
    Box::new(move |conn| {
        Box::pin(async move {
            let mut tx = Tx { conn, now, feed: Feed::default(), log: Log::default() };
            let ran = AssertUnwindSafe(run(&mut tx, work)).catch_unwind().await;
            let (result, touched) = match ran {
                Ok(Ok((value, touched))) => (Ok(value), touched),
                Ok(Err(error)) => (Err(error), Touched::default()),
                Err(_) => (Err(Error::Internal("a write panicked".into())), Touched::default()),
            };
            let keep = result.is_ok();
            let tell = Box::new(move |committed: bool| {
                let result = match result {
                    Ok(_) if !committed => Err(Error::Internal("a commit failed".into())),
                    other => other,
                };
                if result.is_ok() {
                    hub.publish(touched);
                }
                // Nobody waits any more: the effect stands all the same.
                let _ = reply.send(result);
            });
            Done { keep, tell }
        })
    })
}

async fn run<T, F>(tx: &mut Tx<'_>, work: F) -> Result<(T, Touched), Error>
where
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> Work<'t, T> + Send + 'static,
{
    let value = work(tx).await?;
    crate::feed::flush(tx).await?;
    log::flush(tx).await?;
    Ok((value, tx.feed.take_touched()))
}

async fn write_all(mut conn: AnyConnection, mut queue: mpsc::Receiver<Wish>) {
    let mut stop = false;
    while !stop && let Some(first) = queue.recv().await {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(wish) = next {
            match wish {
                Wish::Do(job) => batch.push(job),
                Wish::Stop => stop = true,
            }
            next = if stop || batch.len() == GROUP { None } else { queue.try_recv().ok() };
        }
        let mut told = Vec::with_capacity(batch.len());
        let committed = write_group(&mut conn, batch, &mut told).await;
        if let Err(error) = &committed {
            tracing::error!(%error, "a commit failed");
            let _ = sqlx::raw_sql("ROLLBACK").execute(&mut conn).await;
        }
        for done in told {
            (done.tell)(committed.is_ok());
        }
    }
    if let Err(error) = conn.close().await {
        tracing::warn!(%error, "the database did not close cleanly");
    }
}

async fn write_group(conn: &mut AnyConnection, batch: Vec<Job>, told: &mut Vec<Done>) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *conn).await?;
    for job in batch {
        sqlx::raw_sql("SAVEPOINT job").execute(&mut *conn).await?;
        let done = job(conn).await;
        let end = if done.keep { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
        told.push(done);
        sqlx::raw_sql(end).execute(&mut *conn).await?;
    }
    sqlx::raw_sql("COMMIT").execute(&mut *conn).await.map(drop)
}

async fn write_one(mut tx: Transaction<'static, Any>, job: Job) -> Result<(), sqlx::Error> {
    let done = job(&mut tx).await;
    let ended = if done.keep { tx.commit().await } else { tx.rollback().await };
    (done.tell)(ended.is_ok());
    ended
}

/// All migrations but those that are for the `other` engine.
fn migrations(other: &str) -> Migrator {
    let ours = MIGRATIONS.iter().filter(|migration| !migration.description.ends_with(other));
    Migrator::with_migrations(ours.cloned().collect())
}

/// Whether this SQLite is past the bug that can corrupt a write-ahead log when it is reset (fixed in 3.51.3).
fn is_sound(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= (3, 51, 3)
}
