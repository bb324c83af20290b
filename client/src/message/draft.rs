//! What is being written: kept in the encrypted store until it is sent or emptied, so that neither a lock nor the end
//! of a session nor that of the app loses it. Nobody else ever sees it, and it leaves with its thread's grant.

use super::send::lane;
use crate::Client;
use crate::failure::failure;
use crate::store::{StoreError, attachment};
use bridge::message::{KeepDraft, TakeBack};
use bridge::{Failure, FailureCode, Topic};
use protocol::Millis;
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
        let mut tx = open.store.write_intent().await?;
        if call.text.trim().is_empty() {
            forget(&mut tx, &call.thread).await?;
        } else {
            keep(&mut tx, &call.thread, &call.text, open.now()).await?;
        }
        Ok(tx.commit().await.map_err(StoreError::from)?)
    }
}

impl Client {
    /// Takes a refused message back into what is being written, before what stands there.
    ///
    /// # Errors
    /// `Access` when there is no such message or its thread is not here, `TooLong`, or what the store says.
    pub async fn take_back(&self, call: TakeBack) -> Result<String, Failure> {
        let open = self.open()?;
        let mut tx = open.store.write_intent().await?;
        let refused: Option<(String, String, String)> = sqlx::query_as(
            "DELETE FROM pending WHERE mid = ?1 AND state = 'refused' AND sort = 'send_message'
             RETURNING about, act ->> '$.text', act ->> '$.message'",
        )
        .bind(&call.mid)
        .fetch_optional(&mut *tx)
        .await
        .map_err(StoreError::from)?;
        let (thread, words, message) = refused.ok_or_else(|| failure(FailureCode::Access))?;
        attachment::take_back(&mut tx, &message).await?;
        let text = match (words.is_empty(), call.draft.trim().is_empty()) {
            (true, _) => call.draft,
            (false, true) => words,
            (false, false) => format!("{words}\n\n{}", call.draft),
        };
        keep(&mut tx, &thread, &text, open.now()).await?;
        tx.commit().await.map_err(StoreError::from)?;
        open.changes.tell([Topic::Message, Topic::Sync]);
        Ok(text)
    }
}

async fn keep(conn: &mut SqliteConnection, thread: &str, text: &str, now: Millis) -> Result<(), Failure> {
    if text.chars().count() > MAX_DRAFT {
        return Err(failure(FailureCode::TooLong));
    }
    let lane = lane(conn, thread).await?;
    sqlx::query("INSERT OR REPLACE INTO draft (thread, scope, text, at) VALUES (?1, ?2, ?3, ?4)")
        .bind(thread)
        .bind(lane.as_str())
        .bind(text)
        .bind(now)
        .execute(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(())
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
