//! Whoever stands behind a request.

use super::secret::PlainToken;
use crate::App;
use crate::error::Error;
use crate::feed::decode;
use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use protocol::id::{MunicipalityId, PersonId};
use protocol::identity::Realm;
use protocol::refusal::RefusalCode;
use std::sync::Arc;

/// Whoever the access token stands for. An extractor: without a valid token there is no caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub person: PersonId,
    /// As whom.
    pub realm: Realm,
    /// Where.
    pub municipality: MunicipalityId,
    /// The family of tokens that it belongs to.
    pub session: String,
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => PlainToken::read(token),
            _ => None,
        };
        let hash = token.ok_or(RefusalCode::Unauthenticated)?.hash();
        let mut snapshot = app.db.snapshot().await?;
        let row: Option<(String, String, String, String)> = sqlx::query_as(
            "SELECT token_family.person, token_family.realm, token_family.municipality, token_family.id
             FROM access_token JOIN token_family ON token_family.id = access_token.family
             WHERE access_token.hash = $1 AND access_token.expires_at > $2
             AND token_family.ended_at IS NULL AND token_family.expires_at > $2",
        )
        .bind(hash.as_str())
        .bind(app.db.now())
        .fetch_optional(&mut *snapshot)
        .await?;
        let (person, realm, municipality, session) = row.ok_or(RefusalCode::Unauthenticated)?;
        Ok(Self {
            person: PersonId::new(person),
            realm: decode(&realm)?,
            municipality: MunicipalityId::new(municipality),
            session,
        })
    }
}
