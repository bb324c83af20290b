//! Signed statements of a provider other than ID tokens. The `openidconnect` crate takes RS256 only for UserInfo and knows
//! no logout tokens, so the check stands here, over the same keys and algorithms.

use super::metadata::Known;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

/// As in the provider's ID tokens.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::ES256, Algorithm::RS256, Algorithm::PS256];

/// Why a statement is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It cannot be read.
    Form,
    /// No key fits, or the algorithm is not allowed.
    Signature,
    /// Another issuer's, or for somebody else.
    Issuer,
}

/// `typ` of what is nothing more particular.
pub(super) const PLAIN: &str = "jwt";

/// Whether a `typ` says that it is of this kind, or of none in particular (RFC 8725, section 3.11).
fn is_kind(kind: &str, typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    [PLAIN, kind].contains(&typ.strip_prefix("application/").unwrap_or(&typ))
}

/// The claims of a statement of the provider's to us. Times and subject are the caller's to check.
pub(super) fn open(kind: &str, jwt: &str, known: &Known, client_id: &str) -> Result<Map<String, Value>, Fault> {
    let header = jsonwebtoken::decode_header(jwt).map_err(|_| Fault::Form)?;
    if header.typ.as_ref().is_some_and(|typ| !is_kind(kind, typ)) {
        return Err(Fault::Form);
    }
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Fault::Signature);
    }
    let key = pick(known, header.kid.as_deref(), header.alg).ok_or(Fault::Signature)?;
    let key = DecodingKey::from_jwk(key).map_err(|_| Fault::Signature)?;
    let mut validation = Validation::new(header.alg);
    // Held against the clock that was passed in, and told apart.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Map<String, Value>>(jwt, &key, &validation)
        .map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::Json(_) => Fault::Form,
            _ => Fault::Signature,
        })?
        .claims;
    let is_for_us = match claims.get("aud") {
        Some(Value::String(one)) => one == client_id,
        Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(client_id)),
        _ => false,
    };
    if !is_for_us || claims.get("iss").and_then(Value::as_str) != Some(known.issuer()) {
        return Err(Fault::Issuer);
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
