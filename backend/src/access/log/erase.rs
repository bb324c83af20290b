//! Erases the content of old entries. Their links stay, and an entry of its own notes which were erased, so that what
//! somebody takes out otherwise is found.

use super::chain::{ERASE, Row, append, make_salt};
use crate::access::review;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::text::hex;
use protocol::Millis;
use protocol::id::MunicipalityId;
use sha2::{Digest as _, Sha256};

const DAY: Millis = 24 * 60 * 60 * 1000;

/// Erases what was noted more than `days` days ago, each municipality in a transaction of its own. Returns how many
/// entries it were.
///
/// # Errors
/// When the database fails; what was erased before stays so.
pub async fn erase(db: &Db, days: u32) -> Result<u64, Error> {
    let before = db.now() - Millis::from(days) * DAY;
    let mut snapshot = db.snapshot().await?;
    let chains: Vec<(String,)> =
        sqlx::query_as("SELECT DISTINCT municipality FROM log_entry WHERE at < $1 AND act <> $2 ORDER BY municipality")
            .bind(before)
            .bind(ERASE)
            .fetch_all(&mut *snapshot)
            .await?;
    drop(snapshot);
    let mut erased = 0;
    for (municipality,) in chains {
        let municipality = MunicipalityId::new(municipality);
        erased += db.write(move |tx| Box::pin(async move { erase_in(tx, &municipality, before).await })).await?;
    }
    Ok(erased)
}

async fn erase_in(tx: &mut Tx<'_>, municipality: &MunicipalityId, before: Millis) -> Result<u64, Error> {
    // Locks the chain, so that the number of the note is known before it is written.
    let (newest,): (i64,) = sqlx::query_as("UPDATE log_chain SET n = n WHERE municipality = $1 RETURNING n")
        .bind(municipality.as_str())
        .fetch_one(&mut *tx.conn)
        .await?;
    let gone: Vec<(i64,)> =
        sqlx::query_as("SELECT n FROM log_entry WHERE municipality = $1 AND at < $2 AND act <> $3 ORDER BY n")
            .bind(municipality.as_str())
            .bind(before)
            .bind(ERASE)
            .fetch_all(&mut *tx.conn)
            .await?;
    let mut which = Erased::default();
    gone.iter().for_each(|(n,)| which.add(*n));
    sqlx::query(
        "UPDATE log_link SET erased_by = $1 WHERE municipality = $2 AND n IN
         (SELECT n FROM log_entry WHERE municipality = $2 AND at < $3 AND act <> $4)",
    )
    .bind(newest + 1)
    .bind(municipality.as_str())
    .bind(before)
    .bind(ERASE)
    .execute(&mut *tx.conn)
    .await?;
    sqlx::query("DELETE FROM log_entry WHERE municipality = $1 AND at < $2 AND act <> $3")
        .bind(municipality.as_str())
        .bind(before)
        .bind(ERASE)
        .execute(&mut *tx.conn)
        .await?;
    review::forget(tx, municipality, before).await?;
    let note = Row {
        municipality: municipality.to_string(),
        n: 0,
        at: tx.now,
        act: ERASE.to_owned(),
        by_person: None,
        role: None,
        unit: None,
        concerns: None,
        purpose: None,
        reason: None,
        unassigned: 0,
        case_id: None,
        thread: None,
        fact: Some(which.digest()),
        about: None,
        salt: make_salt(),
    };
    append(tx, municipality, vec![note]).await?;
    Ok(gone.len() as u64)
}

/// Which entries an erasure took, as its note names them.
#[derive(Default)]
pub(super) struct Erased(Sha256);

impl Erased {
    /// The `n`th, in order.
    pub(super) fn add(&mut self, n: i64) {
        self.0.update(n.to_be_bytes());
    }

    /// In the note's form.
    pub(super) fn digest(self) -> String {
        hex(&self.0.finalize())
    }
}
