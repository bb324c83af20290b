//! One-time codes: how somebody without e-identification comes in.
//!
//! A member of staff who works with the person and has checked who they are gives them a code, by word or on paper. It
//! counts once and for a day, and only its hash is kept. What it begins is a session of its own level: messages and
//! bookings, not the file (`access::held`). Nothing here answers to a link: a code is typed into the app.

use super::caller::Caller;
use super::family::{self, Family, Tokens};
use super::registry;
use super::secret::derive_sha256;
use crate::App;
use crate::access::{granted_until, require};
use crate::db::Tx;
use crate::error::{Body, Error};
use crate::feed::code;
use crate::person;
use crate::rate::Limits;
use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use protocol::Millis;
use protocol::access::Role;
use protocol::id::ScopeId;
use protocol::identity::{Level, Platform, Realm};
use protocol::invite::{Checked, InviteCode, InviteMade, MakeInvite, SYMBOLS};
use protocol::refusal::RefusalCode;
use rand::RngCore as _;
use rand::rngs::OsRng;
use std::sync::Arc;

/// How long a code counts.
const LIFE: Millis = 24 * 60 * 60 * 1000;

/// `POST /identity/invites`
pub(super) async fn make(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(wish): Body<MakeInvite>,
) -> Result<Json<InviteMade>, Error> {
    if wish.checked == Checked::Unknown {
        return Err(RefusalCode::Invalid.into());
    }
    let mut random = [0; SYMBOLS];
    OsRng.fill_bytes(&mut random);
    let made = InviteCode::of(&random);
    let hash = derive_sha256(made.as_str());
    let (invite, expires_at) =
        app.db.write(move |tx| Box::pin(async move { give(tx, &caller, &wish, &hash).await })).await?;
    Ok(Json(InviteMade { invite, code: made.to_string(), expires_at }))
}

/// `POST /identity/invites/{invite}/revoke`
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(invite): Path<String>,
) -> Result<StatusCode, Error> {
    app.db.write(move |tx| Box::pin(async move { take_back(tx, &caller, &invite).await })).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whoever works with the person may, in a case or thread of theirs; of a person with protected identity only who was
/// named, not their unit. A new code ends those that were not used.
async fn give(tx: &mut Tx<'_>, caller: &Caller, wish: &MakeInvite, hash: &str) -> Result<(String, Millis), Error> {
    if caller.realm != Realm::Staff
        || require(tx.conn, &caller.person, &wish.scope, tx.now).await? != Role::Caseworker
        || !is_of(tx, &wish.scope, wish.person.as_str()).await?
    {
        return Err(RefusalCode::Access.into());
    }
    let person = person::find(tx, &wish.person).await?;
    let is_ours = person.realm == Realm::Resident && person.municipality == caller.municipality;
    if !is_ours || !registry::is_in(tx, &person.id).await? {
        return Err(RefusalCode::Access.into());
    }
    if person.protected {
        granted_until(tx, &caller.person, &wish.scope).await?;
    }
    sqlx::query("UPDATE invite SET revoked_at = $1 WHERE person = $2 AND used_at IS NULL AND revoked_at IS NULL")
        .bind(tx.now)
        .bind(person.id.as_str())
        .execute(&mut *tx.conn)
        .await?;
    let (id, expires_at) = (uuid::Uuid::new_v4().to_string(), tx.now + LIFE);
    sqlx::query(
        "INSERT INTO invite (id, hash, municipality, person, by_person, checked, made_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&id)
    .bind(hash)
    .bind(person.municipality.as_str())
    .bind(person.id.as_str())
    .bind(caller.person.as_str())
    .bind(code(&wish.checked)?)
    .bind(tx.now)
    .bind(expires_at)
    .execute(&mut *tx.conn)
    .await?;
    Ok((id, expires_at))
}

/// Whether a scope is a thread that the person takes part in, or what staff see of a case of theirs.
async fn is_of(tx: &mut Tx<'_>, scope: &ScopeId, person: &str) -> Result<bool, Error> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT s.id FROM scope s JOIN participant p ON p.thread = s.fact
         WHERE s.id = $1 AND s.kind = 'thread' AND p.person = $2
         UNION ALL
         SELECT s.id FROM scope s JOIN case_file f ON f.id = s.fact
         WHERE s.id = $1 AND s.kind = 'case' AND s.audience = 'staff'
           AND (f.person = $2 OR EXISTS (SELECT 1 FROM case_party c WHERE c.case_id = f.id AND c.person = $2))",
    )
    .bind(scope.as_str())
    .bind(person)
    .fetch_optional(&mut *tx.conn)
    .await?;
    Ok(row.is_some())
}

/// Whoever gave it takes it back. One that was used is past that: its session can be ended as any other.
async fn take_back(tx: &mut Tx<'_>, caller: &Caller, invite: &str) -> Result<(), Error> {
    let taken = sqlx::query(
        "UPDATE invite SET revoked_at = $1
         WHERE id = $2 AND by_person = $3 AND used_at IS NULL AND revoked_at IS NULL",
    )
    .bind(tx.now)
    .bind(invite)
    .bind(caller.person.as_str())
    .execute(&mut *tx.conn)
    .await?;
    if taken.rows_affected() == 0 { Err(RefusalCode::Access.into()) } else { Ok(()) }
}

/// Begins the session of whoever has the code, once, for a key: where, and its tokens. `None` for a code that does not count,
/// without saying why.
pub(super) async fn redeem(
    tx: &mut Tx<'_>,
    given: &str,
    (jkt, platform): (&str, Platform),
    limits: &Limits,
) -> Result<Option<(String, Tokens)>, Error> {
    let Some(given) = InviteCode::parse(given) else { return Ok(None) };
    let row: Option<(String, String)> = sqlx::query_as(
        "UPDATE invite SET used_at = $1
         WHERE hash = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $1 RETURNING municipality, person",
    )
    .bind(tx.now)
    .bind(derive_sha256(given.as_str()))
    .fetch_optional(&mut *tx.conn)
    .await?;
    let Some((municipality, person)) = row else { return Ok(None) };
    limits.login(&person, &municipality, tx.now)?;
    let id = uuid::Uuid::new_v4().to_string();
    let family = Family {
        id: &id,
        municipality: &municipality,
        person: &person,
        realm: Realm::Resident,
        level: Level::Invite,
        jkt,
        platform,
    };
    let tokens = family::begin(tx, &family).await?;
    Ok(Some((municipality, tokens)))
}
