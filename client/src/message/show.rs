//! One thread: its messages as the backend has them, then those that wait or were refused.

use super::attach::{named_view, view};
use super::{draft, others};
use crate::Client;
use crate::failure::{failure, refused};
use crate::store::StoreError;
use crate::store::attachment::of_draft;
use bridge::message::{MessageState, MessageView, OtherView, ShowThread, ThreadView};
use bridge::{Failure, FailureCode};
use protocol::Millis;
use protocol::document::BlobRef;
use protocol::id::ThreadId;
use protocol::message::{Message, Thread};
use std::collections::HashSet;

/// The most messages that are shown at once, newest first.
const WINDOW: i64 = 500;

type PendingRow = (String, String, String, Millis, Option<String>, Option<String>);

impl Client {
    /// One thread with its messages.
    ///
    /// # Errors
    /// `Access` when it is not here.
    pub async fn show_thread(&self, call: ShowThread) -> Result<ThreadView, Failure> {
        let open = self.open()?;
        let me = open.me.person.as_str();
        // One snapshot, so that a message that arrives is not shown twice or not at all.
        let mut seen = open.store.read().begin().await.map_err(StoreError::from)?;
        let found: Option<(String, String)> = sqlx::query_as(
            "SELECT scope, body FROM record WHERE kind = 'thread' AND about = ?1 ORDER BY scope LIMIT 1",
        )
        .bind(&call.thread)
        .fetch_optional(&mut *seen)
        .await
        .map_err(StoreError::from)?;
        let (scope, thread) = match found {
            Some((scope, body)) => {
                (scope, serde_json::from_str(&body).map_err(|_| failure(FailureCode::UpdateNeeded))?)
            }
            None => (String::new(), gone(&call.thread)),
        };
        let rows: Vec<(String, i64, String)> = sqlx::query_as(
            "SELECT id, seq, body FROM record WHERE scope = ?1 AND kind = 'message' ORDER BY seq DESC LIMIT ?2",
        )
        .bind(&scope)
        .bind(WINDOW)
        .fetch_all(&mut *seen)
        .await
        .map_err(StoreError::from)?;
        let read_by_other_upto: i64 = sqlx::query_scalar(
            "SELECT coalesce(max(body ->> '$.upto_seq'), 0) FROM record
             WHERE scope = ?1 AND kind = 'read_mark' AND body ->> '$.reader' <> ?2",
        )
        .bind(&scope)
        .bind(me)
        .fetch_one(&mut *seen)
        .await
        .map_err(StoreError::from)?;
        let pending: Vec<PendingRow> = sqlx::query_as(
            "SELECT mid, act ->> '$.message', act ->> '$.text', made_at, refusal, act -> '$.files' FROM pending
             WHERE sort = 'send_message' AND about = ?1 AND (?2 <> '' OR state = 'refused') AND NOT EXISTS (
                 SELECT 1 FROM record WHERE scope = ?2 AND kind = 'message' AND id = act ->> '$.message') ORDER BY no",
        )
        .bind(&call.thread)
        .bind(&scope)
        .fetch_all(&mut *seen)
        .await
        .map_err(StoreError::from)?;
        let draft = draft::begun(&mut seen, &call.thread).await?;
        let draft_files = of_draft(&mut seen, &call.thread).await?.into_iter().map(view).collect();
        let here: HashSet<String> = sqlx::query_scalar(
            "SELECT blob FROM blob WHERE scope = ?1 UNION ALL SELECT blob FROM attachment WHERE thread = ?2",
        )
        .bind(&scope)
        .bind(&call.thread)
        .fetch_all(&mut *seen)
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .collect();
        let files = |named: Vec<BlobRef>| {
            let view = |file: BlobRef| {
                let is_here = here.contains(file.blob.as_str());
                named_view(file, is_here)
            };
            named.into_iter().map(view).collect()
        };
        if scope.is_empty() && pending.is_empty() {
            return Err(failure(FailureCode::Access));
        }
        // A message in another form may well say all this elsewhere; from here only its place is known.
        let name = |person: &str| {
            let found = thread.participants.iter().find(|participant| participant.person.as_str() == person);
            found.map(|participant| participant.name.clone()).unwrap_or_default()
        };
        let upto_seq = rows.first().map_or(0, |row| row.1);
        let sent = rows.into_iter().rev().map(|(message, seq, body)| {
            let body: Option<Message> = serde_json::from_str(&body).ok();
            let from = body.as_ref().map(|body| body.from.as_str()).unwrap_or_default();
            MessageView {
                message,
                from: name(from),
                mine: from == me,
                newer: body.is_none(),
                at: body.as_ref().map(|body| body.sent_at).unwrap_or_default(),
                state: MessageState::Sent { seq, read: seq <= read_by_other_upto },
                files: files(body.as_ref().map(|body| body.files.clone()).unwrap_or_default()),
                text: body.map(|body| body.text).unwrap_or_default(),
            }
        });
        let carried =
            |named: Option<String>| named.and_then(|named| serde_json::from_str(&named).ok()).unwrap_or_default();
        let waiting = pending.into_iter().map(|(mid, message, text, at, refusal, named)| MessageView {
            message,
            from: open.me.name.clone(),
            mine: true,
            text,
            at,
            state: state(mid, refusal.as_deref()),
            files: files(carried(named)),
            newer: false,
        });
        Ok(ThreadView {
            thread: call.thread,
            others: others(&thread, me)
                .map(|other| OtherView { name: other.name.clone(), title: other.title.clone() })
                .collect(),
            messages: sent.chain(waiting).collect(),
            upto_seq,
            read_by_other_upto,
            gone: scope.is_empty(),
            draft,
            draft_files,
            subject: thread.subject,
        })
    }
}

// A thread that is not here any more, but was written in: only the own words that were refused are left.
fn gone(thread: &str) -> Thread {
    Thread {
        thread: ThreadId::new(thread),
        case: None,
        subject: String::new(),
        participants: Vec::new(),
        started_at: 0,
    }
}

fn state(mid: String, refusal: Option<&str>) -> MessageState {
    refusal.map_or(MessageState::Waiting, |refusal| MessageState::Refused(refused(refusal, mid)))
}
