//! Files that the person sends: kept from the moment they were chosen until the message that carries them is here as a
//! record, whatever happens in between.
//!
//! Each lies sealed on the disk before its row is committed, and the row has the only copy of its key. In a draft it
//! belongs to no message; the transaction that queues the message gives it to it. When nothing that waits carries it any
//! more it becomes the file of its record, or goes.

use super::{Store, StoreError};
use protocol::document::BlobRef;
use protocol::id::{BlobId, MutationId, ScopeId};
use protocol::refusal::Refusal;
use sqlx::{FromRow, SqliteConnection};
use std::io::Write as _;
use uuid::Uuid;

/// A file that was chosen, as its message will name it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(crate) struct Attachment {
    pub(crate) blob: String,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) size: i64,
    pub(crate) sha256: String,
}

/// An upload that an act waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    /// The act's lane.
    pub(crate) lane: ScopeId,
    /// The act.
    pub(crate) mid: MutationId,
    /// The file.
    pub(crate) blob: BlobId,
}

/// What is sent, and how it is opened.
#[derive(FromRow)]
pub(crate) struct Sealed {
    pub(crate) file: String,
    pub(crate) key: Vec<u8>,
    pub(crate) media_type: String,
    pub(crate) sha256: String,
    pub(crate) uploaded: bool,
}

impl Attachment {
    fn reference(self) -> BlobRef {
        BlobRef {
            blob: BlobId::new(self.blob),
            name: self.name,
            media_type: self.media_type,
            size: self.size.unsigned_abs(),
            sha256: self.sha256,
        }
    }
}

impl Store {
    /// Puts a sealed file into the draft of `thread`. `false` when there are `most` already.
    pub(crate) async fn attach(
        &self,
        (thread, scope): (&str, &ScopeId),
        chosen: &Attachment,
        (sealed, key): (&[u8], &[u8]),
        most: usize,
    ) -> Result<bool, StoreError> {
        let file = Uuid::new_v4().simple().to_string();
        let mut tx = self.write_intent().await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM attachment WHERE thread = ?1 AND message IS NULL")
            .bind(thread)
            .fetch_one(&mut *tx)
            .await?;
        if usize::try_from(count).unwrap_or(usize::MAX) >= most {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO attachment (blob, thread, scope, name, media_type, size, sha256, file, key)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .bind(&chosen.blob)
        .bind(thread)
        .bind(scope.as_str())
        .bind(&chosen.name)
        .bind(&chosen.media_type)
        .bind(chosen.size)
        .bind(&chosen.sha256)
        .bind(&file)
        .bind(key)
        .execute(&mut *tx)
        .await?;
        // Nobody else has it: it is on the disk for good before the row is. Should the row not come, it is swept away.
        let mut out = std::fs::File::create(self.blobs().join(&file))?;
        out.write_all(sealed)?;
        out.sync_all()?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes a file out of the draft of `thread`. `false` when it is not there.
    pub(crate) async fn detach(&self, thread: &str, blob: &str) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let gone = sqlx::query("DELETE FROM attachment WHERE thread = ?1 AND blob = ?2 AND message IS NULL")
            .bind(thread)
            .bind(blob)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(gone.rows_affected() > 0)
    }

    /// How a file that is to be sent is opened; `None` when nothing carries it any more.
    pub(crate) async fn find_attachment(&self, blob: &str) -> Result<Option<Sealed>, StoreError> {
        Ok(sqlx::query_as("SELECT file, key, media_type, sha256, uploaded FROM attachment WHERE blob = ?1")
            .bind(blob)
            .fetch_optional(self.read())
            .await?)
    }

    /// The backend has it.
    pub(crate) async fn uploaded(&self, blob: &str) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE attachment SET uploaded = 1 WHERE blob = ?1").bind(blob).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    /// It cannot be read any more.
    pub(crate) async fn lose_attachment(&self, blob: &str) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM attachment WHERE blob = ?1").bind(blob).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }
}

/// The files in the draft of `thread`, in the order they were chosen.
pub(crate) async fn of_draft(conn: &mut SqliteConnection, thread: &str) -> Result<Vec<Attachment>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT blob, name, media_type, size, sha256 FROM attachment WHERE thread = ?1 AND message IS NULL ORDER BY no",
    )
    .bind(thread)
    .fetch_all(conn)
    .await?)
}

/// Gives what is in the draft of `thread` to `message`, within the transaction that queues it.
pub(crate) async fn give(conn: &mut SqliteConnection, thread: &str, message: &str) -> Result<Vec<BlobRef>, StoreError> {
    let files = of_draft(conn, thread).await?;
    sqlx::query("UPDATE attachment SET message = ?2 WHERE thread = ?1 AND message IS NULL")
        .bind(thread)
        .bind(message)
        .execute(conn)
        .await?;
    Ok(files.into_iter().map(Attachment::reference).collect())
}

/// Gives what `message` carried back to the draft of its thread.
pub(crate) async fn take_back(conn: &mut SqliteConnection, message: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE attachment SET message = NULL WHERE message = ?1").bind(message).execute(conn).await?;
    Ok(())
}

/// After acts went: what none of them carries any more is the file of its record, if that is here, or goes.
pub(super) async fn release(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    const FREE: &str = "message IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM pending WHERE pending.sort IN ('send_message', 'start_thread') AND act ->> '$.message' = message)";
    let any: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM attachment WHERE message IS NOT NULL)")
        .fetch_one(&mut *conn)
        .await?;
    if !any {
        return Ok(());
    }
    for sql in [
        format!(
            "INSERT OR IGNORE INTO blob (scope, fact, blob, file, key, size, shown_at)
             SELECT record.scope, record.id, attachment.blob, attachment.file, attachment.key, attachment.size, 1
             FROM attachment CROSS JOIN record ON record.kind = 'message' AND record.id = attachment.message
                 AND EXISTS (SELECT 1 FROM json_each(record.body, '$.files') WHERE value ->> '$.blob' = attachment.blob)
             WHERE {FREE}"
        ),
        format!("DELETE FROM attachment WHERE {FREE}"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *conn).await?;
    }
    Ok(())
}

/// The backend lacks an upload that an act names: it is sent again. `false` when it is not here to be sent.
pub(super) async fn lack(conn: &mut SqliteConnection, mid: &MutationId, refusal: &Refusal) -> Result<bool, StoreError> {
    let Some(blob) = &refusal.details else { return Ok(true) };
    let again =
        sqlx::query("UPDATE attachment SET uploaded = 0 WHERE blob = ?1").bind(blob).execute(&mut *conn).await?;
    if again.rows_affected() > 0 {
        return Ok(true);
    }
    let names: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM pending, json_each(pending.act, '$.files') AS file
         WHERE pending.mid = ?1 AND file.value ->> '$.blob' = ?2)",
    )
    .bind(mid.as_str())
    .bind(blob)
    .fetch_one(conn)
    .await?;
    Ok(!names)
}
