//! Ending a party's access to a case.

use super::{CaseFile, find, staff_scope};
use crate::access::{renew_threads, require_case_staff, revoke};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::find_scope;
use crate::identity::Caller;
use crate::{person, relation, text};
use protocol::access::ScopeKind;
use protocol::case::CloseCaseTo;
use protocol::id::PersonId;
use protocol::refusal::RefusalCode;
use protocol::relation::{ClosedBy, Closure};

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
    close_party(tx, &case, &act.person, &ground, None).await?;
    relation::show(tx, &act.person).await
}

/// Ends the access of `person` to a case and the threads about it. Where it was not what staff asked for, the case's staff
/// are told why.
///
/// # Errors
/// [`RefusalCode::Access`] for whoever is not let in.
pub async fn close_party(
    tx: &mut Tx<'_>,
    case: &CaseFile,
    person: &PersonId,
    ground: &str,
    why: Option<ClosedBy>,
) -> Result<(), Error> {
    let gone = sqlx::query("DELETE FROM case_party WHERE case_id = $1 AND person = $2")
        .bind(case.id.as_str())
        .bind(person.as_str())
        .execute(&mut *tx.conn)
        .await?;
    let scope = find_scope(tx, ScopeKind::Case, case.id.as_str(), person.as_str()).await?;
    let scope = scope.filter(|_| gone.rows_affected() > 0).ok_or(RefusalCode::Access)?;
    revoke(tx, person, &scope, ground).await?;
    renew_threads(tx, person, case.id.as_str(), Some(tx.now)).await?;
    if let Some(why) = why {
        let name = person::find(tx, person).await?.name();
        let closure = Closure { case: case.id.clone(), name, why, ground: ground.to_owned(), at: tx.now };
        let staff = staff_scope(tx, case).await?;
        tx.feed.put(&staff, person.as_str(), &closure)?;
    }
    Ok(())
}
