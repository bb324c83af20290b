//! What screens list, made when a page comes and not when a screen asks: one line a thread.
//!
//! A line holds numbers and no words. It is made anew from the thread's records within the page's transaction, so it
//! is never another state than they are, and it leaves with its thread (a trigger of `0005_line.sql`).

use super::StoreError;
use sqlx::SqliteConnection;

/// Makes the line of the thread in `scope` anew, if there is one.
pub(super) async fn refresh(conn: &mut SqliteConnection, scope: &str) -> Result<(), StoreError> {
    // Nobody reads a number of unread messages beyond a hundred, so none is counted.
    sqlx::query(
        "INSERT OR REPLACE INTO line (scope, last_at, last_seq, other_at, other_seq, upto, unread)
         SELECT thread.scope, coalesce(last.at, thread.body ->> '$.started_at', 0), last.seq, other.at, other.seq, thread.upto,
             (SELECT count(*) FROM (SELECT 1 FROM record AS m WHERE m.scope = thread.scope AND m.kind = 'message'
                 AND m.seq > thread.upto AND m.body ->> '$.from' <> thread.me LIMIT 100))
         FROM (SELECT record.scope, record.body, me.value ->> '$.person' AS me,
                   coalesce((SELECT max(mark.body ->> '$.upto_seq') FROM record AS mark WHERE mark.scope = record.scope
                       AND mark.kind = 'read_mark' AND mark.body ->> '$.reader' = me.value ->> '$.person'), 0) AS upto
               FROM record JOIN meta AS me ON me.key = 'me'
               WHERE record.scope = ?1 AND record.kind = 'thread' LIMIT 1) AS thread
         LEFT JOIN record AS last ON last.scope = thread.scope AND last.kind = 'message'
             AND last.seq = (SELECT max(seq) FROM record AS m WHERE m.scope = thread.scope AND m.kind = 'message')
         LEFT JOIN record AS other ON other.scope = thread.scope AND other.kind = 'message'
             AND other.seq = (SELECT max(seq) FROM record AS m
                 WHERE m.scope = thread.scope AND m.kind = 'message' AND m.body ->> '$.from' <> thread.me)
         LIMIT 1",
    )
    .bind(scope)
    .execute(conn)
    .await?;
    Ok(())
}
