//! The one session of an installation, and the steps between its stages.
//!
//! Steps take turns, so that two windows or an impatient finger cannot run into each other; looking at the
//! stage waits for nobody. A crash between two writes leaves either a store with its lock or files
//! without one, which are removed at the next login.

use super::code::{self, Lock};
use super::idle::{self, Idle};
use super::provider::Granted;
use super::tokens::{Tokens, revoke};
use crate::Setup;
use crate::changes::Changes;
use crate::failure::{failure, internal};
use crate::seal::{Key, make_bytes};
use crate::store::{Meta, Store, StoreError, wipe, wipe_once};
use crate::sync::Open;
use crate::vault::{Vault, VaultError};
use crate::wire::Wire;
use bridge::identity::Secret;
use bridge::{Failure, FailureCode, Topic};
use protocol::id::DeviceId;
use protocol::identity::Me;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc};
use tokio::task::AbortHandle;
use url::Url;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Links that may wait to be read.
const LINKS: usize = 16;
/// How long telling the backend goodbye may take when nothing is kept.
const PARTING: Duration = Duration::from_secs(2);

/// The session.
pub(crate) struct Session {
    pub(crate) changes: Changes,
    pub(super) wire: Wire,
    pub(super) setup: Setup,
    pub(super) turn: Mutex<()>,
    pub(super) attempts: AtomicU64,
    pub(crate) idle: Idle,
    /// No passphrase is tried before this, by the steady clock.
    wait_until: AtomicI64,
    links: RwLock<Option<mpsc::Sender<Url>>>,
    stage: RwLock<Stage>,
}

/// Where it stands.
#[derive(Clone)]
pub(super) enum Stage {
    /// Nobody is logged in.
    SignedOut { reason: Option<FailureCode> },
    /// Waiting for the browser; `resume` is the open store of somebody who logs in again.
    SigningIn { attempt: u64, task: AbortHandle, resume: Option<Arc<Open>> },
    /// Logged in, nothing stored.
    ChooseCode { fresh: Arc<Fresh>, by: Secret },
    /// Stored and locked.
    Locked { by: Secret, tries_left: u32, key_seen: bool },
    /// Open.
    Open(Arc<Open>),
}

/// A login that has no store yet.
pub(super) struct Fresh {
    pub(super) me: Me,
    pub(super) granted: Granted,
}

impl Session {
    /// Looks at what lies in the folder.
    pub(crate) fn start(setup: Setup) -> Result<Self, Failure> {
        std::fs::create_dir_all(&setup.folder).map_err(StoreError::from)?;
        wipe_once(&setup.folder)?;
        let stage = match Lock::load(&setup.folder)? {
            None => Stage::SignedOut { reason: None },
            Some(Ok(lock)) => locked(&lock, false),
            Some(Err(_)) => Stage::SignedOut { reason: Some(FailureCode::KeyLost) },
        };
        // Whoever starts the app anew waits as well.
        let wait_until = match &stage {
            Stage::Locked { by, tries_left, .. } => setup.clock.now().mono + code::pause(*by, *tries_left),
            _ => 0,
        };
        let wire = Wire::new(setup.backend.clone()).map_err(|error| internal(&error))?;
        Ok(Self {
            changes: Changes::default(),
            wire,
            setup,
            turn: Mutex::default(),
            attempts: AtomicU64::new(0),
            idle: Idle::default(),
            wait_until: AtomicI64::new(wait_until),
            links: RwLock::default(),
            stage: RwLock::new(stage),
        })
    }

    /// Where it stands now.
    pub(super) fn stage(&self) -> Stage {
        self.stage.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on to another stage, and says so.
    pub(super) fn enter(&self, stage: Stage) {
        *self.stage.write().unwrap_or_else(PoisonError::into_inner) = stage;
        self.changes.tell([Topic::Session, Topic::Sync]);
    }

    /// The open store, if there is one.
    pub(crate) fn opened(&self) -> Option<Arc<Open>> {
        match self.stage() {
            Stage::Open(open) | Stage::SigningIn { resume: Some(open), .. } => Some(open),
            _ => None,
        }
    }

    /// Makes sure, once, that what is locked can still be unlocked.
    pub(super) async fn settle_key(&self) -> Result<(), Failure> {
        let Stage::Locked { by: Secret::Code, key_seen: false, .. } = self.stage() else { return Ok(()) };
        let _turn = self.turn.lock().await;
        if let Stage::Locked { by, tries_left, key_seen: false } = self.stage() {
            // A keyring that does not open may do so later; only one that is empty has lost the key.
            if matches!(self.vault(|vault| vault.read()).await, Ok(None)) {
                self.enter(Stage::SignedOut { reason: Some(FailureCode::KeyLost) });
            } else {
                *self.stage.write().unwrap_or_else(PoisonError::into_inner) =
                    Stage::Locked { by, tries_left, key_seen: true };
            }
        }
        Ok(())
    }

    /// What the store of somebody who logs in now is to be opened with.
    pub(super) async fn secret(&self) -> Secret {
        // Why there is no keyring stands in the log.
        if self.vault(|vault| vault.read()).await.is_ok() { Secret::Code } else { Secret::Passphrase }
    }

    /// Makes the store of somebody who has just logged in.
    pub(super) async fn choose_code(self: &Arc<Self>, text: Zeroizing<String>) -> Result<(), Failure> {
        let _turn = self.turn.lock().await;
        let Stage::ChooseCode { fresh, by } = self.stage() else { return Err(failure(FailureCode::NotOpen)) };
        code::check(by, &text).map_err(failure)?;
        self.erase().await?;
        let secret = self.make_secret(by).await.inspect_err(|_| {
            // A keyring that can be read but keeps nothing is none.
            self.enter(Stage::ChooseCode { fresh: Arc::clone(&fresh), by: Secret::Passphrase });
        })?;
        let key = Key::make();
        let store = Store::open(&self.setup.folder, &key).await?;
        let tokens = settle_in(&store, &fresh).await?;
        // Last, as this is what makes a store of the files.
        let lock = blocking(move || Lock::make(by, &secret, &text, &key)).await??;
        lock.keep(&self.setup.folder)?;
        self.enter_open(store, tokens).await
    }

    // The half of the key that the keyring keeps, where there is one.
    async fn make_secret(&self, by: Secret) -> Result<Zeroizing<Vec<u8>>, Failure> {
        if by == Secret::Passphrase {
            return Ok(Zeroizing::default());
        }
        let secret = Zeroizing::new(make_bytes().to_vec());
        let kept = secret.clone();
        self.vault(move |vault| vault.write(&kept)).await?;
        Ok(secret)
    }

    /// Makes a store of somebody who has just logged in on a device that is not theirs.
    pub(super) async fn use_once(self: &Arc<Self>) -> Result<(), Failure> {
        let _turn = self.turn.lock().await;
        let Stage::ChooseCode { fresh, .. } = self.stage() else { return Err(failure(FailureCode::NotOpen)) };
        self.erase().await?;
        let store = Store::open_once(&self.setup.folder).await?;
        let tokens = settle_in(&store, &fresh).await?;
        self.enter_open(store, tokens).await
    }

    /// Opens the store with the code or the passphrase.
    pub(super) async fn unlock(self: &Arc<Self>, text: Zeroizing<String>) -> Result<(), Failure> {
        let _turn = self.turn.lock().await;
        let Stage::Locked { by, .. } = self.stage() else { return Err(failure(FailureCode::NotOpen)) };
        code::check(by, &text).map_err(failure)?;
        self.wait_out()?;
        let folder = &self.setup.folder;
        let secret = match by {
            Secret::Code => self.vault(|vault| vault.read()).await?,
            Secret::Passphrase => Some(Zeroizing::default()),
        };
        let (Some(secret), Some(Ok(mut lock))) = (secret, Lock::load(folder)?) else { return self.lose_key() };
        let Some(left) = lock.tries_left.checked_sub(1) else { return self.give_up().await };
        lock.tries_left = left;
        lock.keep(folder)?;
        let tried = lock.clone();
        let Ok(key) = blocking(move || tried.open(&secret, &text)).await? else {
            if left == 0 {
                return self.give_up().await;
            }
            let wait_until = self.setup.clock.now().mono + code::pause(by, left);
            self.wait_until.store(wait_until, Ordering::Relaxed);
            self.enter(locked(&lock, true));
            let wrong = match by {
                Secret::Code => FailureCode::WrongCode,
                Secret::Passphrase => FailureCode::WrongPassphrase,
            };
            return Err(Failure { details: Some(left.to_string()), ..failure(wrong) });
        };
        lock.tries_left = code::tries(by);
        lock.keep(folder)?;
        match Store::open(folder, &key).await {
            Ok(store) => self.enter_open(store, Tokens::new()).await,
            Err(StoreError::Key) => self.lose_key(),
            Err(StoreError::Damaged) => {
                self.enter(Stage::SignedOut { reason: Some(FailureCode::Damaged) });
                Err(failure(FailureCode::Damaged))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Closes the store.
    pub(super) async fn lock(&self) {
        let _turn = self.turn.lock().await;
        self.close().await;
    }

    /// Ends the session there and here.
    pub(super) async fn sign_out(&self) -> Result<(), Failure> {
        let _turn = self.turn.lock().await;
        if let Some(open) = self.opened() {
            revoke(&open.store, &self.wire).await;
        }
        self.close().await;
        self.enter(Stage::SignedOut { reason: None });
        self.erase().await
    }

    /// Stops everything, for the end of the process.
    pub(crate) async fn shutdown(&self) {
        self.lock().await;
    }

    /// Removes whatever is on this device. What opens the rest goes first, so that a crash in the middle
    /// leaves nothing that could be read.
    pub(super) async fn erase(&self) -> Result<(), Failure> {
        Lock::remove(&self.setup.folder)?;
        let folder = self.setup.folder.clone();
        let wiped = blocking(move || wipe(&folder)).await?;
        // Without the file its half of the key opens nothing, so a keyring that is gone holds nobody up.
        let _ = self.vault(|vault| vault.remove()).await;
        Ok(wiped?)
    }

    /// Runs something on the keyring, where it may block.
    pub(super) async fn vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Vault) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, Failure> {
        let vault = Arc::clone(&self.setup.vault);
        Ok(blocking(move || work(&*vault)).await??)
    }

    /// From any stage with something under way to the one that rests.
    pub(super) async fn close(&self) {
        let stage = self.stage();
        if let Stage::SigningIn { task, .. } = &stage {
            task.abort();
        }
        match stage {
            Stage::Open(open) | Stage::SigningIn { resume: Some(open), .. } => {
                self.idle.end();
                if open.store.is_kept() {
                    self.enter(match Lock::load(&self.setup.folder) {
                        Ok(Some(Ok(lock))) => locked(&lock, true),
                        _ => Stage::SignedOut { reason: Some(FailureCode::KeyLost) },
                    });
                } else {
                    self.enter(Stage::SignedOut { reason: None });
                    // Nobody will have its token again.
                    let _ = tokio::time::timeout(PARTING, revoke(&open.store, &self.wire)).await;
                }
                open.stop().await;
            }
            Stage::SigningIn { resume: None, .. } | Stage::ChooseCode { .. } => {
                self.enter(Stage::SignedOut { reason: None });
            }
            Stage::SignedOut { .. } | Stage::Locked { .. } => {}
        }
    }

    async fn enter_open(self: &Arc<Self>, store: Store, tokens: Tokens) -> Result<(), Failure> {
        let clock = Arc::clone(&self.setup.clock);
        let open = Open::start(store, tokens, self.wire.clone(), self.changes.clone(), clock).await?;
        self.idle.begin(self.setup.clock.now(), idle::chosen(&open.store, open.me.realm).await?);
        // Ends with the open store, as the other side of the watch is its.
        let (session, mut revoked) = (Arc::downgrade(self), open.tokens.revoked());
        tokio::spawn(async move {
            let told = revoked.wait_for(|revoked| *revoked).await.is_ok();
            if let Some(session) = session.upgrade().filter(|_| told) {
                session.forget().await;
            }
        });
        let watched = Arc::downgrade(&open);
        self.enter(Stage::Open(open));
        tokio::spawn(idle::watch(Arc::downgrade(self), watched));
        Ok(())
    }

    // The device was signed out from elsewhere.
    async fn forget(&self) {
        let _turn = self.turn.lock().await;
        if self.opened().is_some_and(|open| *open.tokens.revoked().borrow()) {
            self.close().await;
            if let Err(failure) = self.erase().await {
                // The key went first, and the next login erases before it does anything else.
                tracing::warn!(?failure, "not everything is erased yet");
            }
            self.enter(Stage::SignedOut { reason: Some(FailureCode::SignedOutElsewhere) });
        }
    }

    // After many wrong passphrases the next has to wait; a try that comes too early is none.
    fn wait_out(&self) -> Result<(), Failure> {
        let left = self.wait_until.load(Ordering::Relaxed) - self.setup.clock.now().mono;
        if left <= 0 {
            return Ok(());
        }
        let seconds = (left - 1).div_euclid(1000) + 1;
        Err(Failure { details: Some(seconds.to_string()), ..failure(FailureCode::TooSoon) })
    }

    fn lose_key(&self) -> Result<(), Failure> {
        self.enter(Stage::SignedOut { reason: Some(FailureCode::KeyLost) });
        Err(failure(FailureCode::KeyLost))
    }

    async fn give_up(&self) -> Result<(), Failure> {
        self.enter(Stage::SignedOut { reason: Some(FailureCode::TooManyTries) });
        self.erase().await?;
        Err(failure(FailureCode::TooManyTries))
    }

    /// Where links go from now on; those of former logins go nowhere.
    pub(super) fn await_links(&self) -> mpsc::Receiver<Url> {
        let (send, links) = mpsc::channel(LINKS);
        *self.links.write().unwrap_or_else(PoisonError::into_inner) = Some(send);
        links
    }

    /// A link came. Without a login that waits for one, or with too many at once, it is dropped.
    pub(super) fn take_link(&self, link: Url) {
        if let Some(links) = &*self.links.read().unwrap_or_else(PoisonError::into_inner) {
            let _ = links.try_send(link);
        }
    }

    /// The number of the next attempt to log in.
    pub(super) fn next_attempt(&self) -> u64 {
        self.attempts.fetch_add(1, Ordering::Relaxed)
    }
}

fn locked(lock: &Lock, key_seen: bool) -> Stage {
    Stage::Locked { by: lock.by(), tries_left: lock.tries_left, key_seen }
}

// What a new store begins with.
async fn settle_in(store: &Store, fresh: &Fresh) -> Result<Tokens, Failure> {
    let tokens = Tokens::new();
    tokens.adopt(&fresh.granted, store).await?;
    let mut tx = store.write().await?;
    Meta::Me.keep(&mut tx, &fresh.me).await?;
    Meta::Device.keep(&mut tx, &DeviceId::from(Uuid::new_v4())).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(tokens)
}

/// Runs what takes long or may block away from the async threads.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| internal(&error))
}
