//! The relying party: how a municipality's OpenID provider is asked, and what of its answer is believed.
//!
//! A login is [`RelyingParty::begin`] (`ask.rs`: plain parameters, a Request Object, or a pushed request), then
//! [`RelyingParty::finish`] (`redeem.rs`: the code for tokens, with our proof of being the client; `verify.rs`: the ID
//! token; `userinfo.rs`; `who.rs`: who it is). `metadata.rs` knows what a provider says about itself, through changes of
//! keys and times without it; `logout.rs` is for what ends. Each way to fail is a [`LoginRefusal`] of its own, and
//! nothing that a provider or a person said reaches a log.

mod ask;
mod check;
#[cfg(any(test, feature = "fuzz"))]
pub(super) mod fuzz;
mod jws;
mod logout;
mod metadata;
mod redeem;
mod userinfo;
mod verify;
mod who;

pub use check::Checked;
pub(super) use logout::Ended;

use super::http::{Http, HttpError};
use super::keys::Ring;
use crate::config::Provider;
use jsonwebtoken::jwk::JwkSet;
use metadata::Memory;
use protocol::Millis;
use protocol::login::LoginRefusal;

/// How far a provider's clock may differ from ours, in seconds.
const SKEW: i64 = 60;

/// We, as providers know us.
pub(super) struct RelyingParty {
    http: Http,
    keys: Ring,
    redirect: String,
    memory: Memory,
}

/// The secrets of one login, held by the browser and never stored.
pub(super) struct Secrets {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

/// A provider's answer, as the browser brought it.
pub(super) struct Answer<'a> {
    pub(super) code: &'a str,
    pub(super) nonce: String,
    pub(super) verifier: String,
    /// When we sent the browser there.
    pub(super) begun_at: Millis,
}

/// What a provider vouches for.
pub(super) struct Login {
    /// A personal number, or `<number>@<orgnr>` for staff.
    pub(super) person: String,
    /// The level that was reached.
    pub(super) acr: String,
    /// When, in seconds.
    pub(super) auth_time: i64,
    /// Who it is to the provider.
    pub(super) subject: String,
    /// The provider's own session, if it says.
    pub(super) session: Option<String>,
}

impl RelyingParty {
    pub(super) fn new(http: Http, keys: Ring, redirect: String) -> Self {
        Self { http, keys, redirect, memory: Memory::default() }
    }

    /// Our public keys, for providers.
    pub(super) fn jwks(&self, now: Millis) -> JwkSet {
        self.keys.jwks(now)
    }

    /// Whether the issuer that an answer names, or does not, is the provider's (RFC 9207).
    pub(super) async fn check_issuer(
        &self,
        provider: &Provider,
        issuer: Option<&str>,
        now: Millis,
    ) -> Result<(), LoginRefusal> {
        let known = self.known(provider, now).await?;
        match issuer {
            Some(issuer) if issuer == known.issuer() => Ok(()),
            None if !known.extra().authorization_response_iss_parameter_supported => Ok(()),
            _ => Err(LoginRefusal::AnswerIssuer),
        }
    }

    /// Turns a code into who logged in.
    pub(super) async fn finish(
        &self,
        provider: &Provider,
        answer: Answer<'_>,
        now: Millis,
    ) -> Result<Login, LoginRefusal> {
        let known = self.known(provider, now).await?;
        let tokens = self.redeem(provider, &known, &answer, now).await?;
        let proven = self.prove(provider, known, &tokens, &answer, now).await?;
        let info = self.userinfo(provider, &tokens, &proven, now).await?;
        let person = who::person(provider, &proven.said, info.as_ref())?;
        Ok(Login {
            person,
            acr: proven.acr,
            auth_time: proven.auth_time,
            subject: proven.subject,
            session: proven.session,
        })
    }
}

impl From<HttpError> for LoginRefusal {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Unavailable => Self::Unavailable,
            HttpError::Insecure | HttpError::TooLong => Self::Metadata,
        }
    }
}
