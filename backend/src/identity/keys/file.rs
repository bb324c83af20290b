//! Keys on the disk: PKCS#8 PEM, readable by their owner alone, named by when they were made.
//!
//! The first key of a name is `NAME.pem`, as installations had it before keys were rotated; those that follow are
//! `NAME-YYYY-MM-DDTHHMMSSZ.pem`. A file is put in place whole and never replaced.

use super::Key;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use p256::SecretKey;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use protocol::Millis;
use rand::rngs::OsRng;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const STAMP: &str = "%Y-%m-%dT%H%M%SZ";

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
pub(in crate::identity) enum KeyError {
    /// The folder or a file in it cannot be used.
    #[error("the key file cannot be read or made: {0}")]
    File(#[from] io::Error),
    /// What stands there is something else.
    #[error("the key file does not hold a P-256 key in PKCS#8 PEM")]
    Form,
}

/// A key file.
pub(super) struct KeyFile {
    pub(super) path: PathBuf,
    /// When it was made; the first one counts as there from the beginning.
    pub(super) made_at: Millis,
}

impl KeyFile {
    /// When it was written, the first one too.
    pub(super) fn written_at(&self) -> Result<Millis, KeyError> {
        if self.made_at > 0 {
            return Ok(self.made_at);
        }
        let modified = fs::metadata(&self.path)?.modified()?;
        Ok(Timestamp::try_from(modified).map_err(|_| KeyError::Form)?.as_millisecond())
    }
}

/// The files of one name, oldest first.
pub(super) fn list(folder: &Path, name: &str) -> Result<Vec<KeyFile>, KeyError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let made_at = path.file_name().and_then(|file| file.to_str()).and_then(|file| made_at(file, name));
        files.extend(made_at.map(|made_at| KeyFile { path, made_at }));
    }
    files.sort_by_key(|file| file.made_at);
    Ok(files)
}

fn made_at(file: &str, name: &str) -> Option<Millis> {
    let rest = file.strip_prefix(name)?.strip_suffix(".pem")?;
    if rest.is_empty() {
        return Some(0);
    }
    let at = DateTime::strptime(STAMP, rest.strip_prefix('-')?).ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(at.timestamp().as_millisecond())
}

/// Reads a key.
pub(super) fn read(file: &Path) -> Result<Key, KeyError> {
    let secret = SecretKey::from_pkcs8_pem(&fs::read_to_string(file)?).map_err(|_| KeyError::Form)?;
    Key::new(&secret)
}

/// Makes the first key of a name.
pub(super) fn make_first(folder: &Path, name: &str) -> Result<(), KeyError> {
    place(&folder.join(format!("{name}.pem")))
}

/// Makes one that follows.
pub(super) fn make_next(folder: &Path, name: &str, now: Millis) -> Result<PathBuf, KeyError> {
    let at = Timestamp::from_millisecond(now).map_err(|_| KeyError::Form)?.to_zoned(TimeZone::UTC);
    let file = folder.join(format!("{name}-{}.pem", at.strftime(STAMP)));
    place(&file)?;
    Ok(file)
}

/// Puts a whole key file in place, or leaves the one that another process was faster with.
fn place(file: &Path) -> Result<(), KeyError> {
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
