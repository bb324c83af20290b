//! The registered client, and the proof that a caller is it.
//!
//! A client has either a secret, in the header or in the form, or keys: then the only proof taken is `private_key_jwt`, an
//! ES256 assertion under a key of the client's own JWKS. The same keys sign its Request Objects. The set is fetched
//! when first needed, since client and provider may start in any order, and again when an unknown `kid` turns up.
//! Every assertion is taken once.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Registration;
use crate::provider::hold;

/// How far ahead an assertion may expire.
const LIFETIME: u64 = 300;
/// How far two clocks may differ.
const LEEWAY: u64 = 5;

/// The client, its cached keys and the assertions it has used up.
pub(crate) struct Client {
    registration: Registration,
    http: reqwest::Client,
    keys: tokio::sync::Mutex<Option<JwkSet>>,
    used: Mutex<HashMap<String, u64>>,
}

/// Why an assertion was turned down; told to the client's developer, who needs it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AssertionError {
    #[error("client_assertion is not an ES256 JWT")]
    Form,
    #[error("the client's keys cannot be fetched")]
    Keys(#[from] reqwest::Error),
    #[error("no key of the client fits")]
    NoKey,
    #[error("the signature does not hold")]
    Signature,
    #[error("iss and sub must be the client_id")]
    Subject,
    #[error("aud must be the issuer, or the endpoint that it is for")]
    Audience,
    #[error("exp must lie ahead, at most five minutes")]
    Expiry,
    #[error("the assertion is not valid yet")]
    Early,
    #[error("jti was used before")]
    Replay,
}

impl Client {
    pub(crate) fn new(registration: Registration) -> Self {
        // Another part of the process may have chosen a provider first; either serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(5))
            .build()
            .expect("a client without certificates of its own can be built");
        Self { registration, http, keys: tokio::sync::Mutex::default(), used: Mutex::default() }
    }

    /// Whether it proves itself by a secret.
    pub(crate) fn has_secret(&self) -> bool {
        self.registration.secret.is_some()
    }

    /// Whether that is its secret; both are hashed first, so that the time taken tells nothing.
    pub(crate) fn is_secret(&self, told: &str) -> bool {
        use sha2::{Digest as _, Sha256};
        self.registration.secret.as_ref().is_some_and(|secret| Sha256::digest(secret) == Sha256::digest(told))
    }

    /// The fields of a Request Object that the client signed for `issuer`, to be used soon.
    pub(crate) async fn open_request(
        &self,
        jwt: &str,
        issuer: &str,
        now: u64,
    ) -> Result<Map<String, Value>, AssertionError> {
        let mut claims: Map<String, Value> = self.open(jwt, &[issuer], now).await?;
        let exp = claims.get("exp").and_then(Value::as_u64);
        if !exp.is_some_and(|exp| exp > now && exp <= now + LIFETIME + LEEWAY) {
            return Err(AssertionError::Expiry);
        }
        for frame in ["iss", "aud", "exp", "iat", "nbf", "jti"] {
            claims.remove(frame);
        }
        Ok(claims)
    }

    /// Its `client_id`.
    pub(crate) fn id(&self) -> &str {
        &self.registration.id
    }

    /// What people know it as.
    pub(crate) fn name(&self) -> &str {
        &self.registration.name
    }

    /// Whether an address is registered, to the letter.
    pub(crate) fn may_redirect_to(&self, address: &str) -> bool {
        self.registration.redirect_uris.iter().any(|known| known == address)
    }

    /// Checks an assertion made for one of `audiences`, at `now` in seconds.
    pub(crate) async fn verify(&self, assertion: &str, audiences: &[&str], now: u64) -> Result<(), AssertionError> {
        let claims: Assertion = self.signed(assertion).await?;
        if claims.iss != self.registration.id || claims.sub != self.registration.id {
            return Err(AssertionError::Subject);
        }
        if !claims.aud.names_any(audiences) {
            return Err(AssertionError::Audience);
        }
        if claims.exp <= now || claims.exp > now + LIFETIME + LEEWAY {
            return Err(AssertionError::Expiry);
        }
        if [claims.nbf, claims.iat].into_iter().flatten().any(|from| from > now + LEEWAY) {
            return Err(AssertionError::Early);
        }
        let mut used = hold(&self.used);
        used.retain(|_, until| *until > now);
        if used.insert(claims.jti, claims.exp).is_some() { Err(AssertionError::Replay) } else { Ok(()) }
    }

    /// What the client says in a JWT to one of `audiences`, at `now` in seconds.
    pub(crate) async fn open<T: DeserializeOwned>(
        &self,
        jwt: &str,
        audiences: &[&str],
        now: u64,
    ) -> Result<T, AssertionError> {
        let Said { frame, content } = self.signed(jwt).await?;
        if frame.iss != self.registration.id {
            return Err(AssertionError::Subject);
        }
        if !frame.aud.names_any(audiences) {
            return Err(AssertionError::Audience);
        }
        if frame.exp.is_some_and(|exp| exp <= now) {
            return Err(AssertionError::Expiry);
        }
        Ok(content)
    }

    /// The claims of a JWT whose signature is the client's; nothing else of it is checked.
    async fn signed<T: DeserializeOwned>(&self, jwt: &str) -> Result<T, AssertionError> {
        let header = jsonwebtoken::decode_header(jwt).map_err(|_| AssertionError::Form)?;
        if header.alg != Algorithm::ES256 {
            return Err(AssertionError::Form);
        }
        let key = self.key(header.kid.as_deref()).await?;
        let key = DecodingKey::from_jwk(&key).map_err(|_| AssertionError::NoKey)?;
        // Only the signature is left to the library: the rest is held against the clock that was passed in.
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let data = jsonwebtoken::decode::<T>(jwt, &key, &validation).map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::Json(_) => AssertionError::Form,
            _ => AssertionError::Signature,
        })?;
        Ok(data.claims)
    }

    async fn key(&self, kid: Option<&str>) -> Result<Jwk, AssertionError> {
        let mut keys = self.keys.lock().await;
        if let Some(key) = keys.as_ref().and_then(|set| pick(set, kid)) {
            return Ok(key.clone());
        }
        let response = self.http.get(self.registration.jwks.clone()).send().await?.error_for_status()?;
        let set = keys.insert(response.json().await?);
        pick(set, kid).cloned().ok_or(AssertionError::NoKey)
    }
}

/// The named key, or the only one where none is named.
fn pick<'a>(set: &'a JwkSet, kid: Option<&str>) -> Option<&'a Jwk> {
    match (kid, set.keys.as_slice()) {
        (Some(kid), _) => set.find(kid),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

#[derive(Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    aud: Audience,
    exp: u64,
    jti: String,
    nbf: Option<u64>,
    iat: Option<u64>,
}

#[derive(Deserialize)]
struct Said<T> {
    #[serde(flatten)]
    frame: Frame,
    #[serde(flatten)]
    content: T,
}

#[derive(Deserialize)]
struct Frame {
    iss: String,
    aud: Audience,
    exp: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn names_any(&self, wanted: &[&str]) -> bool {
        match self {
            Self::One(one) => wanted.contains(&one.as_str()),
            Self::Many(many) => many.iter().any(|one| wanted.contains(&one.as_str())),
        }
    }
}
