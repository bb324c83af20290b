//! A device without a window: the client core itself, with a keyring in memory and a browser that only
//! takes down the address. For stories about what goes over the wire.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use anyhow::{Context as _, Result};
use bridge::Failure;
use bridge::identity::{ChooseCode, Realm, SessionView, ShowSession, SignIn};
use client::{Client, MemoryVault, Opener, Return, Setup, SystemClock, Vault, VaultError};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use url::Url;
use zeroize::Zeroizing;

use crate::browser;
use crate::desktop::Desktop;
use crate::person::{CODE, confirm_on_this_device};
use crate::stage::Stage;
use crate::wait::{LONG, until};

/// A device.
pub struct Device {
    /// Its core.
    pub client: Client,
    addresses: UnboundedReceiver<Url>,
    _folder: Option<TempDir>,
}

impl Device {
    /// A new one, for the stage's backend.
    ///
    /// # Errors
    /// When the core does not start.
    pub fn new(stage: &Stage) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let vault = Arc::new(MemoryVault::new());
        let device = Self::start(folder.path().join("store"), stage.backend(), vault)?;
        Ok(Self { _folder: Some(folder), ..device })
    }

    /// One in a folder that stays, with its secret beside the store: another process can go on with it.
    ///
    /// # Errors
    /// When the core does not start.
    pub fn at(folder: &Path, backend: Url) -> Result<Self> {
        fs::create_dir_all(folder)?;
        Self::start(folder.join("store"), backend, Arc::new(OpenVault(folder.join("secret"))))
    }

    fn start(folder: PathBuf, backend: Url, vault: Arc<dyn Vault>) -> Result<Self> {
        let (send, addresses) = unbounded_channel();
        let setup = Setup {
            folder,
            backend,
            opener: Arc::new(TakeDown(send)),
            returns: Return::Loopback,
            vault,
            clock: Arc::new(SystemClock::start()),
        };
        Ok(Self { client: Client::start(setup).map_err(told)?, addresses, _folder: None })
    }

    /// Asks to log in as a resident of Helsingborg; gives the address for the browser.
    ///
    /// # Errors
    /// When the core refuses.
    pub async fn ask_to_sign_in(&mut self) -> Result<Url> {
        let call = SignIn { municipality: "helsingborg".to_owned(), realm: Realm::Resident, provider: None };
        self.client.sign_in(call).await.map_err(told)?;
        self.addresses.recv().await.context("the core went away")
    }

    /// Logs in through the browser and chooses a code.
    ///
    /// # Errors
    /// When a step of it fails.
    pub async fn sign_in(&mut self, desktop: &Desktop, stage: &Stage, number: &str) -> Result<()> {
        let address = self.ask_to_sign_in().await?;
        let browser = browser::open(desktop, stage.folder(), address.as_str()).await?;
        confirm_on_this_device(&browser, number).await?;
        browser.close().await?;
        self.see_session(|session| matches!(session, SessionView::ChooseCode { .. })).await?;
        self.client.choose_code(ChooseCode { code: CODE.to_owned() }).await.map_err(told)
    }

    /// Waits until the session is as wished.
    ///
    /// # Errors
    /// When it does not become so; what it is instead is told.
    pub async fn see_session(&self, wished: impl Fn(&SessionView) -> bool) -> Result<SessionView> {
        let mut last = None;
        let seen = until("the session", LONG, async || {
            let session = self.client.show_session(ShowSession {}).await.map_err(told)?;
            last = Some(session.clone());
            Ok(wished(&session).then_some(session))
        });
        seen.await.with_context(|| format!("it is {last:?}"))
    }
}

/// A keyring for stories only: a plain file.
struct OpenVault(PathBuf);

impl Vault for OpenVault {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        match fs::read(&self.0) {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(VaultError(error.to_string())),
        }
    }

    fn write(&self, secret: &[u8]) -> Result<(), VaultError> {
        fs::write(&self.0, secret).map_err(|error| VaultError(error.to_string()))
    }

    fn remove(&self) -> Result<(), VaultError> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(VaultError(error.to_string())),
            _ => Ok(()),
        }
    }
}

struct TakeDown(UnboundedSender<Url>);

impl Opener for TakeDown {
    fn open(&self, url: &Url) -> io::Result<()> {
        self.0.send(url.clone()).map_err(io::Error::other)
    }
}

/// A failure as an error of a story.
pub fn told(Failure { code, retry, details }: Failure) -> anyhow::Error {
    anyhow::anyhow!("{code:?}, to be tried again: {retry:?}, {details:?}")
}
