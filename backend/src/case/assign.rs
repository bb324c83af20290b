//! A case gets another caseworker.
//!
//! It goes over as a whole, in one transaction: the case, its row on the desk, and the threads that the one before took
//! part in. Theirs to open it stays no longer than their unit's, with a reason; what they wrote keeps their name.

use super::{CaseFile, find, project_all, staff_scope};
use crate::App;
use crate::access::{NewGrant, grant, require_case_staff, revoke};
use crate::db::Tx;
use crate::error::Error;
use crate::identity::Caller;
use crate::person::{self, Person};
use crate::{message, relation, text};
use axum::Json;
use axum::extract::{Path, State};
use protocol::access::{Role, SyncMode};
use protocol::case::{AssignCase, Assignable, CaseRow};
use protocol::id::PersonId;
use protocol::refusal::RefusalCode;
use std::sync::Arc;

/// Gives a case to another caseworker.
///
/// # Errors
/// [`RefusalCode::Access`] unless the case is the caller's own or they lead its unit, and the other one is staff of the
/// same unit, or of one that shares an activity with it, and kept apart from nobody in it; [`RefusalCode::Invalid`] for
/// whoever has it already.
pub async fn assign(tx: &mut Tx<'_>, caller: &Caller, act: AssignCase) -> Result<(), Error> {
    let case = may_assign(tx, caller, &act).await?;
    let ground = text::line(&act.ground, 300)?;
    let next = person::find(tx, &act.person).await?;
    if !is_near(tx, &case, &next).await? || is_apart(tx, &case, &next).await? {
        return Err(RefusalCode::Access.into());
    }
    if next.id == case.caseworker {
        return Err(RefusalCode::Invalid.into());
    }
    sqlx::query("UPDATE case_file SET caseworker = $1 WHERE id = $2")
        .bind(next.id.as_str())
        .bind(case.id.as_str())
        .execute(&mut *tx.conn)
        .await?;
    let before = person::find(tx, &case.caseworker).await?;
    let scope = staff_scope(tx, &case).await?;
    if !works_on(tx, &case, &before.id).await? {
        revoke(tx, &before.id, &scope, &ground).await?;
        let desk = before.own_scope(tx).await?;
        tx.feed.remove::<CaseRow>(&desk, case.id.as_str());
    }
    relation::forget_reminders(tx, &case.id, &before.id).await?;
    let new = NewGrant {
        subject: next.id.as_str(),
        scope: &scope,
        role: Role::Caseworker,
        sync: SyncMode::OnOpen,
        until: None,
        ground: &ground,
    };
    grant(tx, &case.municipality, new).await?;
    message::hand_over(tx, &case, &before, &next, &ground).await?;
    project_all(tx, &case.id).await
}

/// Whom a case can be given to, those of its own unit first: for whoever may give it away.
pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(case): Path<String>,
) -> Result<Json<Vec<Assignable>>, Error> {
    let mut snapshot = app.db.snapshot().await?;
    let (may,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM case_file WHERE id = $1
         AND (caseworker = $2 OR unit IN (SELECT unit FROM unit_lead WHERE person = $2))",
    )
    .bind(&case)
    .bind(caller.person.as_str())
    .fetch_one(&mut *snapshot)
    .await?;
    if may == 0 {
        return Err(RefusalCode::Access.into());
    }
    let rows: Vec<(String, String, String, Option<String>, String)> = sqlx::query_as(
        "SELECT p.id, p.given_name, p.family_name, p.title, u.name
         FROM case_file c JOIN person p ON p.realm = 'staff' AND p.id <> c.caseworker JOIN unit u ON u.id = p.unit
         WHERE c.id = $1
           AND (p.unit = c.unit OR p.unit IN (SELECT b.unit FROM shared_activity a
                    JOIN shared_activity b ON b.activity = a.activity WHERE a.unit = c.unit))
           AND NOT EXISTS (SELECT 1 FROM kept_apart k WHERE k.person = p.id AND (k.other = c.person
                    OR k.other IN (SELECT person FROM case_party WHERE case_id = c.id)
                    OR k.other IN (SELECT q.person FROM participant q JOIN thread t ON t.id = q.thread
                                   WHERE t.case_id = c.id AND q.left_at IS NULL)))
         ORDER BY CASE WHEN p.unit = c.unit THEN 0 ELSE 1 END, p.family_name, p.given_name, p.id",
    )
    .bind(&case)
    .fetch_all(&mut *snapshot)
    .await?;
    let one = |(person, given, family, title, unit): (String, String, String, Option<String>, String)| Assignable {
        person: PersonId::new(person),
        name: format!("{given} {family}"),
        title: title.unwrap_or_default(),
        unit,
    };
    Ok(Json(rows.into_iter().map(one).collect()))
}

/// The case, locked, if the caller may give it away. Whoever leads its unit need not have opened it.
async fn may_assign(tx: &mut Tx<'_>, caller: &Caller, act: &AssignCase) -> Result<CaseFile, Error> {
    let locked = sqlx::query(
        "UPDATE case_file SET stage = stage WHERE id = $1 AND unit IN (SELECT unit FROM unit_lead WHERE person = $2)",
    )
    .bind(act.case.as_str())
    .bind(caller.person.as_str())
    .execute(&mut *tx.conn)
    .await?;
    if locked.rows_affected() > 0 {
        return find(tx, &act.case).await;
    }
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let case = find(tx, &act.case).await?;
    if case.caseworker != caller.person {
        return Err(RefusalCode::Access.into());
    }
    Ok(case)
}

/// Staff of the case's unit, or of one that shares an activity with it.
async fn is_near(tx: &mut Tx<'_>, case: &CaseFile, staff: &Person) -> Result<bool, Error> {
    match &staff.unit {
        Some(unit) if *unit == case.unit => Ok(true),
        Some(unit) => relation::share_activity(tx, unit, &case.unit).await,
        None => Ok(false),
    }
}

/// Whether `staff` is to be kept apart from somebody in the case or in a thread about it.
async fn is_apart(tx: &mut Tx<'_>, case: &CaseFile, staff: &Person) -> Result<bool, Error> {
    let (apart,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM kept_apart WHERE person = $1 AND (other = $2
             OR other IN (SELECT person FROM case_party WHERE case_id = $3)
             OR other IN (SELECT p.person FROM participant p JOIN thread t ON t.id = p.thread
                          WHERE t.case_id = $3 AND p.left_at IS NULL))",
    )
    .bind(staff.id.as_str())
    .bind(case.person.as_str())
    .bind(case.id.as_str())
    .fetch_one(&mut *tx.conn)
    .await?;
    Ok(apart > 0)
}

/// Whether `staff` works on the case besides being its caseworker.
async fn works_on(tx: &mut Tx<'_>, case: &CaseFile, staff: &PersonId) -> Result<bool, Error> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM relation WHERE kind = 'caseworker' AND case_id = $1 AND by_person = $2
         AND starts <= $3 AND (until IS NULL OR until > $3)",
    )
    .bind(case.id.as_str())
    .bind(staff.as_str())
    .bind(tx.now)
    .fetch_one(&mut *tx.conn)
    .await?;
    Ok(count > 0)
}
