//! Powers of attorney between adults: given and withdrawn by the people themselves.
//!
//! Whoever is to get one hands their code to the giver, outside the app. Only its hash is known here, it is good for one
//! use and a week, and whatever stands in the way (a wrong code, an age, protected identity, being kept apart) gets the
//! same answer: nobody finds out who is registered, or why not.

use super::age::{AgeRule, has_reached};
use super::{NewRelation, are_apart, insert, lapse, show};
use crate::db::Tx;
use crate::error::Error;
use crate::identity::Caller;
use crate::person;
use protocol::Millis;
use protocol::id::PersonId;
use protocol::identity::Realm;
use protocol::refusal::RefusalCode;
use protocol::relation::{
    ClosedBy, GivePowerOfAttorney, INVITATION_LIFE, Invite, Matter, POWER_OF_ATTORNEY_DAYS, RelationKind, Source,
    WithdrawPowerOfAttorney, hash_code,
};

const DAY: Millis = 24 * 60 * 60 * 1000;
/// The most invitations of one person that can be used at a time.
const MOST: i64 = 5;

/// Notes that whoever has the code can give the caller a power of attorney.
///
/// # Errors
/// [`RefusalCode::Invalid`] for what is no hash, [`RefusalCode::Access`] for staff.
pub async fn invite(tx: &mut Tx<'_>, caller: &Caller, act: Invite) -> Result<(), Error> {
    if caller.realm != Realm::Resident {
        return Err(RefusalCode::Access.into());
    }
    if act.code_hash.len() != 64 || !act.code_hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(RefusalCode::Invalid.into());
    }
    sqlx::query(
        "DELETE FROM invitation WHERE person = $1 AND (expires_at <= $2 OR code_hash NOT IN
             (SELECT code_hash FROM invitation WHERE person = $1 ORDER BY made_at DESC LIMIT $3))",
    )
    .bind(caller.person.as_str())
    .bind(tx.now)
    .bind(MOST - 1)
    .execute(&mut *tx.conn)
    .await?;
    // A hash that is taken is left as it is, without a word: nobody but its maker can know it.
    sqlx::query(
        "INSERT INTO invitation (code_hash, municipality, person, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
    )
    .bind(&act.code_hash)
    .bind(caller.municipality.as_str())
    .bind(caller.person.as_str())
    .bind(tx.now)
    .bind(tx.now + INVITATION_LIFE)
    .execute(&mut *tx.conn)
    .await?;
    Ok(())
}

/// Gives a power of attorney to whoever made the code. It makes them eligible; a case is opened to them by staff.
///
/// # Errors
/// [`RefusalCode::Invalid`] without a matter or with an end that is too far; [`RefusalCode::Access`] for whatever else
/// stands in the way.
pub async fn give(tx: &mut Tx<'_>, caller: &Caller, act: GivePowerOfAttorney) -> Result<(), Error> {
    if caller.realm != Realm::Resident {
        return Err(RefusalCode::Access.into());
    }
    let mut matters = act.matters;
    matters.sort();
    matters.dedup();
    let far = tx.now + POWER_OF_ATTORNEY_DAYS * DAY;
    if matters.is_empty() || matters.contains(&Matter::Unknown) || act.until <= tx.now || act.until > far {
        return Err(RefusalCode::Invalid.into());
    }
    let hash = hash_code(&act.code).ok_or(RefusalCode::Access)?;
    let used: Option<(String,)> = sqlx::query_as(
        "UPDATE invitation SET used_at = $1 WHERE code_hash = $2 AND used_at IS NULL AND expires_at > $1 RETURNING person",
    )
    .bind(tx.now)
    .bind(&hash)
    .fetch_optional(&mut *tx.conn)
    .await?;
    let (receiver,) = used.ok_or(RefusalCode::Access)?;
    let receiver = PersonId::new(receiver);
    if !may_trust(tx, &caller.person, &receiver).await? {
        return Err(RefusalCode::Access.into());
    }
    insert(
        tx,
        NewRelation {
            id: act.relation.as_str(),
            kind: RelationKind::PowerOfAttorney,
            of: &caller.person,
            by: &receiver,
            case: None,
            matters: &matters,
            starts: tx.now,
            until: Some(act.until),
            source: Source::Person,
            checked_at: tx.now,
            same_address: false,
        },
    )
    .await?;
    show(tx, &caller.person).await
}

/// Whether `giver` can give `receiver` a power of attorney at all.
///
/// # Errors
/// When the database fails.
pub(super) async fn may_trust(tx: &mut Tx<'_>, giver: &PersonId, receiver: &PersonId) -> Result<bool, Error> {
    let mut fit = true;
    for person in [giver, receiver] {
        let found = person::find(tx, person).await?;
        fit &= found.realm == Realm::Resident && !found.protected;
        fit &= has_reached(tx, person, AgeRule::Majority).await?;
    }
    let (humans,): (i64,) =
        sqlx::query_as("SELECT COUNT(DISTINCT personal_number) FROM person WHERE id = $1 OR id = $2")
            .bind(giver.as_str())
            .bind(receiver.as_str())
            .fetch_one(&mut *tx.conn)
            .await?;
    Ok(fit && humans == 2 && !are_apart(tx, giver, receiver).await?)
}

/// Ends a power of attorney that the caller gave or got, and at once what was opened because of it.
///
/// # Errors
/// [`RefusalCode::Access`] when there is none.
pub async fn withdraw(tx: &mut Tx<'_>, caller: &Caller, act: WithdrawPowerOfAttorney) -> Result<(), Error> {
    let row: Option<(String, String)> = sqlx::query_as(
        "UPDATE relation SET until = $1, ended = 'withdrawn'
         WHERE id = $2 AND kind = 'power_of_attorney' AND (of_person = $3 OR by_person = $3) AND (until IS NULL OR until > $1)
         RETURNING of_person, by_person",
    )
    .bind(tx.now)
    .bind(act.relation.as_str())
    .bind(caller.person.as_str())
    .fetch_optional(&mut *tx.conn)
    .await?;
    let (of, by) = row.ok_or(RefusalCode::Access)?;
    // In words that staff read where the case is.
    lapse(tx, &PersonId::new(of), &PersonId::new(by), ClosedBy::RelationEnded, "fullmakten är återkallad").await
}
