//! Whether an ID token is the answer to our question: signature, issuer, audience, nonce, times, level, and whatever else
//! the municipality demands.

use super::metadata::Known;
use super::redeem::Tokens;
use super::{Answer, RelyingParty, SKEW};
use crate::config::{AuthTime, Provider};
use openidconnect::core::{
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, ClaimsVerificationError, ClientId, IdToken, IdTokenClaims,
    IdTokenVerifier, IssuerUrl, Nonce, SignatureVerificationError,
};
use protocol::Millis;
use protocol::login::LoginRefusal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

const ALGORITHMS: [CoreJwsSigningAlgorithm; 3] = [
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
];

/// What an ID token has proven.
pub(super) struct Proven {
    /// With what its signature was checked.
    pub(super) known: Arc<Known>,
    pub(super) subject: String,
    pub(super) session: Option<String>,
    pub(super) acr: String,
    pub(super) auth_time: i64,
    /// Claims beyond the standard's.
    pub(super) said: Map<String, Value>,
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

pub(super) type Token = IdToken<Said, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
pub(super) type Claims = IdTokenClaims<Said, CoreGenderClaim>;
type Verifier<'v> = IdTokenVerifier<'v, CoreJsonWebKey>;

impl RelyingParty {
    /// Checks the ID token; with new keys, if none that we know fits.
    pub(super) async fn prove(
        &self,
        provider: &Provider,
        mut known: Arc<Known>,
        tokens: &Tokens,
        answer: &Answer<'_>,
        now: Millis,
    ) -> Result<Proven, LoginRefusal> {
        let token = Token::from_str(&tokens.id_token).map_err(|_| LoginRefusal::IdTokenForm)?;
        let mut checked = check(provider, &known, &token, tokens, answer, now);
        if checked.as_ref().err() == Some(&LoginRefusal::Signature)
            && let Some(fresh) = self.known_anew(provider, now).await?
        {
            known = fresh;
            checked = check(provider, &known, &token, tokens, answer, now);
        }
        let claims = checked?;
        let said = claims.additional_claims().0.clone();
        let is_met = |(name, wanted): (&String, &String)| said.get(name).and_then(Value::as_str) == Some(wanted);
        if !provider.require.iter().all(is_met) {
            return Err(LoginRefusal::Demand);
        }
        Ok(Proven {
            known,
            subject: claims.subject().to_string(),
            session: said.get("sid").and_then(Value::as_str).map(str::to_owned),
            acr: claims.auth_context_ref().map(|acr| acr.to_string()).unwrap_or_default(),
            auth_time: claims.auth_time().unwrap_or_else(|| claims.issue_time()).timestamp(),
            said,
        })
    }
}

pub(super) fn check(
    provider: &Provider,
    known: &Known,
    token: &Token,
    tokens: &Tokens,
    answer: &Answer<'_>,
    now: Millis,
) -> Result<Claims, LoginRefusal> {
    let (begun, seconds) = (answer.begun_at / 1000, now / 1000);
    // A token may be a little over by our clock.
    let with_leeway = Duration::from_secs(u64::try_from(seconds - SKEW).unwrap_or(0));
    let since = move |at: i64| (begun - SKEW..=seconds + SKEW).contains(&at);
    let auth_time = provider.auth_time;
    let verifier = verifier(provider, known)?
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || (UNIX_EPOCH + with_leeway).into())
        .set_issue_time_verifier_fn(move |at| match auth_time {
            AuthTime::Optional if !since(at.timestamp()) => Err("not made for this login".into()),
            _ if at.timestamp() > seconds + SKEW => Err("made in the future".into()),
            _ => Ok(()),
        })
        .set_auth_time_verifier_fn(move |at| match (at, auth_time) {
            (None, AuthTime::Optional) => Ok(()),
            (Some(at), _) if since(at.timestamp()) => Ok(()),
            _ => Err("not a fresh login".into()),
        })
        .set_auth_context_verifier_fn(|acr| match acr {
            _ if provider.acr.accepted.is_empty() => Ok(()),
            Some(acr) if provider.acr.accepted.iter().any(|good| good == acr.as_str()) => Ok(()),
            _ => Err("another level".into()),
        });
    let claims = token.claims(&verifier, &Nonce::new(answer.nonce.clone())).map_err(|error| refusal(&error))?;
    if claims.authorized_party().is_some_and(|party| party.as_str() != provider.client_id) {
        return Err(LoginRefusal::Audience);
    }
    if let (Some(expected), Some(access)) = (claims.access_token_hash(), &tokens.access) {
        let algorithm = token.signing_alg().map_err(|_| LoginRefusal::Algorithm)?;
        let key = token.signing_key(&verifier).map_err(|_| LoginRefusal::Signature)?;
        let found = AccessTokenHash::from_token(&AccessToken::new(access.clone()), algorithm, key);
        if found.ok().as_ref() != Some(expected) {
            return Err(LoginRefusal::AccessToken);
        }
    }
    Ok(claims.clone())
}

fn verifier<'v>(provider: &Provider, known: &Known) -> Result<Verifier<'v>, LoginRefusal> {
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|_| LoginRefusal::Metadata)?;
    Ok(Verifier::new_public_client(ClientId::new(provider.client_id.clone()), issuer, known.metadata.jwks().clone()))
}

/// In our own words: the error's text quotes the token.
fn refusal(error: &ClaimsVerificationError) -> LoginRefusal {
    match error {
        ClaimsVerificationError::Expired(_) => LoginRefusal::Expired,
        ClaimsVerificationError::InvalidAudience(_) => LoginRefusal::Audience,
        ClaimsVerificationError::InvalidAuthContext(_) => LoginRefusal::Level,
        ClaimsVerificationError::InvalidAuthTime(_) => LoginRefusal::NotFresh,
        ClaimsVerificationError::InvalidIssuer(_) => LoginRefusal::Issuer,
        ClaimsVerificationError::InvalidNonce(_) => LoginRefusal::Nonce,
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::DisallowedAlg(_)
            | SignatureVerificationError::UnsupportedAlg(_)
            | SignatureVerificationError::NoSignature,
        ) => LoginRefusal::Algorithm,
        ClaimsVerificationError::SignatureVerification(_) => LoginRefusal::Signature,
        _ => LoginRefusal::IdTokenForm,
    }
}
