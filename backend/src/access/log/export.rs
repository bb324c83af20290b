//! The log for review: a line of JSON for each entry of a municipality in a span of time, oldest first. Who, what, whom,
//! where, why and the link; never a word of what was read or written.

use super::chain::Row;
use crate::db::Db;
use crate::error::Error;
use jiff::Timestamp;
use protocol::Millis;
use protocol::id::MunicipalityId;
use serde_json::json;
use sqlx::AnyConnection;
use std::io::Write;

/// How many entries are read at a time.
const PART: i64 = 1_000;

/// Writes the entries of `municipality` with `from <= at < until` to `out`. Returns how many.
///
/// # Errors
/// When the database or `out` fails.
pub async fn export(
    db: &Db,
    municipality: &MunicipalityId,
    (from, until): (Millis, Millis),
    mut out: impl Write,
) -> anyhow::Result<u64> {
    let mut snapshot = db.snapshot().await?;
    let (mut after, mut count) = (0, 0);
    loop {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT municipality, n, at, act, by_person, role, unit, concerns, purpose, reason, unassigned, case_id, thread,
                    fact, about, salt
             FROM log_entry WHERE municipality = $1 AND n > $2 AND at >= $3 AND at < $4 ORDER BY n LIMIT $5",
        )
        .bind(municipality.as_str())
        .bind(after)
        .bind(from)
        .bind(until)
        .bind(PART)
        .fetch_all(&mut *snapshot)
        .await?;
        let Some(last) = rows.last() else { return Ok(count) };
        after = last.n;
        for row in rows {
            let line = line(&mut snapshot, row).await?;
            writeln!(out, "{line}")?;
            count += 1;
        }
    }
}

async fn line(conn: &mut AnyConnection, row: Row) -> Result<serde_json::Value, Error> {
    let by: Option<(String, String, Option<String>)> =
        sqlx::query_as("SELECT given_name, family_name, title FROM person WHERE id = $1")
            .bind(&row.by_person)
            .fetch_optional(&mut *conn)
            .await?;
    let (link,): (String,) = sqlx::query_as("SELECT link FROM log_link WHERE municipality = $1 AND n = $2")
        .bind(&row.municipality)
        .bind(row.n)
        .fetch_one(conn)
        .await?;
    let at = Timestamp::from_millisecond(row.at).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(json!({
        "n": row.n,
        "at": at.to_string(),
        "act": row.act,
        "by": row.by_person,
        "name": by.as_ref().map(|(given, family, _)| format!("{given} {family}")),
        "title": by.and_then(|(.., title)| title),
        "role": row.role,
        "unit": row.unit,
        "concerns": row.concerns,
        "purpose": row.purpose,
        "unassigned": row.unassigned != 0,
        "reason": row.reason,
        "case": row.case_id,
        "thread": row.thread,
        "fact": row.fact,
        "about": row.about,
        "link": link,
    }))
}
