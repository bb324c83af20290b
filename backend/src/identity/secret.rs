//! Random secrets and their hashes.
//!
//! A [`PlainToken`] can be told to whom it is made for, but neither printed nor bound into SQL; only a
//! [`HashedToken`] reaches the database. With 256 random bits a plain SHA-256 is hash enough.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use rand::rngs::OsRng;
use sha2::{Digest as _, Sha256};

/// Characters of 256 bits in base64url; also of a SHA-256.
const LENGTH: usize = 43;

/// A secret of 256 bits, as text.
pub(super) struct PlainToken(String);

/// What the database knows of a secret.
#[derive(Clone)]
pub(super) struct HashedToken(String);

impl PlainToken {
    /// A new one.
    pub(super) fn make() -> Self {
        let mut bytes = [0; 32];
        OsRng.fill_bytes(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// One that came back; `None` when it cannot be ours.
    pub(super) fn read(text: &str) -> Option<Self> {
        is_256_bits(text).then(|| Self(text.to_owned()))
    }

    /// For the one whom it is made for.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// For the database.
    pub(super) fn hash(&self) -> HashedToken {
        HashedToken(derive_sha256(&self.0))
    }

    /// The one that follows it, made of both: whoever has only `salt`, as the database, or only this token cannot know it.
    pub(super) fn successor(&self, salt: &Self) -> Self {
        Self(self.derive(&format!("successor {}", salt.0)))
    }

    /// Another secret that only who has this one can know; a different one for each `purpose`.
    pub(super) fn derive(&self, purpose: &str) -> String {
        derive_sha256(&format!("{purpose}\0{}", self.0))
    }
}

impl HashedToken {
    /// As stored.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Base64url of a SHA-256; with a PKCE verifier, its S256 challenge.
pub(super) fn derive_sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text))
}

/// Whether `text` has the form of 256 bits in base64url.
pub(super) fn is_256_bits(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_what_the_standard_says() {
        let challenge = derive_sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn derived_secrets_differ_by_purpose_and_source() {
        let (one, other) = (PlainToken::make(), PlainToken::make());
        assert_eq!(one.derive("nonce"), one.derive("nonce"));
        assert_ne!(one.derive("nonce"), one.derive("pkce"));
        assert_ne!(one.derive("nonce"), other.derive("nonce"));
    }

    #[test]
    fn only_what_can_be_ours_is_read() {
        assert!(PlainToken::read(PlainToken::make().expose()).is_some());
        for not_ours in ["", "short", &"ä".repeat(43), &"=".repeat(43)] {
            assert!(PlainToken::read(not_ours).is_none());
        }
    }
}
