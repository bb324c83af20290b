//! One person's folder on this device, open in one app at a time. The lock belongs to the operating
//! system and ends with the process, so a crash leaves nothing to clean up.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A little longer than an app may take to close.
const CLOSING: Duration = Duration::from_secs(6);
const BETWEEN: Duration = Duration::from_millis(50);

/// An open profile. It stays locked until it is dropped.
pub(crate) struct Profile {
    folder: PathBuf,
    lock: File,
}

/// Why a profile cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProfileError {
    /// Another process has it open.
    #[error("Digiteam är redan öppet")]
    Busy,
    /// The folder cannot be made or written.
    #[error("the profile folder cannot be used: {0}")]
    Io(#[from] io::Error),
}

impl Profile {
    /// Makes the folder if it is missing, for the person alone, and locks it.
    pub(crate) fn open(folder: &Path) -> Result<Self, ProfileError> {
        make_private(folder)?;
        let folder = folder.canonicalize()?;
        let lock = File::create(folder.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, lock }),
            Err(TryLockError::WouldBlock) => Err(ProfileError::Busy),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// As [`Profile::open`], but waits a moment for an app that is just closing: it writes before it ends.
    pub(crate) async fn open_when_free(folder: &Path) -> Result<Self, ProfileError> {
        let end = Instant::now() + CLOSING;
        loop {
            match Self::open(folder) {
                Err(ProfileError::Busy) if Instant::now() < end => tokio::time::sleep(BETWEEN).await,
                answer => return answer,
            }
        }
    }

    /// Where the client core keeps its own; nothing else stands there, so that it can erase all of it.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.join("store")
    }

    /// Where the webview keeps what pages store, such as the chosen language.
    pub(crate) fn webview(&self) -> PathBuf {
        self.folder.join("webview")
    }

    /// Tells this profile's keyring entries from another's.
    pub(crate) fn name(&self) -> &str {
        self.folder.to_str().unwrap_or("profile")
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // Closing alone is not enough: a program that is just being started still shares the open file.
        let _ = self.lock.unlock();
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::{Profile, ProfileError};

    #[test]
    fn a_profile_is_open_once_at_a_time() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let path = folder.path().join("resident");

        let first = Profile::open(&path).expect("free");
        assert!(matches!(Profile::open(&path), Err(ProfileError::Busy)));
        drop(first);
        Profile::open(&path).expect("free again");
    }

    #[tokio::test]
    async fn one_that_is_closing_is_waited_for() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let first = Profile::open(folder.path()).expect("free");
        let second = tokio::spawn({
            let path = folder.path().to_owned();
            async move { Profile::open_when_free(&path).await }
        });
        tokio::task::yield_now().await;
        drop(first);
        second.await.expect("ends").expect("free in the end");
    }

    #[cfg(unix)]
    #[test]
    fn others_cannot_look_into_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().expect("a temp folder");
        let path = folder.path().join("resident");
        let _profile = Profile::open(&path).expect("free");
        let mode = path.metadata().expect("is there").permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
}
