//! The chain of a municipality's log.
//!
//! Each link is the hash of the link before it, its own number and the digest of its entry. Whoever changes, takes
//! out or puts in an entry breaks it at that place; whoever makes the rest anew ends at another last link than the one
//! that was noted elsewhere.

use crate::db::Tx;
use crate::db::bulk::{crowds, statement};
use crate::error::Error;
use crate::text::hex;
use protocol::id::MunicipalityId;
use rand::RngCore as _;
use rand::rngs::OsRng;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The act of the entry that notes an erasure.
pub(super) const ERASE: &str = "erase";

/// The content of an entry as it stands in the database. Its digest is made of its fields in this order: a new one
/// goes last and is left out of the JSON where it is not there, or old digests fit no more.
#[derive(Serialize, sqlx::FromRow)]
pub(super) struct Row {
    pub(super) municipality: String,
    pub(super) n: i64,
    pub(super) at: i64,
    pub(super) act: String,
    pub(super) by_person: Option<String>,
    pub(super) role: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) concerns: Option<String>,
    pub(super) purpose: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) unassigned: i64,
    pub(super) case_id: Option<String>,
    pub(super) thread: Option<String>,
    pub(super) fact: Option<String>,
    pub(super) about: Option<String>,
    pub(super) salt: String,
}

impl Row {
    /// The digest that its link is made of.
    pub(super) fn digest(&self) -> Result<String, Error> {
        Ok(hex(&Sha256::digest(serde_json::to_vec(self)?)))
    }
}

/// Without it a digest that outlives its entry could be found again by trying people and times.
pub(super) fn make_salt() -> String {
    let mut salt = [0; 16];
    OsRng.fill_bytes(&mut salt);
    hex(&salt)
}

/// What the first link of a chain follows.
pub(super) fn beginning(municipality: &str) -> String {
    hex(&Sha256::digest(format!("access log of {municipality}")))
}

/// The link of the `n`th entry.
pub(super) fn link(before: &str, n: i64, digest: &str) -> String {
    hex(&Sha256::digest(format!("{before}\u{1f}{n}\u{1f}{digest}")))
}

/// Adds `rows` to the chain of `municipality`, which stays locked until the transaction ends.
pub(super) async fn append(tx: &mut Tx<'_>, municipality: &MunicipalityId, mut rows: Vec<Row>) -> Result<(), Error> {
    let (last, mut newest) = lengthen(tx, municipality, rows.len()).await?;
    let first = last + 1 - i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let mut links = Vec::with_capacity(rows.len());
    for (row, n) in rows.iter_mut().zip(first..) {
        row.n = n;
        let digest = row.digest()?;
        newest = link(&newest, n, &digest);
        links.push((n, digest, newest.clone()));
    }
    for links in crowds(&links) {
        let sql = "INSERT INTO log_link (municipality, n, digest, link) VALUES {}";
        let mut query = sqlx::query(statement(sql, 1, links.len(), 4));
        for (n, digest, link) in links {
            query = query.bind(municipality.as_str()).bind(*n).bind(digest.as_str()).bind(link.as_str());
        }
        query.execute(&mut *tx.conn).await?;
    }
    insert(tx, &rows).await?;
    sqlx::query("UPDATE log_chain SET link = $1 WHERE municipality = $2")
        .bind(newest)
        .bind(municipality.as_str())
        .execute(&mut *tx.conn)
        .await?;
    Ok(())
}

/// Takes the next `count` numbers: the last of them, and the link that they follow.
async fn lengthen(tx: &mut Tx<'_>, municipality: &MunicipalityId, count: usize) -> Result<(i64, String), Error> {
    let count = i64::try_from(count).map_err(|_| Error::Internal("too much to note".into()))?;
    let take = "UPDATE log_chain SET n = n + $1 WHERE municipality = $2 RETURNING n, link";
    let there = sqlx::query_as(take).bind(count).bind(municipality.as_str()).fetch_optional(&mut *tx.conn).await?;
    if let Some(taken) = there {
        return Ok(taken);
    }
    sqlx::query("INSERT INTO log_chain (municipality, n, link) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING")
        .bind(municipality.as_str())
        .bind(beginning(municipality.as_str()))
        .execute(&mut *tx.conn)
        .await?;
    Ok(sqlx::query_as(take).bind(count).bind(municipality.as_str()).fetch_one(&mut *tx.conn).await?)
}

async fn insert(tx: &mut Tx<'_>, rows: &[Row]) -> Result<(), Error> {
    for rows in crowds(rows) {
        let sql = "INSERT INTO log_entry (municipality, n, at, act, by_person, role, unit, concerns, purpose, reason,
                                          unassigned, case_id, thread, fact, about, salt) VALUES {}";
        let mut query = sqlx::query(statement(sql, 1, rows.len(), 16));
        for row in rows {
            query = query
                .bind(row.municipality.as_str())
                .bind(row.n)
                .bind(row.at)
                .bind(row.act.as_str())
                .bind(row.by_person.as_deref())
                .bind(row.role.as_deref())
                .bind(row.unit.as_deref())
                .bind(row.concerns.as_deref())
                .bind(row.purpose.as_deref())
                .bind(row.reason.as_deref())
                .bind(row.unassigned)
                .bind(row.case_id.as_deref())
                .bind(row.thread.as_deref())
                .bind(row.fact.as_deref())
                .bind(row.about.as_deref())
                .bind(row.salt.as_str());
        }
        query.execute(&mut *tx.conn).await?;
    }
    Ok(())
}
