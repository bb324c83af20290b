//! Ending what somebody may see: a party's access to a case, or one note or document in it.

use super::{find, project_all, withhold};
use crate::access::{renew_threads, require_case_staff, revoke};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::find_scope;
use crate::identity::Caller;
use crate::text;
use protocol::access::ScopeKind;
use protocol::case::{CloseCaseTo, Mask};
use protocol::refusal::RefusalCode;

/// Ends the access of a guardian or representative to a case, and to the threads about it, before its time. What they
/// were shown leaves their devices at the next contact; opened to them again, it all comes anew.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case and the person is let into it;
/// [`RefusalCode::Invalid`] for the person it concerns.
pub async fn close_to(tx: &mut Tx<'_>, caller: &Caller, act: CloseCaseTo) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let case = find(tx, &act.case).await?;
    let ground = text::line(&act.ground, 300)?;
    if act.person == case.person {
        return Err(RefusalCode::Invalid.into());
    }
    let gone = sqlx::query("DELETE FROM case_party WHERE case_id = $1 AND person = $2")
        .bind(act.case.as_str())
        .bind(act.person.as_str())
        .execute(&mut *tx.conn)
        .await?;
    let scope = find_scope(tx, ScopeKind::Case, act.case.as_str(), act.person.as_str()).await?;
    let scope = scope.filter(|_| gone.rows_affected() > 0).ok_or(RefusalCode::Access)?;
    revoke(tx, &act.person, &scope, &ground).await?;
    renew_threads(tx, &act.person, act.case.as_str(), Some(tx.now)).await
}

/// Shows a note or document to everybody in the case but those named: gone from the scopes of whoever may not see it
/// any more, put into those of whoever may again. Nobody else's scope moves.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case and it holds such a note or document;
/// [`RefusalCode::Invalid`] for somebody who does not exist.
pub async fn mask(tx: &mut Tx<'_>, caller: &Caller, act: Mask) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let case = find(tx, &act.case).await?;
    let (facts,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM (SELECT id FROM note WHERE id = $1 AND case_id = $2
                               UNION ALL SELECT id FROM document WHERE id = $1 AND case_id = $2) AS fact",
    )
    .bind(act.fact.as_str())
    .bind(act.case.as_str())
    .fetch_one(&mut *tx.conn)
    .await?;
    if facts == 0 {
        return Err(RefusalCode::Access.into());
    }
    sqlx::query("DELETE FROM withheld WHERE fact = $1").bind(act.fact.as_str()).execute(&mut *tx.conn).await?;
    withhold(tx, &case, act.fact.as_str(), &act.hidden_from).await?;
    project_all(tx, &act.case).await
}
