//! Fetching small files of documents ahead, so that they can be read offline. Staff's opened content is left
//! out: it comes when somebody looks at it.

use super::Open;
use super::engine::Backoff;
use bridge::{FailureCode, Topic};
use protocol::id::{DocumentId, ScopeId};
use std::sync::{Arc, PoisonError};

/// The largest file that comes without being asked for.
const SMALL: i64 = 5 * 1024 * 1024;

pub(super) async fn run(open: Arc<Open>) {
    let mut backoff = Backoff::default();
    loop {
        open.tokens.until_renewed().await;
        if fetch_missing(&open).await {
            backoff.reset();
            open.files_bell.notified().await;
        } else {
            let wait = backoff.next(rand::random());
            let _ = tokio::time::timeout(wait, open.files_bell.notified()).await;
        }
    }
}

// Whether all is here that can be.
async fn fetch_missing(open: &Open) -> bool {
    let missing: Result<Vec<(String, String, String)>, _> = sqlx::query_as(
        "SELECT record.scope, record.id, record.body ->> '$.file.blob' AS wanted FROM record
         JOIN grants ON grants.scope = record.scope AND grants.sync = 'auto'
         LEFT JOIN blob ON blob.scope = record.scope AND blob.document = record.id
         WHERE record.kind = 'document' AND record.body ->> '$.file.size' <= ?1
         AND wanted IS NOT NULL AND blob.blob IS NOT wanted ORDER BY record.at DESC LIMIT 200",
    )
    .bind(SMALL)
    .fetch_all(open.store.read())
    .await;
    let Ok(missing) = missing else { return false };
    for (scope, document, blob) in missing {
        if open.hopeless.lock().unwrap_or_else(PoisonError::into_inner).contains(&blob) {
            continue;
        }
        // What has to wait for room waits for the next time.
        if !open.store.has_room_for(SMALL).await.unwrap_or(false) {
            return true;
        }
        match open.fetch_file(&ScopeId::new(scope), &DocumentId::new(document)).await {
            Ok(()) => open.changes.tell([Topic::Document]),
            Err(failure)
                if matches!(
                    failure.code,
                    FailureCode::Offline | FailureCode::ServiceDown | FailureCode::SessionEnded
                ) =>
            {
                return false;
            }
            // Not to be had, or damaged each time: the person is told when they ask for it.
            Err(_) => {
                open.hopeless.lock().unwrap_or_else(PoisonError::into_inner).insert(blob);
            }
        }
    }
    true
}
