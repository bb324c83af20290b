//! Protected identity, which fails closed.
//!
//! Of a person who is protected only named staff see the content, never their unit. Whoever acts for them is let in one
//! by one by the case's own caseworker, but for a guardian at the same address. To everybody but the person and those
//! staff, a municipality, a unit, a telephone number, the name of a member of staff and a file with its name would all tell
//! where the person is: they are left out.

use super::{eligible, show};
use crate::case::{self, CaseFile};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{ALL, find_scope};
use crate::identity::{self, Caller};
use crate::message;
use crate::person::{self, Person};
use crate::text;
use protocol::access::{Role, ScopeKind};
use protocol::id::{CaseId, PersonId, ScopeId};
use protocol::identity::Realm;
use protocol::refusal::RefusalCode;
use protocol::relation::{ClosedBy, EndProtected, MarkProtected};

/// Marks a person as having protected identity.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller leads a unit of the person's municipality.
pub async fn mark_protected(tx: &mut Tx<'_>, caller: &Caller, act: MarkProtected) -> Result<(), Error> {
    let ground = text::line(&act.ground, 300)?;
    let person = person_to_decide_on(tx, caller, &act.person).await?;
    note_decision(tx, caller, &person.id, true, &ground).await?;
    // The same human in another municipality is in no less danger.
    let humans: Vec<(String,)> = sqlx::query_as(
        "UPDATE person SET protected = 1 WHERE realm = 'resident'
         AND personal_number = (SELECT personal_number FROM person WHERE id = $1) RETURNING id",
    )
    .bind(person.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let mut humans: Vec<PersonId> = humans.into_iter().map(|(id,)| PersonId::new(id)).collect();
    humans.sort();
    for human in humans {
        protect(tx, &human, &ground).await?;
    }
    Ok(())
}

/// Ends the mark in the caller's municipality; another one decides for itself. Place and names are kept from those who
/// are let in no longer; whoever was suspended, and the unit, stays outside until staff open the case to them.
///
/// # Errors
/// As [`mark_protected`].
pub async fn end_protected(tx: &mut Tx<'_>, caller: &Caller, act: EndProtected) -> Result<(), Error> {
    let ground = text::line(&act.ground, 300)?;
    let person = person_to_decide_on(tx, caller, &act.person).await?;
    note_decision(tx, caller, &person.id, false, &ground).await?;
    sqlx::query("UPDATE person SET protected = 0 WHERE id = $1")
        .bind(person.id.as_str())
        .execute(&mut *tx.conn)
        .await?;
    let person = Person { protected: false, ..person };
    person::show_profile(tx, &person).await?;
    for case in cases_of(tx, &person.id).await? {
        let file = case::find(tx, &case).await?;
        message::show_participants(tx, &file).await?;
        case::project_all(tx, &case).await?;
    }
    show(tx, &person.id).await
}

/// The person, if the caller leads a unit of their municipality.
async fn person_to_decide_on(tx: &mut Tx<'_>, caller: &Caller, person: &PersonId) -> Result<Person, Error> {
    let (leads,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM unit_lead WHERE person = $1 AND municipality = $2")
        .bind(caller.person.as_str())
        .bind(caller.municipality.as_str())
        .fetch_one(&mut *tx.conn)
        .await?;
    let person = person::find(tx, person).await?;
    if leads == 0 || person.municipality != caller.municipality || person.realm != Realm::Resident {
        return Err(RefusalCode::Access.into());
    }
    Ok(person)
}

async fn note_decision(
    tx: &mut Tx<'_>,
    caller: &Caller,
    person: &PersonId,
    protected: bool,
    ground: &str,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO protection_decision (id, municipality, person, protected, ground, decided_by, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(uuid::Uuid::now_v7().to_string())
    .bind(caller.municipality.as_str())
    .bind(person.as_str())
    .bind(i64::from(protected))
    .bind(ground)
    .bind(caller.person.as_str())
    .bind(tx.now)
    .execute(&mut *tx.conn)
    .await?;
    Ok(())
}

/// The cases that `person` is concerned by or let into.
async fn cases_of(tx: &mut Tx<'_>, person: &PersonId) -> Result<Vec<CaseId>, Error> {
    let cases: Vec<(String,)> = sqlx::query_as(
        "SELECT id FROM case_file WHERE person = $1 UNION SELECT case_id FROM case_party WHERE person = $1 ORDER BY 1",
    )
    .bind(person.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    Ok(cases.into_iter().map(|(case,)| CaseId::new(case)).collect())
}

async fn protect(tx: &mut Tx<'_>, human: &PersonId, ground: &str) -> Result<(), Error> {
    let person = person::find(tx, human).await?;
    person::show_profile(tx, &person).await?;
    for case in cases_of(tx, human).await? {
        let file = case::find(tx, &case).await?;
        guard(tx, &file).await?;
        if file.person == *human {
            suspend(tx, &file, ground).await?;
        }
        case::project_all(tx, &file.id).await?;
    }
    show(tx, human).await
}

/// Whoever acts for the person is let in again one by one.
async fn suspend(tx: &mut Tx<'_>, file: &CaseFile, ground: &str) -> Result<(), Error> {
    let parties: Vec<(String,)> =
        sqlx::query_as("SELECT person FROM case_party WHERE case_id = $1 AND person <> $2 ORDER BY person")
            .bind(file.id.as_str())
            .bind(file.person.as_str())
            .fetch_all(&mut *tx.conn)
            .await?;
    for (party,) in parties {
        let party = PersonId::new(party);
        if !lives_with(tx, file, &party).await? {
            case::close_party(tx, file, &party, ground, Some(ClosedBy::Protected)).await?;
            identity::end_access_tokens(tx, &party).await?;
        }
    }
    Ok(())
}

/// Whether `party` is a guardian of the person concerned and lives with them.
async fn lives_with(tx: &mut Tx<'_>, file: &CaseFile, party: &PersonId) -> Result<bool, Error> {
    let eligible = eligible(tx, &file.person, party, &file.id).await?;
    Ok(eligible.is_some_and(|eligible| eligible.role == Role::Guardian && eligible.same_address))
}

/// Takes the content of a case and its threads from the unit: only those who are named in person keep it.
///
/// # Errors
/// When the database fails.
pub async fn guard(tx: &mut Tx<'_>, file: &CaseFile) -> Result<(), Error> {
    let mut scopes = vec![case::staff_scope(tx, file).await?];
    let threads: Vec<(String,)> = sqlx::query_as("SELECT id FROM thread WHERE case_id = $1 ORDER BY id")
        .bind(file.id.as_str())
        .fetch_all(&mut *tx.conn)
        .await?;
    for (thread,) in threads {
        scopes.extend(find_scope(tx, ScopeKind::Thread, &thread, ALL).await?);
    }
    for scope in scopes {
        take_from_units(tx, &scope).await?;
    }
    Ok(())
}

async fn take_from_units(tx: &mut Tx<'_>, scope: &ScopeId) -> Result<(), Error> {
    sqlx::query(
        "UPDATE access_grant SET until = $1, ground = 'protected'
         WHERE scope = $2 AND subject IN (SELECT id FROM unit) AND (until IS NULL OR until > $1)",
    )
    .bind(tx.now)
    .bind(scope.as_str())
    .execute(&mut *tx.conn)
    .await?;
    let opened: Vec<(String,)> = sqlx::query_as(
        "DELETE FROM lease WHERE scope = $1 AND person NOT IN
             (SELECT subject FROM access_grant WHERE scope = $1 AND (until IS NULL OR until > $2)) RETURNING person",
    )
    .bind(scope.as_str())
    .bind(tx.now)
    .fetch_all(&mut *tx.conn)
    .await?;
    for (person,) in opened {
        tx.feed.regrant(&PersonId::new(person));
    }
    Ok(())
}

/// Whether staff and place are kept from `party` in this case: it concerns somebody protected, and the party is
/// neither that person nor a guardian who lives with them.
///
/// # Errors
/// When the database fails.
pub async fn is_veiled(tx: &mut Tx<'_>, file: &CaseFile, concerned: &Person, party: &PersonId) -> Result<bool, Error> {
    Ok(concerned.protected && concerned.id != *party && !lives_with(tx, file, party).await?)
}
