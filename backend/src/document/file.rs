//! Files: stored first, named in an act, fetched through a record that the caller is served, never by their own id.
//!
//! What is sent with a message is stored under an id that its sender chose, so that an upload whose answer was lost is
//! sent again and changes nothing. The bytes always lie under a name of chance: no second upload, whoever's, can write
//! over them. What no act names is forgotten after a while.

use crate::App;
use crate::access::{log, require, require_served};
use crate::db::Tx;
use crate::error::Error;
use crate::identity::Caller;
use crate::text;
use axum::body::Body;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::Response;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use object_store::{ObjectStoreExt as _, PutPayload};
use protocol::Millis;
use protocol::document::{BlobRef, BlobStored, Document, FILE_TYPES, MAX_BLOB};
use protocol::id::{BlobId, MAX_ID, MunicipalityId, ScopeId};
use protocol::identity::Realm;
use protocol::message::{MAX_FILE, Message};
use protocol::record::Content;
use protocol::refusal::RefusalCode;
use sha2::{Digest as _, Sha256};
use sqlx::AnyConnection;
use std::sync::Arc;

/// The most uploads of one person that no act has named, and their bytes together.
const MOST_UNUSED: (i64, i64) = (100, 500 << 20);
/// How long an upload is kept that no act names: whoever comes later sends it again.
const KEEP_UNUSED: Millis = 30 * 24 * 60 * 60 * 1000;

/// The routes.
pub fn router() -> Router<Arc<App>> {
    let most = |bytes: u64| DefaultBodyLimit::max(usize::try_from(bytes).unwrap_or(usize::MAX));
    Router::new()
        .route("/blobs", post(upload).layer(most(MAX_BLOB)))
        .route("/blobs/{scope}/{document}", get(of_document))
        .route("/blobs/{scope}/{message}/{blob}", get(of_message))
        .route("/uploads/{scope}/{blob}", put(upload_as).layer(most(MAX_FILE)))
}

/// Stores a file for `caller` under a new id, durable before its row is.
///
/// # Errors
/// [`RefusalCode::Invalid`] when empty, [`RefusalCode::TooLong`] past [`MAX_BLOB`].
pub async fn store(app: &App, caller: &Caller, bytes: Bytes) -> Result<BlobStored, Error> {
    store_as(app, caller, BlobId::from(uuid::Uuid::new_v4()), bytes).await
}

/// As [`store`], under `blob`. Stored before with the same bytes it is as if it were stored now.
///
/// # Errors
/// As [`store`]; [`RefusalCode::Reused`] when something else is stored under it, [`RefusalCode::Busy`] while too much is
/// stored that no act has named.
pub async fn store_as(app: &App, caller: &Caller, blob: BlobId, bytes: Bytes) -> Result<BlobStored, Error> {
    let size = bytes.len() as u64;
    if size == 0 || blob.as_str().is_empty() || blob.as_str().len() > MAX_ID {
        return Err(RefusalCode::Invalid.into());
    }
    if size > MAX_BLOB {
        return Err(RefusalCode::TooLong.into());
    }
    let stored = BlobStored { blob, size, sha256: text::hex(&Sha256::digest(&bytes)) };
    let mut snapshot = app.db.snapshot().await?;
    let before = find(&mut snapshot, &stored.blob).await?;
    drop(snapshot);
    if let Some(before) = before {
        return same(&before, caller, stored);
    }
    let name = uuid::Uuid::new_v4().to_string();
    app.blobs.put(&name.as_str().into(), PutPayload::from_bytes(bytes)).await?;
    let (row, by, stored_as) = (stored.clone(), caller.clone(), name.clone());
    let written = app.db.write(move |tx| Box::pin(async move { insert(tx, &by, &row, &stored_as).await })).await;
    if matches!(written, Ok(Some(_)) | Err(Error::Refused(_))) {
        // No row names it. Should it stay behind, nobody can find it.
        let _ = app.blobs.delete(&name.as_str().into()).await;
    }
    match written? {
        None => Ok(stored),
        Some(before) => same(&before, caller, stored),
    }
}

/// Whether `caller` has stored a file as `blob`.
///
/// # Errors
/// When the database fails.
pub async fn is_stored(tx: &mut Tx<'_>, caller: &Caller, blob: &BlobId) -> Result<bool, Error> {
    Ok(find(tx.conn, blob).await?.is_some_and(|row| row.uploaded_by == caller.person.as_str()))
}

/// A file that an act of `caller`'s names, as it will be shown. What the upload measured wins over what the act says; from now
/// on it belongs to `municipality`.
///
/// # Errors
/// [`RefusalCode::Access`] unless the caller has stored it, [`RefusalCode::Invalid`] for another kind of file than
/// [`FILE_TYPES`], that or [`RefusalCode::TooLong`] for its name.
pub async fn named(
    tx: &mut Tx<'_>,
    caller: &Caller,
    municipality: &MunicipalityId,
    file: &BlobRef,
) -> Result<BlobRef, Error> {
    let row: Option<(i64, String)> = sqlx::query_as(
        "UPDATE blob SET used_at = COALESCE(used_at, $3), municipality = $4 WHERE id = $1 AND uploaded_by = $2
         RETURNING size, sha256",
    )
    .bind(file.blob.as_str())
    .bind(caller.person.as_str())
    .bind(tx.now)
    .bind(municipality.as_str())
    .fetch_optional(&mut *tx.conn)
    .await?;
    let (size, sha256) = row.ok_or(RefusalCode::Access)?;
    if !FILE_TYPES.contains(&file.media_type.as_str()) {
        return Err(RefusalCode::Invalid.into());
    }
    Ok(BlobRef {
        blob: file.blob.clone(),
        name: text::line(&file.name, 200)?,
        media_type: file.media_type.clone(),
        size: u64::try_from(size).unwrap_or(0),
        sha256,
    })
}

/// Forgets uploads that no act has named for so long that none will. Returns how many.
///
/// # Errors
/// When the database or the blob store fails; what was forgotten before stays so.
pub async fn forget_unused(app: &App) -> Result<u64, Error> {
    let before = app.db.now() - KEEP_UNUSED;
    // The row first: whoever names it from then on is told that it is missing.
    let sql = "DELETE FROM blob WHERE used_at IS NULL AND at <= $1 RETURNING COALESCE(stored_as, id)";
    let gone: Vec<(String,)> = app
        .db
        .write(move |tx| Box::pin(async move { Ok(sqlx::query_as(sql).bind(before).fetch_all(&mut *tx.conn).await?) }))
        .await?;
    for (name,) in &gone {
        app.blobs.delete(&name.as_str().into()).await?;
    }
    Ok(gone.len() as u64)
}

#[derive(sqlx::FromRow)]
struct Row {
    uploaded_by: String,
    sha256: String,
    stored_as: String,
}

async fn find(conn: &mut AnyConnection, blob: &BlobId) -> Result<Option<Row>, Error> {
    let sql = "SELECT uploaded_by, sha256, COALESCE(stored_as, id) AS stored_as FROM blob WHERE id = $1";
    Ok(sqlx::query_as(sql).bind(blob.as_str()).fetch_optional(conn).await?)
}

fn same(before: &Row, caller: &Caller, stored: BlobStored) -> Result<BlobStored, Error> {
    if before.uploaded_by == caller.person.as_str() && before.sha256 == stored.sha256 {
        return Ok(stored);
    }
    Err(RefusalCode::Reused.into())
}

/// What stands there already, if something does: then nothing is written.
async fn insert(tx: &mut Tx<'_>, caller: &Caller, stored: &BlobStored, name: &str) -> Result<Option<Row>, Error> {
    let (count, bytes): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM blob WHERE uploaded_by = $1 AND used_at IS NULL",
    )
    .bind(caller.person.as_str())
    .fetch_one(&mut *tx.conn)
    .await?;
    if count >= MOST_UNUSED.0 || bytes >= MOST_UNUSED.1 {
        return Err(RefusalCode::Busy.into());
    }
    let written = sqlx::query(
        "INSERT INTO blob (id, municipality, uploaded_by, size, sha256, at, stored_as) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(stored.blob.as_str())
    .bind(caller.municipality.as_str())
    .bind(caller.person.as_str())
    .bind(i64::try_from(stored.size).unwrap_or(i64::MAX))
    .bind(&stored.sha256)
    .bind(tx.now)
    .bind(name)
    .execute(&mut *tx.conn)
    .await?;
    match written.rows_affected() {
        0 => find(tx.conn, &stored.blob).await,
        _ => Ok(None),
    }
}

async fn upload(
    State(app): State<Arc<App>>,
    caller: Caller,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Json<BlobStored>, Error> {
    // Whoever is no staff uploads for a lane of their own; see `upload_as`.
    if caller.realm != Realm::Staff {
        return Err(RefusalCode::Access.into());
    }
    store(&app, &caller, read(bytes)?).await.map(Json)
}

/// A file that an act in the lane `scope` will name. Whoever may not act there stores nothing.
async fn upload_as(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((scope, blob)): Path<(String, String)>,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Json<BlobStored>, Error> {
    let mut snapshot = app.db.snapshot().await?;
    require(&mut snapshot, &caller.person, &ScopeId::new(scope), app.db.now()).await?;
    drop(snapshot);
    store_as(&app, &caller, BlobId::new(blob), read(bytes)?).await.map(Json)
}

fn read(bytes: Result<Bytes, BytesRejection>) -> Result<Bytes, Error> {
    bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => RefusalCode::TooLong.into(),
        _ => RefusalCode::Invalid.into(),
    })
}

async fn of_document(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((scope, document)): Path<(String, String)>,
) -> Result<Response, Error> {
    let files = |body: Document| body.file.into_iter().collect();
    send(&app, &caller, ScopeId::new(scope), document, files, None).await
}

async fn of_message(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((scope, message, blob)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    // What staff send along may be of the case, which a code from staff does not lead to.
    if !caller.level.is_eid() {
        return Err(RefusalCode::Access.into());
    }
    let files = |body: Message| body.files;
    send(&app, &caller, ScopeId::new(scope), message, files, Some(blob)).await
}

/// Sends a file of the record `id`: the one that is `wanted`, or the only one. It is noted first.
async fn send<C: Content>(
    app: &App,
    caller: &Caller,
    scope: ScopeId,
    id: String,
    files: impl FnOnce(C) -> Vec<BlobRef>,
    wanted: Option<String>,
) -> Result<Response, Error> {
    let mut snapshot = app.db.snapshot().await?;
    let role = require_served(&mut snapshot, caller.reader(), &scope, app.db.now()).await?;
    let row: Option<(String,)> =
        sqlx::query_as("SELECT body FROM record WHERE scope = $1 AND kind = $2 AND id = $3 AND deleted = 0")
            .bind(scope.as_str())
            .bind(C::KIND)
            .bind(&id)
            .fetch_optional(&mut *snapshot)
            .await?;
    let (body,) = row.ok_or(RefusalCode::Access)?;
    let mut files = files(serde_json::from_str(&body)?).into_iter();
    let file = files.find(|file| wanted.as_ref().is_none_or(|wanted| file.blob.as_str() == wanted));
    let file = file.ok_or(RefusalCode::Access)?;
    let stored = find(&mut snapshot, &file.blob).await?.ok_or(RefusalCode::Access)?;
    drop(snapshot);
    log::fetched(app, caller, role, scope, id).await?;
    let object = app.blobs.get(&stored.stored_as.as_str().into()).await?;
    Response::builder()
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_LENGTH, object.meta.size)
        .header(CACHE_CONTROL, "no-store")
        .body(Body::from_stream(object.into_stream()))
        .map_err(|error| Error::Internal(error.to_string()))
}
