//! OpenID Connect towards the backend's issuer: authorization code with PKCE, as a public client.
//!
//! Checks what the standard asks for: issuer, signature, audience, nonce and expiry of the ID token. What
//! does not fit is thrown away whole.

use super::pass::Pass;
use super::prover::{PROOF, Prover, STALE};
use crate::failure::{failure, internal};
use crate::wire::{Wire, WireError};
use bridge::{Failure, FailureCode};
use http::StatusCode;
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
use protocol::identity::{CLIENT_ID, Platform, Realm};
use protocol::invite::{GRANT_TYPE, InviteCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};
use url::Url;
use url::form_urlencoded::Serializer;
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
    /// The name of the issuer; stores of former builds lack it.
    #[serde(default)]
    pub(super) issuer: Option<String>,
    pub(super) token: Url,
    pub(super) revocation: Option<Url>,
}

/// What a login gave.
pub(super) struct Granted {
    pub(super) pass: Pass,
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
    prover: Arc<Prover>,
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
        let issuer = Some(wire.issuer());
        Ok(Self { endpoints: Endpoints { issuer, token, revocation }, metadata, http: wire.http.clone() })
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
        // The code is good with this key alone, so that whoever gets hold of it on its way has nothing.
        let prover = Arc::new(Prover::make(self.metadata.issuer().trim_end_matches('/').to_owned()));
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
            .add_extra_param("dpop_jkt", prover.thumbprint())
            .add_extra_param("municipality", municipality)
            .add_extra_param("realm", realm.as_str());
        if let Some(chosen) = chosen {
            request = request.add_extra_param("provider", chosen);
        }
        let (url, state, nonce) = request.url();
        Ok(Asked { url, state, nonce, verifier, redirect, prover, issuer: self.metadata.issuer().to_string() })
    }

    /// Turns a code that staff gave into tokens for a new key. No provider says who it is, so there is no ID token.
    pub(super) async fn redeem_invite(&self, code: &InviteCode) -> Result<Granted, FailureCode> {
        let prover = Arc::new(Prover::make(self.endpoints.issuer.clone().unwrap_or_default()));
        let form = [
            ("grant_type", GRANT_TYPE),
            ("code", code.as_str()),
            ("client_id", CLIENT_ID),
            ("platform", platform().as_str()),
        ];
        let request = http::Request::post(self.endpoints.token.as_str())
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Serializer::new(String::new()).extend_pairs(form).finish().into_bytes())
            .map_err(|_| FailureCode::ServiceDown)?;
        let answer = ask_proven(self.http.clone(), Arc::clone(&prover), request).await;
        let answer = answer.map_err(|error| Failure::from(error).code)?;
        let body = Zeroizing::new(answer.body().clone());
        if !answer.status().is_success() {
            let refused: Option<OAuthError> = serde_json::from_slice(&body).ok();
            return Err(match refused {
                Some(refused) if refused.error == "invalid_grant" => FailureCode::InviteSpent,
                _ => FailureCode::ServiceDown,
            });
        }
        let given: Invited = serde_json::from_slice(&body).map_err(|_| FailureCode::ServiceDown)?;
        if !is_bound(&given.token_type) {
            return Err(FailureCode::LoginRefused);
        }
        Ok(Granted {
            pass: Pass::new(given.access_token, prover),
            good_until: good_until(given.expires_in.map(Duration::from_secs)),
            refresh: given.refresh_token,
            endpoints: self.endpoints.clone(),
        })
    }

    /// Turns the code into tokens for the key that it was asked for with, and checks that they are the answer to what was asked.
    pub(super) async fn redeem(&self, asked: Asked, code: String) -> Result<Granted, FailureCode> {
        let client =
            CoreClient::from_provider_metadata(self.metadata.clone(), ClientId::new(CLIENT_ID.to_owned()), None)
                .set_redirect_uri(asked.redirect);
        let prover = asked.prover;
        let (http, holder) = (self.http.clone(), Arc::clone(&prover));
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| FailureCode::ServiceDown)?
            .set_pkce_verifier(asked.verifier)
            .add_extra_param("platform", platform().as_str())
            .request_async(&|request| ask_proven(http.clone(), Arc::clone(&holder), request))
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
        // One that is not bound to the key would be good for anybody.
        if !is_bound(answer.token_type().as_ref()) {
            return Err(refused("an unbound token"));
        }
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
            pass: Pass::new(Zeroizing::new(answer.access_token().secret().clone()), prover),
            good_until: good_until(answer.expires_in()),
            refresh: Zeroizing::new(refresh.secret().clone()),
            endpoints: self.endpoints.clone(),
        })
    }
}

#[derive(Deserialize)]
struct Invited {
    access_token: Zeroizing<String>,
    token_type: String,
    expires_in: Option<u64>,
    refresh_token: Zeroizing<String>,
}

/// Until when a token is used that was given now.
pub(super) fn good_until(life: Option<Duration>) -> Instant {
    Instant::now() + life.unwrap_or(USUAL_LIFE).saturating_sub(MARGIN)
}

/// Whether a token of this type is good only with a proof.
pub(super) fn is_bound(token_type: &str) -> bool {
    token_type.eq_ignore_ascii_case("DPoP")
}

/// What the person's list of devices shall call this one.
fn platform() -> Platform {
    Platform::parse(std::env::consts::OS)
}

/// Asks the token endpoint with a proof, and once more when it wants a newer nonce in it.
pub(super) async fn ask_proven(
    http: reqwest::Client,
    prover: Arc<Prover>,
    request: HttpRequest,
) -> Result<HttpResponse, WireError> {
    let send = async || {
        let proof = prover.prove(request.method().as_str(), &request.uri().to_string(), None);
        let mut request = request.clone();
        request.headers_mut().insert(PROOF, proof.parse().map_err(|_| WireError::Garbled)?);
        let answer = ask(http.clone(), request).await?;
        prover.learn(answer.headers());
        Ok(answer)
    };
    let answer = send().await?;
    let refused: Option<OAuthError> = serde_json::from_slice(answer.body()).ok();
    match refused {
        Some(refused) if answer.status() == StatusCode::BAD_REQUEST && refused.error == STALE => send().await,
        _ => Ok(answer),
    }
}

#[derive(Deserialize)]
struct OAuthError {
    error: String,
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
