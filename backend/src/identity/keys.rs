//! The backend's own signing keys: P-256, one file each, made at the first start.
//!
//! One signs ID tokens for the app, another proves to providers who we are. Backends that share a
//! database share the folder too. The private half never leaves this module.

use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use p256::SecretKey;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use rand::rngs::OsRng;
use serde::Serialize;
use serde_json::Value;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// A signing key with its public half.
pub(super) struct Key {
    private: EncodingKey,
    public: Jwk,
    kid: String,
}

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeyError {
    #[error("the key file cannot be read or made: {0}")]
    File(#[from] io::Error),
    #[error("the key file does not hold a P-256 key in PKCS#8 PEM")]
    Form,
}

impl Key {
    /// Reads the key in `file`, or makes one there that only its owner can read.
    pub(super) fn open(file: &Path) -> Result<Self, KeyError> {
        let text = match fs::read_to_string(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make(file)?;
                fs::read_to_string(file)
            }
            other => other,
        }?;
        let secret = SecretKey::from_pkcs8_pem(&text).map_err(|_| KeyError::Form)?;
        let der = secret.to_pkcs8_der().map_err(|_| KeyError::Form)?;
        let private = EncodingKey::from_ec_der(der.as_bytes());
        let mut public = Jwk::from_encoding_key(&private, Algorithm::ES256).map_err(|_| KeyError::Form)?;
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError::Form)?;
        public.common.key_id = Some(kid.clone());
        public.common.key_algorithm = Some(KeyAlgorithm::ES256);
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { private, public, kid })
    }

    /// The public half, as others fetch it.
    pub(super) fn jwks(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    /// A signed JWT of these claims.
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.private)
    }

    /// The claims of a JWT that this key signed, however old.
    pub(super) fn recognise(&self, jwt: &str) -> Option<Value> {
        let mut validation = Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let key = DecodingKey::from_jwk(&self.public).ok()?;
        jsonwebtoken::decode(jwt, &key, &validation).ok().map(|token| token.claims)
    }
}

/// Puts a whole key file in place, or leaves the one that another process was faster with.
fn make(file: &Path) -> Result<(), KeyError> {
    let folder = file.parent().ok_or(KeyError::Form)?;
    fs::create_dir_all(folder)?;
    let pem = SecretKey::random(&mut OsRng).to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyError::Form)?;
    let draft = folder.join(format!(".{}", uuid::Uuid::new_v4()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&draft)?;
    out.write_all(pem.as_bytes())?;
    out.sync_all()?;
    let placed = fs::hard_link(&draft, file);
    fs::remove_file(&draft)?;
    match placed {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(File::open(folder)?.sync_all()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_outlives_a_restart_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        let file = folder.path().join("keys/id-token.pem");
        let first = Key::open(&file).expect("is made");
        let again = Key::open(&file).expect("is read");
        assert_eq!(first.kid, again.kid);
        assert_eq!(fs::read_dir(folder.path().join("keys")).expect("is there").count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&file).expect("is there").permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_key_recognises_its_own_signature_only() {
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        let ours = Key::open(&folder.path().join("a.pem")).expect("is made");
        let other = Key::open(&folder.path().join("b.pem")).expect("is made");
        let jwt = ours.sign(&serde_json::json!({"sid": "s"})).expect("signs");
        assert_eq!(ours.recognise(&jwt).expect("is ours")["sid"], "s");
        assert!(other.recognise(&jwt).is_none());
    }

    #[test]
    fn a_damaged_file_is_never_replaced() {
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        let file = folder.path().join("a.pem");
        fs::write(&file, "no key").expect("is written");
        assert!(matches!(Key::open(&file), Err(KeyError::Form)));
        assert_eq!(fs::read_to_string(&file).expect("is there"), "no key");
    }
}
