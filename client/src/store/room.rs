//! Room on the disk, and for files.
//!
//! A file of a megabyte lies beside the store and holds nothing. When the disk fills up it is given back, so that what
//! the person wants can still be written down; by then nothing else is fetched any more. Files have a budget of their
//! own: those shown longest ago leave first, while those that wait to be read and decisions that can still be appealed
//! stay.

use super::{Store, StoreError};
use bridge::sync::Storage;
use protocol::Millis;
use sqlx::{Sqlite, Transaction};
use std::path::Path;

/// The file that is given back.
const RESERVE: &str = "reserve";
const RESERVED: usize = 1 << 20;
/// Below this much space nothing is fetched ahead.
const LOW: u64 = 200 << 20;
/// Below this the disk is as good as full.
const FULL: u64 = 8 << 20;
/// What files may take together, in bytes.
const BUDGET: i64 = 500 << 20;

/// How much room there is, and who knows.
pub(super) struct Room {
    /// Bytes that are left where this path is, if that can be known.
    pub(super) left: fn(&Path) -> Option<u64>,
    /// What files may take together, in bytes.
    pub(super) budget: i64,
}

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    /// On the disk.
    pub(crate) storage: Storage,
    /// In bytes, of what files may take together.
    pub(crate) files: i64,
}

impl Default for Room {
    fn default() -> Self {
        Self { left, budget: BUDGET }
    }
}

impl Store {
    /// Whether there is room for more.
    pub(crate) fn storage(&self) -> Storage {
        match (self.room.left)(&self.folder) {
            Some(left) if left < FULL => Storage::Full,
            Some(left) if left < LOW => Storage::Low,
            _ => Storage::Ok,
        }
    }

    /// Begins a write of something that the person wants. On a full disk the reserve is given up for it.
    pub(crate) async fn write_intent(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        if self.storage() == Storage::Full {
            match std::fs::remove_file(self.folder.join(RESERVE)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        self.write().await
    }

    /// Lays the reserve by, when there is room for it.
    pub(crate) fn reserve(&self) -> Result<(), StoreError> {
        let reserve = self.folder.join(RESERVE);
        if !reserve.exists() && self.storage() == Storage::Ok {
            std::fs::write(reserve, vec![0x5a; RESERVED])?;
        }
        Ok(())
    }

    /// The room for files that nobody has asked for.
    pub(crate) async fn left(&self) -> Result<Left, StoreError> {
        let used: i64 = sqlx::query_scalar("SELECT coalesce(sum(size), 0) FROM blob").fetch_one(self.read()).await?;
        Ok(Left { storage: self.storage(), files: self.room.budget - used })
    }

    /// Lets files go until the rest is within the budget, as far as there are any that may.
    pub(crate) async fn evict(&self, now: Millis) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let gone = sqlx::query(
            "DELETE FROM blob WHERE shown_at > 0 AND pinned_until <= ?2 AND file IN (
                 SELECT file FROM (
                     SELECT file, sum(size) OVER (ORDER BY shown_at = 0 OR pinned_until > ?2 DESC, shown_at DESC, file
                         ROWS UNBOUNDED PRECEDING) AS upto FROM blob)
                 WHERE upto > ?1)",
        )
        .bind(self.room.budget)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        if gone.rows_affected() > 0 {
            self.sweep_files().await?;
        }
        Ok(())
    }

    /// Remembers that a file is on the screen; to the minute, as many pages of one are turned.
    pub(crate) async fn show_file(&self, file: &str, now: Millis) -> Result<(), StoreError> {
        let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM blob WHERE file = ?1 AND shown_at < ?2 - 60000")
            .bind(file)
            .bind(now)
            .fetch_optional(self.read())
            .await?;
        if known.is_some() {
            let mut tx = self.write().await?;
            sqlx::query("UPDATE blob SET shown_at = ?2 WHERE file = ?1").bind(file).bind(now).execute(&mut *tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Gives the reserve up for good.
pub(super) fn wipe(folder: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(folder.join(RESERVE)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

// Where the system does not say, it is full when a write fails.
fn left(folder: &Path) -> Option<u64> {
    fs4::available_space(folder).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sample::store;

    #[tokio::test]
    async fn on_a_full_disk_the_reserve_makes_room_for_what_is_wanted() {
        let (mut store, folder) = store().await;
        let reserve = folder.path().join(RESERVE);
        store.reserve().expect("reserves");
        assert_eq!(std::fs::metadata(&reserve).expect("is there").len(), 1 << 20);
        store.room.left = |_| Some(LOW - 1);
        assert_eq!(store.storage(), Storage::Low);
        drop(store.write_intent().await.expect("begins"));
        assert!(reserve.exists(), "given up too early");
        store.room.left = |_| Some(FULL - 1);
        assert_eq!(store.storage(), Storage::Full);
        drop(store.write_intent().await.expect("begins"));
        assert!(!reserve.exists());
        store.reserve().expect("does nothing");
        assert!(!reserve.exists(), "laid by on a full disk");
        store.tend(1).await.expect("looks after it");
        assert!(!reserve.exists());
        store.room.left = |_| Some(LOW);
        store.tend(1).await.expect("looks after it");
        assert!(reserve.exists(), "there is room, and the next full disk finds no reserve");
        store.close().await;
    }

    #[test]
    fn the_system_says_how_much_room_there_is() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(left(folder.path()).is_some_and(|left| left > 0));
        assert_eq!(left(&folder.path().join("nowhere")), None);
    }

    #[tokio::test]
    async fn a_full_database_says_so_and_takes_more_when_there_is_room_again() {
        let (store, _folder) = store().await;
        let write = async |store: &Store| {
            let mut tx = store.write_intent().await?;
            sqlx::query("INSERT INTO meta (key, value) VALUES (?1, hex(zeroblob(100000)))")
                .bind(uuid::Uuid::new_v4().to_string())
                .execute(&mut *tx)
                .await?;
            Ok::<_, StoreError>(tx.commit().await?)
        };
        let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&store.writer).await.expect("counts");
        let limit = |pages: i64| sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
        sqlx::query(limit(pages + 1)).execute(&store.writer).await.expect("limits");
        assert!(matches!(write(&store).await, Err(StoreError::Full)));
        sqlx::query(limit(pages + 1000)).execute(&store.writer).await.expect("limits");
        write(&store).await.expect("writes");
        store.close().await;
    }

    #[tokio::test]
    async fn files_shown_longest_ago_leave_first_and_those_that_wait_stay() {
        let (mut store, _folder) = store().await;
        store.room.budget = 30;
        // Name, shown at, pinned until; ten bytes each. It is 100 o'clock.
        for (file, shown_at, pinned_until) in
            [("unread", 0, 0), ("appeal", 1, 101), ("old", 2, 99), ("older", 1, 0), ("new", 9, 0)]
        {
            sqlx::query(
                "INSERT INTO blob (scope, fact, blob, file, key, size, shown_at, pinned_until)
                 VALUES ('s', ?1, ?1, ?1, x'00', 10, ?2, ?3)",
            )
            .bind(file)
            .bind(shown_at)
            .bind(pinned_until)
            .execute(&store.writer)
            .await
            .expect("keeps");
            std::fs::write(store.blobs().join(file), file).expect("writes");
        }
        store.evict(100).await.expect("evicts");
        let mut left: Vec<String> = std::fs::read_dir(store.blobs())
            .expect("a folder")
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        left.sort();
        assert_eq!(left, ["appeal", "new", "unread"]);
        assert_eq!(store.left().await.expect("reads").files, 0);
        store.show_file("unread", 100_000).await.expect("shows");
        store.room.budget = 20;
        store.evict(100).await.expect("evicts");
        assert_eq!(store.left().await.expect("reads").files, 0);
        assert!(store.blobs().join("unread").exists(), "it was the last to be shown");
        store.close().await;
    }
}
