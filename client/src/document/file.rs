//! The files of documents and messages: fetched, checked, sealed, and opened again. None is ever on disk in the open.
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
use protocol::id::{RecordId, ScopeId};
use protocol::message::Message;
use protocol::record::Content as _;
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a file may take on a slow network.
pub(crate) const SLOW: Duration = Duration::from_secs(300);

/// Why a file is not here now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// It did not come, or could not be kept.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// No record that is here names it.
    #[error("no record names it")]
    Gone,
    /// It is larger than a file may be.
    #[error("it is too large")]
    TooLong,
    /// What came is not what the record names.
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
    /// Reads a record's file from this device; `None` if it is not here.
    pub(super) async fn stored_file(
        &self,
        scope: &ScopeId,
        fact: &RecordId,
        wanted: &BlobRef,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        let found = self.store.find_file(scope, fact, wanted.blob.as_str()).await?;
        let Some((file, key)) = found else { return Ok(None) };
        // A file that is gone or damaged is fetched again.
        let Ok(sealed) = tokio::fs::read(self.store.blobs().join(&file)).await else { return Ok(None) };
        self.store.show_file(&file, self.now()).await?;
        Ok(Key::read(&key)?.open(&sealed, wanted.blob.as_str().as_bytes()).ok())
    }

    /// Fetches the file `blob` of a record, checks it, and keeps it.
    pub(crate) async fn fetch_file(&self, scope: &ScopeId, fact: &RecordId, blob: &str) -> Result<(), FetchError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT kind, body FROM record WHERE scope = ?1 AND kind IN ('document', 'message') AND id = ?2",
        )
        .bind(scope.as_str())
        .bind(fact.as_str())
        .fetch_all(self.store.read())
        .await?;
        let mut files =
            rows.iter().flat_map(|(kind, body)| named(kind, body).into_iter().map(move |file| (kind, file)));
        let (kind, wanted) = files.find(|(_, file)| file.blob.as_str() == blob).ok_or(FetchError::Gone)?;
        if wanted.size > MAX_BLOB {
            return Err(FetchError::TooLong);
        }
        let path = ["blobs", scope.as_str(), fact.as_str(), blob];
        // A document has one file.
        let path = if kind.as_str() == Document::KIND { &path[..3] } else { &path[..] };
        let bytes = self.download(path, &wanted).await?;
        let key = Key::make();
        let sealed = key.seal(&bytes, blob.as_bytes());
        let kept = (sealed.as_slice(), key.bytes());
        let kept = self.store.keep_file((scope, fact, blob), kept, bytes.len(), self.now()).await?;
        kept.then_some(()).ok_or(FetchError::Gone)
    }

    async fn download(&self, path: &[&str], wanted: &BlobRef) -> Result<Zeroizing<Vec<u8>>, FetchError> {
        let answer = self.ask(|wire| wire.stream(path).timeout(SLOW)).await?;
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

/// The files that a record names.
pub(crate) fn named(kind: &str, body: &str) -> Vec<BlobRef> {
    match kind {
        Document::KIND => serde_json::from_str(body).ok().and_then(|body: Document| body.file).into_iter().collect(),
        Message::KIND => serde_json::from_str(body).map(|body: Message| body.files).unwrap_or_default(),
        _ => Vec::new(),
    }
}
