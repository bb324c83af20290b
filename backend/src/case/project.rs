//! What each audience of a case sees of its facts.
//!
//! Every fact says so itself, for one audience at a time: all of it, the rest of it, or nothing. Putting what already
//! stands changes nothing in a feed, so projecting too much is only slow, never wrong.

use super::audience::audiences;
use super::{Audience, CaseFile, find};
use crate::db::Tx;
use crate::document;
use crate::error::Error;
use crate::person;
use protocol::case::{Case, CaseRow, Caseworker, Masked, Note, paragraphs};
use protocol::document::{Document, Section};
use protocol::id::{CaseId, PersonId};
use protocol::record::Content;

/// A fact of a case, whole, from which the records of its audiences are made.
pub trait Fact: Content {
    /// What `audience` sees of it; `None` when it must not know of it. `id` is the fact's own.
    fn project(&self, id: &str, audience: &Audience) -> Option<Self>;
}

impl Fact for Case {
    fn project(&self, _: &str, _: &Audience) -> Option<Self> {
        Some(self.clone())
    }
}

impl Fact for Note {
    fn project(&self, id: &str, audience: &Audience) -> Option<Self> {
        if audience.is_kept_from(id) {
            return None;
        }
        let Some(grounds) = audience.grounds(id) else { return Some(self.clone()) };
        let mut shown = Vec::new();
        let mut masked: Vec<Masked> = Vec::new();
        for (passage, text) in paragraphs(&self.text).enumerate() {
            match grounds.get(&passage) {
                None => shown.push(text),
                Some(ground) => {
                    let mark = Masked { after: u32::try_from(shown.len()).unwrap_or(u32::MAX), ground: ground.clone() };
                    // How many were left out beside each other is nobody's business.
                    if masked.last() != Some(&mark) {
                        masked.push(mark);
                    }
                }
            }
        }
        Some(Self { text: shown.join("\n\n"), masked, ..self.clone() })
    }
}

impl Fact for Document {
    fn project(&self, id: &str, audience: &Audience) -> Option<Self> {
        if audience.is_kept_from(id) {
            return None;
        }
        let mut shown = self.clone();
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

/// Shows `fact` to every audience of `case`, as far as each may see it.
///
/// # Errors
/// When the database fails.
pub async fn show<T: Fact>(tx: &mut Tx<'_>, case: &CaseFile, id: &str, fact: &T) -> Result<(), Error> {
    for audience in audiences(tx, case).await? {
        put(tx, &audience, id, fact)?;
    }
    Ok(())
}

/// Shows `case` and all that is in it to every audience, as far as each may see it.
///
/// # Errors
/// When the database fails.
pub async fn project_all(tx: &mut Tx<'_>, case: &CaseId) -> Result<(), Error> {
    let file = find(tx, case).await?;
    let shown = face(tx, &file).await?;
    let notes = notes(tx, &file).await?;
    let documents = document::of_case(tx, &file.id).await?;
    let audiences = audiences(tx, &file).await?;
    for audience in &audiences {
        put(tx, audience, file.id.as_str(), &shown)?;
        for (id, note) in &notes {
            put(tx, audience, id, note)?;
        }
        for (id, document) in &documents {
            put(tx, audience, id, document)?;
        }
    }
    let desk = person::find(tx, &file.caseworker).await?.own_scope(tx).await?;
    let row = CaseRow {
        case: file.id.clone(),
        scope: audiences[0].scope.clone(),
        number: file.number,
        title: file.title,
        concerns: shown.concerns,
        stage: file.stage,
    };
    tx.feed.put(&desk, file.id.as_str(), &row)
}

fn put<T: Fact>(tx: &mut Tx<'_>, audience: &Audience, id: &str, fact: &T) -> Result<(), Error> {
    match fact.project(id, audience) {
        Some(record) => tx.feed.put(&audience.scope, id, &record),
        None => {
            tx.feed.remove::<T>(&audience.scope, id);
            Ok(())
        }
    }
}

async fn face(tx: &mut Tx<'_>, file: &CaseFile) -> Result<Case, Error> {
    let concerned = person::find(tx, &file.person).await?;
    let staff = person::find(tx, &file.caseworker).await?;
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

async fn notes(tx: &mut Tx<'_>, file: &CaseFile) -> Result<Vec<(String, Note)>, Error> {
    let rows: Vec<(String, String, String, String, i64, i64)> = sqlx::query_as(
        "SELECT id, heading, text, author, happened_at, signed_at FROM note WHERE case_id = $1 ORDER BY signed_at, id",
    )
    .bind(file.id.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let mut notes = Vec::with_capacity(rows.len());
    for (id, heading, text, author, happened_at, signed_at) in rows {
        let author = person::find(tx, &PersonId::new(author)).await?.signature();
        notes.push((
            id,
            Note { case: file.id.clone(), heading, text, author, happened_at, signed_at, masked: Vec::new() },
        ));
    }
    Ok(notes)
}
