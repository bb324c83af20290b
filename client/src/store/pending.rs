//! Pending mutations: what the person wants done, from the moment they said so until its effect is here.
//!
//! A lane's numbers follow each other without a gap, and an entry keeps its id however often it is sent,
//! so that the backend does it once. A refusal is kept until the person has dealt with it; only what
//! nobody would miss (a read mark) goes without a word.

use super::attachment::{lack, release};
use super::{Meta, Store, StoreError};
use bridge::sync::RefusedAt;
use protocol::Millis;
use protocol::id::{MutationId, ScopeId};
use protocol::mutation::{Act, Mutation, MutationResult, Outcome};
use protocol::refusal::{Refusal, RefusalCode};
use protocol::sync::{MAX_PUSH, PushResponse};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The most bytes of one push, so that one request fits through a slow network in one piece.
const MAX_BYTES: usize = 1 << 20;

/// How many wait, and how many were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Not known to be done.
    pub(crate) waiting: u32,
    /// Refused, and nobody has dealt with it.
    pub(crate) refused: u32,
    /// How many of those are told of on the first page: tasks and powers of attorney.
    pub(crate) refused_tasks: u32,
    /// Where the oldest of what staff decided stands.
    pub(crate) refused_at: Option<RefusedAt>,
}

/// Which acts are to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Of this lane only.
    pub(crate) only: Option<ScopeId>,
    /// Not of these lanes.
    pub(crate) except: BTreeSet<ScopeId>,
    /// At most so many.
    pub(crate) most: usize,
}

/// Puts an act in its lane, within the transaction of whatever else belongs to it.
pub(crate) async fn queue(
    conn: &mut SqliteConnection,
    lane: &ScopeId,
    act: &Act,
    now: Millis,
) -> Result<MutationId, StoreError> {
    let mid = MutationId::from(Uuid::now_v7());
    let n: i64 = sqlx::query_scalar(
        "INSERT INTO lane (scope, next) VALUES (?1, 2) ON CONFLICT (scope) DO UPDATE SET next = next + 1 RETURNING next - 1",
    )
    .bind(lane.as_str())
    .fetch_one(&mut *conn)
    .await?;
    sqlx::query("INSERT INTO pending (mid, lane, n, made_at, act) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(mid.as_str())
        .bind(lane.as_str())
        .bind(n)
        .bind(now)
        .bind(serde_json::to_string(act)?)
        .execute(conn)
        .await?;
    Ok(mid)
}

/// Takes answers in, within the transaction of whatever else came with them.
pub(super) async fn settle(conn: &mut SqliteConnection, results: &[MutationResult]) -> Result<(), StoreError> {
    for MutationResult { mid, outcome } in results {
        match outcome {
            Outcome::Applied { at } => {
                sqlx::query("UPDATE pending SET state = 'sent', places = ?2 WHERE mid = ?1 AND state = 'waiting'")
                    .bind(mid.as_str())
                    .bind(serde_json::to_string(at)?)
                    .execute(&mut *conn)
                    .await?;
            }
            Outcome::Refused { refusal } if refusal.code == RefusalCode::OutOfOrder => {
                if let Some(next) = refusal.details.as_deref().and_then(|next| next.parse().ok()) {
                    renumber(conn, mid, next).await?;
                }
            }
            // The upload that it needs comes first; its number is still free.
            Outcome::Refused { refusal } if refusal.code == RefusalCode::Missing => {
                if !lack(conn, mid, refusal).await? {
                    refuse(conn, mid, refusal).await?;
                }
            }
            Outcome::Refused { refusal } => refuse(conn, mid, refusal).await?,
            Outcome::Unknown => refuse(conn, mid, &RefusalCode::Unknown.into()).await?,
        }
    }
    drop_arrived(conn).await
}

/// Drops what is done and whose effects are here: every place is below its scope's cursor, and not in the older part
/// that is still to come.
pub(super) async fn drop_arrived(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM pending WHERE state = 'sent' AND NOT EXISTS (
             SELECT 1 FROM json_each(pending.places) AS place
             LEFT JOIN cursor ON cursor.scope = place.value ->> '$.scope'
             WHERE coalesce(cursor.seq, -1) < place.value ->> '$.seq'
                OR (cursor.back_at < place.value ->> '$.seq' AND place.value ->> '$.seq' <= cursor.back_to))",
    )
    .execute(&mut *conn)
    .await?;
    release(conn).await
}

/// Drops what is done and whose effects can never come here: a complete pull has shown that none of its places that
/// are still to come is served. Only of what its `results` speak: what was done later may have made its own place.
pub(super) async fn drop_lost(conn: &mut SqliteConnection, results: &[MutationResult]) -> Result<(), StoreError> {
    let known: Vec<_> = results.iter().map(|result| &result.mid).collect();
    sqlx::query(
        "DELETE FROM pending WHERE state = 'sent' AND mid IN (SELECT value FROM json_each(?1)) AND NOT EXISTS (
             SELECT 1 FROM json_each(pending.places) AS place
             JOIN grants ON grants.scope = place.value ->> '$.scope' AND grants.head IS NOT NULL
             LEFT JOIN cursor ON cursor.scope = grants.scope
             WHERE coalesce(cursor.seq, -1) < place.value ->> '$.seq'
                OR (cursor.back_at < place.value ->> '$.seq' AND place.value ->> '$.seq' <= cursor.back_to))",
    )
    .bind(serde_json::to_string(&known)?)
    .execute(&mut *conn)
    .await?;
    release(conn).await
}

impl Store {
    /// What is to be sent next, in the order it was made, which is the order of each lane too. One with `needs` cannot be
    /// sent before those are uploaded, and is the last of its lane.
    pub(crate) async fn to_send(&self, wanted: &Wanted) -> Result<Vec<Mutation>, StoreError> {
        let rows: Vec<(String, String, i64, Millis, String, String)> = sqlx::query_as(
            "WITH lacking AS MATERIALIZED (
                 SELECT pending.no, pending.lane, attachment.blob FROM attachment
                 CROSS JOIN pending ON pending.act ->> '$.message' = attachment.message
                 WHERE NOT attachment.uploaded AND pending.state = 'waiting' ORDER BY attachment.no)
             SELECT mid, lane, n, made_at, act, (SELECT json_group_array(blob) FROM lacking WHERE lacking.no = pending.no)
             FROM pending WHERE state = 'waiting'
             AND (?2 IS NULL OR lane = ?2) AND lane NOT IN (SELECT value FROM json_each(?3))
             AND NOT EXISTS (SELECT 1 FROM lacking WHERE lacking.lane = pending.lane AND lacking.no < pending.no)
             ORDER BY no LIMIT ?1",
        )
        .bind(i64::try_from(wanted.most.min(MAX_PUSH)).unwrap_or(i64::MAX))
        .bind(wanted.only.as_ref().map(ScopeId::as_str))
        .bind(serde_json::to_string(&wanted.except)?)
        .fetch_all(self.read())
        .await?;
        let mut bytes = 0;
        let mut mutations = Vec::with_capacity(rows.len());
        for (mid, lane, n, made_at, act, needs) in rows {
            bytes += act.len();
            if bytes > MAX_BYTES && !mutations.is_empty() {
                break;
            }
            let (act, needs) = (serde_json::from_str(&act)?, serde_json::from_str(&needs)?);
            let (mid, lane) = (MutationId::new(mid), ScopeId::new(lane));
            mutations.push(Mutation { mid, lane, n, made_at, needs, act });
        }
        Ok(mutations)
    }

    /// Everything whose result is not applied here yet.
    pub(crate) async fn unsettled(&self) -> Result<Vec<MutationId>, StoreError> {
        let mids: Vec<String> =
            sqlx::query_scalar("SELECT mid FROM pending WHERE state <> 'refused' ORDER BY no LIMIT ?1")
                .bind(i64::try_from(MAX_PUSH).unwrap_or(i64::MAX))
                .fetch_all(self.read())
                .await?;
        Ok(mids.into_iter().map(MutationId::new).collect())
    }

    /// Takes the answers to a push in, unless they are of another life of the backend's database: their places mean
    /// nothing beside these cursors, and what was done in that life may be undone. `false` then.
    pub(crate) async fn settle(&self, answer: &PushResponse) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let known: Option<String> = Meta::DbEpoch.load(&mut tx).await?;
        match known {
            _ if answer.db_epoch.is_empty() => {}
            Some(known) if known != answer.db_epoch => return Ok(false),
            Some(_) => {}
            // Nothing was pulled yet. A pull of another life has to undo what these answers say.
            None => Meta::DbEpoch.keep(&mut tx, &answer.db_epoch).await?,
        }
        settle(&mut tx, &answer.results).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// How many wait and were refused.
    pub(crate) async fn standing(&self) -> Result<Standing, StoreError> {
        let (waiting, refused, refused_tasks) = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE state <> 'refused' AND sort NOT IN ('mark_read', 'seen')),
                    count(*) FILTER (WHERE state = 'refused'),
                    count(*) FILTER (WHERE state = 'refused' AND sort IN ('complete_task', 'invite', 'give_power_of_attorney',
                        'withdraw_power_of_attorney')) FROM pending",
        )
        .fetch_one(self.read())
        .await?;
        let decided: Option<Option<String>> = sqlx::query_scalar(
            "SELECT act ->> '$.case' FROM pending WHERE state = 'refused'
             AND (sort = 'review_opening' OR (sort <> 'start_thread' AND act ->> '$.case' IS NOT NULL)) ORDER BY no LIMIT 1",
        )
        .fetch_optional(self.read())
        .await?;
        let refused_at = decided.map(|case| case.map_or(RefusedAt::Openings, |case| RefusedAt::Case { case }));
        Ok(Standing { waiting, refused, refused_tasks, refused_at })
    }

    /// Puts a refused act back at the end of its lane, as a new mutation. `false` when it is not there.
    pub(crate) async fn resend(&self, mid: &str, now: Millis) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let refused: Option<(String, String)> =
            sqlx::query_as("DELETE FROM pending WHERE mid = ?1 AND state = 'refused' RETURNING lane, act")
                .bind(mid)
                .fetch_optional(&mut *tx)
                .await?;
        let Some((lane, act)) = refused else { return Ok(false) };
        queue(&mut tx, &ScopeId::new(lane), &serde_json::from_str(&act)?, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Throws a refused act away. `false` when it is not there.
    pub(crate) async fn discard(&self, mid: &str) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done =
            sqlx::query("DELETE FROM pending WHERE mid = ?1 AND state = 'refused'").bind(mid).execute(&mut *tx).await?;
        release(&mut tx).await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }
}

// What the ui has a place for is kept and shown; what it has none for undoes itself on the screen.
async fn refuse(conn: &mut SqliteConnection, mid: &MutationId, refusal: &Refusal) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM pending WHERE mid = ?1 AND state = 'waiting' AND sort IN ('mark_read', 'seen')")
        .bind(mid.as_str())
        .execute(&mut *conn)
        .await?;
    sqlx::query("UPDATE pending SET state = 'refused', refusal = ?2 WHERE mid = ?1 AND state = 'waiting'")
        .bind(mid.as_str())
        .bind(serde_json::to_string(refusal)?)
        .execute(conn)
        .await?;
    Ok(())
}

// A backend restored from a backup has forgotten numbers that this device remembers. It took none of the
// refused ones, so they may be numbered anew; their ids stay.
async fn renumber(conn: &mut SqliteConnection, mid: &MutationId, next: i64) -> Result<(), StoreError> {
    let lane: Option<String> = sqlx::query_scalar("SELECT lane FROM pending WHERE mid = ?1 AND state = 'waiting'")
        .bind(mid.as_str())
        .fetch_optional(&mut *conn)
        .await?;
    let Some(lane) = lane else { return Ok(()) };
    let waiting: Vec<i64> =
        sqlx::query_scalar("SELECT no FROM pending WHERE lane = ?1 AND state = 'waiting' ORDER BY no")
            .bind(&lane)
            .fetch_all(&mut *conn)
            .await?;
    // Out of each other's way first: the numbers are unique at every step.
    sqlx::query("UPDATE pending SET n = -no WHERE lane = ?1 AND state = 'waiting'")
        .bind(&lane)
        .execute(&mut *conn)
        .await?;
    let mut n = next;
    for no in waiting {
        sqlx::query("UPDATE pending SET n = ?2 WHERE no = ?1").bind(no).bind(n).execute(&mut *conn).await?;
        n += 1;
    }
    sqlx::query("UPDATE lane SET next = ?2 WHERE scope = ?1").bind(&lane).bind(n).execute(conn).await?;
    Ok(())
}
