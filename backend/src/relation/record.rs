//! Recording, checking and ending relations, by staff who work on a case of the person they are to.

use super::age::{AgeRule, has_reached};
use super::attorney::may_trust;
use super::{are_apart, lapse, matters_column, role_of, show};
use crate::access::{NewGrant, grant, require_case_staff, revoke};
use crate::case::{self, CaseFile};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::code;
use crate::identity::Caller;
use crate::party;
use crate::person::{self, Person};
use crate::text;
use protocol::Millis;
use protocol::access::{Role, SyncMode};
use protocol::case::CaseRow;
use protocol::id::{CaseId, PersonId};
use protocol::identity::Realm;
use protocol::refusal::RefusalCode;
use protocol::relation::{CheckRelation, ClosedBy, EndRelation, Matter, RecordRelation, RelationKind, Source};

/// A relation to be written.
pub struct NewRelation<'a> {
    /// Its id.
    pub id: &'a str,
    /// As what.
    pub kind: RelationKind,
    /// To whom.
    pub of: &'a PersonId,
    /// Who.
    pub by: &'a PersonId,
    /// In which case alone, if in one.
    pub case: Option<&'a CaseId>,
    /// What it is about; empty: everything.
    pub matters: &'a [Matter],
    /// When it began.
    pub starts: Millis,
    /// When it ends.
    pub until: Option<Millis>,
    /// Where it is known from.
    pub source: Source,
    /// When that was last looked at.
    pub checked_at: Millis,
    /// Whether the two live together.
    pub same_address: bool,
}

/// Writes a relation, in the municipality of the person it is to.
///
/// # Errors
/// [`RefusalCode::Reused`] when the id is taken.
pub async fn insert(tx: &mut Tx<'_>, new: NewRelation<'_>) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO relation (id, municipality, kind, of_person, by_person, case_id, matters, starts, until, source,
                               checked_at, same_address)
         SELECT $1, municipality, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM person WHERE id = $3",
    )
    .bind(new.id)
    .bind(code(&new.kind)?)
    .bind(new.of.as_str())
    .bind(new.by.as_str())
    .bind(new.case.map(CaseId::as_str))
    .bind(matters_column(new.matters)?)
    .bind(new.starts)
    .bind(new.until)
    .bind(code(&new.source)?)
    .bind(new.checked_at)
    .bind(i64::from(new.same_address))
    .execute(&mut *tx.conn)
    .await
    .map_err(text::reused)?;
    Ok(())
}

/// Records a relation to the person whom the case concerns. It opens nothing, but for a member of staff, who may work
/// on the case from then on.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case and the other one can be that to this person;
/// [`RefusalCode::Invalid`] for a kind, source or time that makes no sense.
pub async fn record(tx: &mut Tx<'_>, caller: &Caller, act: RecordRelation) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let file = case::find(tx, &act.case).await?;
    let other = person::find(tx, &act.person).await?;
    let ends_early = act.until.is_some_and(|until| until <= act.starts);
    if act.source == Source::Unknown || act.matters.contains(&Matter::Unknown) || ends_early {
        return Err(RefusalCode::Invalid.into());
    }
    let in_case = is_of_one_case(act.kind);
    if !may_be(tx, &file, &other, &act).await? || are_apart(tx, &file.person, &other.id).await? {
        return Err(RefusalCode::Access.into());
    }
    insert(
        tx,
        NewRelation {
            id: act.relation.as_str(),
            kind: act.kind,
            of: &file.person,
            by: &other.id,
            case: in_case.then_some(&file.id),
            matters: &act.matters,
            starts: act.starts,
            until: act.until,
            source: act.source,
            checked_at: tx.now,
            same_address: act.same_address,
        },
    )
    .await?;
    if act.kind == RelationKind::Caseworker {
        let scope = case::staff_scope(tx, &file).await?;
        let new = NewGrant {
            subject: other.id.as_str(),
            scope: &scope,
            role: Role::Caseworker,
            sync: SyncMode::OnOpen,
            until: act.until,
            ground: "assigned",
        };
        grant(tx, &file.municipality, new).await?;
        case::project_all(tx, &file.id).await?;
    }
    show(tx, &file.person).await
}

/// Relations that hold in the case alone in which they were recorded.
fn is_of_one_case(kind: RelationKind) -> bool {
    matches!(kind, RelationKind::Ombud | RelationKind::PublicCounsel | RelationKind::Caseworker | RelationKind::Guest)
}

/// Whether `other` can be that to the person whom the case concerns.
async fn may_be(tx: &mut Tx<'_>, file: &CaseFile, other: &Person, act: &RecordRelation) -> Result<bool, Error> {
    let is_resident = other.realm == Realm::Resident && other.id != file.person;
    match act.kind {
        RelationKind::Unknown => Err(RefusalCode::Invalid.into()),
        RelationKind::Guest | RelationKind::PowerOfAttorney if act.until.is_none() => Err(RefusalCode::Invalid.into()),
        RelationKind::Caseworker => may_work_on(tx, file, other).await,
        RelationKind::PowerOfAttorney => may_trust(tx, &file.person, &other.id).await,
        kind if role_of(kind) == Some(Role::Guardian) => {
            Ok(is_resident && !has_reached(tx, &file.person, AgeRule::Majority).await?)
        }
        _ => Ok(is_resident),
    }
}

/// Staff of the case's own municipality; staff of another only where an activity that both units share is named with its
/// ground.
async fn may_work_on(tx: &mut Tx<'_>, file: &CaseFile, staff: &Person) -> Result<bool, Error> {
    let Some(unit) = staff.unit.as_ref().filter(|_| staff.realm == Realm::Staff) else { return Ok(false) };
    if staff.municipality == file.municipality {
        return Ok(true);
    }
    share_activity(tx, unit, &file.unit).await
}

/// Whether two units may lend each other staff.
///
/// # Errors
/// When the database fails.
pub async fn share_activity(tx: &mut Tx<'_>, one: &str, other: &str) -> Result<bool, Error> {
    let (shared,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM shared_activity a JOIN shared_activity b ON b.activity = a.activity
         WHERE a.unit = $1 AND b.unit = $2",
    )
    .bind(one)
    .bind(other)
    .fetch_one(&mut *tx.conn)
    .await?;
    Ok(shared > 0)
}

/// Ends a relation before its time, and at once what was opened because of it.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case and the person it concerns has such a relation.
pub async fn end(tx: &mut Tx<'_>, caller: &Caller, act: EndRelation) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let file = case::find(tx, &act.case).await?;
    let ground = text::line(&act.ground, 300)?;
    let row: Option<(String, String, Option<String>)> = sqlx::query_as(
        "UPDATE relation SET until = $1, ended = $2
         WHERE id = $3 AND of_person = $4 AND (until IS NULL OR until > $1) RETURNING kind, by_person, case_id",
    )
    .bind(tx.now)
    .bind(&ground)
    .bind(act.relation.as_str())
    .bind(file.person.as_str())
    .fetch_optional(&mut *tx.conn)
    .await?;
    let (kind, by, in_case) = row.ok_or(RefusalCode::Access)?;
    let by = PersonId::new(by);
    if kind != code(&RelationKind::Caseworker)? {
        return lapse(tx, &file.person, &by, ClosedBy::RelationEnded, &ground).await;
    }
    let file = case::find(tx, &in_case.map_or(act.case, CaseId::new)).await?;
    if file.caseworker != by {
        let scope = case::staff_scope(tx, &file).await?;
        revoke(tx, &by, &scope, &ground).await?;
        let desk = person::find(tx, &by).await?.own_scope(tx).await?;
        tx.feed.remove::<CaseRow>(&desk, file.id.as_str());
    }
    party::show(tx, &file.id).await
}

/// Notes that a relation was looked at again and holds.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case and the person it concerns has such a relation;
/// [`RefusalCode::Invalid`] for an unknown source.
pub async fn check(tx: &mut Tx<'_>, caller: &Caller, act: CheckRelation) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let file = case::find(tx, &act.case).await?;
    if act.source == Source::Unknown {
        return Err(RefusalCode::Invalid.into());
    }
    let checked = sqlx::query(
        "UPDATE relation SET checked_at = $1, source = $2
         WHERE id = $3 AND of_person = $4 AND (until IS NULL OR until > $1)",
    )
    .bind(tx.now)
    .bind(code(&act.source)?)
    .bind(act.relation.as_str())
    .bind(file.person.as_str())
    .execute(&mut *tx.conn)
    .await?;
    if checked.rows_affected() == 0 {
        return Err(RefusalCode::Access.into());
    }
    show(tx, &file.person).await
}
