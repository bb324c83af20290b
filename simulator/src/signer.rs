//! The issuer's ES256 key, made anew at every start, and the signatures it writes.
//!
//! The private half never leaves this module; the JWKS shows the public half only.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p256::SecretKey;
use p256::pkcs8::EncodePrivateKey;
use rand::rngs::OsRng;
use serde::Serialize;

/// A signing key with its public half.
pub(crate) struct Signer {
    key: EncodingKey,
    public: Jwk,
    kid: String,
}

impl Signer {
    /// A fresh key.
    pub(crate) fn make_new() -> Self {
        let der = SecretKey::random(&mut OsRng).to_pkcs8_der().expect("a fresh key has a PKCS#8 form");
        let key = EncodingKey::from_ec_der(der.as_bytes());
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256).expect("a fresh key has a public half");
        let kid = public.thumbprint(ThumbprintHash::SHA256).expect("an elliptic key has a thumbprint");
        public.common.key_id = Some(kid.clone());
        public.common.key_algorithm = Some(KeyAlgorithm::ES256);
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Self { key, public, kid }
    }

    /// The public half, as clients fetch it.
    pub(crate) fn jwks(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    /// A signed JWT of these claims.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> String {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.key).expect("claims are plain JSON and the key is our own")
    }
}

impl Signer {
    /// A signed JWT of another kind than tokens, that carries the key which proves it.
    pub(crate) fn write(&self, kind: &str, claims: &impl Serialize) -> String {
        let header =
            Header { typ: Some(kind.to_owned()), jwk: Some(self.public.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.key).expect("claims are plain JSON and the key is our own")
    }
}

/// Base64url of a SHA-256, as PKCE wants it.
pub(crate) fn derive_challenge(verifier: &str) -> String {
    use sha2::{Digest, Sha256};
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}
