//! One person's folder on this device, open in one app at a time. The lock belongs to the operating
//! system and ends with the process, so a crash leaves nothing to clean up.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A little longer than an app may take to close.
const CLOSING: Duration = Duration::from_secs(6);
const BETWEEN: Duration = Duration::from_millis(50);

/// Says that the webview's folder is to be removed before it is used again.
const FORGET: &str = "forget";
/// Tells programs that make copies to leave the folder out; <https://bford.info/cachedir/>.
const TAG: &str = "CACHEDIR.TAG";
const SIGNATURE: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# Belongs to this device alone.\n";

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
            Ok(()) => Self { folder, lock }.prepared(),
            Err(TryLockError::WouldBlock) => Err(ProfileError::Busy),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    // Out of what is copied, and without what was to be forgotten.
    fn prepared(self) -> Result<Self, ProfileError> {
        leave_out_of_copies(&self.folder)?;
        let forget = self.folder.join(FORGET);
        if forget.exists() {
            match fs::remove_dir_all(self.webview()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => fs::remove_file(forget)?,
            }
        }
        Ok(self)
    }

    /// Sees to it that nothing of what pages have stored is there at the next start.
    pub(crate) fn forget_webview(&self) -> io::Result<()> {
        File::create(self.folder.join(FORGET))?.sync_all()
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

// Nothing in it can be read elsewhere, as its key stays in this device's keyring; and what has left a device is not to
// come back from a copy of it. On Windows it lies among the local data, which the system's own copies leave out.
fn leave_out_of_copies(folder: &Path) -> io::Result<()> {
    let tag = folder.join(TAG);
    if tag.exists() {
        return Ok(());
    }
    fs::write(tag, SIGNATURE)?;
    #[cfg(target_os = "macos")]
    {
        // Sticks to the folder wherever it is moved.
        let left_out = std::process::Command::new("/usr/bin/tmutil").arg("addexclusion").arg(folder).status();
        if !left_out.is_ok_and(|left_out| left_out.success()) {
            tracing::warn!("Time Machine will copy the folder");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    #[cfg(target_os = "linux")]
    use std::process::Command;

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

    #[test]
    fn what_pages_have_stored_is_gone_at_the_next_start_once_it_was_to_be_forgotten() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let profile = Profile::open(folder.path()).expect("free");
        let stored = profile.webview().join("localstorage/words");
        fs::create_dir_all(stored.parent().expect("a folder")).expect("makes");
        fs::write(&stored, "words").expect("writes");
        drop(profile);
        let profile = Profile::open(folder.path()).expect("free");
        assert!(stored.exists(), "nobody has signed out");
        profile.forget_webview().expect("is noted");
        drop(profile);
        let profile = Profile::open(folder.path()).expect("free");
        assert!(!profile.webview().exists());
        fs::create_dir_all(profile.webview()).expect("makes");
        drop(profile);
        assert!(Profile::open(folder.path()).expect("free").webview().exists(), "once is enough");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_that_makes_copies_leaves_it_out() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let path = folder.path().join("resident");
        let profile = Profile::open(&path).expect("free");
        fs::create_dir_all(profile.store()).expect("makes");
        fs::write(profile.store().join("store.db"), "sealed").expect("writes");
        let mut tar = Command::new("tar");
        tar.args(["--exclude-caches", "-cf", "-", "resident"]).current_dir(folder.path());
        let copied = tar.output().expect("tar is there").stdout;
        assert!(!String::from_utf8_lossy(&copied).contains("store.db"));
        assert!(String::from_utf8_lossy(&copied).contains("CACHEDIR.TAG"), "the search is blind");
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
