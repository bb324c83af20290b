//! The backend's own signing keys: P-256, a file each, made at the first start and rotated by a command; those of ID tokens by
//! themselves too, when they are old. Providers may have been given the others by hand.
//!
//! One [`Ring`] signs ID tokens for the app, another proves to providers who we are. Backends that share a
//! database share the folder too. The private half never leaves this module.

mod file;
mod ring;

pub(super) use ring::{Ring, rotate, rotate_old};

use file::KeyError;

use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use p256::SecretKey;
use p256::pkcs8::EncodePrivateKey as _;
use serde::Serialize;
use serde_json::Value;

/// The keys that sign ID tokens.
pub(super) const ID_TOKEN: &str = "id-token";
/// The keys that prove to providers who we are.
pub(super) const CLIENT: &str = "client";

/// A signing key with its public half.
struct Key {
    private: EncodingKey,
    public: Jwk,
    kid: String,
}

impl Key {
    fn new(secret: &SecretKey) -> Result<Self, KeyError> {
        let der = secret.to_pkcs8_der().map_err(|_| KeyError::Form)?;
        let private = EncodingKey::from_ec_der(der.as_bytes());
        let mut public = Jwk::from_encoding_key(&private, Algorithm::ES256).map_err(|_| KeyError::Form)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError::Form)?;
        public.common.key_id = Some(kid.clone());
        public.common.key_algorithm = Some(KeyAlgorithm::ES256);
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { private, public, kid })
    }

    fn sign(&self, claims: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.private)
    }

    /// The claims of a JWT that this key signed, however old.
    fn recognise(&self, jwt: &str) -> Option<Value> {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let key = DecodingKey::from_jwk(&self.public).ok()?;
        jsonwebtoken::decode(jwt, &key, &validation).ok().map(|token| token.claims)
    }
}
