//! The first screen: what is expected, and what is new.

use crate::Client;
use crate::store::StoreError;
use bridge::Failure;
use bridge::home::{HomeView, News, NewsView, ShowHome};
use protocol::Millis;

const MOST: usize = 10;

type Row = (String, String, String, String, Millis, bool, bool);

impl Client {
    /// What is expected of me, and what is new.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn show_home(&self, _: ShowHome) -> Result<HomeView, Failure> {
        let open = self.open()?;
        let called: Option<Option<String>> = sqlx::query_scalar(
            "SELECT body ->> '$.given_name' FROM record WHERE kind = 'profile' AND scope = ?1 LIMIT 1",
        )
        .bind(open.me.own_scope.as_str())
        .fetch_optional(open.store.read())
        .await
        .map_err(StoreError::from)?;
        // Each kind's newest by its index, then the newest of all. A thread gives one line, however much was said.
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT * FROM (
                 SELECT 'message' AS what, thread.about AS id, coalesce(thread.body ->> '$.subject', ''),
                     coalesce((SELECT value ->> '$.name' FROM json_each(thread.body, '$.participants')
                               WHERE value ->> '$.person' = message.body ->> '$.from'), ''),
                     message.at AS at,
                     message.seq > line.upto AND message.seq > coalesce((SELECT max(act ->> '$.upto_seq') FROM pending
                         WHERE sort = 'mark_read' AND pending.about = thread.about), 0) AS unread,
                     0
                 FROM (SELECT scope, other_seq, upto FROM line WHERE other_at IS NOT NULL ORDER BY other_at DESC LIMIT ?1) AS line
                 CROSS JOIN record AS thread ON thread.scope = line.scope AND thread.kind = 'thread'
                 CROSS JOIN record AS message ON message.scope = line.scope AND message.kind = 'message'
                     AND message.seq = line.other_seq)
             UNION ALL SELECT * FROM (
                 SELECT 'document', id, coalesce(body ->> '$.title', ''), coalesce(body ->> '$.author', ''), at,
                     NOT EXISTS (SELECT 1 FROM looked WHERE looked.scope = record.scope AND looked.id = record.id),
                     coalesce(body ->> '$.sort' = 'decision', 0)
                 FROM record WHERE kind = 'document' AND at IS NOT NULL ORDER BY at DESC LIMIT ?1)
             UNION ALL SELECT * FROM (
                 SELECT 'note', about, coalesce(body ->> '$.heading', ''), coalesce(body ->> '$.author', ''), at,
                     NOT EXISTS (SELECT 1 FROM looked WHERE looked.scope = record.scope AND looked.id = record.id), 0
                 FROM record WHERE kind = 'note' AND at IS NOT NULL AND about IS NOT NULL ORDER BY at DESC LIMIT ?1)
             ORDER BY at DESC LIMIT ?1",
        )
        .bind(i64::try_from(MOST).unwrap_or(i64::MAX))
        .fetch_all(open.store.read())
        .await
        .map_err(StoreError::from)?;
        Ok(HomeView {
            given_name: called
                .flatten()
                .unwrap_or_else(|| open.me.name.split(' ').next().unwrap_or_default().to_owned()),
            tasks: open.store.tasks().await?,
            news: rows.into_iter().map(news).collect(),
        })
    }
}

fn news((what, id, title, from, at, unread, decision): Row) -> NewsView {
    let what = match what.as_str() {
        "message" => News::Message { thread: id },
        "document" => News::Document { document: id, decision },
        _ => News::Note { case: id },
    };
    NewsView { what, title, from, at, unread }
}
