//! Where the device's secret is kept.
//!
//! The keyring of the operating system holds 32 random bytes that, together with the code, open the
//! store's key. Without a keyring a passphrase opens it alone: nothing falls back to a plain file.

use sha2::{Digest as _, Sha256};
use std::sync::Mutex;
use zeroize::Zeroizing;

/// Keeps one secret. Calls may block, so they are made away from the async threads.
pub trait Vault: Send + Sync {
    /// The secret, or `None` when there is none.
    ///
    /// # Errors
    /// When there is no keyring, or it does not open.
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError>;

    /// Stores the secret, over one that may be there.
    ///
    /// # Errors
    /// As [`Vault::read`].
    fn write(&self, secret: &[u8]) -> Result<(), VaultError>;

    /// Removes the secret, if it is there.
    ///
    /// # Errors
    /// As [`Vault::read`].
    fn remove(&self) -> Result<(), VaultError>;
}

/// There is no keyring on this device, or it does not open.
#[derive(Debug, thiserror::Error)]
#[error("the keyring cannot be used: {0}")]
pub struct VaultError(pub String);

/// The operating system's keyring.
pub struct KeyringVault {
    account: String,
}

const SERVICE: &str = "se.digiteam.app";

impl KeyringVault {
    /// For one profile, named by anything that tells it from others, such as its folder. Only a hash of
    /// the name is seen in the keyring.
    pub fn new(profile: &str) -> Self {
        let account = Sha256::digest(profile.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { account }
    }

    fn entry(&self) -> Result<keyring::Entry, VaultError> {
        keyring::Entry::new(SERVICE, &self.account).map_err(|error| refused(&error))
    }
}

impl Vault for KeyringVault {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        match self.entry()?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(&error)),
        }
    }

    fn write(&self, secret: &[u8]) -> Result<(), VaultError> {
        self.entry()?.set_secret(secret).map_err(|error| refused(&error))
    }

    fn remove(&self) -> Result<(), VaultError> {
        match self.entry()?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(refused(&error)),
        }
    }
}

// Some of the keyring's errors carry the secret that could not be read, so only their sort is kept.
fn refused(error: &keyring::Error) -> VaultError {
    VaultError(
        match error {
            keyring::Error::NoDefaultStore => "there is none",
            keyring::Error::NoStorageAccess(_) => "it does not open",
            keyring::Error::BadEncoding(_) | keyring::Error::BadDataFormat(..) => "the entry is damaged",
            keyring::Error::Ambiguous(_) => "there is more than one entry",
            _ => "it failed",
        }
        .to_owned(),
    )
}

/// A vault in memory, for tests and tools. Forgets everything with the process.
#[derive(Default)]
pub struct MemoryVault {
    secret: Mutex<Option<Zeroizing<Vec<u8>>>>,
}

impl MemoryVault {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn hold(&self) -> std::sync::MutexGuard<'_, Option<Zeroizing<Vec<u8>>>> {
        self.secret.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Vault for MemoryVault {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(self.hold().clone())
    }

    fn write(&self, secret: &[u8]) -> Result<(), VaultError> {
        *self.hold() = Some(Zeroizing::new(secret.to_vec()));
        Ok(())
    }

    fn remove(&self) -> Result<(), VaultError> {
        *self.hold() = None;
        Ok(())
    }
}
