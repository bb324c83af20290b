//! Hiding the names of staff from somebody who threatens them.
//!
//! It holds for the access log: it says title and unit then, for as long as staff do not decide otherwise.

use super::require_case_staff;
use crate::db::Tx;
use crate::error::Error;
use crate::identity::Caller;
use crate::{person, text};
use protocol::access::{HiddenStaff, HideStaff};
use protocol::id::{CaseId, PersonId, ScopeId};
use protocol::refusal::RefusalCode;
use std::collections::BTreeSet;

/// Decides it, or that it holds no longer.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case, and the person takes part in it or is the one concerned.
pub async fn hide_staff(tx: &mut Tx<'_>, caller: &Caller, act: &HideStaff) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let ground = text::line(&act.ground, 300)?;
    let near = near(tx, act.case.as_str()).await?;
    if !near.contains(act.person.as_str()) {
        return Err(RefusalCode::Access.into());
    }
    if !act.hidden {
        sqlx::query("DELETE FROM staff_hidden WHERE person = $1")
            .bind(act.person.as_str())
            .execute(&mut *tx.conn)
            .await?;
        return show_everywhere(tx, &act.person).await;
    }
    sqlx::query(
        "INSERT INTO staff_hidden (person, municipality, ground, decided_by, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (person) DO UPDATE SET ground = excluded.ground, decided_by = excluded.decided_by, at = excluded.at",
    )
    .bind(act.person.as_str())
    .bind(caller.municipality.as_str())
    .bind(&ground)
    .bind(caller.person.as_str())
    .bind(tx.now)
    .execute(&mut *tx.conn)
    .await?;
    show_everywhere(tx, &act.person).await
}

/// Everybody who takes part in `case`, is the one concerned or something to them.
async fn near(tx: &mut Tx<'_>, case: &str) -> Result<BTreeSet<String>, Error> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT person FROM case_file WHERE id = $1 UNION SELECT person FROM case_party WHERE case_id = $1
         UNION SELECT r.by_person FROM case_file c JOIN relation r ON r.of_person = c.person WHERE c.id = $1",
    )
    .bind(case)
    .fetch_all(&mut *tx.conn)
    .await?;
    Ok(rows.into_iter().map(|(person,)| person).collect())
}

/// Shows it to the staff of every case that `person` is near.
async fn show_everywhere(tx: &mut Tx<'_>, person: &PersonId) -> Result<(), Error> {
    let cases: Vec<(String, String)> = sqlx::query_as(
        "SELECT s.fact, s.id FROM scope s WHERE s.kind = 'case' AND s.audience = 'staff' AND s.fact IN
             (SELECT id FROM case_file WHERE person = $1 UNION SELECT case_id FROM case_party WHERE person = $1
              UNION SELECT c.id FROM case_file c JOIN relation r ON r.of_person = c.person WHERE r.by_person = $1)
         ORDER BY s.fact",
    )
    .bind(person.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    for (case, staff) in cases {
        show_hidden(tx, &CaseId::new(case), &ScopeId::new(staff)).await?;
    }
    Ok(())
}

/// Shows the staff of `case` who around it reads no names of theirs.
///
/// # Errors
/// When the database fails.
pub async fn show_hidden(tx: &mut Tx<'_>, case: &CaseId, staff: &ScopeId) -> Result<(), Error> {
    for person in near(tx, case.as_str()).await? {
        let row: Option<(String, String, i64)> =
            // What another town decided is not this one's to read.
            sqlx::query_as(
                "SELECT h.ground, h.decided_by, h.at FROM staff_hidden h JOIN case_file c ON c.municipality = h.municipality
                 WHERE h.person = $1 AND c.id = $2",
            )
            .bind(&person)
            .bind(case.as_str())
            .fetch_optional(&mut *tx.conn)
            .await?;
        let Some((ground, by, at)) = row else {
            tx.feed.remove::<HiddenStaff>(staff, &person);
            continue;
        };
        let name = person::find(tx, &PersonId::new(&person)).await?.name();
        let by = person::find(tx, &PersonId::new(by)).await?.signature();
        tx.feed.put(staff, &person, &HiddenStaff { case: case.clone(), name, ground, by, at })?;
    }
    Ok(())
}
