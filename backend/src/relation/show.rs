//! Who acts for whom, shown to each of the two in their own scope.

use super::age::{AgeRule, has_reached, reaches};
use super::{are_apart, matters_of, role_of};
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::feed::decode;
use crate::party;
use crate::person::{self, Person};
use protocol::Millis;
use protocol::access::Role;
use protocol::id::{CaseId, PersonId};
use protocol::relation::{RelationKind, Representation, RepresentedCase, Side, WARNING};

type Row = (String, String, String, String, Option<String>, Option<String>, i64, Option<i64>, String, i64, i64);

/// Shows every relation to and of `person` anew, and to staff who is around the cases that they have to do with.
///
/// # Errors
/// When the database fails.
pub async fn show(tx: &mut Tx<'_>, person: &PersonId) -> Result<(), Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, kind, of_person, by_person, case_id, matters, starts, until, source, checked_at, same_address
         FROM relation WHERE of_person = $1 OR by_person = $1 ORDER BY id",
    )
    .bind(person.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    for row in rows {
        show_one(tx, row).await?;
    }
    party::show_of(tx, person).await
}

async fn show_one(tx: &mut Tx<'_>, row: Row) -> Result<(), Error> {
    let (id, kind, of, by, case, matters, starts, until, source, checked_at, same_address) = row;
    let kind: RelationKind = decode(&kind)?;
    let Some(role) = role_of(kind) else { return Ok(()) };
    let of = person::find(tx, &PersonId::new(of)).await?;
    let by = person::find(tx, &PersonId::new(by)).await?;
    let mut ends = until;
    let mut holds = starts <= tx.now && !are_apart(tx, &of.id, &by.id).await?;
    if role == Role::Guardian {
        let adult = reaches(tx, &of.id, AgeRule::Majority).await?;
        holds &= adult.is_some();
        ends = [ends, adult].into_iter().flatten().min();
    }
    holds &= ends.is_none_or(|ends| ends > tx.now);
    let cases = cases(tx, &of.id, &by.id, case.as_deref()).await?;
    let shown = |side: Side, other: &Person| -> Result<Representation, Error> {
        Ok(Representation {
            side,
            name: other.name(),
            kind,
            matters: matters_of(matters.as_deref())?,
            until: ends,
            warn_at: ends.filter(|_| kind == RelationKind::PowerOfAttorney).map(|ends| ends - WARNING),
            source: decode(&source)?,
            checked_at,
            cases: cases.clone(),
        })
    };
    // Somebody under protection is not told of until named staff have let the other one in.
    let near = role == Role::Guardian && same_address != 0;
    let to_by = holds && (!of.protected || near || !cases.is_empty());
    // A child is not told who speaks for it before it speaks for itself.
    let to_of = holds && !by.protected && has_reached(tx, &of.id, AgeRule::OwnAction).await?;
    for (own, other, side, is_shown) in [(&by, &of, Side::Representative, to_by), (&of, &by, Side::Represented, to_of)]
    {
        let scope = own.own_scope(tx).await?;
        if is_shown {
            tx.feed.put(&scope, &id, &shown(side, other)?)?;
        } else {
            tx.feed.remove::<Representation>(&scope, &id);
        }
    }
    Ok(())
}

/// The cases of `of` that are opened to `by` now.
async fn cases(
    tx: &mut Tx<'_>,
    of: &PersonId,
    by: &PersonId,
    only: Option<&str>,
) -> Result<Vec<RepresentedCase>, Error> {
    let rows: Vec<(String, Option<Millis>)> = sqlx::query_as(
        "SELECT f.id, g.until FROM case_file f JOIN case_party p ON p.case_id = f.id AND p.person = $2
         JOIN scope s ON s.kind = 'case' AND s.fact = f.id AND s.audience = p.person
         JOIN access_grant g ON g.scope = s.id AND g.subject = p.person AND (g.until IS NULL OR g.until > $3)
         WHERE f.person = $1 ORDER BY f.id",
    )
    .bind(of.as_str())
    .bind(by.as_str())
    .bind(tx.now)
    .fetch_all(&mut *tx.conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter(|(case, _)| only.is_none_or(|only| only == case))
        .map(|(case, until)| RepresentedCase { case: CaseId::new(case), until })
        .collect())
}

/// Shows anew what began or ended by the clock within the last days. Done daily.
///
/// # Errors
/// When the database fails.
pub async fn refresh(db: &Db) -> Result<(), Error> {
    const WINDOW: Millis = 3 * 24 * 60 * 60 * 1000;
    db.write(|tx| {
        Box::pin(async move {
            let people: Vec<(String,)> = sqlx::query_as(
                "SELECT DISTINCT of_person FROM relation
                 WHERE (starts > $1 AND starts <= $2) OR (until > $1 AND until <= $2) ORDER BY of_person",
            )
            .bind(tx.now - WINDOW)
            .bind(tx.now)
            .fetch_all(&mut *tx.conn)
            .await?;
            for (person,) in people {
                show(tx, &PersonId::new(person)).await?;
            }
            Ok(())
        })
    })
    .await
}
