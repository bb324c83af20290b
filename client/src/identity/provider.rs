//! OpenID Connect towards the backend's issuer: authorization code with PKCE, as a public client.
//!
//! Checks what the standard asks for: issuer, signature, audience, nonce and expiry of the ID token. What
//! does not fit is thrown away whole.

use crate::failure::{failure, internal};
use crate::wire::{Wire, WireError};
use bridge::{Failure, FailureCode};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AuthorizationCode, ClientId, CsrfToken, DiscoveryError, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata,
    RedirectUrl, RequestTokenError, Scope, TokenResponse as _,
};
use protocol::identity::{CLIENT_ID, Realm};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use url::Url;
use zeroize::Zeroizing;

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

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Extra {
    revocation_endpoint: Option<Url>,
}
impl AdditionalProviderMetadata for Extra {}

/// Where tokens are renewed and revoked; kept with the session so that unlocking needs no discovery.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Endpoints {
    pub(super) token: Url,
    pub(super) revocation: Option<Url>,
}

/// What a login gave.
pub(super) struct Granted {
    pub(super) access: Zeroizing<String>,
    pub(super) good_until: Instant,
    pub(super) refresh: Zeroizing<String>,
    pub(super) endpoints: Endpoints,
}

/// The issuer, as it describes itself.
pub(super) struct Provider {
    metadata: Metadata,
    endpoints: Endpoints,
    http: reqwest::Client,
}

/// A login that was begun: what was sent out, and must fit what comes back.
pub(super) struct Asked {
    pub(super) url: Url,
    pub(super) state: CsrfToken,
    pub(super) issuer: String,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    redirect: RedirectUrl,
}

/// How long before its end a token is not used any more.
const MARGIN: Duration = Duration::from_secs(30);
/// How long a token lives whose issuer does not say.
const USUAL_LIFE: Duration = Duration::from_secs(300);

impl Provider {
    /// Asks the issuer to describe itself.
    pub(super) async fn discover(wire: &Wire) -> Result<Self, Failure> {
        let issuer = IssuerUrl::new(wire.issuer()).map_err(|error| internal(&error))?;
        let http = wire.http.clone();
        let metadata = Metadata::discover_async(issuer, &|request| ask(http.clone(), request)).await.map_err(
            |error| match error {
                DiscoveryError::Request(WireError::Unreachable) => failure(FailureCode::Offline),
                other => {
                    tracing::warn!(error = %other, "the issuer cannot be discovered");
                    failure(FailureCode::ServiceDown)
                }
            },
        )?;
        let token = metadata.token_endpoint().map(|endpoint| endpoint.url().clone());
        let token = token.ok_or_else(|| failure(FailureCode::ServiceDown))?;
        let revocation = metadata.additional_metadata().revocation_endpoint.clone();
        Ok(Self { endpoints: Endpoints { token, revocation }, metadata, http: wire.http.clone() })
    }

    /// Makes the address for the browser.
    pub(super) fn ask(
        &self,
        redirect: String,
        municipality: &str,
        realm: Realm,
        chosen: Option<&str>,
    ) -> Result<Asked, Failure> {
        let redirect = RedirectUrl::new(redirect).map_err(|error| internal(&error))?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client =
            CoreClient::from_provider_metadata(self.metadata.clone(), ClientId::new(CLIENT_ID.to_owned()), None)
                .set_redirect_uri(redirect.clone());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new_random_len(32),
                || Nonce::new_random_len(32),
            )
            .add_scope(Scope::new("offline_access".to_owned()))
            .set_pkce_challenge(challenge)
            .add_extra_param("municipality", municipality)
            .add_extra_param("realm", realm.as_str());
        if let Some(chosen) = chosen {
            request = request.add_extra_param("provider", chosen);
        }
        let (url, state, nonce) = request.url();
        Ok(Asked { url, state, nonce, verifier, redirect, issuer: self.metadata.issuer().to_string() })
    }

    /// Turns the code into tokens, and checks that they are the answer to what was asked.
    pub(super) async fn redeem(&self, asked: Asked, code: String) -> Result<Granted, FailureCode> {
        let client =
            CoreClient::from_provider_metadata(self.metadata.clone(), ClientId::new(CLIENT_ID.to_owned()), None)
                .set_redirect_uri(asked.redirect);
        let http = self.http.clone();
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| FailureCode::ServiceDown)?
            .set_pkce_verifier(asked.verifier)
            .request_async(&|request| ask(http.clone(), request))
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(_) => FailureCode::LoginRefused,
                RequestTokenError::Request(WireError::Unreachable) => FailureCode::Offline,
                RequestTokenError::Request(_) | RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                    FailureCode::ServiceDown
                }
            })?;
        let refused = |why: &str| {
            tracing::warn!(why, "the login's answer was thrown away");
            FailureCode::LoginRefused
        };
        let id_token = answer.id_token().ok_or_else(|| refused("no ID token"))?;
        let verifier = client.id_token_verifier().set_allowed_algs([CoreJwsSigningAlgorithm::EcdsaP256Sha256]);
        let claims = id_token.claims(&verifier, &asked.nonce).map_err(|error| refused(&error.to_string()))?;
        if let Some(expected) = claims.access_token_hash() {
            let key = id_token.signing_key(&verifier).map_err(|error| refused(&error.to_string()))?;
            let algorithm = id_token.signing_alg().map_err(|error| refused(&error.to_string()))?;
            let found = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
            if !found.is_ok_and(|found| found == *expected) {
                return Err(refused("the access token belongs to another ID token"));
            }
        }
        let refresh = answer.refresh_token().ok_or_else(|| refused("no refresh token"))?;
        Ok(Granted {
            access: Zeroizing::new(answer.access_token().secret().clone()),
            good_until: good_until(answer.expires_in()),
            refresh: Zeroizing::new(refresh.secret().clone()),
            endpoints: self.endpoints.clone(),
        })
    }
}

/// Until when a token is used that was given now.
pub(super) fn good_until(life: Option<Duration>) -> Instant {
    Instant::now() + life.unwrap_or(USUAL_LIFE).saturating_sub(MARGIN)
}

async fn ask(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, WireError> {
    let mut request = reqwest::Request::try_from(request).map_err(|_| WireError::Garbled)?;
    *request.timeout_mut() = Some(Duration::from_secs(15));
    let response = http.execute(request).await.map_err(|_| WireError::Unreachable)?;
    if response.status().is_server_error() {
        return Err(WireError::Down);
    }
    let mut answer = http::Response::builder().status(response.status());
    for (name, value) in response.headers() {
        answer = answer.header(name, value);
    }
    let body = response.bytes().await.map_err(|_| WireError::Unreachable)?;
    answer.body(body.to_vec()).map_err(|_| WireError::Garbled)
}
