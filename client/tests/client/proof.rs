//! The fake backend's half of DPoP: whether a proof is one, and whose.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// What a proof shows.
pub(crate) struct Shown {
    /// The thumbprint of the key.
    pub(crate) key: String,
    pub(crate) jti: String,
    pub(crate) nonce: Option<String>,
}

/// The proof of a request, if it is one: for this method and address, with this access token.
pub(crate) fn read(headers: &HeaderMap, method: &str, address: &str, access: Option<&str>) -> Option<Shown> {
    let proof = headers.get("dpop")?.to_str().ok()?;
    let (signed, signature) = proof.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let (header, claims) = (part(header)?, part(claims)?);
    let jwk = &header["jwk"];
    assert_eq!((&header["typ"], &header["alg"], jwk.get("d")), (&"dpop+jwt".into(), &"ES256".into(), None));
    let mut point = vec![4];
    for half in ["x", "y"] {
        point.extend(BASE64_URL_SAFE_NO_PAD.decode(jwk[half].as_str()?).ok()?);
    }
    let signature = Signature::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    VerifyingKey::from_sec1_bytes(&point).ok()?.verify(signed.as_bytes(), &signature).ok()?;
    let ath = access.map(|access| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(access)));
    let is_for = claims["htm"] == method && claims["htu"] == address && claims["ath"].as_str() == ath.as_deref();
    let text = |name: &str| Some(claims[name].as_str()?.to_owned());
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
    let key = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(members));
    is_for.then(|| Some(Shown { key, jti: text("jti")?, nonce: text("nonce") }))?
}

fn part(text: &str) -> Option<Value> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
