//! Collects tombstones: deletes those that are old, and raises each scope's floor above them.
//!
//! Whoever follows now and then has heard of them long ago. A cursor from before the floor may have missed one, so its
//! scope begins anew; an older part that is still to be fetched has no tombstones to miss. Stored results of mutations
//! stay: they are what keeps a mutation that comes late from being done twice.

use crate::db::{Db, Tx};
use crate::error::Error;
use protocol::Millis;

const DAY: Millis = 24 * 60 * 60 * 1000;

/// Collects what was deleted more than `days` days ago, each scope in a transaction of its own. Returns how many
/// tombstones went.
///
/// # Errors
/// When the database fails; what was collected before stays so.
pub async fn collect(db: &Db, days: u32) -> Result<u64, Error> {
    let before = db.now() - Millis::from(days) * DAY;
    let mut snapshot = db.snapshot().await?;
    let scopes: Vec<(String,)> =
        sqlx::query_as("SELECT DISTINCT scope FROM record WHERE deleted = 1 AND gone_at <= $1 ORDER BY scope")
            .bind(before)
            .fetch_all(&mut *snapshot)
            .await?;
    drop(snapshot);
    let mut collected = 0;
    for (scope,) in scopes {
        collected += db.write(move |tx| Box::pin(async move { raise(tx, &scope, before).await })).await?;
    }
    Ok(collected)
}

async fn raise(tx: &mut Tx<'_>, scope: &str, before: Millis) -> Result<u64, Error> {
    // Locks the scope first, as whoever writes records into it does.
    sqlx::query("UPDATE scope SET floor = floor WHERE id = $1").bind(scope).execute(&mut *tx.conn).await?;
    let (floor,): (Option<i64>,) =
        sqlx::query_as("SELECT MAX(seq) FROM record WHERE scope = $1 AND deleted = 1 AND gone_at <= $2")
            .bind(scope)
            .bind(before)
            .fetch_one(&mut *tx.conn)
            .await?;
    // What stood there may have been shown again meanwhile.
    let Some(floor) = floor else { return Ok(0) };
    sqlx::query("UPDATE scope SET floor = $1 WHERE id = $2 AND floor < $1")
        .bind(floor)
        .bind(scope)
        .execute(&mut *tx.conn)
        .await?;
    let gone = sqlx::query("DELETE FROM record WHERE scope = $1 AND deleted = 1 AND seq <= $2")
        .bind(scope)
        .bind(floor)
        .execute(&mut *tx.conn)
        .await?;
    Ok(gone.rows_affected())
}
