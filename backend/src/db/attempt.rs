//! A part of a transaction that can be undone by itself.

use super::{Tx, Work};
use crate::error::Error;

/// Runs `work` in a savepoint of the transaction; a refusal undoes what it did and is returned as such.
///
/// # Errors
/// Only what is not a refusal.
pub async fn attempt<T, F>(tx: &mut Tx<'_>, work: F) -> Result<Result<T, protocol::refusal::Refusal>, Error>
where
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> Work<'t, T>,
{
    sqlx::raw_sql("SAVEPOINT attempt").execute(&mut *tx.conn).await?;
    let (mark, noted) = (tx.feed.mark(), tx.log.mark());
    let result = work(tx).await;
    match result {
        Ok(value) => {
            sqlx::raw_sql("RELEASE SAVEPOINT attempt").execute(&mut *tx.conn).await?;
            Ok(Ok(value))
        }
        Err(Error::Refused(refusal)) => {
            sqlx::raw_sql("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt").execute(&mut *tx.conn).await?;
            tx.feed.rewind(mark);
            tx.log.rewind(noted);
            Ok(Err(refusal))
        }
        Err(other) => Err(other),
    }
}
