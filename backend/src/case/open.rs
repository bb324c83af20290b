//! Opening a case, and letting people into it.

use super::{CaseFile, find, project_all, staff_scope};
use crate::access::{NewGrant, grant, renew_threads, require_case_staff};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{STAFF, code, scope_for};
use crate::identity::Caller;
use crate::person::{self, Person};
use crate::relation::{self, Eligible};
use crate::{message, party, text};
use protocol::Millis;
use protocol::access::{Role, ScopeKind, SyncMode};
use protocol::case::{OpenCase, OpenCaseTo, Stage};
use protocol::identity::Realm;
use protocol::refusal::RefusalCode;
use protocol::relation::{Closure, ConfirmProxy, Matter};

/// Opens a case. Its unit may open the content too, with a purpose; for a person with protected identity
/// only the named caseworker may.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller is staff of the person's municipality and not kept apart from them;
/// [`RefusalCode::Reused`] when the id or number is taken.
pub async fn open(tx: &mut Tx<'_>, caller: &Caller, act: OpenCase) -> Result<(), Error> {
    let staff = person::find(tx, &caller.person).await?;
    let concerned = person::find(tx, &act.person).await?;
    let unit = staff.unit.clone().ok_or(RefusalCode::Access)?;
    let apart = relation::are_apart(tx, &staff.id, &concerned.id).await?;
    if apart || concerned.municipality != staff.municipality || concerned.realm != Realm::Resident {
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
        let party = Party { person: &concerned, role: Role::Resident, ground: "party", until: None, matters: &[] };
        add_party(tx, &case, party).await?;
    }
    project_all(tx, &case.id).await?;
    party::show(tx, &case.id).await
}

/// Lets the person concerned, a guardian or a representative into a case.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case, and: the person is the one concerned or
/// eligible; nobody in the case is to be kept apart from them; the one concerned has no protected identity, or the
/// person is a guardian who lives with them.
pub async fn open_to(tx: &mut Tx<'_>, caller: &Caller, act: OpenCaseTo) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let case = find(tx, &act.case).await?;
    let person = person::find(tx, &act.person).await?;
    let ground = text::line(&act.ground, 300)?;
    if person.id == case.person {
        let party = Party { person: &person, role: Role::Resident, ground: &ground, until: None, matters: &[] };
        add_party(tx, &case, party).await?;
        party::show(tx, &case.id).await?;
        return project_all(tx, &case.id).await;
    }
    let concerned = person::find(tx, &case.person).await?;
    let eligible = eligible_until(tx, &case, &person, act.review_at).await?;
    if concerned.protected && !(eligible.role == Role::Guardian && eligible.same_address) {
        return Err(RefusalCode::Access.into());
    }
    let_in(tx, &case, &person, &ground, &eligible).await
}

/// Lets a representative of a person with protected identity in, whom the case's own caseworker answers for.
///
/// # Errors
/// [`RefusalCode::Access`] unless the case is the caller's own, and: the one concerned has protected identity; the person
/// is eligible.
pub async fn confirm_proxy(tx: &mut Tx<'_>, caller: &Caller, act: ConfirmProxy) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let case = find(tx, &act.case).await?;
    let person = person::find(tx, &act.person).await?;
    let concerned = person::find(tx, &case.person).await?;
    let ground = text::line(&act.ground, 300)?;
    if case.caseworker != caller.person || !concerned.protected || person.id == case.person {
        return Err(RefusalCode::Access.into());
    }
    let eligible = eligible_until(tx, &case, &person, act.review_at).await?;
    let_in(tx, &case, &person, &ground, &eligible).await
}

/// As what `person` can be let in, at the longest until the day of review.
async fn eligible_until(
    tx: &mut Tx<'_>,
    case: &CaseFile,
    person: &Person,
    review_at: Millis,
) -> Result<Eligible, Error> {
    if review_at <= tx.now {
        return Err(RefusalCode::Access.into());
    }
    let eligible = relation::eligible(tx, &case.person, &person.id, &case.id).await?.ok_or(RefusalCode::Access)?;
    Ok(Eligible { until: Some(eligible.until.map_or(review_at, |ends| ends.min(review_at))), ..eligible })
}

async fn let_in(
    tx: &mut Tx<'_>,
    case: &CaseFile,
    person: &Person,
    ground: &str,
    eligible: &Eligible,
) -> Result<(), Error> {
    let party = Party { person, role: eligible.role, ground, until: eligible.until, matters: &eligible.matters };
    add_party(tx, case, party).await?;
    let staff = staff_scope(tx, case).await?;
    tx.feed.remove::<Closure>(&staff, person.id.as_str());
    message::show_participants(tx, case).await?;
    relation::show(tx, &person.id).await?;
    project_all(tx, &case.id).await
}

struct Party<'a> {
    person: &'a Person,
    role: Role,
    ground: &'a str,
    until: Option<Millis>,
    matters: &'a [Matter],
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
        "INSERT INTO case_party (case_id, municipality, person, role, ground, review_at, matters)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (case_id, person) DO UPDATE
         SET role = excluded.role, ground = excluded.ground, review_at = excluded.review_at, matters = excluded.matters",
    )
    .bind(case.id.as_str())
    .bind(case.municipality.as_str())
    .bind(person.id.as_str())
    .bind(code(&party.role)?)
    .bind(party.ground)
    .bind(party.until)
    .bind(relation::matters_column(party.matters)?)
    .execute(&mut *tx.conn)
    .await?;
    if person.protected {
        relation::guard(tx, case).await?;
    }
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
