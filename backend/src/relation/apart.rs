//! Keeping people apart: they never share a case, a thread or a list, and neither learns of the other.
//!
//! It holds for the human: somebody who is known in two municipalities, or as staff and as resident, is kept apart as
//! each of them. What the two share already is closed to whoever came later, never to the person a case concerns.

use crate::access::{require_case_staff, revoke};
use crate::case;
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{ALL, STAFF, find_scope};
use crate::identity::{self, Caller};
use crate::person::{self, Person};
use crate::text;
use protocol::Millis;
use protocol::access::ScopeKind;
use protocol::case::CaseRow;
use protocol::id::{CaseId, PersonId};
use protocol::identity::Realm;
use protocol::message::ThreadRow;
use protocol::refusal::RefusalCode;
use protocol::relation::{ClosedBy, EndKeepApart, KeepApart};

/// Whether the two are kept apart.
///
/// # Errors
/// When the database fails.
pub async fn are_apart(tx: &mut Tx<'_>, one: &PersonId, other: &PersonId) -> Result<bool, Error> {
    let row: Option<(i64,)> =
        sqlx::query_as("SELECT CAST(1 AS BIGINT) FROM kept_apart WHERE person = $1 AND other = $2")
            .bind(one.as_str())
            .bind(other.as_str())
            .fetch_optional(&mut *tx.conn)
            .await?;
    Ok(row.is_some())
}

/// Keeps two people apart from now on.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case and one of the two is a part of it;
/// [`RefusalCode::Invalid`] for one and the same.
pub async fn keep_apart(tx: &mut Tx<'_>, caller: &Caller, act: KeepApart) -> Result<(), Error> {
    let ground = text::line(&act.ground, 300)?;
    pairs(tx, caller, &act.case, &act.person, &act.other).await?;
    for (one, other) in mark_apart(tx, &act.person, &act.other, &ground).await? {
        separate(tx, &one, &other, &ground).await?;
    }
    Ok(())
}

/// Keeps two people apart no longer. What was closed stays so until it is opened again.
///
/// # Errors
/// As [`keep_apart`].
pub async fn end_keep_apart(tx: &mut Tx<'_>, caller: &Caller, act: EndKeepApart) -> Result<(), Error> {
    for (one, other) in pairs(tx, caller, &act.case, &act.person, &act.other).await? {
        sqlx::query("DELETE FROM kept_apart WHERE (person = $1 AND other = $2) OR (person = $2 AND other = $1)")
            .bind(one.as_str())
            .bind(other.as_str())
            .execute(&mut *tx.conn)
            .await?;
        show_anew(tx, &one, &other).await?;
    }
    Ok(())
}

/// Everybody that the two humans are, paired.
async fn pairs(
    tx: &mut Tx<'_>,
    caller: &Caller,
    case: &CaseId,
    one: &PersonId,
    other: &PersonId,
) -> Result<Vec<(PersonId, PersonId)>, Error> {
    require_case_staff(tx, &caller.person, case.as_str()).await?;
    let (parts,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT person FROM case_file WHERE id = $1
                               UNION ALL SELECT caseworker FROM case_file WHERE id = $1
                               UNION ALL SELECT person FROM case_party WHERE case_id = $1) AS part
         WHERE person = $2 OR person = $3",
    )
    .bind(case.as_str())
    .bind(one.as_str())
    .bind(other.as_str())
    .fetch_one(&mut *tx.conn)
    .await?;
    if parts == 0 {
        return Err(RefusalCode::Access.into());
    }
    let pairs = humans(tx, one, other).await?;
    if pairs.is_empty() {
        // The same human, or somebody who is not there.
        person::find(tx, one).await?;
        person::find(tx, other).await?;
        return Err(RefusalCode::Invalid.into());
    }
    Ok(pairs)
}

/// Everybody that the human `one` is known as, each with everybody that `other` is.
async fn humans(tx: &mut Tx<'_>, one: &PersonId, other: &PersonId) -> Result<Vec<(PersonId, PersonId)>, Error> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT a.id, b.id FROM person a, person b
         WHERE a.personal_number = (SELECT personal_number FROM person WHERE id = $1)
           AND b.personal_number = (SELECT personal_number FROM person WHERE id = $2)
           AND a.personal_number <> b.personal_number ORDER BY a.id, b.id",
    )
    .bind(one.as_str())
    .bind(other.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    Ok(rows.into_iter().map(|(one, other)| (PersonId::new(one), PersonId::new(other))).collect())
}

/// Writes that two humans are kept apart. Closes nothing.
///
/// # Errors
/// When the database fails.
pub async fn mark_apart(
    tx: &mut Tx<'_>,
    one: &PersonId,
    other: &PersonId,
    ground: &str,
) -> Result<Vec<(PersonId, PersonId)>, Error> {
    let pairs = humans(tx, one, other).await?;
    for (one, other) in &pairs {
        for (one, other) in [(one, other), (other, one)] {
            sqlx::query(
                "INSERT INTO kept_apart (person, other, ground, municipality)
             SELECT id, $2, $3, municipality FROM person WHERE id = $1 ON CONFLICT DO NOTHING",
            )
            .bind(one.as_str())
            .bind(other.as_str())
            .bind(ground)
            .execute(&mut *tx.conn)
            .await?;
        }
    }
    Ok(pairs)
}

/// Closes what the two share.
async fn separate(tx: &mut Tx<'_>, one: &PersonId, other: &PersonId, ground: &str) -> Result<(), Error> {
    let both = [person::find(tx, one).await?, person::find(tx, other).await?];
    for (staff, resident) in [(&both[0], &both[1]), (&both[1], &both[0])] {
        if staff.realm == Realm::Staff && resident.realm == Realm::Resident {
            take_away(tx, staff, resident, ground).await?;
        }
    }
    let shared: Vec<(String,)> = sqlx::query_as(
        "SELECT f.id FROM case_file f
         WHERE (f.person = $1 OR EXISTS (SELECT 1 FROM case_party p WHERE p.case_id = f.id AND p.person = $1))
           AND (f.person = $2 OR EXISTS (SELECT 1 FROM case_party p WHERE p.case_id = f.id AND p.person = $2))
         ORDER BY f.id",
    )
    .bind(one.as_str())
    .bind(other.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    for (case,) in shared {
        let case = case::find(tx, &CaseId::new(case)).await?;
        let newer = if case.person == *one {
            other
        } else if case.person == *other || came(tx, &case.id, one).await? > came(tx, &case.id, other).await? {
            one
        } else {
            other
        };
        case::close_party(tx, &case, newer, ground, Some(ClosedBy::KeptApart)).await?;
        identity::end_access_tokens(tx, newer).await?;
    }
    show_anew(tx, one, other).await
}

/// Since when `person` has been let into `case` without a break.
async fn came(tx: &mut Tx<'_>, case: &CaseId, person: &PersonId) -> Result<Option<Millis>, Error> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT g.starts FROM access_grant g JOIN scope s ON s.id = g.scope
         WHERE s.kind = 'case' AND s.fact = $1 AND s.audience = $2 AND g.subject = $2",
    )
    .bind(case.as_str())
    .bind(person.as_str())
    .fetch_optional(&mut *tx.conn)
    .await?;
    Ok(row.map(|(starts,)| starts))
}

/// A member of staff loses the cases and threads of a resident they are kept apart from; the rows on their desk too.
async fn take_away(tx: &mut Tx<'_>, staff: &Person, resident: &Person, ground: &str) -> Result<(), Error> {
    let desk = staff.own_scope(tx).await?;
    for case in cases_of(tx, &resident.id).await? {
        if let Some(scope) = find_scope(tx, ScopeKind::Case, case.as_str(), STAFF).await? {
            revoke(tx, &staff.id, &scope, ground).await?;
        }
        tx.feed.remove::<CaseRow>(&desk, case.as_str());
    }
    let threads: Vec<(String,)> = sqlx::query_as(
        "SELECT a.thread FROM participant a JOIN participant b ON b.thread = a.thread
         WHERE a.person = $1 AND b.person = $2 ORDER BY a.thread",
    )
    .bind(staff.id.as_str())
    .bind(resident.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    for (thread,) in threads {
        if let Some(scope) = find_scope(tx, ScopeKind::Thread, &thread, ALL).await? {
            revoke(tx, &staff.id, &scope, ground).await?;
        }
        tx.feed.remove::<ThreadRow>(&desk, &thread);
    }
    Ok(())
}

/// The cases that `person` is a part of.
async fn cases_of(tx: &mut Tx<'_>, person: &PersonId) -> Result<Vec<CaseId>, Error> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT id FROM case_file WHERE person = $1 UNION SELECT case_id FROM case_party WHERE person = $1 ORDER BY 1",
    )
    .bind(person.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    Ok(rows.into_iter().map(|(case,)| CaseId::new(case)).collect())
}

/// What each of the two is shown changes with it: names of staff under notes, and who acts for whom.
async fn show_anew(tx: &mut Tx<'_>, one: &PersonId, other: &PersonId) -> Result<(), Error> {
    for person in [one, other] {
        for case in cases_of(tx, person).await? {
            case::project_all(tx, &case).await?;
        }
        super::show(tx, person).await?;
    }
    Ok(())
}
