//! The audiences of a case, and what is kept from each.

use super::{CaseFile, staff_scope};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::find_scope;
use crate::person::{self, Person};
use crate::relation;
use protocol::access::ScopeKind;
use protocol::id::{PersonId, ScopeId};
use protocol::relation::Matter;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One audience of a case: the staff, or a party.
pub struct Audience {
    /// The party; `None` for the staff, from whom nothing is kept.
    pub party: Option<PersonId>,
    /// The scope that shows it the case.
    pub scope: ScopeId,
    /// Whether what they may have to do with holds the file.
    reads: bool,
    /// Whether staff and place are kept from them.
    veiled: bool,
    /// Those from whom they are kept apart.
    unseen: Vec<String>,
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
    /// Whether this audience must not know of `fact`, a note or document.
    pub fn must_not_see(&self, fact: &str) -> bool {
        !self.reads || self.masks.facts.contains(fact)
    }

    /// Whether they must not learn who `staff` is.
    pub fn must_not_know(&self, staff: &Person) -> bool {
        self.veiled || self.unseen.iter().any(|unseen| unseen == staff.id.as_str())
    }

    /// The grounds for which passages of `fact` are not shown, by passage.
    pub fn grounds(&self, fact: &str) -> Option<&BTreeMap<usize, String>> {
        self.masks.passages.get(fact)
    }
}

/// The audiences of `case`, the staff first.
pub(super) async fn audiences(tx: &mut Tx<'_>, case: &CaseFile) -> Result<Vec<Audience>, Error> {
    let parties: Vec<(String, Option<String>)> =
        sqlx::query_as("SELECT person, matters FROM case_party WHERE case_id = $1 ORDER BY person")
            .bind(case.id.as_str())
            .fetch_all(&mut *tx.conn)
            .await?;
    let mut masks = masks(tx, case).await?;
    let scope = staff_scope(tx, case).await?;
    let staff =
        Audience { party: None, scope, reads: true, veiled: false, unseen: Vec::new(), masks: Masks::default() };
    let mut audiences = vec![staff];
    let concerned = person::find(tx, &case.person).await?;
    for (party, matters) in parties {
        let Some(scope) = find_scope(tx, ScopeKind::Case, case.id.as_str(), &party).await? else { continue };
        let unseen: Vec<(String,)> = sqlx::query_as("SELECT other FROM kept_apart WHERE person = $1")
            .bind(&party)
            .fetch_all(&mut *tx.conn)
            .await?;
        let matters = relation::matters_of(matters.as_deref())?;
        let masks = masks.remove(&party).unwrap_or_default();
        let party = PersonId::new(party);
        audiences.push(Audience {
            reads: matters.is_empty() || matters.contains(&Matter::File),
            veiled: relation::is_veiled(tx, case, &concerned, &party).await?,
            unseen: unseen.into_iter().map(|(other,)| other).collect(),
            party: Some(party),
            scope,
            masks,
        });
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
