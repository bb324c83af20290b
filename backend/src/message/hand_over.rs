//! Threads of a case that goes to another caseworker.
//!
//! The one who comes reads them from where the one before stopped, so that nothing stays unanswered between the two.
//! The one who goes is still named, as what they wrote stands there, but neither reads nor writes in them any more.

use super::show_participants;
use crate::access::{NewGrant, grant, revoke};
use crate::case::CaseFile;
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{ALL, scope_for};
use crate::person::Person;
use protocol::access::{Role, ScopeKind, SyncMode};
use protocol::id::ThreadId;
use protocol::message::ThreadRow;

/// Lets `next` take part in every thread about `case` that `before` takes part in, in their place.
///
/// # Errors
/// When the database fails.
pub async fn hand_over(
    tx: &mut Tx<'_>,
    case: &CaseFile,
    before: &Person,
    next: &Person,
    ground: &str,
) -> Result<(), Error> {
    let threads: Vec<(String,)> = sqlx::query_as(
        "SELECT t.id FROM thread t JOIN participant p ON p.thread = t.id
         WHERE t.case_id = $1 AND p.person = $2 AND p.left_at IS NULL ORDER BY t.id",
    )
    .bind(case.id.as_str())
    .bind(before.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let desk = before.own_scope(tx).await?;
    for (thread,) in threads {
        // Locks it: a message that comes now has its row on a desk from this or from what follows.
        sqlx::query("UPDATE thread SET last_n = last_n WHERE id = $1").bind(&thread).execute(&mut *tx.conn).await?;
        sqlx::query(
            "INSERT INTO participant (thread, municipality, person, read_n)
             SELECT thread, municipality, $3, read_n FROM participant WHERE thread = $1 AND person = $2
             ON CONFLICT (thread, person) DO UPDATE SET left_at = NULL",
        )
        .bind(&thread)
        .bind(before.id.as_str())
        .bind(next.id.as_str())
        .execute(&mut *tx.conn)
        .await?;
        sqlx::query("UPDATE participant SET left_at = $1 WHERE thread = $2 AND person = $3")
            .bind(tx.now)
            .bind(&thread)
            .bind(before.id.as_str())
            .execute(&mut *tx.conn)
            .await?;
        let scope = scope_for(tx, &case.municipality, ScopeKind::Thread, &thread, ALL).await?;
        revoke(tx, &before.id, &scope, ground).await?;
        let new = NewGrant {
            subject: next.id.as_str(),
            scope: &scope,
            role: Role::Caseworker,
            sync: SyncMode::OnOpen,
            until: None,
            ground: "participant",
        };
        grant(tx, &case.municipality, new).await?;
        tx.feed.remove::<ThreadRow>(&desk, &thread);
        tx.feed.touch_thread(&ThreadId::new(thread), &scope);
    }
    show_participants(tx, case).await
}
