//! Documents, and the files that belong to them and to messages.

mod file;

pub use file::{forget_unused, is_stored, named, router, store, store_as};

use crate::access::require_case_staff;
use crate::case::{self, CaseFile};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{code, decode};
use crate::identity::Caller;
use crate::person::{self, Person};
use crate::text;
use protocol::document::{Document, DocumentSort, MAX_SECTIONS, SignDocument};
use protocol::id::{CaseId, DocumentId, PersonId};
use protocol::refusal::RefusalCode;

/// Signs a document into a case.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case and uploaded the file.
pub async fn sign(tx: &mut Tx<'_>, caller: &Caller, act: SignDocument) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let case = case::find(tx, &act.case).await?;
    let author = person::find(tx, &caller.person).await?;
    let document = checked(tx, caller, (&case, &author), &act).await?;
    insert(tx, &case, caller, &act.document, &document).await?;
    case::withhold(tx, &case, act.document.as_str(), &act.hidden_from).await?;
    case::show(tx, &case, act.document.as_str(), &author, &document).await
}

/// Every document of a case, by id, with who signed it.
///
/// # Errors
/// When the database fails.
pub async fn of_case(tx: &mut Tx<'_>, case: &CaseId) -> Result<Vec<(String, Person, Document)>, Error> {
    type Row = (String, String, String, String, Option<String>, String, i64, Option<i64>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, sort, title, sections, file, author, signed_at, appeal_until FROM document WHERE case_id = $1 ORDER BY signed_at, id",
    )
    .bind(case.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    let mut documents = Vec::with_capacity(rows.len());
    for (id, sort, title, sections, file, author, signed_at, appeal_until) in rows {
        let signer = person::find(tx, &PersonId::new(author)).await?;
        let document = Document {
            case: case.clone(),
            sort: decode(&sort)?,
            title,
            sections: serde_json::from_str(&sections)?,
            file: file.map(|file| serde_json::from_str(&file)).transpose()?,
            author: signer.signature(),
            signed_at,
            appeal_until,
        };
        documents.push((id, signer, document));
    }
    Ok(documents)
}

/// The document as it will be shown, its words and file checked.
async fn checked(
    tx: &mut Tx<'_>,
    caller: &Caller,
    (case, author): (&CaseFile, &Person),
    act: &SignDocument,
) -> Result<Document, Error> {
    if act.sections.is_empty() || act.sort == DocumentSort::Unknown {
        return Err(RefusalCode::Invalid.into());
    }
    if act.sections.len() > MAX_SECTIONS {
        return Err(RefusalCode::TooLong.into());
    }
    for section in &act.sections {
        if section.masked.is_some() {
            return Err(RefusalCode::Invalid.into());
        }
        text::line(&section.heading, 200)?;
        text::body(&section.text, 100_000)?;
    }
    let file = match &act.file {
        Some(file) => Some(named(tx, caller, &case.municipality, file).await?),
        None => None,
    };
    Ok(Document {
        case: act.case.clone(),
        sort: act.sort,
        title: text::line(&act.title, 200)?,
        sections: act.sections.clone(),
        file,
        author: author.signature(),
        signed_at: tx.now,
        appeal_until: act.appeal_until,
    })
}

async fn insert(
    tx: &mut Tx<'_>,
    case: &CaseFile,
    caller: &Caller,
    id: &DocumentId,
    document: &Document,
) -> Result<(), Error> {
    let file = document.file.as_ref().map(serde_json::to_string).transpose()?;
    sqlx::query(
        "INSERT INTO document (id, municipality, case_id, sort, title, sections, file, author, signed_at, appeal_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id.as_str())
    .bind(case.municipality.as_str())
    .bind(case.id.as_str())
    .bind(code(&document.sort)?)
    .bind(&document.title)
    .bind(serde_json::to_string(&document.sections)?)
    .bind(file)
    .bind(caller.person.as_str())
    .bind(document.signed_at)
    .bind(document.appeal_until)
    .execute(&mut *tx.conn)
    .await
    .map_err(text::reused)?;
    Ok(())
}
