//! The audiences of a case, and what is kept from each.

use super::CaseFile;
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{STAFF, find_scope, scope_for};
use protocol::access::ScopeKind;
use protocol::id::{PersonId, ScopeId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One audience of a case: the staff, or a party.
pub struct Audience {
    /// The party; `None` for the staff, from whom nothing is kept.
    pub party: Option<PersonId>,
    /// The scope that shows it the case.
    pub scope: ScopeId,
    masks: Masks,
}

/// What is kept from one person.
#[derive(Default)]
struct Masks {
    facts: BTreeSet<String>,
    /// By fact, the grounds by passage.
    passages: BTreeMap<String, BTreeMap<usize, String>>,
}

impl Audience {
    /// Whether this audience must not know of `fact`.
    pub fn is_kept_from(&self, fact: &str) -> bool {
        self.masks.facts.contains(fact)
    }

    /// The grounds for which passages of `fact` are not shown, by passage.
    pub fn grounds(&self, fact: &str) -> Option<&BTreeMap<usize, String>> {
        self.masks.passages.get(fact)
    }
}

/// The audiences of `case`, the staff first.
pub(super) async fn audiences(tx: &mut Tx<'_>, case: &CaseFile) -> Result<Vec<Audience>, Error> {
    let parties: Vec<(String,)> = sqlx::query_as("SELECT person FROM case_party WHERE case_id = $1 ORDER BY person")
        .bind(case.id.as_str())
        .fetch_all(&mut *tx.conn)
        .await?;
    let mut masks = masks(tx, case).await?;
    let scope = scope_for(tx, &case.municipality, ScopeKind::Case, case.id.as_str(), STAFF).await?;
    let mut audiences = vec![Audience { party: None, scope, masks: Masks::default() }];
    for (party,) in parties {
        if let Some(scope) = find_scope(tx, ScopeKind::Case, case.id.as_str(), &party).await? {
            let masks = masks.remove(&party).unwrap_or_default();
            audiences.push(Audience { party: Some(PersonId::new(party)), scope, masks });
        }
    }
    Ok(audiences)
}

/// What is kept from whom in `case`.
async fn masks(tx: &mut Tx<'_>, case: &CaseFile) -> Result<HashMap<String, Masks>, Error> {
    let mut masks: HashMap<String, Masks> = HashMap::new();
    let whole: Vec<(String, String)> = sqlx::query_as(
        "SELECT w.person, w.fact FROM note f JOIN withheld w ON w.fact = f.id WHERE f.case_id = $1
         UNION ALL SELECT w.person, w.fact FROM document f JOIN withheld w ON w.fact = f.id WHERE f.case_id = $1",
    )
    .bind(case.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    for (person, fact) in whole {
        masks.entry(person).or_default().facts.insert(fact);
    }
    let parts: Vec<(String, String, i64, String)> = sqlx::query_as(
        "SELECT m.person, m.fact, m.passage, m.ground FROM note f JOIN masked m ON m.fact = f.id WHERE f.case_id = $1
         UNION ALL
         SELECT m.person, m.fact, m.passage, m.ground FROM document f JOIN masked m ON m.fact = f.id
         WHERE f.case_id = $1",
    )
    .bind(case.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    for (person, fact, passage, ground) in parts {
        let passage = usize::try_from(passage).map_err(|error| Error::Internal(error.to_string()))?;
        masks.entry(person).or_default().passages.entry(fact).or_default().insert(passage, ground);
    }
    Ok(masks)
}
