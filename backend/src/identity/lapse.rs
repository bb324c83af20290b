//! Ending access tokens before their time, when what somebody may see has shrunk.

use crate::db::Tx;
use crate::error::Error;
use protocol::id::PersonId;

/// Ends every access token of `person`. Their sessions go on: the next contact renews the token, and what is not theirs
/// any more leaves the device with the answer.
///
/// # Errors
/// When the database fails.
pub async fn end_access_tokens(tx: &mut Tx<'_>, person: &PersonId) -> Result<(), Error> {
    sqlx::query("DELETE FROM access_token WHERE family IN (SELECT id FROM token_family WHERE person = $1)")
        .bind(person.as_str())
        .execute(&mut *tx.conn)
        .await?;
    tx.feed.regrant(person);
    Ok(())
}
