//! What a provider says about itself, and for how long that is believed.
//!
//! It is asked anew every [`CACHE`], and when something is signed with a key that we have not seen, though not more
//! often than every [`PAUSE`]: anybody can send us a token with a made-up key. While it does not answer, what it said
//! last counts for [`OUTAGE`], so that a provider whose metadata is away can still log people in.

use super::RelyingParty;
use crate::config::Provider;
use crate::identity::http::{HttpError, is_allowed};
use jsonwebtoken::jwk::JwkSet;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, AsyncHttpClient, DiscoveryError, IssuerUrl, ProviderMetadata};
use protocol::Millis;
use protocol::login::LoginRefusal;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

const MINUTE: Millis = 60 * 1000;
/// How long it is taken from memory.
const CACHE: Millis = 10 * MINUTE;
/// How long a provider is left alone after it was asked.
const PAUSE: Millis = 10 * 1000;
/// How long what was said last counts while there is no answer.
const OUTAGE: Millis = 24 * 60 * MINUTE;

/// What providers said, by their id.
#[derive(Default)]
pub(super) struct Memory(Mutex<HashMap<String, Remembered>>);

#[derive(Clone)]
struct Remembered {
    known: Option<Arc<Known>>,
    asked_at: Millis,
}

/// What a provider says about itself.
pub(in crate::identity) struct Known {
    at: Millis,
    pub(in crate::identity) metadata: Metadata,
    pub(super) keys: JwkSet,
}

/// Metadata beyond what the library knows.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(in crate::identity) struct Extra {
    #[serde(default)]
    pub(in crate::identity) authorization_response_iss_parameter_supported: bool,
    pub(in crate::identity) pushed_authorization_request_endpoint: Option<Url>,
    #[serde(default)]
    pub(in crate::identity) require_pushed_authorization_requests: bool,
    #[serde(default)]
    pub(in crate::identity) require_signed_request_object: bool,
    pub(in crate::identity) end_session_endpoint: Option<Url>,
    #[serde(default)]
    pub(in crate::identity) backchannel_logout_supported: bool,
    #[serde(default)]
    pub(in crate::identity) frontchannel_logout_supported: bool,
    #[serde(default)]
    pub(in crate::identity) code_challenge_methods_supported: Vec<String>,
    #[serde(default, rename = "https://id.oidc.se/disco/userMessageSupported")]
    pub(in crate::identity) user_message_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

pub(in crate::identity) type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

impl Known {
    pub(super) fn issuer(&self) -> &str {
        self.metadata.issuer().as_str()
    }

    pub(in crate::identity) fn extra(&self) -> &Extra {
        self.metadata.additional_metadata()
    }
}

impl RelyingParty {
    /// What is known, asked for anew where that is due.
    pub(in crate::identity) async fn known(
        &self,
        provider: &Provider,
        now: Millis,
    ) -> Result<Arc<Known>, LoginRefusal> {
        let Some(Remembered { known: Some(known), asked_at }) = self.memory.read(&provider.id) else {
            return self.learn(provider, now).await;
        };
        let is_fresh = within(known.at, CACHE, now);
        if is_fresh || (within(asked_at, PAUSE, now) && within(known.at, OUTAGE, now)) {
            return Ok(known);
        }
        match self.learn(provider, now).await {
            Err(refusal) if within(known.at, OUTAGE, now) => {
                tracing::warn!(
                    provider = provider.id,
                    refusal = refusal.as_str(),
                    "the provider's old metadata counts"
                );
                Ok(known)
            }
            other => other,
        }
    }

    /// What is known now that something was signed with a key which `known` does not hold; `None` when it was asked a
    /// moment ago.
    pub(super) async fn known_anew(
        &self,
        provider: &Provider,
        now: Millis,
    ) -> Result<Option<Arc<Known>>, LoginRefusal> {
        match self.memory.read(&provider.id) {
            Some(Remembered { asked_at, .. }) if within(asked_at, PAUSE, now) => Ok(None),
            _ => self.learn(provider, now).await.map(Some),
        }
    }

    async fn learn(&self, provider: &Provider, now: Millis) -> Result<Arc<Known>, LoginRefusal> {
        self.memory.ask(&provider.id, now);
        let known = Arc::new(discover(&provider.issuer, &self.http, now).await?);
        self.memory.keep(&provider.id, known.clone());
        Ok(known)
    }
}

/// Asks an issuer what it says about itself.
pub(super) async fn discover<'c, C>(issuer: &str, http: &'c C, now: Millis) -> Result<Known, LoginRefusal>
where
    C: AsyncHttpClient<'c, Error = HttpError>,
{
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|_| LoginRefusal::Metadata)?;
    let metadata = Metadata::discover_async(issuer, http).await.map_err(|error| match error {
        DiscoveryError::Request(error) => error.into(),
        _ => LoginRefusal::Metadata,
    })?;
    if !is_allowed(metadata.authorization_endpoint().url()) {
        return Err(LoginRefusal::Metadata);
    }
    let keys = serde_json::to_value(metadata.jwks()).and_then(serde_json::from_value);
    Ok(Known { at: now, metadata, keys: keys.map_err(|_| LoginRefusal::Metadata)? })
}

impl Memory {
    fn read(&self, id: &str) -> Option<Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn ask(&self, id: &str, now: Millis) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.entry(id.to_owned()).or_insert(Remembered { known: None, asked_at: now }).asked_at = now;
    }

    fn keep(&self, id: &str, known: Arc<Known>) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(remembered) = memory.get_mut(id) {
            remembered.known = Some(known);
        }
    }
}

/// A clock that was set back makes nothing last longer.
fn within(since: Millis, life: Millis, now: Millis) -> bool {
    (since..since.saturating_add(life)).contains(&now)
}
