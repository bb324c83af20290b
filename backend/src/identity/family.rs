//! Sessions: the families of tokens that come from one login.
//!
//! A family belongs to one key. It ends at a fixed time after its login, when nobody has used it for long, when it is revoked,
//! when it is signed out from another device or with its person ([`super::leave`]), or when a token or code that was used up
//! turns up again: then somebody else has a copy, and nobody can tell who.

use super::secret::{HashedToken, PlainToken};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::decode;
use crate::rate::Limits;
use protocol::Millis;
use protocol::id::PersonId;
use protocol::identity::{Level, Platform, Realm};
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
    pub(super) level: Level,
    pub(super) jkt: &'f str,
    pub(super) platform: Platform,
}

/// What the app gets.
pub(super) struct Tokens {
    pub(super) access: PlainToken,
    pub(super) refresh: PlainToken,
}

/// What becomes of a refresh token.
pub(super) enum Rotated {
    /// The next pair.
    Next(Tokens),
    /// It is not good any more; its family, if it had one, has ended.
    Ended,
    /// Its session was signed out from another device, and this is the device itself.
    SignedOut,
}

/// How long one stays logged in.
fn life(realm: Realm) -> Millis {
    match realm {
        Realm::Resident => 30 * 24 * HOUR,
        Realm::Staff => 12 * HOUR,
    }
}

/// How long one stays logged in without using it. Use is noted to the hour, so it may be an hour less.
fn idle(realm: Realm) -> Millis {
    match realm {
        Realm::Resident => 14 * 24 * HOUR,
        Realm::Staff => 4 * HOUR,
    }
}

/// A session that was not used since then is over.
pub(super) fn unused_since(realm: Realm, now: Millis) -> Millis {
    now - idle(realm)
}

/// Begins a session.
pub(super) async fn begin(tx: &mut Tx<'_>, family: &Family<'_>) -> Result<Tokens, Error> {
    sqlx::query(
        "INSERT INTO token_family (id, municipality, person, realm, level, jkt, platform, started_at, used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
    )
    .bind(family.id)
    .bind(family.municipality)
    .bind(family.person)
    .bind(family.realm.as_str())
    .bind(family.level.as_str())
    .bind(family.jkt)
    .bind(family.platform.as_str())
    .bind(tx.now)
    .bind(tx.now + life(family.realm))
    .execute(&mut *tx.conn)
    .await?;
    let refresh = PlainToken::make();
    keep(tx, family.id, family.municipality, &refresh).await?;
    Ok(Tokens { access: issue(tx, family.id, family.municipality).await?, refresh })
}

/// Turns a refresh token into the next pair, for whoever has the family's key.
///
/// A reply that was lost on the way is no theft: the token that was used last gives the same successor again as long as that one has not
/// been used. Every other token that was used before, or one in the hands of another key, ends the family.
pub(super) async fn rotate(
    tx: &mut Tx<'_>,
    refresh: &PlainToken,
    jkt: &str,
    limits: &Limits,
) -> Result<Rotated, Error> {
    let salt = PlainToken::make();
    let used: Option<(String,)> = sqlx::query_as(
        "UPDATE refresh_token SET used_at = $1, salt = $2 WHERE hash = $3 AND used_at IS NULL RETURNING family",
    )
    .bind(tx.now)
    .bind(salt.expose())
    .bind(refresh.hash().as_str())
    .fetch_optional(&mut *tx.conn)
    .await?;
    let (family, successor) = match used {
        Some((family,)) => (family, Some(refresh.successor(&salt))),
        None => match used_before(tx, refresh).await? {
            Some(found) => found,
            None => return Ok(Rotated::Ended),
        },
    };
    let standing = standing(tx, &family).await?;
    limits.login(&standing.person, &standing.municipality, tx.now)?;
    let is_holder = standing.jkt.as_deref() == Some(jkt);
    match successor {
        _ if standing.signed_out && is_holder => Ok(Rotated::SignedOut),
        Some(refresh) if standing.live && is_holder => {
            keep(tx, &family, &standing.municipality, &refresh).await?;
            let tokens = Tokens { access: issue(tx, &family, &standing.municipality).await?, refresh };
            Ok(Rotated::Next(tokens))
        }
        _ => {
            if standing.live {
                let why = if is_holder { "used before" } else { "another key" };
                let municipality = standing.municipality;
                tracing::warn!(municipality, why, "a refresh token was misused, its session ends");
            }
            end(tx, &family).await?;
            Ok(Rotated::Ended)
        }
    }
}

/// The family of a token that was used before, with its successor if nobody has used that one.
async fn used_before(tx: &mut Tx<'_>, refresh: &PlainToken) -> Result<Option<(String, Option<PlainToken>)>, Error> {
    let row: Option<(String, Option<String>)> =
        sqlx::query_as("SELECT family, salt FROM refresh_token WHERE hash = $1")
            .bind(refresh.hash().as_str())
            .fetch_optional(&mut *tx.conn)
            .await?;
    let Some((family, salt)) = row else { return Ok(None) };
    let Some(salt) = salt.as_deref().and_then(PlainToken::read) else { return Ok(Some((family, None))) };
    let successor = refresh.successor(&salt);
    let unused: Option<(String,)> =
        sqlx::query_as("SELECT family FROM refresh_token WHERE hash = $1 AND used_at IS NULL")
            .bind(successor.hash().as_str())
            .fetch_optional(&mut *tx.conn)
            .await?;
    Ok(Some((family, unused.map(|_| successor))))
}

struct Standing {
    person: String,
    municipality: String,
    jkt: Option<String>,
    live: bool,
    signed_out: bool,
}

/// How a family stands; that it is used now is noted, to the hour.
async fn standing(tx: &mut Tx<'_>, family: &str) -> Result<Standing, Error> {
    type Row = (String, String, String, Option<String>, Millis, Option<Millis>, Millis, Option<Millis>);
    let row: Row = sqlx::query_as(
        "SELECT person, municipality, realm, jkt, used_at, ended_at, expires_at, signed_out_at FROM token_family
         WHERE id = $1",
    )
    .bind(family)
    .fetch_one(&mut *tx.conn)
    .await?;
    let (person, municipality, realm, jkt, used_at, ended_at, expires_at, signed_out_at) = row;
    let is_unused = used_at <= unused_since(decode(&realm)?, tx.now);
    let live = ended_at.is_none() && expires_at > tx.now && !is_unused;
    if live {
        sqlx::query("UPDATE token_family SET used_at = $1 WHERE id = $2 AND used_at <= $1 - 3600000")
            .bind(tx.now)
            .bind(family)
            .execute(&mut *tx.conn)
            .await?;
    }
    Ok(Standing { person, municipality, jkt, live, signed_out: signed_out_at.is_some() })
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

/// Ends a session of `person` from another device, and remembers that its device has to hear of it. Whether there was one.
pub(super) async fn sign_out(tx: &mut Tx<'_>, person: &str, family: &str) -> Result<bool, Error> {
    let signed_out: Option<(String,)> = sqlx::query_as(
        "UPDATE token_family SET signed_out_at = $1 WHERE id = $2 AND person = $3 AND ended_at IS NULL RETURNING id",
    )
    .bind(tx.now)
    .bind(family)
    .bind(person)
    .fetch_optional(&mut *tx.conn)
    .await?;
    if signed_out.is_some() {
        end(tx, family).await?;
    }
    Ok(signed_out.is_some())
}

/// Removes what ran out. A session that was signed out from another device is remembered for a year longer, until its own has
/// heard of it.
pub(super) async fn sweep(tx: &mut Tx<'_>) -> Result<(), Error> {
    for delete in [
        // A code that comes a second time is still recognised for a while.
        "DELETE FROM login_code WHERE expires_at <= $1 - 600000",
        "DELETE FROM access_token WHERE expires_at <= $1",
        "DELETE FROM refresh_token WHERE family IN (SELECT id FROM token_family
         WHERE expires_at <= $1 AND (signed_out_at IS NULL OR signed_out_at <= $1 - 31536000000))",
        "DELETE FROM access_token WHERE family IN (SELECT id FROM token_family WHERE expires_at <= $1)",
        "DELETE FROM token_family
         WHERE expires_at <= $1 AND (signed_out_at IS NULL OR signed_out_at <= $1 - 31536000000)",
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

/// A new access token.
async fn issue(tx: &mut Tx<'_>, family: &str, municipality: &str) -> Result<PlainToken, Error> {
    let access = PlainToken::make();
    sqlx::query("INSERT INTO access_token (hash, municipality, family, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(access.hash().as_str())
        .bind(municipality)
        .bind(family)
        .bind(tx.now + ACCESS_LIFE)
        .execute(&mut *tx.conn)
        .await?;
    Ok(access)
}

/// Remembers a refresh token, by its hash, if it is not there yet.
async fn keep(tx: &mut Tx<'_>, family: &str, municipality: &str, refresh: &PlainToken) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO refresh_token (hash, municipality, family) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING",
    )
    .bind(refresh.hash().as_str())
    .bind(municipality)
    .bind(family)
    .execute(&mut *tx.conn)
    .await?;
    Ok(())
}
