//! The offline-first core of the app: session, encrypted store, pending mutations, sync.
//!
//! One [`Client`] is one installation: a folder with an encrypted store, a secret in the keyring, and a
//! backend to keep in step with. What the ui asks is answered from the store, what it wants done is put
//! there first and sent from there. Nothing here knows of windows or of Tauri, so a test or a command
//! line can drive it as well.
//!
//! What it never does: write anything readable to disk, or hold back what it could not send.

mod access;
mod case;
mod changes;
mod clock;
mod document;
mod failure;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
mod home;
mod identity;
mod message;
mod party;
mod relation;
mod seal;
mod search;
mod store;
mod sync;
mod task;
mod vault;
mod wire;

pub use clock::{Clock, Now, SystemClock};
#[cfg(feature = "bench")]
pub use identity::bench;
pub use identity::{Opener, Return};
pub use vault::{KeyringVault, MemoryVault, Vault, VaultError};

use bridge::{Failure, Topic};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::broadcast;
use url::Url;

/// What a client stands on.
pub struct Setup {
    /// Where the encrypted store lives; made if it is not there.
    pub folder: PathBuf,
    /// The municipal backend; also the issuer that one logs in at.
    pub backend: Url,
    /// Opens the system browser.
    pub opener: Arc<dyn Opener>,
    /// Where the browser brings a person back to.
    pub returns: Return,
    /// Keeps the device's secret.
    pub vault: Arc<dyn Vault>,
    /// Tells when what is open locks, and when what is lent leaves.
    pub clock: Arc<dyn Clock>,
}

/// One installation of the app. Clones are the same one.
#[derive(Clone)]
pub struct Client {
    inner: Arc<identity::Session>,
}

impl Client {
    /// Starts from what lies in the folder; touches neither keyring nor network yet.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn start(setup: Setup) -> Result<Self, Failure> {
        Ok(Self { inner: Arc::new(identity::Session::start(setup)?) })
    }

    /// Announces what changed. Several changes within a moment come as one.
    pub fn changes(&self) -> broadcast::Receiver<Vec<Topic>> {
        self.inner.changes.listen()
    }

    /// Tries again at once whatever waits for the network: the app came to the front or the network is back. Locks
    /// first, if the device slept for too long.
    pub fn enter_foreground(&self) {
        self.inner.idle.look();
        if let Some(open) = self.inner.opened() {
            open.wake_all();
        }
    }

    /// Says whether the window can be seen. While it can, the clocks are compared every few seconds, so that what is
    /// shown after a sleep is never old for long.
    pub fn set_shown(&self, shown: bool) {
        if let Some(open) = self.inner.opened() {
            open.shown(shown);
        }
    }

    /// Stops all work and closes the store. Afterwards the client is locked, if it was open.
    pub async fn shutdown(&self) {
        self.inner.shutdown().await;
    }
}
