//! Documents, and the files that belong to them.
//!
//! A file is uploaded first, then named in the mutation that signs the document; it is fetched through a
//! record that the caller is served, never by its own id.

use crate::App;
use crate::access::{log, require_case_staff, require_served};
use crate::case::{self, CaseFile};
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{code, decode};
use crate::identity::Caller;
use crate::person::{self, Person};
use crate::text;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use object_store::{ObjectStoreExt as _, PutPayload};
use protocol::document::{BlobRef, BlobStored, Document, DocumentSort, MAX_BLOB, MAX_SECTIONS, SignDocument};
use protocol::id::{BlobId, CaseId, DocumentId, PersonId, ScopeId};
use protocol::identity::Realm;
use protocol::refusal::RefusalCode;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// The routes.
pub fn router() -> Router<Arc<App>> {
    let limit = usize::try_from(MAX_BLOB).unwrap_or(usize::MAX);
    Router::new()
        .route("/blobs", post(upload).layer(DefaultBodyLimit::max(limit)))
        .route("/blobs/{scope}/{document}", get(download))
}

/// Signs a document into a case.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller works on the case and uploaded the file.
pub async fn sign(tx: &mut Tx<'_>, caller: &Caller, act: SignDocument) -> Result<(), Error> {
    require_case_staff(tx, &caller.person, act.case.as_str()).await?;
    let case = case::find(tx, &act.case).await?;
    let author = person::find(tx, &caller.person).await?;
    let document = checked(tx, caller, &author, &act).await?;
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

/// Stores a file for `caller`, durable before its row is.
///
/// # Errors
/// [`RefusalCode::Invalid`] when empty, [`RefusalCode::TooLong`] past [`MAX_BLOB`].
pub async fn store(app: &App, caller: &Caller, bytes: Bytes) -> Result<BlobStored, Error> {
    let size = bytes.len() as u64;
    if size == 0 {
        return Err(RefusalCode::Invalid.into());
    }
    if size > MAX_BLOB {
        return Err(RefusalCode::TooLong.into());
    }
    let blob = BlobId::from(uuid::Uuid::new_v4());
    let sha256 = text::hex(&Sha256::digest(&bytes));
    app.blobs.put(&blob.as_str().into(), PutPayload::from_bytes(bytes)).await?;
    let stored = BlobStored { blob, size, sha256 };
    let (row, caller) = (stored.clone(), caller.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                sqlx::query("INSERT INTO blob (id, municipality, uploaded_by, size, sha256, at) VALUES ($1, $2, $3, $4, $5, $6)")
                    .bind(row.blob.as_str())
                    .bind(caller.municipality.as_str())
                    .bind(caller.person.as_str())
                    .bind(i64::try_from(row.size).unwrap_or(i64::MAX))
                    .bind(&row.sha256)
                    .bind(tx.now)
                    .execute(&mut *tx.conn)
                    .await?;
                Ok(())
            })
        })
        .await?;
    Ok(stored)
}

/// Whether `caller` has stored a file as `blob`.
///
/// # Errors
/// When the database fails.
pub async fn is_stored(tx: &mut Tx<'_>, caller: &Caller, blob: &BlobId) -> Result<bool, Error> {
    Ok(measured(tx, caller, blob).await?.is_some())
}

/// Size and hash of what `caller` stored as `blob`.
async fn measured(tx: &mut Tx<'_>, caller: &Caller, blob: &BlobId) -> Result<Option<(i64, String)>, Error> {
    Ok(sqlx::query_as("SELECT size, sha256 FROM blob WHERE id = $1 AND uploaded_by = $2")
        .bind(blob.as_str())
        .bind(caller.person.as_str())
        .fetch_optional(&mut *tx.conn)
        .await?)
}

async fn upload(State(app): State<Arc<App>>, caller: Caller, bytes: Bytes) -> Result<Json<BlobStored>, Error> {
    // Residents' uploads come with the feature that uses them.
    if caller.realm != Realm::Staff {
        return Err(RefusalCode::Access.into());
    }
    store(&app, &caller, bytes).await.map(Json)
}

async fn download(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((scope, document)): Path<(String, String)>,
) -> Result<Response, Error> {
    let mut snapshot = app.db.snapshot().await?;
    let scope = ScopeId::new(scope);
    let role = require_served(&mut snapshot, caller.reader(), &scope, app.db.now()).await?;
    let row: Option<(String,)> =
        sqlx::query_as("SELECT body FROM record WHERE scope = $1 AND kind = 'document' AND id = $2 AND deleted = 0")
            .bind(scope.as_str())
            .bind(&document)
            .fetch_optional(&mut *snapshot)
            .await?;
    drop(snapshot);
    let (body,) = row.ok_or(RefusalCode::Access)?;
    let file = serde_json::from_str::<Document>(&body)?.file.ok_or(RefusalCode::Access)?;
    log::fetched(&app, &caller, role, scope, document).await?;
    let object = app.blobs.get(&file.blob.as_str().into()).await?;
    Response::builder()
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_LENGTH, object.meta.size)
        .header(CACHE_CONTROL, "no-store")
        .body(Body::from_stream(object.into_stream()))
        .map_err(|error| Error::Internal(error.to_string()))
}

/// The document as it will be shown, its words and file checked.
async fn checked(tx: &mut Tx<'_>, caller: &Caller, author: &Person, act: &SignDocument) -> Result<Document, Error> {
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
        Some(file) => Some(own_file(tx, caller, file).await?),
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

/// What the upload measured wins over what the mutation says.
async fn own_file(tx: &mut Tx<'_>, caller: &Caller, file: &BlobRef) -> Result<BlobRef, Error> {
    let (size, sha256) = measured(tx, caller, &file.blob).await?.ok_or(RefusalCode::Access)?;
    Ok(BlobRef {
        blob: file.blob.clone(),
        name: text::line(&file.name, 200)?,
        media_type: text::line(&file.media_type, 100)?,
        size: u64::try_from(size).unwrap_or(0),
        sha256,
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
