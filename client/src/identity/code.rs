//! What opens the store on this device, and the file that it opens.
//!
//! `lock.json` holds the store's random key, sealed with a key from two halves: the secret in the keyring
//! and the code that the person knows. Where there is no keyring a passphrase has to do alone, so it is longer, each
//! try at it costs far more, and whoever copies the disk has nothing else to overcome. A try is counted on disk before
//! it is made, so that switching the device off gives no free ones; after the last, everything is erased.

use crate::seal::{Broken, Effort, Key, make_bytes};
use crate::store::StoreError;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bridge::FailureCode;
use bridge::identity::Secret;
use protocol::Millis;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

const FILE: &str = "lock.json";
/// The shortest passphrase, in characters, and how many different ones it has at least.
const SHORTEST: usize = 12;
const DIFFERENT: usize = 5;
/// Wrong passphrases before the next has to wait, and the first wait; each further one is twice as long.
const FREE: u32 = 3;
const WAIT: Millis = 15_000;

/// What stands in the file. `version` 1 is opened with a code and the keyring's secret, 2 with a passphrase alone.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Lock {
    version: u32,
    effort: Effort,
    salt: String,
    sealed: String,
    pub(super) tries_left: u32,
}

/// Wrong ones until everything is erased.
pub(super) fn tries(by: Secret) -> u32 {
    match by {
        Secret::Code => 5,
        Secret::Passphrase => 10,
    }
}

/// Whether it can be one that somebody chose.
pub(super) fn check(by: Secret, text: &str) -> Result<(), FailureCode> {
    match by {
        Secret::Code if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
        Secret::Code => Err(FailureCode::BadCode),
        Secret::Passphrase if is_passphrase(text) => Ok(()),
        Secret::Passphrase => Err(FailureCode::BadPassphrase),
    }
}

/// How long the next try has to wait when so many are left.
pub(super) fn pause(by: Secret, tries_left: u32) -> Millis {
    match (by, tries(by).saturating_sub(tries_left)) {
        (Secret::Code, _) | (_, 0..FREE) => 0,
        (Secret::Passphrase, wrong) => WAIT << (wrong - FREE),
    }
}

// A plain rule that one can tell in a sentence: long, not a number, and not the same few letters again and again.
fn is_passphrase(text: &str) -> bool {
    let text = normal(text);
    let different: std::collections::HashSet<char> = text.chars().collect();
    let is_number = text.chars().all(|sign| !sign.is_alphabetic());
    text.chars().count() >= SHORTEST && different.len() >= DIFFERENT && !is_number
}

// The same letters may be told in several ways, by different keyboards.
fn normal(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.nfkc().collect())
}

impl Lock {
    /// Seals `key`; with a passphrase there is no `secret`. Takes a while.
    pub(super) fn make(by: Secret, secret: &[u8], text: &str, key: &Key) -> Result<Self, Broken> {
        let salt = make_bytes();
        let (version, effort) = match by {
            Secret::Code => (1, Effort::NOW),
            Secret::Passphrase => (2, Effort::ALONE),
        };
        let sealed = Key::derive(secret, &normal(text), &*salt, effort)?.seal(key.bytes(), about(by));
        Ok(Self {
            version,
            effort,
            salt: BASE64_STANDARD.encode(*salt),
            sealed: BASE64_STANDARD.encode(sealed),
            tries_left: tries(by),
        })
    }

    /// What opens it.
    pub(super) fn by(&self) -> Secret {
        if self.version == 1 { Secret::Code } else { Secret::Passphrase }
    }

    /// Opens the key, if everything is right. Takes a while.
    pub(super) fn open(&self, secret: &[u8], text: &str) -> Result<Key, Broken> {
        let salt = BASE64_STANDARD.decode(&self.salt).map_err(|_| Broken)?;
        let sealed = BASE64_STANDARD.decode(&self.sealed).map_err(|_| Broken)?;
        Key::read(&Key::derive(secret, &normal(text), &salt, self.effort)?.open(&sealed, about(self.by()))?)
    }

    /// Reads the file; `None` if there is none. One that cannot be read holds no key.
    pub(super) fn load(folder: &Path) -> Result<Option<Result<Self, Broken>>, StoreError> {
        match std::fs::read(folder.join(FILE)) {
            Ok(text) => match serde_json::from_slice(&text) {
                Ok(Self { version: 3.., .. }) => Err(StoreError::Newer),
                read => Ok(Some(read.map_err(|_| Broken))),
            },
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

// What is sealed under one can never be taken for the other.
fn about(by: Secret) -> &'static [u8] {
    match by {
        Secret::Code => b"digiteam lock 1",
        Secret::Passphrase => b"digiteam lock 2",
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
        assert!(check(Secret::Code, "012345").is_ok());
        for bad in ["", "12345", "1234567", "12345a", "１２３４５６", "12 456"] {
            assert_eq!(check(Secret::Code, bad), Err(FailureCode::BadCode), "{bad}");
        }
    }

    #[test]
    fn a_passphrase_is_long_and_neither_a_number_nor_the_same_again() {
        for good in ["fyra små gröna äpplen", "korrekt häst", "قطة على السطح"] {
            assert!(check(Secret::Passphrase, good).is_ok(), "{good}");
        }
        for bad in ["", "korthäst", "19811218-9876", "1234567890123456", "aaaaaaaaaaaaaaaa", "abababababab"] {
            assert_eq!(check(Secret::Passphrase, bad), Err(FailureCode::BadPassphrase), "{bad}");
        }
    }

    #[test]
    fn the_file_gives_the_key_back_and_says_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = Key::make();
        Lock::make(Secret::Code, b"secret", "482913", &key).expect("makes").keep(folder.path()).expect("keeps");
        let lock = Lock::load(folder.path()).expect("reads").expect("is there").expect("parses");
        assert_eq!((lock.by(), lock.tries_left), (Secret::Code, 5));
        assert_eq!(lock.open(b"secret", "482913").expect("opens").bytes(), key.bytes());
        assert!(lock.open(b"secret", "482914").is_err());
        assert!(lock.open(b"sacred", "482913").is_err());
    }

    #[test]
    fn a_passphrase_alone_gives_the_key_back_however_its_letters_are_told() {
        let key = Key::make();
        let lock = Lock::make(Secret::Passphrase, &[], "sju sj\u{f6}sjuka m\u{e4}n", &key).expect("makes");
        assert_eq!((lock.by(), lock.tries_left), (Secret::Passphrase, 10));
        let told_otherwise = "sju sjo\u{308}sjuka ma\u{308}n";
        assert_eq!(lock.open(&[], told_otherwise).expect("opens").bytes(), key.bytes());
        assert!(lock.open(&[], "sju sjosjuka man").is_err());
        // As a file for a code it opens nothing.
        assert!(Lock { version: 1, ..lock }.open(&[], told_otherwise).is_err());
    }

    #[test]
    fn a_file_of_a_newer_build_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = Lock::make(Secret::Code, b"secret", "482913", &Key::make()).expect("makes");
        Lock { version: 3, ..lock }.keep(folder.path()).expect("keeps");
        assert!(matches!(Lock::load(folder.path()), Err(StoreError::Newer)));
    }

    #[test]
    fn wrong_passphrases_wait_longer_and_longer_and_codes_are_few() {
        let waits: Vec<_> = (0..=10).rev().map(|left| pause(Secret::Passphrase, left) / 1000).collect();
        assert_eq!(waits, [0, 0, 0, 15, 30, 60, 120, 240, 480, 960, 1920]);
        assert_eq!(pause(Secret::Code, 1), 0);
    }
}
