//! The records: one for everybody around a case.

use crate::case::{self, CaseFile};
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::feed::decode;
use crate::person;
use crate::relation::age::{AgeRule, reaches};
use crate::relation::{matters_of, role_of};
use protocol::Millis;
use protocol::access::Role;
use protocol::id::{CaseId, PersonId, RecordId, ScopeId};
use protocol::party::{Party, PartyAccess, PartyRelation};
use protocol::record::Content as _;
use protocol::relation::ClosedBy;
use std::collections::{BTreeMap, BTreeSet};

/// Those around a case, by person.
type People = BTreeMap<PersonId, Party>;

/// Shows who is around `case` to its staff, as it stands now.
///
/// # Errors
/// When the database fails.
pub async fn show(tx: &mut Tx<'_>, case: &CaseId) -> Result<(), Error> {
    let file = case::find(tx, case).await?;
    let mut people = People::new();
    join(tx, &file, &mut people, &file.person).await?.concerned = true;
    relations(tx, &file, &mut people).await?;
    accesses(tx, &file, &mut people).await?;
    let parties: BTreeSet<PersonId> =
        people.iter().filter(|(_, one)| one.concerned || one.access.is_some()).map(|(id, _)| id.clone()).collect();
    kept_apart(tx, &file, &mut people, &parties).await?;
    suspend(tx, &file, &mut people, &parties);
    let scope = case::staff_scope(tx, &file).await?;
    for gone in shown(tx, &scope).await?.difference(&people.keys().map(ToString::to_string).collect()) {
        tx.feed.remove::<Party>(&scope, gone);
    }
    for (person, party) in &people {
        tx.feed.put(&scope, person.as_str(), party)?;
    }
    Ok(())
}

/// As [`show`], in every case that `person` has to do with.
///
/// # Errors
/// When the database fails.
pub async fn show_of(tx: &mut Tx<'_>, person: &PersonId) -> Result<(), Error> {
    let cases: Vec<(String,)> = sqlx::query_as(
        "SELECT id FROM case_file WHERE person = $1
         UNION SELECT case_id FROM case_party WHERE person = $1
         UNION SELECT f.id FROM relation r JOIN case_file f ON f.person = r.of_person
               WHERE r.by_person = $1 AND (r.case_id IS NULL OR r.case_id = f.id)
         ORDER BY 1",
    )
    .bind(person.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    for (case,) in cases {
        show(tx, &CaseId::new(case)).await?;
    }
    Ok(())
}

/// Shows it in every case where nobody is shown yet: those from before it was shown at all.
///
/// # Errors
/// When the database fails.
pub async fn complete(db: &Db) -> Result<(), Error> {
    const AT_A_TIME: usize = 100;
    loop {
        let found = db
            .write(|tx| {
                Box::pin(async move {
                    let cases: Vec<(String,)> = sqlx::query_as(
                        "SELECT f.id FROM case_file f JOIN scope s
                             ON s.kind = 'case' AND s.fact = f.id AND s.audience = 'staff'
                         WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.scope = s.id AND r.kind = 'party')
                         ORDER BY f.id LIMIT $1",
                    )
                    .bind(i64::try_from(AT_A_TIME).unwrap_or(i64::MAX))
                    .fetch_all(&mut *tx.conn)
                    .await?;
                    for (case,) in &cases {
                        show(tx, &CaseId::new(case)).await?;
                    }
                    Ok(cases.len())
                })
            })
            .await?;
        if found < AT_A_TIME {
            return Ok(());
        }
    }
}

/// The entry of `person`, made if it is not there.
async fn join<'p>(
    tx: &mut Tx<'_>,
    file: &CaseFile,
    people: &'p mut People,
    person: &PersonId,
) -> Result<&'p mut Party, Error> {
    if !people.contains_key(person) {
        let found = person::find(tx, person).await?;
        let party = Party {
            case: file.id.clone(),
            name: found.name(),
            concerned: false,
            protected: found.protected,
            relations: Vec::new(),
            access: None,
            suspended: None,
            apart: Vec::new(),
        };
        people.insert(person.clone(), party);
    }
    people.get_mut(person).ok_or_else(|| Error::Internal("it was put there above".into()))
}

async fn relations(tx: &mut Tx<'_>, file: &CaseFile, people: &mut People) -> Result<(), Error> {
    type Row = (String, String, String, Option<String>, i64, Option<i64>, String, i64, i64);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, kind, by_person, matters, starts, until, source, checked_at, same_address FROM relation
         WHERE of_person = $1 AND (case_id IS NULL OR case_id = $2) ORDER BY starts, id",
    )
    .bind(file.person.as_str())
    .bind(file.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let adult = reaches(tx, &file.person, AgeRule::Majority).await?;
    for (id, kind, by, matters, starts, until, source, checked_at, same_address) in rows {
        let kind = decode(&kind)?;
        let until = match role_of(kind) {
            // Whose age cannot be told is nobody's ward: it never began.
            Some(Role::Guardian) => Some(until.into_iter().chain([adult.unwrap_or(starts)]).min().unwrap_or(starts)),
            _ => until,
        };
        join(tx, file, people, &PersonId::new(by)).await?.relations.push(PartyRelation {
            relation: RecordId::new(id),
            kind,
            matters: matters_of(matters.as_deref())?,
            starts,
            until,
            source: decode(&source)?,
            checked_at,
            same_address: same_address != 0,
        });
    }
    Ok(())
}

async fn accesses(tx: &mut Tx<'_>, file: &CaseFile, people: &mut People) -> Result<(), Error> {
    type Row = (String, String, String, Option<String>, i64, Option<i64>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT p.person, p.role, p.ground, p.matters, g.starts, g.until FROM case_party p
         JOIN scope s ON s.kind = 'case' AND s.fact = p.case_id AND s.audience = p.person
         JOIN access_grant g ON g.scope = s.id AND g.subject = p.person
         WHERE p.case_id = $1 ORDER BY p.person",
    )
    .bind(file.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    for (person, role, ground, matters, since, review_at) in rows {
        let (role, matters) = (decode(&role)?, matters_of(matters.as_deref())?);
        let party = join(tx, file, people, &PersonId::new(person)).await?;
        party.access = Some(PartyAccess { role, ground, since, review_at, matters });
    }
    Ok(())
}

/// Who of them are kept apart from each other, and from whom else those in the case are. It holds for humans, so another one
/// stands there once, however many they are in the registers: how many, and where, is nobody's business.
async fn kept_apart(
    tx: &mut Tx<'_>,
    file: &CaseFile,
    people: &mut People,
    parties: &BTreeSet<PersonId>,
) -> Result<(), Error> {
    let known: Vec<PersonId> = people.keys().cloned().collect();
    for person in known {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT o.id, o.personal_number, o.protected FROM kept_apart k JOIN person o ON o.id = k.other
             WHERE k.person = $1
             ORDER BY CASE WHEN o.municipality = $2 THEN 0 ELSE 1 END, CASE WHEN o.realm = 'resident' THEN 0 ELSE 1 END, o.id",
        )
        .bind(person.as_str())
        .bind(file.municipality.as_str())
        .fetch_all(&mut *tx.conn)
        .await?;
        let mut humans: BTreeMap<String, Vec<(PersonId, bool)>> = BTreeMap::new();
        for (other, number, protected) in rows {
            humans.entry(number).or_default().push((PersonId::new(other), protected != 0));
        }
        for others in humans.into_values() {
            let mut here: Vec<PersonId> =
                others.iter().map(|(other, _)| other).filter(|other| people.contains_key(*other)).cloned().collect();
            let is_protected = others.iter().any(|(_, protected)| *protected);
            if here.is_empty() && parties.contains(&person) && !is_protected {
                here.extend(others.into_iter().next().map(|(other, _)| other));
            }
            for other in here {
                for (one, from) in [(&person, &other), (&other, &person)] {
                    let apart = &mut join(tx, file, people, one).await?.apart;
                    if !apart.contains(from) {
                        apart.push(from.clone());
                        apart.sort();
                    }
                }
            }
        }
    }
    Ok(())
}

/// Says of whom a relation alone does not make eligible.
fn suspend(tx: &Tx<'_>, file: &CaseFile, people: &mut People, parties: &BTreeSet<PersonId>) {
    let protected = people.get(&file.person).is_some_and(|concerned| concerned.protected);
    let holds = |relation: &PartyRelation, now: Millis| relation.until.is_none_or(|until| until > now);
    for party in people.values_mut().filter(|party| !party.concerned) {
        let near = party.relations.iter().any(|relation| {
            relation.same_address && role_of(relation.kind) == Some(Role::Guardian) && holds(relation, tx.now)
        });
        party.suspended = match () {
            () if party.apart.iter().any(|other| parties.contains(other)) => Some(ClosedBy::KeptApart),
            () if protected && !near => Some(ClosedBy::Protected),
            () => None,
        };
    }
}

/// The ids that are shown in `scope` now, or will be when the transaction ends.
async fn shown(tx: &mut Tx<'_>, scope: &ScopeId) -> Result<BTreeSet<String>, Error> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT id FROM record WHERE scope = $1 AND kind = $2 AND deleted = 0 ORDER BY id")
            .bind(scope.as_str())
            .bind(Party::KIND)
            .fetch_all(&mut *tx.conn)
            .await?;
    Ok(rows.into_iter().map(|(id,)| id).chain(tx.feed.named::<Party>(scope)).collect())
}
