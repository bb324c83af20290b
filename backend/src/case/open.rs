//! Opening a case, and letting people into it.

use super::{CaseFile, find, project_all};
use crate::access::{NewGrant, grant, renew_threads, require_case_staff};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{STAFF, code, scope_for};
use crate::identity::Caller;
use crate::person::{self, Person};
use crate::text;
use protocol::Millis;
use protocol::access::{Role, ScopeKind, SyncMode};
use protocol::case::{OpenCase, OpenCaseTo, Stage};
use protocol::id::PersonId;
use protocol::identity::Realm;
use protocol::refusal::RefusalCode;

/// Opens a case. Its unit may open the content too, with a purpose; for a person with protected identity
/// only the named caseworker may.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller is staff of the person's municipality; [`RefusalCode::Reused`]
/// when the id or number is taken.
pub async fn open(tx: &mut Tx<'_>, caller: &Caller, act: OpenCase) -> Result<(), Error> {
    let staff = person::find(tx, &caller.person).await?;
    let concerned = person::find(tx, &act.person).await?;
    let unit = staff.unit.clone().ok_or(RefusalCode::Access)?;
    if concerned.municipality != staff.municipality || concerned.realm != Realm::Resident {
        return Err(RefusalCode::Access.into());
    }
    let number = text::line(&act.number, 40)?;
    let title = text::line(&act.title, 120)?;
    let next_step = act.next_step.as_deref().map(|text| text::body(text, 500)).transpose()?;
    sqlx::query(
        "INSERT INTO case_file (id, municipality, number, title, person, unit, caseworker, stage, next_step, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(act.case.as_str())
    .bind(staff.municipality.as_str())
    .bind(&number)
    .bind(&title)
    .bind(concerned.id.as_str())
    .bind(&unit)
    .bind(staff.id.as_str())
    .bind(code(&Stage::Received)?)
    .bind(&next_step)
    .bind(tx.now)
    .execute(&mut *tx.conn)
    .await
    .map_err(text::reused)?;
    let scope = scope_for(tx, &staff.municipality, ScopeKind::Case, act.case.as_str(), STAFF).await?;
    let subjects = if concerned.protected { vec![staff.id.as_str()] } else { vec![staff.id.as_str(), unit.as_str()] };
    for subject in subjects {
        let sync = SyncMode::OnOpen;
        let new = NewGrant { subject, scope: &scope, role: Role::Caseworker, sync, until: None, ground: "assigned" };
        grant(tx, &staff.municipality, new).await?;
    }
    let case = find(tx, &act.case).await?;
    if act.visible {
        let party = Party { person: &concerned, role: Role::Resident, ground: "party", until: None };
        add_party(tx, &case, party).await?;
    }
    project_all(tx, &case.id).await
}

/// Lets the person concerned, a guardian or a representative into a case.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case, and: the person is the one concerned or
/// related to them; nobody in the case is to be kept apart from them; the one concerned has no protected
/// identity (then nobody else is let in).
pub async fn open_to(tx: &mut Tx<'_>, caller: &Caller, act: OpenCaseTo) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let case = find(tx, &act.case).await?;
    let ground = text::line(&act.ground, 300)?;
    let person = person::find(tx, &act.person).await?;
    let party = if person.id == case.person {
        Party { person: &person, role: Role::Resident, ground: &ground, until: None }
    } else {
        let concerned = person::find(tx, &case.person).await?;
        if concerned.protected || act.review_at <= tx.now {
            return Err(RefusalCode::Access.into());
        }
        let (role, ends) = relation(tx, &case.person, &person.id).await?.ok_or(RefusalCode::Access)?;
        let until = ends.map_or(act.review_at, |ends| ends.min(act.review_at));
        Party { person: &person, role, ground: &ground, until: Some(until) }
    };
    add_party(tx, &case, party).await?;
    project_all(tx, &case.id).await
}

struct Party<'a> {
    person: &'a Person,
    role: Role,
    ground: &'a str,
    until: Option<Millis>,
}

async fn add_party(tx: &mut Tx<'_>, case: &CaseFile, party: Party<'_>) -> Result<(), Error> {
    let person = party.person;
    let (apart,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM kept_apart a
         WHERE a.person = $1 AND (a.other = $2 OR a.other IN (SELECT person FROM case_party WHERE case_id = $3))",
    )
    .bind(person.id.as_str())
    .bind(case.person.as_str())
    .bind(case.id.as_str())
    .fetch_one(&mut *tx.conn)
    .await?;
    if apart > 0 {
        return Err(RefusalCode::Access.into());
    }
    sqlx::query(
        "INSERT INTO case_party (case_id, municipality, person, role, ground, review_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (case_id, person) DO UPDATE SET ground = excluded.ground, review_at = excluded.review_at",
    )
    .bind(case.id.as_str())
    .bind(case.municipality.as_str())
    .bind(person.id.as_str())
    .bind(code(&party.role)?)
    .bind(party.ground)
    .bind(party.until)
    .execute(&mut *tx.conn)
    .await?;
    let scope = scope_for(tx, &case.municipality, ScopeKind::Case, case.id.as_str(), person.id.as_str()).await?;
    let new = NewGrant {
        subject: person.id.as_str(),
        scope: &scope,
        role: party.role,
        sync: SyncMode::Auto,
        until: party.until,
        ground: party.ground,
    };
    grant(tx, &case.municipality, new).await?;
    // Threads about the case end, and go on, with it.
    renew_threads(tx, &person.id, case.id.as_str(), party.until).await
}

/// In which role `by` acts for `of`, and until when, if at all.
async fn relation(tx: &mut Tx<'_>, of: &PersonId, by: &PersonId) -> Result<Option<(Role, Option<Millis>)>, Error> {
    let row: Option<(String, Option<i64>)> = sqlx::query_as(
        "SELECT kind, until FROM relation WHERE of_person = $1 AND by_person = $2 AND (until IS NULL OR until > $3)
         ORDER BY CASE WHEN kind = 'custody' THEN 0 ELSE 1 END LIMIT 1",
    )
    .bind(of.as_str())
    .bind(by.as_str())
    .bind(tx.now)
    .fetch_optional(&mut *tx.conn)
    .await?;
    Ok(row.map(|(kind, until)| {
        let role = if kind == "custody" { Role::Guardian } else { Role::Representative };
        (role, until)
    }))
}
