//! How people belong together, and what follows from it.
//!
//! A relation is a fact with its source and its time. It opens nothing: it makes somebody eligible, and staff open one
//! case at a time with a ground and a day of review. What was opened ends with the relation, in the same transaction.
//! Custody ends with the eighteenth birthday; before, nobody's access changes with an age by itself. People who are kept
//! apart are nothing to each other, whatever the registers say.

pub mod age;
mod apart;
mod attorney;
mod protect;
mod record;
mod remind;
mod show;

pub use apart::{are_apart, end_keep_apart, keep_apart, mark_apart};
pub use attorney::{give, invite, withdraw};
pub use protect::{end_protected, guard, is_veiled, mark_protected};
pub use record::{NewRelation, check, end, insert, record, share_activity};
pub use remind::{forget_reminders, remind, remind_case};
pub use show::{refresh, show};

use crate::db::Tx;
use crate::error::Error;
use crate::feed::decode;
use crate::{case, identity};
use age::AgeRule;
use protocol::Millis;
use protocol::access::Role;
use protocol::id::{CaseId, PersonId};
use protocol::relation::{ClosedBy, Matter, RelationKind};

/// As what, for what and until when somebody can be let into a case of somebody else.
pub struct Eligible {
    /// As what.
    pub role: Role,
    /// When that ends, if it is known.
    pub until: Option<Millis>,
    /// What it is about; empty: everything.
    pub matters: Vec<Matter>,
    /// Whether the two live together.
    pub same_address: bool,
}

/// Whether `by` can be let into `case`, which concerns `of`.
///
/// # Errors
/// When the database fails.
pub async fn eligible(tx: &mut Tx<'_>, of: &PersonId, by: &PersonId, case: &CaseId) -> Result<Option<Eligible>, Error> {
    if are_apart(tx, of, by).await? {
        return Ok(None);
    }
    let rows: Vec<(String, Option<i64>, Option<String>, i64)> = sqlx::query_as(
        "SELECT kind, until, matters, same_address FROM relation
         WHERE of_person = $1 AND by_person = $2 AND starts <= $3 AND (until IS NULL OR until > $3)
           AND (case_id IS NULL OR case_id = $4)
         ORDER BY id",
    )
    .bind(of.as_str())
    .bind(by.as_str())
    .bind(tx.now)
    .bind(case.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let mut best: Option<Eligible> = None;
    for (kind, until, matters, same_address) in rows {
        let Some(role) = role_of(decode(&kind)?) else { continue };
        let until = match role {
            Role::Guardian => {
                // Whose age cannot be told is nobody's ward.
                let Some(adult) = age::reaches(tx, of, AgeRule::Majority).await? else { continue };
                Some(until.map_or(adult, |until| until.min(adult)))
            }
            _ => until,
        };
        if until.is_some_and(|until| until <= tx.now) {
            continue;
        }
        let one = Eligible { role, until, matters: matters_of(matters.as_deref())?, same_address: same_address != 0 };
        if best.as_ref().is_none_or(|best| one.weight() > best.weight()) {
            best = Some(one);
        }
    }
    Ok(best)
}

impl Eligible {
    /// Of several relations the one that lets in most counts: a guardian's before others, everything before something.
    fn weight(&self) -> (bool, bool, usize, Millis) {
        let guardian = self.role == Role::Guardian;
        (guardian, self.matters.is_empty(), self.matters.len(), self.until.unwrap_or(Millis::MAX))
    }
}

/// As what a relation of `kind` lets into a case.
pub fn role_of(kind: RelationKind) -> Option<Role> {
    match kind {
        RelationKind::JointCustody | RelationKind::SoleCustody | RelationKind::AppointedGuardian => {
            Some(Role::Guardian)
        }
        RelationKind::GodMan
        | RelationKind::Forvaltare
        | RelationKind::PowerOfAttorney
        | RelationKind::Ombud
        | RelationKind::PublicCounsel => Some(Role::Representative),
        RelationKind::Guest => Some(Role::Guest),
        RelationKind::Caseworker | RelationKind::Unknown => None,
    }
}

/// Reads a column of matters.
///
/// # Errors
/// When it is not a list of them.
pub fn matters_of(column: Option<&str>) -> Result<Vec<Matter>, Error> {
    Ok(column.map(serde_json::from_str).transpose()?.unwrap_or_default())
}

/// Writes a column of matters.
///
/// # Errors
/// Never.
pub fn matters_column(matters: &[Matter]) -> Result<Option<String>, Error> {
    Ok((!matters.is_empty()).then(|| serde_json::to_string(matters)).transpose()?)
}

/// Ends what `by` was let into of `of` and is no longer eligible for. Their access tokens end too: the next contact
/// begins with a new one, and finds nothing of it any more.
///
/// # Errors
/// When the database fails.
pub async fn lapse(tx: &mut Tx<'_>, of: &PersonId, by: &PersonId, why: ClosedBy, ground: &str) -> Result<(), Error> {
    let cases: Vec<(String,)> = sqlx::query_as(
        "SELECT f.id FROM case_file f JOIN case_party p ON p.case_id = f.id
         WHERE f.person = $1 AND p.person = $2 ORDER BY f.id",
    )
    .bind(of.as_str())
    .bind(by.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    for (case,) in cases {
        let case = CaseId::new(case);
        if of != by && eligible(tx, of, by, &case).await?.is_none() {
            let file = case::find(tx, &case).await?;
            case::close_party(tx, &file, by, ground, Some(why)).await?;
        }
    }
    identity::end_access_tokens(tx, by).await?;
    show(tx, of).await
}
