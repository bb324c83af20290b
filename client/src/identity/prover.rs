//! The device's key, and proofs that we have it (DPoP, RFC 9449).
//!
//! A key is made for each login. It lies beside the refresh token in the encrypted store, or in memory alone where nothing is
//! to be kept, and never leaves the device: a token that somebody else has got hold of opens nothing without it.
//! When a proof was made is said by the backend's nonce, not by this device's clock.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::HeaderMap;
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use rand::rngs::OsRng;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The header of a proof.
pub(super) const PROOF: &str = "dpop";
/// The header of a nonce for the next one.
pub(super) const NONCE: &str = "dpop-nonce";
/// How an answer says that it wants a newer nonce.
pub(super) const STALE: &str = "use_dpop_nonce";

/// Makes proofs.
pub(crate) struct Prover {
    key: SecretKey,
    /// The same key, for signing: with every request, so it has to be quick.
    signer: EcdsaKeyPair,
    random: SystemRandom,
    header: String,
    issuer: String,
    nonce: Mutex<Option<String>>,
}

impl Prover {
    /// With a new key, for the issuer of that name.
    pub(super) fn make(issuer: String) -> Self {
        Self::new(SecretKey::random(&mut OsRng), issuer)
    }

    /// With the key that was kept; `None` when it is none.
    pub(super) fn read(kept: &str, issuer: String) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.decode(kept).ok()?);
        Some(Self::new(SecretKey::from_slice(&bytes).ok()?, issuer))
    }

    fn new(key: SecretKey, issuer: String) -> Self {
        let point = key.public_key().to_encoded_point(false);
        let random = SystemRandom::new();
        let (algorithm, private) = (&ECDSA_P256_SHA256_FIXED_SIGNING, Zeroizing::new(key.to_bytes()));
        let signer = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &private, point.as_bytes(), &random)
            .expect("both halves are of one key");
        // Uncompressed: a byte that says so, and both coordinates.
        let (x, y) = point.as_bytes()[1..].split_at(32);
        let text = |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) });
        let header = text(json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk }).to_string().as_bytes());
        Self { key, signer, random, header, issuer, nonce: Mutex::default() }
    }

    /// The key, for the encrypted store.
    pub(super) fn keep(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new(self.key.to_bytes());
        Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice()))
    }

    /// The name of the issuer whose tokens are bound to the key. What is asked of the backend is proven for this address, by which
    /// the backend knows itself, even where a proxy on the way has another.
    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// A proof for one request, with the access token that it shows, if any.
    pub(super) fn prove(&self, method: &str, address: &str, access: Option<&str>) -> String {
        let mut claims = json!({
            "jti": Uuid::new_v4(),
            "htm": method,
            "htu": address,
            "iat": jiff::Timestamp::now().as_second(),
        });
        if let Some(access) = access {
            claims["ath"] = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(access)).into();
        }
        if let Some(nonce) = &*self.nonce.lock().unwrap_or_else(PoisonError::into_inner) {
            claims["nonce"] = nonce.as_str().into();
        }
        let signed = format!("{}.{}", self.header, BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.signer.sign(&self.random, signed.as_bytes()).expect("the system has random bytes");
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    /// The thumbprint of the key (RFC 7638).
    pub(super) fn thumbprint(&self) -> String {
        let point = self.key.public_key().to_encoded_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        let text = |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let jwk = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y));
        text(&Sha256::digest(jwk))
    }

    /// Takes the nonce that came with an answer.
    pub(super) fn learn(&self, headers: &HeaderMap) {
        if let Some(nonce) = headers.get(NONCE).and_then(|nonce| nonce.to_str().ok()) {
            *self.nonce.lock().unwrap_or_else(PoisonError::into_inner) = Some(nonce.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::signature::Verifier as _;
    use p256::ecdsa::{Signature, VerifyingKey};
    use serde_json::Value;

    fn part(text: &str) -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).expect("is base64url")).expect("is JSON")
    }

    #[test]
    fn a_proof_says_what_it_is_for_and_is_signed_with_the_key_in_it() {
        let prover = Prover::make("https://a.example".to_owned());
        let mut headers = HeaderMap::new();
        headers.insert(NONCE, "n".parse().expect("is a value"));
        prover.learn(&headers);
        let proof =
            prover.prove("POST", "https://a.example/sync/pull", Some("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"));
        let parts: Vec<&str> = proof.split('.').collect();
        let (header, claims) = (part(parts[0]), part(parts[1]));
        assert_eq!((&header["typ"], &header["alg"]), (&json!("dpop+jwt"), &json!("ES256")));
        assert!(header["jwk"].get("d").is_none(), "the private half was told");
        assert_eq!((&claims["htm"], &claims["htu"]), (&json!("POST"), &json!("https://a.example/sync/pull")));
        // The published example of RFC 9449.
        assert_eq!(claims["ath"], "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
        assert_eq!(claims["nonce"], "n");
        let mut point = vec![4];
        for half in ["x", "y"] {
            let half = header["jwk"][half].as_str().expect("is there");
            point.extend(BASE64_URL_SAFE_NO_PAD.decode(half).expect("is base64url"));
        }
        let key = VerifyingKey::from_sec1_bytes(&point).expect("is a point");
        let signature = BASE64_URL_SAFE_NO_PAD.decode(parts[2]).expect("is base64url");
        let signature = Signature::from_slice(&signature).expect("is a signature");
        key.verify(proof.rsplit_once('.').expect("has parts").0.as_bytes(), &signature).expect("is signed");
    }

    #[test]
    fn a_key_that_was_kept_is_the_same_one_and_no_proof_is_made_twice() {
        let prover = Prover::make("https://a.example".to_owned());
        let again = Prover::read(&prover.keep(), "https://a.example".to_owned()).expect("reads");
        let proofs = [&prover, &again].map(|prover| prover.prove("GET", "https://a.example/me", None));
        assert_eq!(proofs[0].split('.').next(), proofs[1].split('.').next());
        assert_ne!(proofs[0], proofs[1]);
        assert!(Prover::read("AAAA", String::new()).is_none() && Prover::read("?", String::new()).is_none());
    }
}
