//! What is being written: kept in the encrypted store until it is sent or emptied, so that neither a lock nor the end
//! of a session nor that of the app loses it. Nobody else ever sees it, and it leaves with its thread's grant.

use super::send::lane;
use crate::Client;
use crate::failure::failure;
use crate::store::StoreError;
use bridge::message::KeepDraft;
use bridge::{Failure, FailureCode};
use sqlx::SqliteConnection;

/// The longest draft that is kept, in characters: more than can be sent, as one shortens what is too long.
const MAX_DRAFT: usize = 100_000;

impl Client {
    /// Keeps what is being written in a thread; an empty text forgets it.
    ///
    /// # Errors
    /// `Access` when the thread is not here, `TooLong`, or what the store says.
    pub async fn keep_draft(&self, call: KeepDraft) -> Result<(), Failure> {
        let open = self.open()?;
        if call.text.chars().count() > MAX_DRAFT {
            return Err(failure(FailureCode::TooLong));
        }
        let mut tx = open.store.write_intent().await?;
        if call.text.trim().is_empty() {
            forget(&mut tx, &call.thread).await?;
        } else {
            let lane = lane(&mut tx, &call.thread).await?;
            sqlx::query("INSERT OR REPLACE INTO draft (thread, scope, text, at) VALUES (?1, ?2, ?3, ?4)")
                .bind(&call.thread)
                .bind(lane.as_str())
                .bind(&call.text)
                .bind(open.now())
                .execute(&mut *tx)
                .await
                .map_err(StoreError::from)?;
        }
        Ok(tx.commit().await.map_err(StoreError::from)?)
    }
}

/// What was begun in `thread`; empty where nothing was.
pub(super) async fn begun(conn: &mut SqliteConnection, thread: &str) -> Result<String, StoreError> {
    let text = sqlx::query_scalar("SELECT text FROM draft WHERE thread = ?1").bind(thread).fetch_optional(conn).await?;
    Ok(text.unwrap_or_default())
}

/// It was sent or given up.
pub(super) async fn forget(conn: &mut SqliteConnection, thread: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM draft WHERE thread = ?1").bind(thread).execute(conn).await?;
    Ok(())
}
