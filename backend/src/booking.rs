//! What appointments take of people's time, of rooms and of interpreters.
//!
//! That nothing is taken twice is not checked here: the database makes it impossible, whoever writes and however many
//! at once. This only says it in our words.

use crate::db::Tx;
use crate::error::Error;
use crate::relation;
use protocol::Millis;
use protocol::id::{MunicipalityId, PersonId};
use protocol::refusal::RefusalCode;

/// Name of what both engines answer with; see the migrations.
const OVERLAP: &str = "occupancy_overlap";

/// A time that `party` is taken, its end not counted.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// From.
    pub starts: Millis,
    /// Until.
    pub ends: Millis,
}

/// Makes an appointment at `span` that takes all of `parties`: persons, rooms and interpreters, by id. People who are
/// kept apart never share one.
///
/// # Errors
/// [`RefusalCode::Access`] when two of them are kept apart; [`RefusalCode::Conflict`] when one of them is taken for a
/// part of that time; [`RefusalCode::Reused`] when the id is; [`RefusalCode::Invalid`] when it would end before it begins.
/// Then nothing of it stands once the caller's savepoint is gone.
pub async fn take(
    tx: &mut Tx<'_>,
    municipality: &MunicipalityId,
    appointment: &str,
    span: Span,
    parties: &[&str],
) -> Result<(), Error> {
    if span.starts >= span.ends {
        return Err(RefusalCode::Invalid.into());
    }
    for (at, one) in parties.iter().enumerate() {
        for other in &parties[at + 1..] {
            if relation::are_apart(tx, &PersonId::new(*one), &PersonId::new(*other)).await? {
                return Err(RefusalCode::Access.into());
            }
        }
    }
    sqlx::query("INSERT INTO appointment (id, municipality, starts, ends) VALUES ($1, $2, $3, $4)")
        .bind(appointment)
        .bind(municipality.as_str())
        .bind(span.starts)
        .bind(span.ends)
        .execute(&mut *tx.conn)
        .await
        .map_err(crate::text::reused)?;
    // In one order for everybody, so that two bookings of the same parties wait for each other only one way round.
    let mut parties = parties.to_vec();
    parties.sort_unstable();
    parties.dedup();
    for party in parties {
        sqlx::query(
            "INSERT INTO occupancy (appointment, municipality, party, starts, ends) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(appointment)
        .bind(municipality.as_str())
        .bind(party)
        .bind(span.starts)
        .bind(span.ends)
        .execute(&mut *tx.conn)
        .await
        .map_err(taken)?;
    }
    Ok(())
}

/// Gives back everything that `appointment` takes.
///
/// # Errors
/// When the database fails.
pub async fn give_back(tx: &mut Tx<'_>, appointment: &str) -> Result<(), Error> {
    sqlx::query("DELETE FROM occupancy WHERE appointment = $1").bind(appointment).execute(&mut *tx.conn).await?;
    Ok(())
}

fn taken(error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::Database(inner) if inner.constraint() == Some(OVERLAP) || inner.message().contains(OVERLAP) => {
            RefusalCode::Conflict.into()
        }
        _ => error.into(),
    }
}
