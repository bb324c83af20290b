//! `POST /identity/revoke` (RFC 7009): a refresh token ends its session, an access token only itself. What is
//! not known is revoked already.

use super::family;
use super::fields::Fields;
use super::secret::PlainToken;
use super::token::{TokenError, require_app};
use crate::App;
use axum::body::Bytes;
use axum::extract::State;
use http::StatusCode;
use std::sync::Arc;

pub(super) async fn revoke(State(app): State<Arc<App>>, form: Bytes) -> Result<StatusCode, TokenError> {
    let fields = Fields::parse(&form);
    require_app(&fields)?;
    let token = fields.get("token").ok_or(TokenError::Refused("invalid_request"))?;
    if let Some(hash) = PlainToken::read(token).map(|token| token.hash()) {
        app.db
            .write(move |tx| {
                Box::pin(async move {
                    family::end_by_refresh(tx, &hash).await?;
                    sqlx::query("DELETE FROM access_token WHERE hash = $1")
                        .bind(hash.as_str())
                        .execute(&mut *tx.conn)
                        .await?;
                    Ok(())
                })
            })
            .await?;
    }
    Ok(StatusCode::OK)
}
