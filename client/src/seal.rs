//! Keys, and what is sealed with them.
//!
//! XChaCha20-Poly1305 with a random nonce in front. Keys are wiped from memory when dropped and never shown.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use rand::RngCore as _;
use rand::rngs::OsRng;
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Length of keys, salts and the vault's secret.
pub(crate) const KEY: usize = 32;
const NONCE: usize = 24;

/// A key of 256 bits.
#[derive(Clone)]
pub(crate) struct Key(Zeroizing<[u8; KEY]>);

/// What was sealed was changed, or with another key.
#[derive(Debug, thiserror::Error)]
#[error("sealed data does not open")]
pub(crate) struct Broken;

/// How hard it is to try a code. Stored with what was sealed, so that it can grow.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Effort {
    memory_kib: u32,
    passes: u32,
}

impl Effort {
    /// For what is sealed now: a fraction of a second on a phone.
    pub(crate) const NOW: Self = Self { memory_kib: 64 * 1024, passes: 3 };
    /// For what nothing else protects: half a second to a second of a computer, and much memory.
    pub(crate) const ALONE: Self = Self { memory_kib: 256 * 1024, passes: 4 };
}

impl Key {
    /// A new one.
    pub(crate) fn make() -> Self {
        let mut key = Zeroizing::new([0; KEY]);
        OsRng.fill_bytes(&mut *key);
        Self(key)
    }

    /// Takes the bytes of one.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Broken> {
        Ok(Self(Zeroizing::new(bytes.try_into().map_err(|_| Broken)?)))
    }

    /// From what the device holds and what the person knows: neither is enough. Takes a while.
    pub(crate) fn derive(secret: &[u8], code: &str, salt: &[u8], effort: Effort) -> Result<Self, Broken> {
        let params = Params::new(effort.memory_kib, effort.passes, 1, Some(KEY)).map_err(|_| Broken)?;
        let mut both = Zeroizing::new(secret.to_vec());
        let mut stretched = Zeroizing::new([0; KEY]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(code.as_bytes(), salt, &mut *stretched)
            .map_err(|_| Broken)?;
        both.extend_from_slice(&*stretched);
        let mut key = Zeroizing::new([0; KEY]);
        Hkdf::<Sha256>::new(Some(salt), &both)
            .expand(b"digiteam store key 1", &mut *key)
            .expect("32 bytes are within what HKDF gives");
        Ok(Self(key))
    }

    /// The bytes, to be sealed with another key or stored in the encrypted database.
    pub(crate) fn bytes(&self) -> &[u8] {
        &*self.0
    }

    /// As SQLCipher takes a raw key: a blob literal in quotes.
    pub(crate) fn pragma(&self) -> Zeroizing<String> {
        use std::fmt::Write as _;
        let mut text = Zeroizing::new(String::with_capacity(2 * KEY + 5));
        text.push_str("\"x'");
        for byte in self.0.iter() {
            write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        }
        text.push_str("'\"");
        text
    }

    /// Seals `plain`; `about` must be the same when it is opened.
    pub(crate) fn seal(&self, plain: &[u8], about: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        OsRng.fill_bytes(&mut nonce);
        let mut sealed = nonce.to_vec();
        let cipher = XChaCha20Poly1305::new(self.0.as_slice().into());
        sealed.extend(
            cipher
                .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: about })
                .expect("sealing in memory fails only beyond 256 GiB"),
        );
        sealed
    }

    /// Opens what [`Key::seal`] gave.
    pub(crate) fn open(&self, sealed: &[u8], about: &[u8]) -> Result<Zeroizing<Vec<u8>>, Broken> {
        let (nonce, rest) = sealed.split_at_checked(NONCE).ok_or(Broken)?;
        let cipher = XChaCha20Poly1305::new(self.0.as_slice().into());
        let plain = cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: rest, aad: about });
        plain.map(Zeroizing::new).map_err(|_| Broken)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key")
    }
}

/// Random bytes for a salt or a secret.
pub(crate) fn make_bytes() -> Zeroizing<[u8; KEY]> {
    let mut bytes = Zeroizing::new([0; KEY]);
    OsRng.fill_bytes(&mut *bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIGHT: Effort = Effort { memory_kib: 8, passes: 1 };

    #[test]
    fn opens_only_with_the_same_secret_code_salt_and_subject() {
        let seal = |secret: &[u8], code, salt: &[u8]| Key::derive(secret, code, salt, LIGHT).expect("derives");
        let sealed = seal(b"secret", "123456", b"salt salt").seal(b"words", b"about");
        let opened = |key: Key, about: &[u8]| key.open(&sealed, about).map(|plain| plain.to_vec()).ok();
        assert_eq!(opened(seal(b"secret", "123456", b"salt salt"), b"about"), Some(b"words".to_vec()));
        assert_eq!(opened(seal(b"secret", "123457", b"salt salt"), b"about"), None);
        assert_eq!(opened(seal(b"sacred", "123456", b"salt salt"), b"about"), None);
        assert_eq!(opened(seal(b"secret", "123456", b"salt SALT"), b"about"), None);
        assert_eq!(opened(seal(b"secret", "123456", b"salt salt"), b"other"), None);
    }

    #[test]
    fn shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", Key::make()), "Key");
    }
}
