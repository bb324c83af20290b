//! `GET /sync/digest`: with it a client can tell that its copy is what it should be, without fetching it again.

use crate::App;
use crate::access::grants;
use crate::error::Error;
use crate::identity::Caller;
use axum::Json;
use axum::extract::State;
use futures_util::TryStreamExt as _;
use protocol::digest::Digest;
use protocol::id::ScopeId;
use protocol::sync::{DigestResponse, ScopeDigest};
use sqlx::AnyConnection;
use std::sync::Arc;

pub(super) async fn handle(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<DigestResponse>, Error> {
    answer(&app, &caller).await.map(Json)
}

/// The digests of what `caller` is served, from one snapshot.
///
/// # Errors
/// When the database fails.
pub async fn answer(app: &App, caller: &Caller) -> Result<DigestResponse, Error> {
    let mut snapshot = app.db.snapshot().await?;
    let grants = grants(&mut snapshot, caller.reader(), app.db.now()).await?;
    let mut scopes = Vec::new();
    for grant in grants {
        if let Some(head) = grant.head {
            let digest = digest(&mut snapshot, &grant.scope).await?;
            scopes.push(ScopeDigest { scope: grant.scope, epoch: grant.epoch, head, digest });
        }
    }
    Ok(DigestResponse { db_epoch: app.db.epoch().to_owned(), scopes })
}

/// Row by row: a scope may be large.
async fn digest(conn: &mut AnyConnection, scope: &ScopeId) -> Result<String, Error> {
    let mut rows =
        sqlx::query_as::<_, (String, String, i64)>("SELECT kind, id, seq FROM record WHERE scope = $1 AND deleted = 0")
            .bind(scope.as_str())
            .fetch(conn);
    let mut digest = Digest::default();
    while let Some((kind, id, seq)) = rows.try_next().await? {
        digest.add(&kind, &id, seq);
    }
    Ok(digest.to_string())
}
