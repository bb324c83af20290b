//! The relying party: how a municipality's OpenID provider is asked, and what of its answer is believed.
//!
//! Code flow with PKCE, `private_key_jwt`, essential `acr`, RFC 9207 issuer check, verified ID token and
//! signed UserInfo. Errors are fixed words: nothing that a provider or a person said reaches a log.

use super::http::{Http, HttpError, is_allowed};
use super::keys::Key;
use super::userinfo::{self, Expected};
use crate::config::Provider;
use jsonwebtoken::jwk::JwkSet;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AdditionalProviderMetadata, AuthType, AuthorizationCode, ClaimsVerificationError, Client,
    ClientId, CsrfToken, DiscoveryError, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken,
    IdTokenClaims, IdTokenFields, IssuerUrl, LanguageTag, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, ProviderMetadata, RedirectUrl, RequestTokenError, Scope, StandardErrorResponse,
    StandardTokenResponse, TokenResponse as _,
};
use protocol::Millis;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};
use url::Url;

/// How long a provider's metadata and keys are taken from memory.
const CACHE: Millis = 10 * 60 * 1000;
/// How far a provider's clock may differ from ours, in seconds.
const SKEW: i64 = 60;
/// Life of a client assertion, in seconds.
const ASSERTION: i64 = 60;
const ALGORITHMS: [CoreJwsSigningAlgorithm; 3] = [
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
];

/// We, as providers know us.
pub(super) struct RelyingParty {
    http: Http,
    key: Key,
    redirect: RedirectUrl,
    known: Mutex<HashMap<String, Arc<Known>>>,
}

/// What a provider says about itself.
pub(super) struct Known {
    at: Millis,
    pub(super) metadata: Metadata,
    pub(super) keys: JwkSet,
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
    /// The value of the claim that says who it is.
    pub(super) claim: String,
    /// The level that was reached.
    pub(super) acr: String,
    /// When, in seconds.
    pub(super) auth_time: i64,
}

/// Why a provider could not be used, or its answer not be believed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    #[error("the provider does not answer")]
    Unavailable,
    #[error("{0}")]
    Invalid(&'static str),
}

impl RelyingParty {
    pub(super) fn new(http: Http, key: Key, redirect: RedirectUrl) -> Self {
        Self { http, key, redirect, known: Mutex::default() }
    }

    /// Our public key, for providers.
    pub(super) fn jwks(&self) -> JwkSet {
        self.key.jwks()
    }

    /// Where to send the browser.
    pub(super) async fn begin(
        &self,
        provider: &Provider,
        secrets: Secrets,
        locales: &str,
        now: Millis,
    ) -> Result<Url, ProviderError> {
        let known = self.known(provider, now).await?;
        let client = self.client(provider, &known);
        let claims = json!({"id_token": {"acr": {"essential": true, "values": [provider.acr]}}});
        let verifier = PkceCodeVerifier::new(secrets.verifier);
        let scopes = provider.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new);
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(secrets.state),
                || Nonce::new(secrets.nonce),
            )
            .add_scopes(scopes)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_prompt(CoreAuthPrompt::Login)
            .add_extra_param("claims", claims.to_string());
        for locale in locales.split_whitespace() {
            request = request.add_ui_locale(LanguageTag::new(locale.to_owned()));
        }
        Ok(request.url().0)
    }

    /// Whether the issuer that an answer names, or does not, is the provider's (RFC 9207).
    pub(super) async fn check_issuer(
        &self,
        provider: &Provider,
        issuer: Option<&str>,
        now: Millis,
    ) -> Result<(), ProviderError> {
        let known = self.known(provider, now).await?;
        let promised = known.metadata.additional_metadata().authorization_response_iss_parameter_supported;
        match issuer {
            Some(issuer) if issuer == known.metadata.issuer().as_str() => Ok(()),
            None if !promised => Ok(()),
            _ => Err(ProviderError::Invalid("the answer names another issuer or none")),
        }
    }

    /// Turns a code into who logged in.
    pub(super) async fn finish(
        &self,
        provider: &Provider,
        answer: Answer<'_>,
        now: Millis,
    ) -> Result<Login, ProviderError> {
        let mut known = self.known(provider, now).await?;
        let tokens = self.redeem(provider, &known, &answer, now).await?;
        let id_token = tokens.id_token().ok_or(ProviderError::Invalid("there is no ID token"))?;
        let nonce = Nonce::new(answer.nonce);
        let verify = |known: &Known| -> Result<Claims, ClaimsVerificationError> {
            self.verify(provider, known, id_token, &nonce, answer.begun_at, now)
        };
        let verified = match verify(&known) {
            // It may sign with a new key.
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                known = self.learn(provider, now).await?;
                verify(&known)
            }
            other => other,
        };
        let claims = verified.map_err(|error| ProviderError::Invalid(reason(&error)))?;
        let subject = claims.subject().as_str();
        let expected = Expected { client_id: &provider.client_id, subject, now };
        let info = userinfo::fetch(&self.http, &known, tokens.access_token(), &expected).await?;
        let name = provider.claim.as_str();
        let said = [claims.additional_claims().0.get(name), info.get(name)];
        Ok(Login {
            claim: one_value(said)?,
            acr: provider.acr.clone(),
            auth_time: claims.auth_time().map_or(0, |at| at.timestamp()),
        })
    }

    async fn redeem(
        &self,
        provider: &Provider,
        known: &Known,
        answer: &Answer<'_>,
        now: Millis,
    ) -> Result<Tokens, ProviderError> {
        let endpoint = known.metadata.token_endpoint().ok_or(ProviderError::Invalid("there is no token endpoint"))?;
        let seconds = now / 1000;
        let assertion = json!({
            "iss": provider.client_id,
            "sub": provider.client_id,
            "aud": endpoint.as_str(),
            "jti": uuid::Uuid::new_v4(),
            "iat": seconds,
            "exp": seconds + ASSERTION,
        });
        let assertion = self.key.sign(&assertion).map_err(|_| ProviderError::Invalid("our key does not sign"))?;
        self.client(provider, known)
            .exchange_code(AuthorizationCode::new(answer.code.to_owned()))
            .map_err(|_| ProviderError::Invalid("there is no token endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(answer.verifier.clone()))
            .add_extra_param("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .add_extra_param("client_assertion", assertion)
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::Request(error) => error.into(),
                RequestTokenError::ServerResponse(_) => ProviderError::Invalid("the code was refused"),
                _ => ProviderError::Invalid("the token answer has a bad form"),
            })
    }

    fn verify(
        &self,
        provider: &Provider,
        known: &Known,
        id_token: &ProviderIdToken,
        nonce: &Nonce,
        begun_at: Millis,
        now: Millis,
    ) -> Result<Claims, ClaimsVerificationError> {
        let (begun, seconds) = (begun_at / 1000, now / 1000);
        let since_epoch = Duration::from_millis(u64::try_from(now).unwrap_or(0));
        let client = self.client(provider, known);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || (UNIX_EPOCH + since_epoch).into())
            .set_issue_time_verifier_fn(move |at| match at.timestamp() <= seconds + SKEW {
                true => Ok(()),
                false => Err("made in the future".into()),
            })
            .set_auth_time_verifier_fn(move |at| match at.map(|at| at.timestamp()) {
                Some(at) if (begun - SKEW..=seconds + SKEW).contains(&at) => Ok(()),
                _ => Err("not a fresh login".into()),
            })
            .set_auth_context_verifier_fn(|acr| match acr {
                Some(acr) if acr.as_str() == provider.acr => Ok(()),
                _ => Err("another level".into()),
            });
        id_token.claims(&verifier, nonce).cloned()
    }

    fn client(&self, provider: &Provider, known: &Known) -> ProviderClient {
        ProviderClient::from_provider_metadata(known.metadata.clone(), ClientId::new(provider.client_id.clone()), None)
            .set_auth_type(AuthType::RequestBody)
            .set_redirect_uri(self.redirect.clone())
    }

    async fn known(&self, provider: &Provider, now: Millis) -> Result<Arc<Known>, ProviderError> {
        let cached = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&provider.id).cloned();
        match cached {
            Some(known) if (known.at..known.at + CACHE).contains(&now) => Ok(known),
            _ => self.learn(provider, now).await,
        }
    }

    async fn learn(&self, provider: &Provider, now: Millis) -> Result<Arc<Known>, ProviderError> {
        let bad = |_| ProviderError::Invalid("the provider's metadata has a bad form");
        // A URL type cannot say whether a bare host had a slash; an issuer has none.
        let issuer = provider.issuer.as_str();
        let issuer = if provider.issuer.path() == "/" { issuer.trim_end_matches('/') } else { issuer };
        let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|_| ProviderError::Invalid("the issuer is no URL"))?;
        let metadata = Metadata::discover_async(issuer, &self.http).await.map_err(|error| match error {
            DiscoveryError::Request(error) => error.into(),
            _ => ProviderError::Invalid("the provider's metadata cannot be used"),
        })?;
        if !is_allowed(metadata.authorization_endpoint().url()) {
            return Err(ProviderError::Invalid("the provider's login page is not on https"));
        }
        let keys = serde_json::to_value(metadata.jwks()).and_then(serde_json::from_value).map_err(bad)?;
        let known = Arc::new(Known { at: now, metadata, keys });
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(provider.id.clone(), known.clone());
        Ok(known)
    }
}

impl From<HttpError> for ProviderError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Unavailable => Self::Unavailable,
            HttpError::Insecure => Self::Invalid("the provider is not asked over https"),
            HttpError::TooLong => Self::Invalid("the provider's answer is too long"),
        }
    }
}

/// The one value that ID token and UserInfo agree on.
fn one_value(said: [Option<&Value>; 2]) -> Result<String, ProviderError> {
    let mut values = said.into_iter().flatten().map(Value::as_str);
    let first = values.next().flatten().ok_or(ProviderError::Invalid("the claim is missing"))?;
    if values.any(|other| other != Some(first)) {
        return Err(ProviderError::Invalid("ID token and UserInfo name different persons"));
    }
    Ok(first.to_owned())
}

/// In our own words: the error's text quotes the token.
fn reason(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "the ID token is too old or too new",
        ClaimsVerificationError::InvalidAudience(_) => "the ID token is for somebody else",
        ClaimsVerificationError::InvalidAuthContext(_) => "the level was not reached",
        ClaimsVerificationError::InvalidAuthTime(_) => "the login is not fresh",
        ClaimsVerificationError::InvalidIssuer(_) => "the ID token is of another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "the ID token is of another login",
        ClaimsVerificationError::SignatureVerification(_) => "the ID token's signature does not hold",
        _ => "the ID token has a bad form",
    }
}

/// Claims beyond the standard's; providers differ in their names.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Said(#[serde(default)] Map<String, Value>);

impl AdditionalClaims for Said {}

impl fmt::Debug for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Said(..)")
    }
}

/// Metadata beyond the standard's.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Extra {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

type Metadata = ProviderMetadata<
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

type Claims = IdTokenClaims<Said, CoreGenderClaim>;

type ProviderIdToken = IdToken<Said, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

type Fields = IdTokenFields<
    Said,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Tokens = StandardTokenResponse<Fields, CoreTokenType>;

type ProviderClient = Client<
    Said,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;
