//! `digiteam-backend log-out PERSON` and `take-out PERSON`: what an operator does about somebody's sessions.
//!
//! Either way each of their devices erases what it has at its next contact, as if it had been logged out from another one.
//! Whoever is taken out of the registry is somebody whom nobody knows from then on; what they wrote stays.

use super::family;
use crate::db::{Db, Tx};
use crate::error::Error;
use protocol::id::PersonId;
use protocol::refusal::RefusalCode;

/// Ends every session of a person. How many there were.
///
/// # Errors
/// [`RefusalCode::Access`] when the registry has nobody of that id.
pub async fn log_out(db: &Db, person: PersonId) -> Result<usize, Error> {
    db.write(move |tx| {
        Box::pin(async move {
            let known = sqlx::query("SELECT id FROM person WHERE id = $1").bind(person.as_str());
            known.fetch_optional(&mut *tx.conn).await?.ok_or(RefusalCode::Access)?;
            end_all(tx, &person).await
        })
    })
    .await
}

/// Takes a person out of the registry, with all their sessions. How many there were.
///
/// # Errors
/// [`RefusalCode::Access`] when the registry has nobody of that id, or not any more.
pub async fn take_out(db: &Db, person: PersonId) -> Result<usize, Error> {
    db.write(move |tx| {
        Box::pin(async move {
            let taken = sqlx::query("UPDATE person SET left_at = $1 WHERE id = $2 AND left_at IS NULL")
                .bind(tx.now)
                .bind(person.as_str())
                .execute(&mut *tx.conn)
                .await?;
            if taken.rows_affected() == 0 {
                return Err(RefusalCode::Access.into());
            }
            end_all(tx, &person).await
        })
    })
    .await
}

/// Ends what there is, and what is about to begin.
async fn end_all(tx: &mut Tx<'_>, person: &PersonId) -> Result<usize, Error> {
    for spoil in [
        "UPDATE login_code SET used_at = $1 WHERE person = $2 AND used_at IS NULL",
        "UPDATE invite SET revoked_at = $1 WHERE person = $2 AND used_at IS NULL AND revoked_at IS NULL",
    ] {
        sqlx::query(spoil).bind(tx.now).bind(person.as_str()).execute(&mut *tx.conn).await?;
    }
    let families: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM token_family WHERE person = $1 AND ended_at IS NULL AND expires_at > $2")
            .bind(person.as_str())
            .bind(tx.now)
            .fetch_all(&mut *tx.conn)
            .await?;
    for (family,) in &families {
        family::sign_out(tx, person.as_str(), family).await?;
    }
    Ok(families.len())
}
