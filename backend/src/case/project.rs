//! What each audience of a case sees of its facts.
//!
//! Every fact says so itself, for one audience at a time: all of it, the rest of it, or nothing. Putting what already
//! stands changes nothing in a feed, so projecting too much is only slow, never wrong.

use super::audience::audiences;
use super::mask::show_masks;
use super::{Audience, CaseFile, find};
use crate::access::show_hidden;
use crate::db::Tx;
use crate::document;
use crate::error::Error;
use crate::person::{self, Person};
use crate::relation;
use protocol::case::{Case, CaseRow, Caseworker, Masked, Note, paragraphs};
use protocol::document::{Document, Section};
use protocol::id::{CaseId, PersonId, ScopeId};
use protocol::record::Content;
use std::collections::BTreeMap;

/// A fact of a case, whole, from which the records of its audiences are made.
pub trait Fact: Content {
    /// What `audience` sees of it; `None` when it must not know of it. `id` is the fact's own, `staff` who signed it or
    /// works on it: from whom they are kept, place is kept too.
    fn project(&self, id: &str, staff: &Person, audience: &Audience) -> Option<Self>;
}

impl Fact for Case {
    fn project(&self, _: &str, staff: &Person, audience: &Audience) -> Option<Self> {
        let mut shown = self.clone();
        if audience.must_not_know(staff) {
            shown.caseworker = Caseworker {
                person: PersonId::new(""),
                name: staff.office(),
                title: String::new(),
                unit: String::new(),
                phone: String::new(),
            };
        }
        Some(shown)
    }
}

impl Fact for Note {
    fn project(&self, id: &str, staff: &Person, audience: &Audience) -> Option<Self> {
        if audience.must_not_see(id) {
            return None;
        }
        let mut shown = self.clone();
        if audience.must_not_know(staff) {
            shown.author = staff.office();
        }
        if let Some(grounds) = audience.grounds(id) {
            (shown.text, shown.masked) = mask(&self.text, grounds);
        }
        Some(shown)
    }
}

impl Fact for Document {
    fn project(&self, id: &str, staff: &Person, audience: &Audience) -> Option<Self> {
        if audience.must_not_see(id) {
            return None;
        }
        let mut shown = self.clone();
        if audience.must_not_know(staff) {
            shown.author = staff.office();
            // Its name and letterhead tell where it is from.
            shown.file = None;
        }
        if let Some(grounds) = audience.grounds(id) {
            for (passage, section) in shown.sections.iter_mut().enumerate() {
                if let Some(ground) = grounds.get(&passage) {
                    *section = Section { heading: String::new(), text: String::new(), masked: Some(ground.clone()) };
                }
            }
            // The file has the same words.
            shown.file = None;
        }
        Some(shown)
    }
}

/// The passages of a note's text that are shown, and marks where others are not.
fn mask(text: &str, grounds: &BTreeMap<usize, String>) -> (String, Vec<Masked>) {
    let (mut shown, mut masked) = (Vec::new(), Vec::new());
    for (passage, text) in paragraphs(text).enumerate() {
        let Some(ground) = grounds.get(&passage) else {
            shown.push(text);
            continue;
        };
        let mark = Masked { after: u32::try_from(shown.len()).unwrap_or(u32::MAX), ground: ground.clone() };
        // How many were left out beside each other is nobody's business.
        if masked.last() != Some(&mark) {
            masked.push(mark);
        }
    }
    (shown.join("\n\n"), masked)
}

/// Shows `fact`, signed by `staff`, to every audience of `case`, as far as each may see it.
///
/// # Errors
/// When the database fails.
pub async fn show<T: Fact>(tx: &mut Tx<'_>, case: &CaseFile, id: &str, staff: &Person, fact: &T) -> Result<(), Error> {
    let audiences = audiences(tx, case).await?;
    for audience in &audiences {
        put(tx, audience, id, staff, fact)?;
    }
    show_masks(tx, case, &audiences[0].scope, std::iter::once(id)).await
}

/// Shows `case` and all that is in it to every audience, as far as each may see it.
///
/// # Errors
/// When the database fails.
pub async fn project_all(tx: &mut Tx<'_>, case: &CaseId) -> Result<(), Error> {
    let file = find(tx, case).await?;
    let staff = person::find(tx, &file.caseworker).await?;
    let shown = face(tx, &file, &staff).await?;
    let notes = notes(tx, &file).await?;
    let documents = document::of_case(tx, &file.id).await?;
    let audiences = audiences(tx, &file).await?;
    for audience in &audiences {
        put(tx, audience, file.id.as_str(), &staff, &shown)?;
        for (id, author, note) in &notes {
            put(tx, audience, id, author, note)?;
        }
        for (id, author, document) in &documents {
            put(tx, audience, id, author, document)?;
        }
    }
    let staff = audiences[0].scope.clone();
    let facts = notes.iter().map(|(id, ..)| id.as_str()).chain(documents.iter().map(|(id, ..)| id.as_str()));
    show_masks(tx, &file, &staff, facts).await?;
    show_hidden(tx, &file.id, &staff).await?;
    relation::remind_case(tx, &file).await?;
    let desks = desks(tx, &file).await?;
    let row = CaseRow {
        case: file.id.clone(),
        scope: audiences[0].scope.clone(),
        number: file.number,
        title: file.title,
        concerns: shown.concerns,
        stage: file.stage,
    };
    for desk in &desks {
        tx.feed.put(desk, file.id.as_str(), &row)?;
    }
    Ok(())
}

/// The desks of those who work on the case in their own name.
async fn desks(tx: &mut Tx<'_>, file: &CaseFile) -> Result<Vec<ScopeId>, Error> {
    let staff: Vec<(String,)> = sqlx::query_as(
        "SELECT p.id FROM person p
         WHERE (p.id = $1 OR p.id IN (SELECT by_person FROM relation WHERE kind = 'caseworker' AND case_id = $2
                                        AND starts <= $3 AND (until IS NULL OR until > $3)))
           AND NOT EXISTS (SELECT 1 FROM kept_apart a WHERE a.person = p.id AND (a.other = $4
                             OR a.other IN (SELECT person FROM case_party WHERE case_id = $2)))
         ORDER BY p.id",
    )
    .bind(file.caseworker.as_str())
    .bind(file.id.as_str())
    .bind(tx.now)
    .bind(file.person.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let mut desks = Vec::with_capacity(staff.len());
    for (person,) in staff {
        desks.push(person::find(tx, &PersonId::new(person)).await?.own_scope(tx).await?);
    }
    Ok(desks)
}

fn put<T: Fact>(tx: &mut Tx<'_>, audience: &Audience, id: &str, staff: &Person, fact: &T) -> Result<(), Error> {
    match fact.project(id, staff, audience) {
        Some(record) => tx.feed.put(&audience.scope, id, &record),
        None => {
            tx.feed.remove::<T>(&audience.scope, id);
            Ok(())
        }
    }
}

async fn face(tx: &mut Tx<'_>, file: &CaseFile, staff: &Person) -> Result<Case, Error> {
    let concerned = person::find(tx, &file.person).await?;
    let (unit, phone): (String, String) =
        sqlx::query_as("SELECT name, phone FROM unit WHERE id = $1").bind(&file.unit).fetch_one(&mut *tx.conn).await?;
    Ok(Case {
        case: file.id.clone(),
        number: file.number.clone(),
        title: file.title.clone(),
        concerns: concerned.name(),
        caseworker: Caseworker {
            person: staff.id.clone(),
            name: staff.name(),
            title: staff.title.clone().unwrap_or_default(),
            unit,
            phone,
        },
        stage: file.stage,
        next_step: file.next_step.clone(),
        opened_at: file.opened_at,
    })
}

async fn notes(tx: &mut Tx<'_>, file: &CaseFile) -> Result<Vec<(String, Person, Note)>, Error> {
    let rows: Vec<(String, String, String, String, i64, i64)> = sqlx::query_as(
        "SELECT id, heading, text, author, happened_at, signed_at FROM note WHERE case_id = $1 ORDER BY signed_at, id",
    )
    .bind(file.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let mut notes = Vec::with_capacity(rows.len());
    for (id, heading, text, author, happened_at, signed_at) in rows {
        let signer = person::find(tx, &PersonId::new(author)).await?;
        let author = signer.signature();
        notes.push((
            id,
            signer,
            Note { case: file.id.clone(), heading, text, author, happened_at, signed_at, masked: Vec::new() },
        ));
    }
    Ok(notes)
}
