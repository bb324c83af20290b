//! The access log: who looked at whose records and who wrote in them, as what, and why.
//!
//! Reads are noted before anything is served, writes in their own transaction. What is to be noted waits in the
//! transaction's [`Log`] and is written at its very end, behind the feeds' heads: the chain of a municipality is
//! the last lock that is taken and the first that is free again. A refused mutation leaves nothing.
//!
//! An entry is a content, which can be erased, and a link of the municipality's [`chain`], which cannot be taken out
//! or changed without [`verify`](verify()) telling where.

mod chain;
mod erase;
mod export;
mod note;
mod show;
mod verify;

pub use erase::erase;
pub use export::export;
pub use note::{Place, Written, fetched, received, written};
pub use show::answer as show;
pub(super) use show::handle;
pub use verify::{Fault, Verified, verify};

use crate::db::Tx;
use crate::error::Error;
use crate::feed::code;
use crate::identity::Caller;
use chain::Row;
use protocol::Millis;
use protocol::access::{Purpose, Role};
use protocol::id::{MunicipalityId, PersonId};
use protocol::identity::Realm;
use std::collections::BTreeMap;

/// One read or write, to be noted.
pub struct Entry {
    /// When.
    pub at: Millis,
    /// What was done: a word of the wire's, such as `write_note`.
    pub act: &'static str,
    /// By whom.
    pub by: PersonId,
    /// As what.
    pub role: Role,
    /// The unit that a member of staff worked in then.
    pub unit: Option<String>,
    /// With whose records, and where.
    pub place: Place,
    /// Why.
    pub purpose: Option<Purpose>,
    /// In the words of whoever opened what is not assigned to them.
    pub reason: Option<String>,
    /// The note or document.
    pub fact: Option<String>,
    /// Whose access or task it is about.
    pub about: Option<PersonId>,
}

impl Entry {
    /// What `caller` does now; everything that is not always there left out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(
        tx: &mut Tx<'_>,
        caller: &Caller,
        role: Role,
        place: Place,
        act: &'static str,
    ) -> Result<Self, Error> {
        let unit: Option<(Option<String>,)> = match caller.realm {
            Realm::Resident => None,
            Realm::Staff => {
                sqlx::query_as("SELECT unit FROM person WHERE id = $1")
                    .bind(caller.person.as_str())
                    .fetch_optional(&mut *tx.conn)
                    .await?
            }
        };
        Ok(Self {
            at: tx.now,
            act,
            by: caller.person.clone(),
            role,
            unit: unit.and_then(|(unit,)| unit),
            place,
            purpose: None,
            reason: None,
            fact: None,
            about: None,
        })
    }
}

/// What a transaction has to note.
#[derive(Default)]
pub struct Log {
    rows: Vec<Row>,
}

impl Log {
    /// Notes `entry`, unless the transaction is undone.
    ///
    /// # Errors
    /// Never for what this build writes.
    pub fn push(&mut self, entry: Entry) -> Result<(), Error> {
        self.rows.push(Row {
            municipality: entry.place.municipality.to_string(),
            n: 0,
            at: entry.at,
            act: entry.act.to_owned(),
            by_person: Some(entry.by.to_string()),
            role: Some(code(&entry.role)?),
            unit: entry.unit,
            concerns: Some(entry.place.concerns.to_string()),
            purpose: entry.purpose.as_ref().map(code).transpose()?,
            unassigned: i64::from(entry.reason.is_some()),
            reason: entry.reason,
            case_id: entry.place.case.map(|case| case.to_string()),
            thread: entry.place.thread.map(|thread| thread.to_string()),
            fact: entry.fact,
            about: entry.about.map(|about| about.to_string()),
            salt: chain::make_salt(),
        });
        Ok(())
    }

    /// For [`Log::rewind`].
    pub fn mark(&self) -> usize {
        self.rows.len()
    }

    /// Forgets what came after `mark`.
    pub fn rewind(&mut self, mark: usize) {
        self.rows.truncate(mark);
    }
}

/// Writes what is to be noted; the last thing in a transaction.
///
/// # Errors
/// When the database fails.
pub async fn flush(tx: &mut Tx<'_>) -> Result<(), Error> {
    let mut chains: BTreeMap<MunicipalityId, Vec<Row>> = BTreeMap::new();
    for row in std::mem::take(&mut tx.log.rows) {
        chains.entry(MunicipalityId::new(&row.municipality)).or_default().push(row);
    }
    for (municipality, rows) in chains {
        chain::append(tx, &municipality, rows).await?;
    }
    Ok(())
}
