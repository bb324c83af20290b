//! A device without a window: the client core itself, with a keyring in memory and a browser that only
//! takes down the address. For stories about what goes over the wire.

use std::io;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use bridge::Failure;
use bridge::identity::{ChooseCode, Realm, SessionView, ShowSession, SignIn};
use client::{Client, MemoryVault, Opener, Setup};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use url::Url;

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
    _folder: TempDir,
}

impl Device {
    /// A new one, for the stage's backend.
    ///
    /// # Errors
    /// When the core does not start.
    pub fn new(stage: &Stage) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (send, addresses) = unbounded_channel();
        let setup = Setup {
            folder: folder.path().join("store"),
            backend: stage.backend(),
            opener: Arc::new(TakeDown(send)),
            vault: Arc::new(MemoryVault::new()),
        };
        Ok(Self { client: Client::start(setup).map_err(told)?, addresses, _folder: folder })
    }

    /// Asks to log in as a resident of Helsingborg; gives the address for the browser.
    ///
    /// # Errors
    /// When the core refuses.
    pub async fn ask_to_sign_in(&mut self) -> Result<Url> {
        let call = SignIn { municipality: "helsingborg".to_owned(), realm: Realm::Resident };
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
