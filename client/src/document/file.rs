//! The files of documents: fetched, checked, sealed, and opened again. None is ever on disk in the open.
//!
//! Each has a key of its own, kept only in the encrypted database, so that removing that row destroys the
//! file for good.

use crate::failure::failure;
use crate::seal::Key;
use crate::store::StoreError;
use crate::sync::Open;
use crate::wire::WireError;
use bridge::{Failure, FailureCode};
use futures_util::StreamExt as _;
use protocol::document::{BlobRef, Document, MAX_BLOB};
use protocol::id::{DocumentId, ScopeId};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

impl Open {
    /// Reads a document's file from this device; `None` if it is not here.
    pub(super) async fn stored_file(
        &self,
        scope: &ScopeId,
        document: &DocumentId,
        wanted: &BlobRef,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        let row: Option<(String, Vec<u8>)> =
            sqlx::query_as("SELECT file, key FROM blob WHERE scope = ?1 AND document = ?2 AND blob = ?3")
                .bind(scope.as_str())
                .bind(document.as_str())
                .bind(wanted.blob.as_str())
                .fetch_optional(self.store.read())
                .await
                .map_err(StoreError::from)?;
        let Some((file, key)) = row else { return Ok(None) };
        // A file that is gone or damaged is fetched again.
        let Ok(sealed) = tokio::fs::read(self.store.blobs().join(&file)).await else { return Ok(None) };
        self.store.show_file(&file, self.now()).await?;
        Ok(Key::read(&key)?.open(&sealed, wanted.blob.as_str().as_bytes()).ok())
    }

    /// Fetches a document's file, checks it, and keeps it.
    pub(crate) async fn fetch_file(&self, scope: &ScopeId, document: &DocumentId) -> Result<(), Failure> {
        let body: Option<String> =
            sqlx::query_scalar("SELECT body FROM record WHERE scope = ?1 AND kind = 'document' AND id = ?2")
                .bind(scope.as_str())
                .bind(document.as_str())
                .fetch_optional(self.store.read())
                .await
                .map_err(StoreError::from)?;
        let found = body.and_then(|body| serde_json::from_str::<Document>(&body).ok()).and_then(|body| body.file);
        let wanted = found.ok_or_else(|| failure(FailureCode::Access))?;
        if wanted.size > MAX_BLOB {
            return Err(failure(FailureCode::TooLong));
        }
        let bytes = self.download(scope, document, &wanted).await?;
        self.keep_file(scope, document, &wanted, &bytes).await
    }

    async fn download(
        &self,
        scope: &ScopeId,
        document: &DocumentId,
        wanted: &BlobRef,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let path = ["blobs", scope.as_str(), document.as_str()];
        let answer = self.ask(|wire| wire.stream(&path).timeout(std::time::Duration::from_secs(300))).await?;
        let room = usize::try_from(wanted.size).map_err(|_| failure(FailureCode::TooLong))?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        let mut stream = answer.bytes_stream();
        while let Some(part) = stream.next().await {
            let part = part.map_err(|_| WireError::Unreachable)?;
            if bytes.len() + part.len() > room {
                return Err(failure(FailureCode::Unreadable));
            }
            bytes.extend_from_slice(&part);
        }
        let digest: String = Sha256::digest(&*bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if bytes.len() != room || digest != wanted.sha256 {
            return Err(failure(FailureCode::Unreadable));
        }
        Ok(bytes)
    }

    async fn keep_file(
        &self,
        scope: &ScopeId,
        document: &DocumentId,
        wanted: &BlobRef,
        bytes: &[u8],
    ) -> Result<(), Failure> {
        let (key, file) = (Key::make(), Uuid::new_v4().simple().to_string());
        let sealed = key.seal(bytes, wanted.blob.as_str().as_bytes());
        let mut tx = self.store.write().await?;
        // Only while the document itself is here: access may have ended during the download.
        let kept = sqlx::query(
            "INSERT OR REPLACE INTO blob (scope, document, blob, file, key, size, pinned_until)
             SELECT scope, id, ?3, ?4, ?5, ?6, coalesce(body ->> '$.appeal_until', 0) FROM record WHERE scope = ?1 AND kind = 'document' AND id = ?2",
        )
        .bind(scope.as_str())
        .bind(document.as_str())
        .bind(wanted.blob.as_str())
        .bind(&file)
        .bind(key.bytes())
        .bind(i64::try_from(bytes.len()).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await
        .map_err(StoreError::from)?;
        if kept.rows_affected() == 0 {
            return Err(failure(FailureCode::Access));
        }
        // The file first: a row without its file would promise what is not here.
        tokio::fs::write(self.store.blobs().join(&file), sealed).await.map_err(StoreError::from)?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(self.store.evict(self.now()).await?)
    }
}
