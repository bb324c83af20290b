//! The encrypted store: SQLCipher with a raw key, one connection that writes, a few that only read.
//!
//! The bundled SQLite can corrupt its write-ahead log when two connections checkpoint at once, so one
//! connection alone commits and checkpoints, and no second process opens the file. The key passes through
//! no log: statement logging is off, and the options are never printed.

mod apply;
mod ask;
pub(crate) mod attachment;
mod file;
mod index;
mod lease;
mod meta;
#[cfg(test)]
mod old;
mod pending;
mod project;
mod purge;
mod repair;
mod room;
#[cfg(test)]
pub(crate) mod sample;

pub(crate) use ask::ask_next;
pub(crate) use attachment::Upload;
pub(crate) use file::Missing;
pub(crate) use index::Match;
pub(crate) use meta::Meta;
pub(crate) use pending::{Standing, Wanted, queue};
pub(crate) use room::Left;

use crate::seal::Key;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Sqlite, SqlitePool, Transaction};
use std::path::{Path, PathBuf};
use std::time::Duration;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");
const FILE: &str = "store.db";
/// Where sealed files lie.
const FILES: &str = "blobs";
/// Where a store lies that is not to outlive its session.
const ONCE: &str = "once";
const READERS: u32 = 3;
const BEGIN: &str = "PRAGMA synchronous=FULL; BEGIN IMMEDIATE";
/// The commit does not wait for the disk.
const BEGIN_FETCHED: &str = "PRAGMA synchronous=NORMAL; BEGIN IMMEDIATE";
const SQLITE_FULL: &str = "13";
const SQLITE_NOTADB: &str = "26";

/// Why the store failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// Somebody reads what is to be cleaned away: later.
    #[error("the store is in use")]
    Busy,
    /// It was closed in the meantime.
    #[error("the store is closed")]
    Closed,
    /// The key does not open the file, or the file is damaged.
    #[error("the key does not open the store")]
    Key,
    /// It is damaged so far that it cannot say whose it is.
    #[error("the store is damaged")]
    Damaged,
    /// A newer build has written it.
    #[error("the store is of a newer build")]
    Newer,
    /// Anything else that the database said.
    #[error("database: {0}")]
    Sql(sqlx::Error),
    /// A stored value has another form than this build writes. Says where, not what.
    #[error("stored value: {0}")]
    Shape(String),
    /// A file could not be read or written.
    #[error("file: {0}")]
    Io(std::io::Error),
    /// The database engine is not the one that this was built for.
    #[error("engine: {0}")]
    Engine(String),
}

/// The open store.
pub(crate) struct Store {
    folder: PathBuf,
    writer: SqlitePool,
    readers: SqlitePool,
    kept: bool,
    room: room::Room,
}

impl Store {
    /// Opens the store in `folder`, or makes one if there is none.
    pub(crate) async fn open(folder: &Path, key: &Key) -> Result<Self, StoreError> {
        let options = Self::options(key);
        repair::finish(folder)?;
        let unclean = repair::is_marked(folder);
        match Self::open_with(folder, options.clone()).await {
            Ok(store) if !unclean || store.is_whole().await => return store.marked(),
            Ok(store) => store.shut().await,
            Err(StoreError::Sql(_) | StoreError::Key) if unclean => {}
            Err(error) => return Err(error),
        }
        repair::rescue(folder, &options).await?;
        repair::finish(folder)?;
        Self::open_with(folder, options).await?.marked()
    }

    fn options(key: &Key) -> SqliteConnectOptions {
        SqliteConnectOptions::new().pragma("key", key.pragma().to_string()).pragma("cipher_page_size", "8192")
    }

    // From here on the end is unclean unless it is closed.
    fn marked(self) -> Result<Self, StoreError> {
        repair::mark(&self.folder)?;
        if let Err(error) = self.reserve() {
            tracing::warn!(%error, "no reserve for a full disk");
        }
        Ok(self)
    }

    /// Makes a store that ends with its session, for a device that is somebody else's. Its key is never stored, so
    /// whatever a crash leaves of it is noise.
    pub(crate) async fn open_once(folder: &Path) -> Result<Self, StoreError> {
        let folder = folder.join(ONCE);
        remove_folder(&folder)?;
        Ok(Self { kept: false, ..Self::open(&folder, &Key::make()).await? })
    }

    /// Whether it outlives its session.
    pub(crate) fn is_kept(&self) -> bool {
        self.kept
    }

    /// The same store in the open: only there can be seen what a wipe leaves behind, and only beside it what
    /// encryption costs.
    #[cfg(any(test, feature = "bench"))]
    pub(crate) async fn open_plain(folder: &Path) -> Result<Self, StoreError> {
        Self::open_with(folder, SqliteConnectOptions::new()).await
    }

    async fn open_with(folder: &Path, options: SqliteConnectOptions) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder.join(FILES))?;
        let options =
            options.filename(folder.join(FILE)).disable_statement_logging().busy_timeout(Duration::from_secs(5));
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(
                options
                    .clone()
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    // Each write says for itself whether it waits for the disk; until then there are only the tables.
                    .synchronous(SqliteSynchronous::Normal)
                    .pragma("secure_delete", "ON")
                    // A row that is replaced is deleted too, and must be noted as such.
                    .pragma("recursive_triggers", "ON"),
            )
            .await?;
        assert_engine(&writer).await?;
        if !is_up_to_date(&writer).await {
            MIGRATIONS.run(&writer).await.map_err(|error| match error {
                sqlx::migrate::MigrateError::Execute(error) => error.into(),
                sqlx::migrate::MigrateError::VersionMissing(_) => StoreError::Newer,
                other => StoreError::Engine(other.to_string()),
            })?;
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.pragma("wal_autocheckpoint", "0").pragma("query_only", "ON"))
            .await?;
        let store = Self { folder: folder.to_owned(), writer, readers, kept: true, room: room::Room::default() };
        store.sweep_files().await?;
        Ok(store)
    }

    /// Reads see one committed state each, and never wait for a write.
    pub(crate) fn read(&self) -> &SqlitePool {
        &self.readers
    }

    /// Begins the one write that can be under way. Dropping it undoes it.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.begin(BEGIN).await
    }

    /// As [`Store::write`], of what can be fetched again: the log stays whole, but a power failure may undo the last of
    /// such writes. Rows, cursor and what they settle go together, so what is undone comes anew. Not for what must
    /// leave this device.
    pub(crate) async fn write_fetched(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.begin(BEGIN_FETCHED).await
    }

    async fn begin(&self, begin: &'static str) -> Result<Transaction<'static, Sqlite>, StoreError> {
        match self.writer.begin_with(begin).await {
            // SQLite itself undoes what finds the disk full, and the connection goes on believing in it.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.writer.acquire().await?.close().await?;
                Ok(self.writer.begin_with(begin).await?)
            }
            begun => Ok(begun?),
        }
    }

    /// Looks after the store for a moment, so short that an intent never waits long for its turn to be written: lays
    /// the reserve by again, and takes a step of indexing, of `step` records, or of purging. Whether there is more to
    /// do: what is left undone stands in the store, so a crash loses nothing of it.
    pub(crate) async fn tend(&self, step: usize) -> Result<bool, StoreError> {
        self.reserve()?;
        Ok(self.index_some(step).await? || self.purge_some().await?)
    }

    /// Where encrypted files lie.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.folder.join(FILES)
    }

    /// Closes it: the end is clean.
    pub(crate) async fn close(&self) {
        self.shut().await;
        if let Err(error) = repair::unmark(&self.folder) {
            tracing::warn!(%error, "the next start will look through the store");
        }
        if !self.kept
            && let Err(error) = remove_folder(&self.folder)
        {
            tracing::warn!(%error, "what was not to be kept is not removed yet");
        }
    }

    // Closes all connections, the writing one last. The mark of an unclean end stays.
    pub(crate) async fn shut(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Removes files whose key is gone, and so can never be read again.
    pub(crate) async fn sweep_files(&self) -> Result<(), StoreError> {
        // Listed before the keys are, which waits for whoever is just putting a file there.
        let files: Vec<_> = std::fs::read_dir(self.blobs())?.collect::<Result<_, _>>()?;
        let kept: Vec<String> = sqlx::query_scalar("SELECT file FROM blob UNION ALL SELECT file FROM attachment")
            .fetch_all(&self.writer)
            .await?;
        for entry in files {
            if !kept.iter().any(|file| entry.file_name() == file.as_str()) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// After something had to leave: files without a key go, and so does the log that still holds old pages.
    async fn clean_up(&self) -> Result<(), StoreError> {
        self.sweep_files().await?;
        match self.truncate_log().await {
            // The purge comes back to it.
            Err(StoreError::Busy) => Ok(()),
            done => done,
        }
    }

    /// Brings the log into the database and empties it. `Busy` while somebody reads an older state from it.
    async fn truncate_log(&self) -> Result<(), StoreError> {
        let (busy, _, _): (bool, i64, i64) =
            sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.writer).await?;
        if busy { Err(StoreError::Busy) } else { Ok(()) }
    }
}

/// Removes what was not to be kept, and a crash has left.
pub(crate) fn wipe_once(folder: &Path) -> Result<(), StoreError> {
    remove_folder(&folder.join(ONCE))
}

/// Removes a closed store: database, log and files.
pub(crate) fn wipe(folder: &Path) -> Result<(), StoreError> {
    wipe_store(folder)?;
    repair::wipe(folder)?;
    room::wipe(folder)?;
    wipe_once(folder)
}

// The database, its log and its files.
fn wipe_store(folder: &Path) -> Result<(), StoreError> {
    for file in [FILE, "store.db-wal", "store.db-shm"] {
        match std::fs::remove_file(folder.join(file)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    remove_folder(&folder.join(FILES))
}

fn remove_folder(folder: &Path) -> Result<(), StoreError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

// Whether it has just the tables of this build. Looking costs one read, where bringing them up to date begins with a
// write.
async fn is_up_to_date(pool: &SqlitePool) -> bool {
    let done: Result<Vec<(i64, Vec<u8>, bool)>, _> =
        sqlx::query_as("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version")
            .fetch_all(pool)
            .await;
    let wanted = MIGRATIONS.iter().map(|migration| (migration.version, migration.checksum.to_vec(), true));
    done.is_ok_and(|done| done.into_iter().eq(wanted))
}

// Without SQLCipher the key pragma would be ignored in silence and everything be written in the open.
async fn assert_engine(pool: &SqlitePool) -> Result<(), StoreError> {
    let cipher: Option<String> = sqlx::query_scalar("PRAGMA cipher_version").fetch_optional(pool).await?;
    let sqlite: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await?;
    match cipher {
        Some(cipher) if cipher.starts_with("4.") && sqlite.starts_with("3.") => {
            tracing::debug!(cipher, sqlite, "store engine");
            Ok(())
        }
        other => Err(StoreError::Engine(format!("SQLCipher 4 is needed, found {other:?} on SQLite {sqlite}"))),
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolClosed => Self::Closed,
            sqlx::Error::Database(inner) => match inner.code().as_deref() {
                Some(SQLITE_FULL) => Self::Full,
                Some(SQLITE_NOTADB) => Self::Key,
                _ => Self::Sql(error),
            },
            _ => Self::Sql(error),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::Full,
            _ => Self::Io(error),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Shape(format!("{:?} at {}:{}", error.classify(), error.line(), error.column()))
    }
}
