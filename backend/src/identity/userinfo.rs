//! The provider's signed UserInfo, fetched and verified.
//!
//! Signed is required: an unsigned answer is turned down, whatever it says. The `openidconnect` crate takes
//! RS256 only for UserInfo, so the check stands here, over the same keys and algorithms as for ID tokens.

use super::http::Http;
use super::provider::{Known, ProviderError};
use http::Request;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use openidconnect::AccessToken;
use protocol::Millis;
use serde_json::{Map, Value};

/// As in the provider's ID tokens.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::ES256, Algorithm::RS256, Algorithm::PS256];
const JWT: &str = "application/jwt";

/// What UserInfo must be about.
pub(super) struct Expected<'e> {
    pub(super) client_id: &'e str,
    pub(super) subject: &'e str,
    pub(super) now: Millis,
}

/// The verified claims.
pub(super) async fn fetch(
    http: &Http,
    known: &Known,
    access: &AccessToken,
    expected: &Expected<'_>,
) -> Result<Map<String, Value>, ProviderError> {
    let endpoint = known.metadata.userinfo_endpoint().ok_or(ProviderError::Invalid("there is no UserInfo"))?;
    let bearer = HeaderValue::from_str(&format!("Bearer {}", access.secret()));
    let mut bearer = bearer.map_err(|_| ProviderError::Invalid("the access token has a bad form"))?;
    bearer.set_sensitive(true);
    let request = Request::get(endpoint.as_str())
        .header(ACCEPT, JWT)
        .header(AUTHORIZATION, bearer)
        .body(Vec::new())
        .map_err(|_| ProviderError::Invalid("the UserInfo address has a bad form"))?;
    let answer = http.send(request).await?;
    if !answer.status().is_success() {
        return Err(ProviderError::Invalid("UserInfo was refused"));
    }
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(JWT) {
        return Err(ProviderError::Invalid("UserInfo is not signed"));
    }
    let jwt = std::str::from_utf8(answer.body()).map_err(|_| ProviderError::Invalid("UserInfo has a bad form"))?;
    verify(jwt.trim(), known, expected)
}

fn verify(jwt: &str, known: &Known, expected: &Expected<'_>) -> Result<Map<String, Value>, ProviderError> {
    let header = jsonwebtoken::decode_header(jwt).map_err(|_| ProviderError::Invalid("UserInfo has a bad form"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(ProviderError::Invalid("UserInfo is signed with an algorithm that is not allowed"));
    }
    let key = pick(known, header.kid.as_deref(), header.alg).ok_or(ProviderError::Invalid("no key fits UserInfo"))?;
    let key = DecodingKey::from_jwk(key).map_err(|_| ProviderError::Invalid("no key fits UserInfo"))?;
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[known.metadata.issuer().as_str()]);
    validation.set_audience(&[expected.client_id]);
    validation.set_required_spec_claims(&["iss", "aud", "sub"]);
    // Held against the clock that was passed in.
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Map<String, Value>>(jwt, &key, &validation)
        .map_err(|_| ProviderError::Invalid("UserInfo does not verify"))?
        .claims;
    if claims.get("sub").and_then(Value::as_str) != Some(expected.subject) {
        return Err(ProviderError::Invalid("UserInfo is about somebody else"));
    }
    let ran_out = |exp: &Value| exp.as_i64().is_none_or(|exp| exp.saturating_mul(1000) <= expected.now);
    if claims.get("exp").is_some_and(ran_out) {
        return Err(ProviderError::Invalid("UserInfo is too old"));
    }
    Ok(claims)
}

/// The named key, or the only one where none is named; never one that is meant for another algorithm.
fn pick<'k>(known: &'k Known, kid: Option<&str>, algorithm: Algorithm) -> Option<&'k Jwk> {
    let key = match (kid, known.keys.keys.as_slice()) {
        (Some(kid), _) => known.keys.find(kid)?,
        (None, [only]) => only,
        (None, _) => return None,
    };
    let meant = key.common.key_algorithm;
    meant.is_none_or(|meant| Algorithm::try_from(meant).is_ok_and(|meant| meant == algorithm)).then_some(key)
}
