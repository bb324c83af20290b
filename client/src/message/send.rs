//! Writing, and marking as read.

use super::draft;
use crate::Client;
use crate::failure::failure;
use crate::store::{StoreError, attachment, queue};
use bridge::message::{MarkRead, SendMessage};
use bridge::{Failure, FailureCode, Topic};
use protocol::id::{MessageId, ScopeId, ThreadId};
use protocol::message::{MAX_FILES, MAX_TEXT};
use sqlx::SqliteConnection;
use uuid::Uuid;

impl Client {
    /// Puts a message in the queue, from where it goes out as soon as can be.
    ///
    /// # Errors
    /// `Invalid` when there are neither words nor files or too many of these, `TooLong`, `Access` when the thread is not here.
    pub async fn send_message(&self, call: SendMessage) -> Result<(), Failure> {
        let open = self.open()?;
        let text = call.text.trim();
        if text.chars().count() > MAX_TEXT {
            return Err(failure(FailureCode::TooLong));
        }
        let mut tx = open.store.write_intent().await?;
        let lane = lane(&mut tx, &call.thread).await?;
        // With the intent: what is sent is not written any more, whatever happens in between.
        draft::forget(&mut tx, &call.thread).await?;
        let message = MessageId::from(Uuid::now_v7());
        let files = attachment::give(&mut tx, &call.thread, message.as_str()).await?;
        if text.is_empty() && files.is_empty() || files.len() > MAX_FILES {
            return Err(failure(FailureCode::Invalid));
        }
        let (thread, text) = (ThreadId::new(call.thread), text.to_owned());
        let act = protocol::message::SendMessage { thread, message, text, files };
        queue(&mut tx, &lane, &act.into(), open.now()).await?;
        tx.commit().await.map_err(StoreError::from)?;
        open.queued(Topic::Message);
        Ok(())
    }

    /// Moves my read mark forward; never back.
    ///
    /// # Errors
    /// `Access` when the thread is not here.
    pub async fn mark_read(&self, call: MarkRead) -> Result<(), Failure> {
        let open = self.open()?;
        let mut tx = open.store.write_intent().await?;
        let lane = lane(&mut tx, &call.thread).await?;
        let marked: i64 = sqlx::query_scalar(
            "SELECT max(coalesce((SELECT max(body ->> '$.upto_seq') FROM record WHERE scope = ?1 AND kind = 'read_mark'
                         AND body ->> '$.reader' = ?2), 0),
                     coalesce((SELECT max(act ->> '$.upto_seq') FROM pending WHERE sort = 'mark_read' AND about = ?3), 0))",
        )
        .bind(lane.as_str())
        .bind(open.me.person.as_str())
        .bind(&call.thread)
        .fetch_one(&mut *tx)
        .await
        .map_err(StoreError::from)?;
        if call.upto_seq > marked {
            let act = protocol::message::MarkRead { thread: ThreadId::new(call.thread), upto_seq: call.upto_seq };
            queue(&mut tx, &lane, &act.into(), open.now()).await?;
            tx.commit().await.map_err(StoreError::from)?;
            open.queued(Topic::Message);
        }
        Ok(())
    }
}

// A thread's scope is its lane. A desk's row knows it too, so that staff can answer after the lease.
pub(super) async fn lane(conn: &mut SqliteConnection, thread: &str) -> Result<ScopeId, Failure> {
    let scope: Option<String> = sqlx::query_scalar(
        "SELECT scope FROM (
             SELECT 0 AS way, scope FROM record WHERE kind = 'thread' AND about = ?1
             UNION ALL SELECT 1, body ->> '$.scope' FROM record WHERE kind = 'thread_row' AND about = ?1)
         ORDER BY way, scope LIMIT 1",
    )
    .bind(thread)
    .fetch_optional(conn)
    .await
    .map_err(StoreError::from)?;
    scope.map(ScopeId::new).ok_or_else(|| failure(FailureCode::Access))
}
