//! After an unclean end the store is looked through before anything rests on it, and a damaged one is replaced.
//!
//! What the backend said comes again from there. What the person wanted is carried over as far as it can be read, and
//! whose store it is; where something could not be read the new store says so. It is made beside the old one and takes
//! its place only when it is complete, in steps that a later start finishes. A store that cannot even say whose it is
//! is given up, and that too is told: nothing is tried twice.

use super::attachment::release;
use super::{FILE, FILES, Meta, Store, StoreError, remove_folder};
use bridge::sync::Rescue;
use protocol::id::DeviceId;
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};
use std::fs::File;
use std::path::Path;
use uuid::Uuid;

/// Stands in the folder while a store is open.
const MARK: &str = "unclean";
/// A new store in the making, and one that is complete.
const MAKING: &str = "rescue";
const READY: &str = "rescued";

type Act = (i64, String, String, i64, i64, String, String, Option<String>, Option<String>);

/// Whether the store was not closed the last time.
pub(super) fn is_marked(folder: &Path) -> bool {
    folder.join(MARK).exists()
}

/// The store is open from now on.
pub(super) fn mark(folder: &Path) -> Result<(), StoreError> {
    Ok(File::create(folder.join(MARK))?.sync_all()?)
}

/// The store was closed.
pub(super) fn unmark(folder: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(folder.join(MARK)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Puts a new store in the place of the damaged one, if one is complete.
pub(super) fn finish(folder: &Path) -> Result<(), StoreError> {
    let ready = folder.join(READY);
    if !ready.exists() {
        return Ok(());
    }
    if ready.join(FILE).exists() {
        // The files first. Once they are gone from here they are there, and nothing is wiped any more.
        if ready.join(FILES).exists() {
            super::wipe_store(folder)?;
            std::fs::rename(ready.join(FILES), folder.join(FILES))?;
        }
        std::fs::rename(ready.join(FILE), folder.join(FILE))?;
    }
    remove_folder(&ready)?;
    unmark(folder)
}

/// Removes what a rescue may have left.
pub(super) fn wipe(folder: &Path) -> Result<(), StoreError> {
    unmark(folder)?;
    remove_folder(&folder.join(MAKING))?;
    remove_folder(&folder.join(READY))
}

/// Makes a new store of what can be read of the damaged one.
pub(super) async fn rescue(folder: &Path, options: &SqliteConnectOptions) -> Result<(), StoreError> {
    let owner: Vec<(String, String)> = {
        let mut old = connect(folder, options).await?;
        sqlx::query_as("SELECT key, value FROM meta WHERE key IN ('me', 'device', 'refresh', 'endpoints')")
            .fetch_all(&mut old)
            .await
            .map_err(|_| StoreError::Damaged)?
    };
    if !["me", "device"].iter().all(|wanted| owner.iter().any(|(key, _)| key == wanted)) {
        return Err(StoreError::Damaged);
    }
    let (mut acts, mut lost) = read_acts(folder, options, "ORDER BY no").await?;
    if lost {
        // From the other end as well: what is damaged lies in between.
        let (others, _) = read_acts(folder, options, "ORDER BY no DESC").await?;
        acts.extend(others.into_iter().filter(|other| !acts.iter().any(|act| act.0 == other.0)).collect::<Vec<_>>());
        acts.sort_by_key(|act| act.0);
    }
    let lanes: Result<Vec<(String, i64)>, _> =
        sqlx::query_as("SELECT scope, next FROM lane").fetch_all(&mut connect(folder, options).await?).await;
    lost |= lanes.is_err();

    let drafts: Result<Vec<(String, String, String, i64)>, _> =
        sqlx::query_as("SELECT thread, scope, text, at FROM draft")
            .fetch_all(&mut connect(folder, options).await?)
            .await;

    let making = folder.join(MAKING);
    remove_folder(&making)?;
    let new = Store::open_with(&making, options.clone()).await?;
    lost |= !carry_attachments(folder, options, &new).await?;
    let mut tx = new.write().await?;
    sqlx::query("INSERT INTO meta (key, value) SELECT value ->> 0, value ->> 1 FROM json_each(?1)")
        .bind(serde_json::to_string(&owner)?)
        .execute(&mut *tx)
        .await?;
    match &lanes {
        Ok(lanes) => {
            sqlx::query("INSERT INTO lane (scope, next) SELECT value ->> 0, value ->> 1 FROM json_each(?1)")
                .bind(serde_json::to_string(lanes)?)
                .execute(&mut *tx)
                .await?;
        }
        // Nobody knows which numbers were taken; a device that the backend has never seen may begin with any.
        Err(_) => Meta::Device.keep(&mut tx, &DeviceId::from(Uuid::new_v4())).await?,
    }
    sqlx::query(
        "INSERT INTO pending (no, mid, lane, n, made_at, act, state, refusal, places)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
                value ->> 8 FROM json_each(?1)",
    )
    .bind(serde_json::to_string(&acts)?)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO lane (scope, next) SELECT lane, max(n) + 1 FROM pending WHERE true GROUP BY lane
         ON CONFLICT (scope) DO NOTHING",
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO draft (thread, scope, text, at)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?1)",
    )
    .bind(serde_json::to_string(&drafts.unwrap_or_default())?)
    .execute(&mut *tx)
    .await?;
    // Of what carried a file the rest may be lost.
    release(&mut tx).await?;
    let rescue = Rescue { kept: u32::try_from(acts.len()).unwrap_or(u32::MAX), lost };
    Meta::Rescue.keep(&mut tx, &rescue).await?;
    tx.commit().await?;
    new.close().await;
    tracing::warn!(kept = rescue.kept, lost, "the store was damaged and is made anew");
    std::fs::rename(&making, folder.join(READY))?;
    Ok(())
}

// Files that wait to be sent, as far as both row and file can be read. `false` when some cannot.
async fn carry_attachments(folder: &Path, options: &SqliteConnectOptions, new: &Store) -> Result<bool, StoreError> {
    let rows: Result<Vec<String>, _> = sqlx::query_scalar(
        "SELECT json_array(no, blob, thread, scope, message, name, media_type, size, sha256, file, hex(key), uploaded)
         FROM attachment ORDER BY no",
    )
    .fetch_all(&mut connect(folder, options).await?)
    .await;
    let Ok(rows) = rows else { return Ok(false) };
    let (mut whole, mut kept) = (true, Vec::new());
    for row in rows {
        let row: Value = serde_json::from_str(&row)?;
        let name = row[9].as_str().unwrap_or_default();
        match std::fs::copy(folder.join(FILES).join(name), new.blobs().join(name)) {
            Ok(_) => kept.push(row),
            Err(_) => whole = false,
        }
    }
    let mut tx = new.write().await?;
    sqlx::query(
        "INSERT INTO attachment (no, blob, thread, scope, message, name, media_type, size, sha256, file, key, uploaded)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
                value ->> 8, value ->> 9, unhex(value ->> 10), value ->> 11 FROM json_each(?1)",
    )
    .bind(serde_json::to_string(&kept)?)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(whole)
}

impl Store {
    /// Whether every page is as it was written, and all hang together. The cheaper look comes first.
    pub(super) async fn is_whole(&self) -> bool {
        for look in ["PRAGMA cipher_integrity_check", "PRAGMA quick_check(1)"] {
            let said: Result<Vec<String>, _> = sqlx::query_scalar(look).fetch_all(&self.writer).await;
            if !said.is_ok_and(|said| said.iter().all(|line| line == "ok")) {
                return false;
            }
        }
        true
    }

    /// What became of what waited, if the store was damaged and nobody has heard of it yet.
    pub(crate) async fn rescued(&self) -> Result<Option<Rescue>, StoreError> {
        self.meta(Meta::Rescue).await
    }

    /// Somebody has heard of it.
    pub(crate) async fn dismiss_rescue(&self) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        Meta::Rescue.forget(&mut tx).await?;
        Ok(tx.commit().await?)
    }
}

// The acts up to where they cannot be read, and whether there is such a place.
async fn read_acts(
    folder: &Path,
    options: &SqliteConnectOptions,
    order: &'static str,
) -> Result<(Vec<Act>, bool), StoreError> {
    use futures_util::TryStreamExt as _;
    let mut old = connect(folder, options).await?;
    let sql = match order {
        "ORDER BY no" => "SELECT no, mid, lane, n, made_at, act, state, refusal, places FROM pending ORDER BY no",
        _ => "SELECT no, mid, lane, n, made_at, act, state, refusal, places FROM pending ORDER BY no DESC",
    };
    let mut rows = sqlx::query_as(sql).fetch(&mut old);
    let mut acts = Vec::new();
    loop {
        match rows.try_next().await {
            Ok(Some(act)) => acts.push(act),
            Ok(None) => return Ok((acts, false)),
            Err(_) => return Ok((acts, true)),
        }
    }
}

async fn connect(folder: &Path, options: &SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    let options = options.clone().filename(folder.join(FILE)).disable_statement_logging().read_only(true);
    options.connect().await.map_err(|_| StoreError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Key;
    use crate::store::attachment::Attachment;
    use crate::store::sample::{grant, message, put};
    use protocol::id::ScopeId;

    const PAGE: usize = 8192;

    async fn filled(folder: &Path, key: &Key) {
        let store = Store::open(folder, key).await.expect("opens");
        grant(&store, "s").await;
        let ids: Vec<String> = (0..60).map(|n| format!("m{n}")).collect();
        let words = "hyra ".repeat(60);
        let rows: Vec<_> = ids.iter().map(|id| ("s", "message", id.as_str(), message(&words, 1))).collect();
        put(&store, &rows).await;
        sqlx::raw_sql(
            "INSERT INTO meta (key, value) VALUES ('me', '\"anna\"'), ('device', '\"d\"');
             INSERT INTO lane (scope, next) VALUES ('s', 4);
             INSERT INTO pending (mid, lane, n, made_at, act)
             SELECT 'mid' || value, 's', value, 1, '{\"act\":\"send_message\",\"text\":\"' || hex(zeroblob(3000)) || '\"}'
             FROM json_each('[1,2,3]')",
        )
        .execute(&store.writer)
        .await
        .expect("writes");
        store.close().await;
    }

    #[tokio::test]
    async fn whichever_page_is_damaged_nothing_waiting_is_lost_in_silence() {
        let (whole, key) = (tempfile::tempdir().expect("a folder"), Key::make());
        filled(whole.path(), &key).await;
        let bytes = std::fs::read(whole.path().join(FILE)).expect("reads");
        let (mut rescued, mut told, mut given_up) = (0, 0, 0);
        for page in 0..bytes.len() / PAGE {
            let folder = tempfile::tempdir().expect("a folder");
            let mut damaged = bytes.clone();
            damaged[page * PAGE + 100..page * PAGE + 200].fill(0x5a);
            std::fs::write(folder.path().join(FILE), damaged).expect("writes");
            mark(folder.path()).expect("marks");
            match Store::open(folder.path(), &key).await {
                Ok(store) => {
                    let rescue = store.rescued().await.expect("reads").expect("every page is sealed");
                    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM pending")
                        .fetch_one(store.read())
                        .await
                        .expect("reads");
                    assert_eq!(i64::from(rescue.kept), kept);
                    assert!(kept == 3 || rescue.lost, "page {page}: {kept} kept and nothing said");
                    rescued += 1;
                    told += usize::from(rescue.lost);
                    store.close().await;
                    assert!(!is_marked(folder.path()));
                    Store::open(folder.path(), &key).await.expect("is whole now").close().await;
                }
                Err(StoreError::Damaged) => given_up += 1,
                Err(error) => panic!("page {page}: {error}"),
            }
        }
        assert!(rescued > 10 && told > 0 && given_up > 0, "{rescued} rescued, {told} with a loss, {given_up} given up");
        assert!(told + given_up < rescued, "{rescued} rescued, {told} with a loss, {given_up} given up");
    }

    #[tokio::test]
    async fn a_rescue_that_was_interrupted_is_finished_and_has_the_files_that_wait() {
        for files_were_moved in [false, true] {
            let (folder, key) = (tempfile::tempdir().expect("a folder"), Key::make());
            filled(folder.path(), &key).await;
            let store = Store::open(folder.path(), &key).await.expect("opens");
            let (name, media_type) = ("a.txt".to_owned(), "text/plain".to_owned());
            let chosen = Attachment { blob: "b".to_owned(), name, media_type, size: 6, sha256: String::new() };
            let at = ("t", &ScopeId::new("s"));
            assert!(store.attach(at, &chosen, (b"sealed", b"key"), 1).await.expect("is kept"));
            store.close().await;
            rescue(folder.path(), &Store::options(&key)).await.expect("rescues");
            // The old store was removed, and then the power went.
            crate::store::wipe_store(folder.path()).expect("removes");
            if files_were_moved {
                std::fs::rename(folder.path().join(READY).join(FILES), folder.path().join(FILES)).expect("moves");
            }
            let store = Store::open(folder.path(), &key).await.expect("opens");
            assert_eq!(store.rescued().await.expect("reads"), Some(Rescue { kept: 3, lost: false }));
            let kept = store.find_attachment("b").await.expect("reads").expect("waits still");
            assert_eq!(std::fs::read(store.blobs().join(&kept.file)).expect("is on the disk"), b"sealed");
            assert_eq!(kept.key, b"key");
            store.dismiss_rescue().await.expect("forgets");
            assert_eq!(store.rescued().await.expect("reads"), None);
            store.close().await;
        }
    }

    #[tokio::test]
    async fn the_mark_stands_while_it_is_open() {
        let (folder, key) = (tempfile::tempdir().expect("a folder"), Key::make());
        let store = Store::open(folder.path(), &key).await.expect("opens");
        assert!(is_marked(folder.path()));
        store.close().await;
        assert!(!is_marked(folder.path()));
    }
}
