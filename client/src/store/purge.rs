//! After a wipe: the index, the pages, the log and the folder forget what was deleted.
//!
//! The rows and the keys of files go in one transaction, which leaves a mark. From there on small steps follow, each
//! of which may be the last before a crash: index entries, the merging of what the index still holds of them, files
//! without a key, scraps between what is left on the pages when a whole scope went, and the write-ahead log with its
//! old pages. The mark goes last, so it is done only when all is.

use super::{Meta, Store, StoreError};
use serde::{Deserialize, Serialize};

/// How many records leave the index in one step.
const STEP: usize = 500;
/// How many pages of the index one step of merging writes.
const PAGES: i64 = 200;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Purge {
    /// Something was deleted. The triggers of `0004_purge.sql` write this word.
    Begun,
    /// The index is being merged into one piece, which holds nothing of what left it.
    Merging,
    /// The index is clean; files and log are not.
    Merged,
}

impl Store {
    /// Takes one step. `true` when there is more to do.
    pub(crate) async fn purge_some(&self) -> Result<bool, StoreError> {
        match self.meta(Meta::Purge).await? {
            None => Ok(false),
            Some(Purge::Begun) => {
                if !self.index_some(STEP).await? {
                    self.merge(Purge::Begun, -PAGES).await?;
                }
                Ok(true)
            }
            Some(Purge::Merging) => {
                self.merge(Purge::Merging, PAGES).await?;
                Ok(true)
            }
            Some(Purge::Merged) => {
                self.sweep_files().await?;
                if self.meta(Meta::Rewrite).await?.unwrap_or(false) {
                    sqlx::query("VACUUM").execute(&self.writer).await?;
                }
                self.truncate_log().await?;
                self.advance(Purge::Merged, None).await
            }
        }
    }

    /// Takes every step that is left.
    #[cfg(test)]
    pub(crate) async fn purge(&self) -> Result<(), StoreError> {
        while self.purge_some().await? {}
        Ok(())
    }

    // One step of merging; a negative number of pages begins anew with all there is.
    async fn merge(&self, stage: Purge, pages: i64) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let before: i64 = sqlx::query_scalar("SELECT total_changes()").fetch_one(&mut *tx).await?;
        sqlx::query("INSERT INTO part (part, rank) VALUES ('merge', ?1)").bind(pages).execute(&mut *tx).await?;
        let after: i64 = sqlx::query_scalar("SELECT total_changes()").fetch_one(&mut *tx).await?;
        tx.commit().await?;
        // The command itself counts as one change; more than that is work done.
        let next = if after - before < 2 { Purge::Merged } else { Purge::Merging };
        self.advance(stage, Some(next)).await?;
        Ok(())
    }

    // On to the next stage, unless something was deleted in the meantime. `true` when there is more to do.
    async fn advance(&self, from: Purge, to: Option<Purge>) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let now: Option<Purge> = Meta::Purge.load(&mut tx).await?;
        if now != Some(from) {
            return Ok(true);
        }
        match to {
            Some(to) => Meta::Purge.keep(&mut tx, &to).await?,
            None => {
                Meta::Rewrite.forget(&mut tx).await?;
                Meta::Purge.forget(&mut tx).await?;
            }
        }
        tx.commit().await?;
        Ok(to.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sample::{grant, message, put, revoke};
    use std::path::Path;

    /// No word like it, and no three letters of it, come about by chance.
    const CANARY: &str = "ʘǂʭɮɯɶ";
    const KEY: [u8; 32] = *b"the key of a file, 32 bytes long";

    /// What is left of the canary in the files of a folder.
    fn traces(folder: &Path) -> Vec<String> {
        let letters: Vec<char> = CANARY.chars().collect();
        let parts = letters.windows(3).map(|part| part.iter().collect::<String>().into_bytes());
        let wide = CANARY.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let sought: Vec<Vec<u8>> = parts.chain([wide, KEY.to_vec()]).collect();
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                found.extend(traces(&path));
                continue;
            }
            let bytes = std::fs::read(&path).expect("reads");
            let holds = |sought: &Vec<u8>| bytes.windows(sought.len()).any(|part| part == sought.as_slice());
            if sought.iter().any(holds) {
                found.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        found.sort();
        found
    }

    async fn filled(folder: &Path) -> Store {
        let store = Store::open_plain(folder).await.expect("opens");
        for scope in ["kept", "lost"] {
            grant(&store, scope).await;
        }
        let ids: Vec<String> = (0..300).map(|n| format!("m{n}")).collect();
        let words = format!("Ordet är {CANARY} och {}", "hyra ".repeat(40));
        let rows: Vec<_> = ids
            .iter()
            .flat_map(|id| {
                [("lost", "message", id.as_str(), message(&words, 1)), ("kept", "message", id, message("Hyran", 1))]
            })
            .collect();
        put(&store, &rows).await;
        let mut tx = store.write().await.expect("writes");
        sqlx::query("INSERT INTO blob (scope, fact, blob, file, key) VALUES ('lost', 'd', 'b', 'file', ?1)")
            .bind(KEY.as_slice())
            .execute(&mut *tx)
            .await
            .expect("keeps");
        tx.commit().await.expect("commits");
        // Files are sealed; this one is not, so that it can be found.
        std::fs::write(store.blobs().join("file"), CANARY).expect("writes");
        while store.index_some(100).await.expect("indexes") {}
        store
    }

    #[tokio::test]
    async fn no_trace_is_left_of_a_scope_that_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = filled(folder.path()).await;
        store.truncate_log().await.expect("truncates");
        assert_eq!(traces(folder.path()), ["file", "store.db"], "the search is blind");
        revoke(&store, "lost").await;
        assert_eq!(traces(folder.path()), ["store.db"], "the index is thought to hold parts of words still");
        store.purge().await.expect("purges");
        assert_eq!(traces(folder.path()), Vec::<String>::new());
        let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM part WHERE part MATCH '\"hyr\"'")
            .fetch_one(store.read())
            .await
            .expect("reads");
        assert_eq!(kept, 300);
        store.close().await;
    }

    #[tokio::test]
    async fn a_purge_goes_on_after_a_crash_wherever_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = filled(folder.path()).await;
        revoke(&store, "lost").await;
        let mut steps = 0;
        loop {
            // As a crash leaves it: the log as it is, no step begun.
            store.close().await;
            store = Store::open_plain(folder.path()).await.expect("opens");
            if !store.purge_some().await.expect("purges") {
                break;
            }
            steps += 1;
        }
        assert!(steps >= 2, "{steps} steps");
        assert_eq!(traces(folder.path()), Vec::<String>::new());
        store.close().await;
    }

    #[tokio::test]
    async fn it_is_not_done_while_somebody_reads_what_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = filled(folder.path()).await;
        store.purge().await.expect("purges");
        let mut reader = store.read().begin().await.expect("reads");
        sqlx::query("SELECT count(*) FROM record").execute(&mut *reader).await.expect("reads");
        let mut tx = store.write().await.expect("writes");
        sqlx::query("DELETE FROM record WHERE scope = 'lost'").execute(&mut *tx).await.expect("deletes");
        tx.commit().await.expect("commits");
        assert!(matches!(store.purge().await, Err(StoreError::Busy)));
        assert_eq!(store.meta(Meta::Purge).await.expect("reads"), Some(Purge::Merged));
        drop(reader);
        store.purge().await.expect("purges");
        assert_eq!(store.meta::<Purge>(Meta::Purge).await.expect("reads"), None);
        store.close().await;
    }
}
