//! Whoever stands behind a request: who shows an access token and proves to have the key that it is bound to.

use super::dpop::Unproven;
use super::secret::PlainToken;
use crate::App;
use crate::error::Error;
use crate::feed::decode;
use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use protocol::Millis;
use protocol::access::ScopeKind;
use protocol::id::{MunicipalityId, PersonId};
use protocol::identity::{Level, Realm};
use protocol::refusal::RefusalCode;
use std::sync::Arc;

/// Whoever the access token stands for. An extractor: without a valid token there is no caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub person: PersonId,
    /// As whom.
    pub realm: Realm,
    /// How sure one is of that, and so what they are served.
    pub level: Level,
    /// Where.
    pub municipality: MunicipalityId,
    /// The family of tokens that it belongs to.
    pub session: String,
    /// When the token ends that was shown, and with it whatever is still being answered.
    pub until: Millis,
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("dpop") => PlainToken::read(token),
            _ => None,
        };
        let token = token.ok_or(RefusalCode::Unauthenticated)?;
        let (dpop, now) = (&app.identity.dpop, app.db.now());
        let shown = dpop
            .check(&parts.headers, &parts.method, parts.uri.path(), Some(&token), now)
            .map_err(|unproven| Error::Unproven(unproven.code()))?;
        let mut snapshot = app.db.snapshot().await?;
        type Row = (String, String, String, String, String, Option<String>, Millis);
        let row: Option<Row> = sqlx::query_as(
            "SELECT token_family.person, token_family.realm, token_family.municipality, token_family.id,
             token_family.level, token_family.jkt, access_token.expires_at
             FROM access_token JOIN token_family ON token_family.id = access_token.family
             WHERE access_token.hash = $1 AND access_token.expires_at > $2
             AND token_family.ended_at IS NULL AND token_family.expires_at > $2",
        )
        .bind(token.hash().as_str())
        .bind(now)
        .fetch_optional(&mut *snapshot)
        .await?;
        drop(snapshot);
        let (person, realm, municipality, session, level, jkt, until) = row.ok_or(Error::Unproven("invalid_token"))?;
        if jkt.as_deref() != Some(&shown.jkt) {
            return Err(Error::Unproven("invalid_token"));
        }
        if !dpop.is_first(&shown, now).await? {
            return Err(Error::Unproven(Unproven::Proof.code()));
        }
        app.limits.request(&person, &municipality, now)?;
        Ok(Self {
            person: PersonId::new(person),
            realm: decode(&realm)?,
            level: decode(&level)?,
            municipality: MunicipalityId::new(municipality),
            session,
            until,
        })
    }
}

impl Caller {
    /// Whoever is to be served something: the person, and how sure one is of who they are.
    pub fn reader(&self) -> Reader<'_> {
        Reader { person: &self.person, level: self.level }
    }
}

/// A person who is to be served something. Everything that leaves asks with one, so that no way out forgets the level.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'p> {
    person: &'p PersonId,
    level: Level,
}

impl<'p> Reader<'p> {
    /// A person of whom one is sure.
    pub fn sure(person: &'p PersonId) -> Self {
        Self { person, level: Level::Eid }
    }

    /// Whether scopes of this kind are for a session of this level. Without an e-identification the file is not, nor
    /// anything that is newer than this list.
    pub fn may_have(self, kind: ScopeKind) -> bool {
        match kind {
            ScopeKind::Person | ScopeKind::Thread => true,
            ScopeKind::Desk | ScopeKind::Case | ScopeKind::Unit | ScopeKind::Unknown => self.level.is_eid(),
        }
    }

    /// The person's id.
    pub fn as_str(self) -> &'p str {
        self.person.as_str()
    }
}
