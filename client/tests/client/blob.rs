//! Files at the backend in memory: those of documents, and those that are sent with messages.

use crate::backend::{Shared, refuse};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use protocol::document::BlobStored;
use protocol::id::{BlobId, ScopeId};
use protocol::mutation::{Mutation, Outcome};
use protocol::refusal::{Refusal, RefusalCode};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// What was sent for messages.
#[derive(Default)]
pub(crate) struct Blobs {
    /// What is here, by name.
    pub(crate) kept: HashMap<String, Vec<u8>>,
    /// The name of each that came, again too.
    pub(crate) came: Vec<String>,
    /// The next one is kept, and its answer lost.
    pub(crate) lose_reply: bool,
}

impl Blobs {
    /// The refusal of an act that names a file which is not here.
    pub(crate) fn missing(&self, mutation: &Mutation) -> Option<Outcome> {
        let file = mutation.act.files().iter().find(|file| !self.kept.contains_key(file.blob.as_str()))?;
        let refusal = Refusal { code: RefusalCode::Missing, details: Some(file.blob.to_string()) };
        Some(Outcome::Refused { refusal })
    }
}

pub(crate) async fn of_document(
    State(backend): State<Shared>,
    Path((_, document)): Path<(String, String)>,
) -> Response {
    match backend.world().files.get(&document) {
        Some(file) => file.clone().into_response(),
        None => refuse(StatusCode::NOT_FOUND, RefusalCode::Access),
    }
}

pub(crate) async fn of_message(
    State(backend): State<Shared>,
    Path((_, _, blob)): Path<(String, String, String)>,
) -> Response {
    match backend.world().blobs.kept.get(&blob) {
        Some(file) => file.clone().into_response(),
        None => refuse(StatusCode::NOT_FOUND, RefusalCode::Access),
    }
}

pub(crate) async fn upload(
    State(backend): State<Shared>,
    Path((scope, blob)): Path<(String, String)>,
    bytes: Bytes,
) -> Response {
    let mut world = backend.world();
    world.blobs.came.push(blob.clone());
    if !world.scopes.get(&ScopeId::new(scope)).is_some_and(|scope| scope.granted) {
        return refuse(StatusCode::NOT_FOUND, RefusalCode::Access);
    }
    let (size, sha256) = (bytes.len() as u64, hash(&bytes));
    world.blobs.kept.insert(blob.clone(), bytes.to_vec());
    if std::mem::take(&mut world.blobs.lose_reply) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    Json(BlobStored { blob: BlobId::new(blob), size, sha256 }).into_response()
}

pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
