//! The lists: a resident's threads, and the caseworker's inbox.

use super::{others, preview};
use crate::Client;
use crate::store::{Store, StoreError};
use bridge::Failure;
use bridge::message::{InboxRowView, ListInbox, ListThreads, ThreadRowView};
use protocol::Millis;
use protocol::message::{Thread, ThreadRow};
use sqlx::FromRow;

/// The most rows of a list.
const WINDOW: i64 = 200;

#[derive(FromRow)]
struct ThreadLine {
    id: String,
    line_at: Millis,
    body: String,
    last_text: Option<String>,
    last_at: Option<Millis>,
    unread: u32,
    pending_text: Option<String>,
    pending_at: Option<Millis>,
    waiting: u32,
    refused: u32,
}

#[derive(FromRow)]
struct InboxLine {
    id: String,
    at: Option<Millis>,
    body: String,
    waiting: u32,
    refused: u32,
    read_waiting: bool,
    opened: bool,
}

impl Client {
    /// My threads, newest first.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn list_threads(&self, _: ListThreads) -> Result<Vec<ThreadRowView>, Failure> {
        let open = self.open()?;
        let lines: Vec<ThreadLine> = sqlx::query_as(
            "WITH shown AS (
                 SELECT scope FROM (SELECT scope FROM line ORDER BY last_at DESC LIMIT ?2)
                 UNION SELECT record.scope FROM pending JOIN record ON record.kind = 'thread' AND record.about = pending.about
                     WHERE sort = 'send_message')
             SELECT CAST(coalesce(thread.about, thread.id) AS TEXT) AS id, line.last_at AS line_at, thread.body, coalesce(nullif(last.body ->> '$.text', ''), last.body ->> '$.files[0].name') AS last_text, last.at AS last_at,
                 CASE
                     WHEN line.unread = 0 OR coalesce(marked.upto, 0) <= line.upto THEN line.unread
                     ELSE (SELECT count(*) FROM record AS m WHERE m.scope = line.scope AND m.kind = 'message'
                         AND m.seq > marked.upto AND m.body ->> '$.from' <> ?1)
                 END AS unread,
                 coalesce(nullif(newest.act ->> '$.text', ''), newest.act ->> '$.files[0].name') AS pending_text, newest.made_at AS pending_at,
                 (SELECT count(*) FROM pending AS p WHERE p.sort = 'send_message' AND p.about = thread.about
                     AND p.state <> 'refused' AND NOT EXISTS (SELECT 1 FROM record AS m WHERE m.scope = line.scope
                         AND m.kind = 'message' AND m.id = p.act ->> '$.message')) AS waiting,
                 (SELECT count(*) FROM pending AS p WHERE p.sort = 'send_message' AND p.about = thread.about
                     AND p.state = 'refused') AS refused
             FROM shown CROSS JOIN line ON line.scope = shown.scope
             CROSS JOIN record AS thread ON thread.scope = line.scope AND thread.kind = 'thread'
             LEFT JOIN record AS last ON last.scope = line.scope AND last.kind = 'message' AND last.seq = line.last_seq
             LEFT JOIN pending AS newest ON newest.no = (SELECT max(no) FROM pending AS p
                 WHERE p.sort = 'send_message' AND p.about = thread.about)
             LEFT JOIN (SELECT about, max(act ->> '$.upto_seq') AS upto FROM pending
                 WHERE sort = 'mark_read' GROUP BY about) AS marked ON marked.about = thread.about
             ORDER BY max(line.last_at, coalesce(newest.made_at, 0)) DESC LIMIT ?2",
        )
        .bind(open.me.person.as_str())
        .bind(WINDOW)
        .fetch_all(open.store.read())
        .await
        .map_err(StoreError::from)?;
        let me = open.me.person.as_str();
        let gone = open.store.left_behind().await?;
        Ok(gone.into_iter().chain(lines.into_iter().map(|line| line.view(me))).collect())
    }

    /// The caseworker's inbox, newest first.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn list_inbox(&self, _: ListInbox) -> Result<Vec<InboxRowView>, Failure> {
        let open = self.open()?;
        let lines: Vec<InboxLine> = sqlx::query_as(
            "SELECT CAST(coalesce(row.about, row.id) AS TEXT) AS id, CAST(row.at AS INTEGER) AS at, row.body,
                 (SELECT count(*) FROM pending WHERE sort = 'send_message' AND pending.about = row.about
                     AND state <> 'refused') AS waiting,
                 (SELECT count(*) FROM pending WHERE sort = 'send_message' AND pending.about = row.about
                     AND state = 'refused') AS refused,
                 EXISTS (SELECT 1 FROM pending WHERE sort = 'mark_read' AND pending.about = row.about) AS read_waiting,
                 EXISTS (SELECT 1 FROM grants JOIN cursor ON cursor.scope = grants.scope
                     WHERE grants.scope = row.body ->> '$.scope' AND grants.head IS NOT NULL
                     AND (grants.sync = 'auto' OR grants.lease_until > ?1)) AS opened
             FROM record AS row WHERE row.kind = 'thread_row' ORDER BY row.at DESC LIMIT ?2",
        )
        .bind(open.store.lent_after(open.now()).await?)
        .bind(WINDOW)
        .fetch_all(open.store.read())
        .await
        .map_err(StoreError::from)?;
        // What was refused in a thread that is nobody's business here any more is told where threads are.
        let gone = open.store.left_behind().await?.into_iter();
        let gone = gone.map(|row| InboxRowView { row, scope: String::new(), opened: true, awaits_reply: false });
        Ok(gone.chain(lines.into_iter().map(InboxLine::view)).collect())
    }
}

impl Store {
    /// Threads that are neither here any more nor on a desk, but hold refused words of one's own. They have no subject.
    async fn left_behind(&self) -> Result<Vec<ThreadRowView>, StoreError> {
        let rows: Vec<(String, String, Millis, u32)> = sqlx::query_as(
            "SELECT about, coalesce(nullif(act ->> '$.text', ''), act ->> '$.files[0].name', ''), max(made_at), count(*) FROM pending
             WHERE sort = 'send_message' AND state = 'refused'
                 AND NOT EXISTS (SELECT 1 FROM record WHERE kind = 'thread' AND record.about = pending.about)
                 AND NOT EXISTS (SELECT 1 FROM record WHERE kind = 'thread_row' AND record.about = pending.about)
             GROUP BY about ORDER BY max(made_at) DESC",
        )
        .fetch_all(self.read())
        .await?;
        let row = |(thread, text, last_at, refused): (String, String, Millis, u32)| ThreadRowView {
            thread,
            subject: String::new(),
            with: String::new(),
            preview: Some(preview(&text)),
            last_at,
            unread: 0,
            waiting: 0,
            refused,
            newer: false,
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

impl ThreadLine {
    fn view(self, me: &str) -> ThreadRowView {
        let Ok(thread) = serde_json::from_str::<Thread>(&self.body) else {
            return newer(self.id, self.line_at, (self.unread, self.waiting, self.refused));
        };
        let with = others(&thread, me).map(|other| other.name.as_str()).collect::<Vec<_>>().join(", ");
        let last_at = self.last_at.unwrap_or(thread.started_at);
        let pending = self.pending_at.filter(|at| *at >= last_at && self.waiting + self.refused > 0);
        let text = if pending.is_some() { self.pending_text } else { self.last_text };
        ThreadRowView {
            thread: thread.thread.to_string(),
            with,
            preview: text.map(|text| preview(&text)),
            last_at: pending.unwrap_or(last_at),
            unread: self.unread,
            waiting: self.waiting,
            refused: self.refused,
            subject: thread.subject,
            newer: false,
        }
    }
}

impl InboxLine {
    fn view(self) -> InboxRowView {
        let Ok(row) = serde_json::from_str::<ThreadRow>(&self.body) else {
            let row = newer(self.id, self.at.unwrap_or_default(), (0, self.waiting, self.refused));
            return InboxRowView { row, scope: String::new(), opened: self.opened, awaits_reply: false };
        };
        InboxRowView {
            scope: row.scope.to_string(),
            opened: self.opened,
            awaits_reply: row.last_from_other && self.waiting == 0,
            row: ThreadRowView {
                thread: row.thread.to_string(),
                subject: row.subject,
                with: row.with,
                preview: None,
                last_at: row.last_at,
                unread: if self.read_waiting { 0 } else { row.unread },
                waiting: self.waiting,
                refused: self.refused,
                newer: false,
            },
        }
    }
}

// One that this build cannot read.
fn newer(thread: String, last_at: Millis, (unread, waiting, refused): (u32, u32, u32)) -> ThreadRowView {
    let (subject, with) = (String::new(), String::new());
    ThreadRowView { thread, subject, with, preview: None, last_at, unread, waiting, refused, newer: true }
}
