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
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a file may take on a slow network.
const SLOW: Duration = Duration::from_secs(300);

/// Why a file is not here now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// It did not come, or could not be kept.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// No document that is here names it.
    #[error("no document names it")]
    Gone,
    /// It is larger than a file may be.
    #[error("it is too large")]
    TooLong,
    /// What came is not what the document names.
    #[error("it is not what was named")]
    Unreadable,
}

impl From<StoreError> for FetchError {
    fn from(error: StoreError) -> Self {
        Self::Wire(error.into())
    }
}

impl From<sqlx::Error> for FetchError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Wire(error) => error.into(),
            FetchError::Gone => failure(FailureCode::Access),
            FetchError::TooLong => failure(FailureCode::TooLong),
            FetchError::Unreadable => failure(FailureCode::Unreadable),
        }
    }
}

impl Open {
    /// Reads a document's file from this device; `None` if it is not here.
    pub(super) async fn stored_file(
        &self,
        scope: &ScopeId,
        document: &DocumentId,
        wanted: &BlobRef,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        let found = self.store.find_file(scope, document, wanted.blob.as_str()).await?;
        let Some((file, key)) = found else { return Ok(None) };
        // A file that is gone or damaged is fetched again.
        let Ok(sealed) = tokio::fs::read(self.store.blobs().join(&file)).await else { return Ok(None) };
        self.store.show_file(&file, self.now()).await?;
        Ok(Key::read(&key)?.open(&sealed, wanted.blob.as_str().as_bytes()).ok())
    }

    /// Fetches a document's file, checks it, and keeps it.
    pub(crate) async fn fetch_file(&self, scope: &ScopeId, document: &DocumentId) -> Result<(), FetchError> {
        let body: Option<String> =
            sqlx::query_scalar("SELECT body FROM record WHERE scope = ?1 AND kind = 'document' AND id = ?2")
                .bind(scope.as_str())
                .bind(document.as_str())
                .fetch_optional(self.store.read())
                .await?;
        let found = body.and_then(|body| serde_json::from_str::<Document>(&body).ok()).and_then(|body| body.file);
        let wanted = found.ok_or(FetchError::Gone)?;
        if wanted.size > MAX_BLOB {
            return Err(FetchError::TooLong);
        }
        let bytes = self.download(scope, document, &wanted).await?;
        let (key, blob) = (Key::make(), wanted.blob.as_str());
        let sealed = key.seal(&bytes, blob.as_bytes());
        let kept = (sealed.as_slice(), key.bytes());
        let kept = self.store.keep_file((scope, document, blob), kept, bytes.len(), self.now()).await?;
        kept.then_some(()).ok_or(FetchError::Gone)
    }

    async fn download(
        &self,
        scope: &ScopeId,
        document: &DocumentId,
        wanted: &BlobRef,
    ) -> Result<Zeroizing<Vec<u8>>, FetchError> {
        let path = ["blobs", scope.as_str(), document.as_str()];
        let answer = self.ask(|wire| wire.stream(&path).timeout(SLOW)).await?;
        let room = usize::try_from(wanted.size).map_err(|_| FetchError::TooLong)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        let mut stream = answer.bytes_stream();
        while let Some(part) = stream.next().await {
            let part = part.map_err(|_| WireError::Unreachable)?;
            if bytes.len() + part.len() > room {
                return Err(FetchError::Unreadable);
            }
            bytes.extend_from_slice(&part);
        }
        let digest: String = Sha256::digest(&*bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if bytes.len() != room || digest != wanted.sha256 {
            return Err(FetchError::Unreadable);
        }
        Ok(bytes)
    }
}
