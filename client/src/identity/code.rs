//! The code of this device, and the file that it opens.
//!
//! `lock.json` holds the store's random key, sealed with a key from two halves: the secret in the keyring
//! and the code that the person knows. A try is counted on disk before it is made, so that switching the
//! device off gives no free ones; after the last, everything is erased.

use crate::seal::{Broken, Effort, Key, make_bytes};
use crate::store::StoreError;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Wrong codes until everything is erased.
pub(super) const TRIES: u32 = 5;
const FILE: &str = "lock.json";
const ABOUT: &[u8] = b"digiteam lock 1";

/// What stands in the file.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Lock {
    version: u32,
    effort: Effort,
    salt: String,
    sealed: String,
    pub(super) tries_left: u32,
}

/// Whether it is six digits.
pub(super) fn is_code(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())
}

impl Lock {
    /// Seals `key`. Takes a while.
    pub(super) fn make(secret: &[u8], code: &str, key: &Key) -> Result<Self, Broken> {
        let salt = make_bytes();
        let effort = Effort::NOW;
        let sealed = Key::derive(secret, code, &*salt, effort)?.seal(key.bytes(), ABOUT);
        Ok(Self {
            version: 1,
            effort,
            salt: BASE64_STANDARD.encode(*salt),
            sealed: BASE64_STANDARD.encode(sealed),
            tries_left: TRIES,
        })
    }

    /// Opens the key, if secret and code are right. Takes a while.
    pub(super) fn open(&self, secret: &[u8], code: &str) -> Result<Key, Broken> {
        let salt = BASE64_STANDARD.decode(&self.salt).map_err(|_| Broken)?;
        let sealed = BASE64_STANDARD.decode(&self.sealed).map_err(|_| Broken)?;
        Key::read(&Key::derive(secret, code, &salt, self.effort)?.open(&sealed, ABOUT)?)
    }

    /// Reads the file; `None` if there is none. One that cannot be read holds no key.
    pub(super) fn load(folder: &Path) -> Result<Option<Result<Self, Broken>>, StoreError> {
        match std::fs::read(folder.join(FILE)) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text).map_err(|_| Broken))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes the file so that a crash leaves the old or the new one, whole.
    pub(super) fn keep(&self, folder: &Path) -> Result<(), StoreError> {
        let fresh = folder.join("lock.json.new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&fresh)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        std::fs::rename(&fresh, folder.join(FILE))?;
        sync_folder(folder)?;
        Ok(())
    }

    /// Removes the file, and with it the only way to the key.
    pub(super) fn remove(folder: &Path) -> Result<(), StoreError> {
        for file in [FILE, "lock.json.new"] {
            match std::fs::remove_file(folder.join(file)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }
}

// A rename is only durable once its folder is; elsewhere than on unix the system sees to it.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_digits_are_a_code() {
        assert!(is_code("012345"));
        for bad in ["", "12345", "1234567", "12345a", "１２３４５６", "12 456"] {
            assert!(!is_code(bad), "{bad}");
        }
    }

    #[test]
    fn the_file_gives_the_key_back_and_says_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = Key::make();
        Lock::make(b"secret", "482913", &key).expect("makes").keep(folder.path()).expect("keeps");
        let lock = Lock::load(folder.path()).expect("reads").expect("is there").expect("parses");
        assert_eq!(lock.open(b"secret", "482913").expect("opens").bytes(), key.bytes());
        assert!(lock.open(b"secret", "482914").is_err());
        assert!(lock.open(b"sacred", "482913").is_err());
    }
}
