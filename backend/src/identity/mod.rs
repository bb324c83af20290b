//! Identity: who calls. (Stub.)

use crate::App;
use crate::config::Config;
use crate::error::Error;
use axum::Router;
use axum::extract::FromRequestParts;
use http::request::Parts;
use protocol::id::{MunicipalityId, PersonId};
use protocol::identity::Realm;
use protocol::refusal::RefusalCode;
use std::sync::Arc;

/// The issuer and the relying party.
pub struct Identity {}

impl Identity {
    /// Opens or makes the keys.
    ///
    /// # Errors
    /// When the key folder cannot be used.
    pub fn open(_config: &Config) -> anyhow::Result<Self> {
        Ok(Self {})
    }
}

/// The routes.
pub fn router() -> Router<Arc<App>> {
    Router::new()
}

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

    async fn from_request_parts(_parts: &mut Parts, _app: &Arc<App>) -> Result<Self, Error> {
        Err(RefusalCode::Unauthenticated.into())
    }
}
