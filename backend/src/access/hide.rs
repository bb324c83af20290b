//! Hiding the names of staff from somebody who threatens them.
//!
//! It holds for the access log: it says title and unit then, for as long as staff do not decide otherwise.

use super::require_case_staff;
use crate::db::Tx;
use crate::error::Error;
use crate::identity::Caller;
use crate::text;
use protocol::access::HideStaff;
use protocol::refusal::RefusalCode;

/// Decides it, or that it holds no longer.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case, and the person takes part in it or is the one concerned.
pub async fn hide_staff(tx: &mut Tx<'_>, caller: &Caller, act: &HideStaff) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let ground = text::line(&act.ground, 300)?;
    let (near,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM case_file c WHERE c.id = $1 AND (c.person = $2
             OR EXISTS (SELECT 1 FROM case_party p WHERE p.case_id = c.id AND p.person = $2)
             OR EXISTS (SELECT 1 FROM relation r WHERE r.of_person = c.person AND r.by_person = $2))",
    )
    .bind(act.case.as_str())
    .bind(act.person.as_str())
    .fetch_one(&mut *tx.conn)
    .await?;
    if near == 0 {
        return Err(RefusalCode::Access.into());
    }
    if !act.hidden {
        sqlx::query("DELETE FROM staff_hidden WHERE person = $1")
            .bind(act.person.as_str())
            .execute(&mut *tx.conn)
            .await?;
        return Ok(());
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
    Ok(())
}
