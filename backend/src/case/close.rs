//! Ending a party's access to a case.

use super::find;
use crate::access::{renew_threads, require_case_staff, revoke};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::find_scope;
use crate::identity::Caller;
use crate::text;
use protocol::access::ScopeKind;
use protocol::case::CloseCaseTo;
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
