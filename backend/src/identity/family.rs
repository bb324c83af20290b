//! Sessions: the families of tokens that come from one login.
//!
//! A family ends at a fixed time after its login, when it is revoked, or when a token or code that was
//! used up turns up again: then somebody else has a copy, and nobody can tell who.

use super::secret::{HashedToken, PlainToken};
use crate::db::Tx;
use crate::error::Error;
use protocol::Millis;
use protocol::id::PersonId;
use protocol::identity::Realm;
use sqlx::AnyConnection;

const MINUTE: Millis = 60 * 1000;
const HOUR: Millis = 60 * MINUTE;
/// Life of an access token.
pub(super) const ACCESS_LIFE: Millis = 10 * MINUTE;

/// A new session.
pub(super) struct Family<'f> {
    pub(super) id: &'f str,
    pub(super) municipality: &'f str,
    pub(super) person: &'f str,
    pub(super) realm: Realm,
}

/// What the app gets.
pub(super) struct Tokens {
    pub(super) access: PlainToken,
    pub(super) refresh: PlainToken,
}

/// How long one stays logged in.
fn life(realm: Realm) -> Millis {
    match realm {
        Realm::Resident => 30 * 24 * HOUR,
        Realm::Staff => 12 * HOUR,
    }
}

/// Begins a session.
pub(super) async fn begin(tx: &mut Tx<'_>, family: &Family<'_>) -> Result<Tokens, Error> {
    sqlx::query(
        "INSERT INTO token_family (id, municipality, person, realm, started_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(family.id)
    .bind(family.municipality)
    .bind(family.person)
    .bind(family.realm.as_str())
    .bind(tx.now)
    .bind(tx.now + life(family.realm))
    .execute(&mut *tx.conn)
    .await?;
    issue(tx, family.id, family.municipality).await
}

/// Turns a refresh token into the next pair. `None` when it is not good any more; if it has been used
/// before, the family has ended.
pub(super) async fn rotate(tx: &mut Tx<'_>, refresh: &HashedToken) -> Result<Option<Tokens>, Error> {
    let used: Option<(String,)> =
        sqlx::query_as("UPDATE refresh_token SET used_at = $1 WHERE hash = $2 AND used_at IS NULL RETURNING family")
            .bind(tx.now)
            .bind(refresh.as_str())
            .fetch_optional(&mut *tx.conn)
            .await?;
    let Some((family,)) = used else {
        end_by_refresh(tx, refresh).await?;
        return Ok(None);
    };
    let live: Option<(String,)> =
        sqlx::query_as("SELECT municipality FROM token_family WHERE id = $1 AND ended_at IS NULL AND expires_at > $2")
            .bind(&family)
            .bind(tx.now)
            .fetch_optional(&mut *tx.conn)
            .await?;
    match live {
        Some((municipality,)) => issue(tx, &family, &municipality).await.map(Some),
        None => Ok(None),
    }
}

/// Ends the family of a refresh token, used or not.
pub(super) async fn end_by_refresh(tx: &mut Tx<'_>, refresh: &HashedToken) -> Result<(), Error> {
    let row: Option<(String,)> = sqlx::query_as("SELECT family FROM refresh_token WHERE hash = $1")
        .bind(refresh.as_str())
        .fetch_optional(&mut *tx.conn)
        .await?;
    match row {
        Some((family,)) => end(tx, &family).await,
        None => Ok(()),
    }
}

/// Ends a family: none of its tokens opens anything from now on, and its event streams hear of it.
pub(super) async fn end(tx: &mut Tx<'_>, family: &str) -> Result<(), Error> {
    let row: Option<(String,)> =
        sqlx::query_as("UPDATE token_family SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL RETURNING person")
            .bind(tx.now)
            .bind(family)
            .fetch_optional(&mut *tx.conn)
            .await?;
    if let Some((person,)) = row {
        tx.feed.regrant(&PersonId::new(person));
    }
    sqlx::query("DELETE FROM access_token WHERE family = $1").bind(family).execute(&mut *tx.conn).await?;
    Ok(())
}

/// Removes what ran out.
pub(super) async fn sweep(tx: &mut Tx<'_>) -> Result<(), Error> {
    for delete in [
        // A code that comes a second time is still recognised for a while.
        "DELETE FROM login_code WHERE expires_at <= $1 - 600000",
        "DELETE FROM access_token WHERE expires_at <= $1",
        "DELETE FROM refresh_token WHERE family IN (SELECT id FROM token_family WHERE expires_at <= $1)",
        "DELETE FROM access_token WHERE family IN (SELECT id FROM token_family WHERE expires_at <= $1)",
        "DELETE FROM token_family WHERE expires_at <= $1",
    ] {
        sqlx::query(delete).bind(tx.now).execute(&mut *tx.conn).await?;
    }
    Ok(())
}

/// Whether a session (`Caller::session`) still stands, for answers that outlive their request.
///
/// # Errors
/// When the database fails.
pub async fn is_live(conn: &mut AnyConnection, session: &str, now: Millis) -> Result<bool, Error> {
    let row: Option<(String,)> =
        sqlx::query_as("SELECT id FROM token_family WHERE id = $1 AND ended_at IS NULL AND expires_at > $2")
            .bind(session)
            .bind(now)
            .fetch_optional(conn)
            .await?;
    Ok(row.is_some())
}

async fn issue(tx: &mut Tx<'_>, family: &str, municipality: &str) -> Result<Tokens, Error> {
    let tokens = Tokens { access: PlainToken::make(), refresh: PlainToken::make() };
    sqlx::query("INSERT INTO access_token (hash, municipality, family, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(tokens.access.hash().as_str())
        .bind(municipality)
        .bind(family)
        .bind(tx.now + ACCESS_LIFE)
        .execute(&mut *tx.conn)
        .await?;
    sqlx::query("INSERT INTO refresh_token (hash, municipality, family) VALUES ($1, $2, $3)")
        .bind(tokens.refresh.hash().as_str())
        .bind(municipality)
        .bind(family)
        .execute(&mut *tx.conn)
        .await?;
    Ok(tokens)
}
