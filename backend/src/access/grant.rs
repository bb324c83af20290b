//! Grants: given, ended, and asked for.

use crate::db::Tx;
use crate::error::Error;
use crate::feed::{code, decode};
use crate::identity::Reader;
use protocol::Millis;
use protocol::access::{Grant, Role, ScopeKind, SyncMode};
use protocol::id::{MunicipalityId, PersonId, ScopeId};
use protocol::refusal::RefusalCode;
use sqlx::AnyConnection;

/// How many days a guardian's copy stands without contact.
const LENT_DAYS: Millis = 14;
const DAY: Millis = 24 * 60 * 60 * 1000;

/// A grant to be given.
pub struct NewGrant<'a> {
    /// To whom: a person's or a unit's id.
    pub subject: &'a str,
    /// To what.
    pub scope: &'a ScopeId,
    /// As what.
    pub role: Role,
    /// Whether it comes by itself.
    pub sync: SyncMode,
    /// Until when, if it ends by itself.
    pub until: Option<Millis>,
    /// Why, for the log.
    pub ground: &'a str,
}

/// The epoch and beginning of a grant that is renewed at `$1`: its own while it holds, so that cursors stay good; new
/// ones when it had ended, so that no cursor from before is.
macro_rules! renewed {
    () => {
        "epoch = CASE WHEN access_grant.until > $1 OR access_grant.until IS NULL THEN access_grant.epoch
                      WHEN access_grant.epoch < $1 THEN $1 ELSE access_grant.epoch + 1 END,
         starts = CASE WHEN access_grant.until > $1 OR access_grant.until IS NULL THEN access_grant.starts ELSE $1 END"
    };
}

/// Gives a grant, or renews it.
///
/// # Errors
/// When the database fails.
pub async fn grant(tx: &mut Tx<'_>, municipality: &MunicipalityId, new: NewGrant<'_>) -> Result<(), Error> {
    sqlx::query(concat!(
        "INSERT INTO access_grant (epoch, starts, municipality, subject, scope, role, sync, until, ground)
             VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (subject, scope) DO UPDATE
             SET role = excluded.role, sync = excluded.sync, until = excluded.until, ground = excluded.ground, ",
        renewed!()
    ))
    .bind(tx.now)
    .bind(municipality.as_str())
    .bind(new.subject)
    .bind(new.scope.as_str())
    .bind(code(&new.role)?)
    .bind(code(&new.sync)?)
    .bind(new.until)
    .bind(new.ground)
    .execute(&mut *tx.conn)
    .await?;
    tx.feed.regrant(&PersonId::new(new.subject));
    Ok(())
}

/// Lets the grants that `person` has on the threads of `case` end, or go on, with the case: at `until`.
///
/// # Errors
/// When the database fails.
pub async fn renew_threads(tx: &mut Tx<'_>, person: &PersonId, case: &str, until: Option<Millis>) -> Result<(), Error> {
    let sql = concat!(
        "UPDATE access_grant SET until = $2, ",
        renewed!(),
        " WHERE subject = $3 AND sync = 'auto' AND scope IN
         (SELECT s.id FROM scope s JOIN thread t ON s.kind = 'thread' AND s.fact = t.id WHERE t.case_id = $4)"
    );
    sqlx::query(sql).bind(tx.now).bind(until).bind(person.as_str()).bind(case).execute(&mut *tx.conn).await?;
    tx.feed.regrant(person);
    Ok(())
}

/// Ends the grant of `person` on `scope` before its time, and what they have opened of it.
///
/// # Errors
/// When the database fails.
pub async fn revoke(tx: &mut Tx<'_>, person: &PersonId, scope: &ScopeId, ground: &str) -> Result<(), Error> {
    sqlx::query(
        "UPDATE access_grant SET until = $1, ground = $2
         WHERE subject = $3 AND scope = $4 AND (until IS NULL OR until > $1)",
    )
    .bind(tx.now)
    .bind(ground)
    .bind(person.as_str())
    .bind(scope.as_str())
    .execute(&mut *tx.conn)
    .await?;
    // Given back later, it has to be opened anew.
    sqlx::query("DELETE FROM lease WHERE person = $1 AND scope = $2")
        .bind(person.as_str())
        .bind(scope.as_str())
        .execute(&mut *tx.conn)
        .await?;
    tx.feed.regrant(person);
    Ok(())
}

/// A grant that holds, with what its scope's cursors are judged by.
pub struct Held {
    /// The grant as its holder is told, with a head only if it is served.
    pub grant: Grant,
    /// The scope's floor.
    pub floor: i64,
}

/// The grants of `person` that hold at `now`, with heads only of what is served.
///
/// # Errors
/// When the database fails.
pub async fn grants(conn: &mut AnyConnection, person: Reader<'_>, now: Millis) -> Result<Vec<Grant>, Error> {
    Ok(held(conn, person, now, None).await?.into_iter().map(|held| held.grant).collect())
}

/// The grant by which `person` is served `scope` at `now`, if they are.
///
/// # Errors
/// When the database fails.
pub async fn served(
    conn: &mut AnyConnection,
    person: Reader<'_>,
    scope: &ScopeId,
    now: Millis,
) -> Result<Option<Grant>, Error> {
    let held = held(conn, person, now, Some(scope)).await?;
    Ok(held.into_iter().map(|held| held.grant).find(|grant| grant.head.is_some()))
}

/// As [`grants`], of one scope or all, with each one's floor.
///
/// # Errors
/// When the database fails.
pub async fn held(
    conn: &mut AnyConnection,
    person: Reader<'_>,
    now: Millis,
    only: Option<&ScopeId>,
) -> Result<Vec<Held>, Error> {
    type Row = (String, String, String, String, i64, Option<i64>, i64, i64, Option<i64>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT g.scope, s.kind, g.role, g.sync, g.epoch, g.until, s.head, s.floor, l.until
         FROM access_grant g JOIN scope s ON s.id = g.scope
         LEFT JOIN lease l ON l.scope = g.scope AND l.person = $1 AND l.until > $2
         WHERE g.subject = $1 AND g.starts <= $2 AND (g.until IS NULL OR g.until > $2)
           AND g.scope = COALESCE($3, g.scope)
         UNION ALL
         SELECT g.scope, s.kind, g.role, g.sync, g.epoch, g.until, s.head, s.floor, l.until
         FROM person p JOIN access_grant g ON g.subject = p.unit JOIN scope s ON s.id = g.scope
         JOIN lease l ON l.scope = g.scope AND l.person = p.id AND l.until > $2
         WHERE p.id = $1 AND g.starts <= $2 AND (g.until IS NULL OR g.until > $2)
           AND g.scope = COALESCE($3, g.scope)
           AND NOT EXISTS (SELECT 1 FROM access_grant o WHERE o.subject = p.id AND o.scope = g.scope
                           AND o.starts <= $2 AND (o.until IS NULL OR o.until > $2))
           AND NOT EXISTS (SELECT 1 FROM kept_apart a JOIN case_file f ON f.id = s.fact WHERE a.person = p.id
                           AND (a.other = f.person OR a.other IN (SELECT person FROM case_party WHERE case_id = f.id)))
         ORDER BY 1",
    )
    .bind(person.as_str())
    .bind(now)
    .bind(only.map(ScopeId::as_str))
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .filter_map(|row| match decode::<ScopeKind>(&row.1) {
            Ok(kind) => person.may_have(kind).then_some(Ok((kind, row))),
            Err(error) => Some(Err(error)),
        })
        .map(|row| {
            let (kind, (scope, _, role, sync, epoch, until, head, floor, opened_until)) = row?;
            let (role, sync): (Role, SyncMode) = (decode(&role)?, decode(&sync)?);
            let served = sync == SyncMode::Auto || opened_until.is_some();
            // A child's things do not stand on the device of somebody who was let in and never comes back.
            let lent = (role == Role::Guardian && sync == SyncMode::Auto)
                .then(|| until.map_or(lent_until(now), |until| until.min(lent_until(now))));
            let grant = Grant {
                scope: ScopeId::new(scope),
                kind,
                role,
                sync,
                epoch,
                head: served.then_some(head),
                lease_until: opened_until.or(lent),
            };
            Ok(Held { grant, floor })
        })
        .collect()
}

/// The end of the last day on which what a guardian was sent at `now` may stand on their device. By whole days of
/// UTC, so that the set of grants changes once a day and not with every contact.
fn lent_until(now: Millis) -> Millis {
    (now.div_euclid(DAY) + LENT_DAYS + 1) * DAY
}

/// The role in which `person` may use `scope` now, served or not, in their own name or their unit's.
///
/// # Errors
/// [`RefusalCode::Access`] without a grant.
pub async fn require(conn: &mut AnyConnection, person: &PersonId, scope: &ScopeId, now: Millis) -> Result<Role, Error> {
    Ok(require_by(conn, person, scope, now).await?.role)
}

/// By what somebody may use a scope.
pub(super) struct By {
    /// As what.
    pub(super) role: Role,
    /// In their own name, and not only because their unit may.
    pub(super) own: bool,
}

/// As [`require`], and whether it is in their own name.
///
/// # Errors
/// [`RefusalCode::Access`] without a grant.
pub(super) async fn require_by(
    conn: &mut AnyConnection,
    person: &PersonId,
    scope: &ScopeId,
    now: Millis,
) -> Result<By, Error> {
    let row: Option<(String, String)> = sqlx::query_as(
        "SELECT g.role, g.subject FROM access_grant g JOIN scope s ON s.id = g.scope
         WHERE g.scope = $2 AND g.starts <= $3 AND (g.until IS NULL OR g.until > $3)
           AND (g.subject = $1 OR (g.subject = (SELECT unit FROM person WHERE id = $1)
                AND NOT EXISTS (SELECT 1 FROM kept_apart a JOIN case_file f ON f.id = s.fact WHERE a.person = $1
                    AND (a.other = f.person OR a.other IN (SELECT person FROM case_party WHERE case_id = f.id)))))
         ORDER BY CASE WHEN g.subject = $1 THEN 0 ELSE 1 END LIMIT 1",
    )
    .bind(person.as_str())
    .bind(scope.as_str())
    .bind(now)
    .fetch_optional(conn)
    .await?;
    let (role, subject) = row.ok_or(RefusalCode::Access)?;
    Ok(By { role: decode(&role)?, own: subject == person.as_str() })
}

/// Until when `person` has `scope` in their own name; `None` while nothing ends it.
///
/// # Errors
/// [`RefusalCode::Access`] without a grant of their own.
pub async fn granted_until(tx: &mut Tx<'_>, person: &PersonId, scope: &ScopeId) -> Result<Option<Millis>, Error> {
    let row: Option<(Option<i64>,)> =
        sqlx::query_as("SELECT until FROM access_grant WHERE subject = $1 AND scope = $2")
            .bind(person.as_str())
            .bind(scope.as_str())
            .fetch_optional(&mut *tx.conn)
            .await?;
    Ok(row.ok_or(RefusalCode::Access)?.0)
}

/// Staff who work on `case`, or nobody. Locks the case first, so that two acts in it follow each other on
/// every engine: what one projects, the other has seen.
///
/// # Errors
/// [`RefusalCode::Access`] when `person` has no grant on the case's staff scope, [`RefusalCode::Reason`] when it is only
/// their unit's and they have not said why they open it.
pub async fn require_case_staff(tx: &mut Tx<'_>, person: &PersonId, case: &str) -> Result<ScopeId, Error> {
    sqlx::query("UPDATE case_file SET stage = stage WHERE id = $1").bind(case).execute(&mut *tx.conn).await?;
    let scope = crate::feed::find_scope(tx, ScopeKind::Case, case, crate::feed::STAFF).await?;
    let scope = scope.ok_or(RefusalCode::Access)?;
    let by = require_by(tx.conn, person, &scope, tx.now).await?;
    if !by.own && served(tx.conn, Reader::sure(person), &scope, tx.now).await?.is_none() {
        return Err(RefusalCode::Reason.into());
    }
    Ok(scope)
}

/// As [`require`], and served now: by itself, or under a lease.
///
/// # Errors
/// [`RefusalCode::Access`] otherwise.
pub async fn require_served(
    conn: &mut AnyConnection,
    person: Reader<'_>,
    scope: &ScopeId,
    now: Millis,
) -> Result<Role, Error> {
    served(conn, person, scope, now).await?.map(|grant| grant.role).ok_or_else(|| RefusalCode::Access.into())
}
