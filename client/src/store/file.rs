//! Files of documents and messages: which are missing, where one that is here lies, and keeping one. What lies on the disk is sealed
//! under a key of its own; its row here holds the only copy of that key.

use super::{Left, Store, StoreError};
use protocol::Millis;
use protocol::id::{RecordId, ScopeId};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The largest file that comes without being asked for.
const SMALL: i64 = 5 * 1024 * 1024;

/// A file that a document or message names and that is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    /// Where that stands.
    pub(crate) scope: ScopeId,
    /// Which it is.
    pub(crate) fact: RecordId,
    /// The file's id.
    pub(crate) blob: String,
    /// In bytes.
    pub(crate) size: i64,
}

impl Store {
    /// The small file of the newest document or message that lacks it, none of `except`, and the room for it. What staff
    /// have opened is left out: it comes when somebody looks at it.
    pub(crate) async fn missing_file(&self, except: &BTreeSet<String>) -> Result<Option<(Missing, Left)>, StoreError> {
        let row: Option<(String, String, String, i64)> = sqlx::query_as(
            "WITH named AS (
                 SELECT scope, id, at, body ->> '$.file.blob' AS wanted, body ->> '$.file.size' AS size FROM record
                 WHERE kind = 'document'
                 UNION ALL SELECT record.scope, record.id, record.at, file.value ->> '$.blob', file.value ->> '$.size'
                 FROM filed CROSS JOIN record ON record.scope = filed.scope AND record.kind = 'message'
                     AND record.id = filed.fact CROSS JOIN json_each(record.body, '$.files') AS file)
             SELECT named.scope, named.id, wanted, named.size FROM named
             JOIN grants ON grants.scope = named.scope AND grants.sync = 'auto'
             LEFT JOIN blob ON blob.scope = named.scope AND blob.fact = named.id AND blob.blob = wanted
             WHERE named.size <= ?1 AND wanted IS NOT NULL AND blob.blob IS NULL
             AND wanted NOT IN (SELECT value FROM json_each(?2)) AND wanted NOT IN (SELECT blob FROM attachment)
             ORDER BY named.at DESC LIMIT 1",
        )
        .bind(SMALL)
        .bind(serde_json::to_string(except)?)
        .fetch_optional(self.read())
        .await?;
        let Some((scope, fact, blob, size)) = row else { return Ok(None) };
        let missing = Missing { scope: ScopeId::new(scope), fact: RecordId::new(fact), blob, size };
        Ok(Some((missing, self.left().await?)))
    }

    /// The name and the key of a file that is here.
    pub(crate) async fn find_file(
        &self,
        scope: &ScopeId,
        fact: &RecordId,
        blob: &str,
    ) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        Ok(sqlx::query_as("SELECT file, key FROM blob WHERE scope = ?1 AND fact = ?2 AND blob = ?3")
            .bind(scope.as_str())
            .bind(fact.as_str())
            .bind(blob)
            .fetch_optional(self.read())
            .await?)
    }

    /// Keeps a sealed file, and its key. `false` when its record is not here or names it no more: access may have ended
    /// while it was fetched.
    pub(crate) async fn keep_file(
        &self,
        (scope, fact, blob): (&ScopeId, &RecordId, &str),
        (sealed, key): (&[u8], &[u8]),
        size: usize,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let file = Uuid::new_v4().simple().to_string();
        let mut tx = self.write().await?;
        let kept = sqlx::query(
            "INSERT OR REPLACE INTO blob (scope, fact, blob, file, key, size, pinned_until)
             SELECT scope, id, ?3, ?4, ?5, ?6, coalesce(body ->> '$.appeal_until', 0) FROM record
             WHERE scope = ?1 AND kind IN ('document', 'message') AND id = ?2 AND (body ->> '$.file.blob' = ?3
                 OR EXISTS (SELECT 1 FROM json_each(body, '$.files') WHERE value ->> '$.blob' = ?3)) LIMIT 1",
        )
        .bind(scope.as_str())
        .bind(fact.as_str())
        .bind(blob)
        .bind(&file)
        .bind(key)
        .bind(i64::try_from(size).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await?;
        if kept.rows_affected() == 0 {
            return Ok(false);
        }
        // The file first: a row without its file would promise what is not here.
        tokio::fs::write(self.blobs().join(&file), sealed).await?;
        tx.commit().await?;
        self.evict(now).await?;
        Ok(true)
    }
}
