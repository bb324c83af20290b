//! Logging in, locking, unlocking, logging out: the calls. What stands behind them is in [`session`].

#[cfg(feature = "bench")]
pub mod bench;
mod callback;
mod code;
mod devices;
mod idle;
mod invite;
mod pass;
mod prover;
mod provider;
mod refusal;
mod session;
mod sign_in;
mod tokens;

pub use callback::Return;
#[cfg(any(test, feature = "fuzz"))]
pub(crate) use callback::fuzz;
pub(crate) use session::Session;
pub(crate) use tokens::Tokens;

use crate::Client;
use crate::failure::failure;
use crate::wire;
use bridge::identity::{
    CancelSignIn, ChooseCode, ListMunicipalities, Lock, MeView, MunicipalityView, ProviderView, Realm, SessionView,
    ShowSession, SignIn, SignOut, Unlock, UseOnce,
};
use bridge::{Failure, FailureCode};
use protocol::identity::{Me, Municipality, ProviderOffer};
use reqwest::Method;
use session::Stage;
use std::io;
use std::sync::Arc;
use url::Url;

/// Opens the system browser.
pub trait Opener: Send + Sync {
    /// Opens the browser at `url`. May block for a moment.
    ///
    /// # Errors
    /// When no browser could be asked.
    fn open(&self, url: &Url) -> io::Result<()>;
}

impl Client {
    /// Where we stand.
    ///
    /// # Errors
    /// When the files on this device cannot be read.
    pub async fn show_session(&self, _: ShowSession) -> Result<SessionView, Failure> {
        self.inner.settle_key().await?;
        self.inner.tend_idle().await;
        Ok(match self.inner.stage() {
            Stage::SignedOut { reason } => SessionView::SignedOut { reason },
            Stage::SigningIn { .. } => SessionView::SigningIn,
            Stage::ChooseCode { fresh, by } => SessionView::ChooseCode { me: me_view(&fresh.me), by },
            Stage::Locked { by, tries_left, .. } => SessionView::Locked { by, tries_left },
            Stage::Open(open) => SessionView::Open {
                me: me_view(&open.me),
                login_needed: open.tokens.ended(),
                kept: open.store.is_kept(),
                idle_minutes: self.inner.idle.minutes(),
                locks_in_seconds: self.inner.idle.few_seconds(self.inner.setup.clock.now()),
            },
        })
    }

    /// The municipalities that the backend serves.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn list_municipalities(&self, _: ListMunicipalities) -> Result<Vec<MunicipalityView>, Failure> {
        let answer = wire::send(self.inner.wire.request(Method::GET, &["municipalities"])).await?;
        let list: Vec<Municipality> = wire::read(answer).await?;
        Ok(list.into_iter().map(municipality_view).collect())
    }

    /// Opens the browser and begins to wait for the person.
    ///
    /// # Errors
    /// `Offline` or `ServiceDown` before the browser opens; `NotOpen` while locked.
    pub async fn sign_in(&self, call: SignIn) -> Result<(), Failure> {
        let realm = match call.realm {
            Realm::Resident => protocol::identity::Realm::Resident,
            Realm::Staff => protocol::identity::Realm::Staff,
        };
        Arc::clone(&self.inner).sign_in(&call.municipality, realm, call.provider.as_deref()).await
    }

    /// Hands over a link that the system gave to this app. Anybody can make one: it counts only as the answer to the
    /// login that is under way, and whatever else it is, nothing happens.
    pub fn take_link(&self, link: Url) {
        self.inner.take_link(link);
    }

    /// Stops waiting for the browser.
    ///
    /// # Errors
    /// None so far.
    pub async fn cancel_sign_in(&self, _: CancelSignIn) -> Result<(), Failure> {
        self.inner.cancel_sign_in().await;
        Ok(())
    }

    /// Makes the encrypted store, under a code for this device, or a passphrase where it has no keyring.
    ///
    /// # Errors
    /// `BadCode`, `BadPassphrase`, `NoKeyring` (then it is a passphrase that is to be chosen), or what the disk says.
    pub async fn choose_code(&self, call: ChooseCode) -> Result<(), Failure> {
        self.inner.choose_code(call.code.into()).await
    }

    /// Goes on without keeping anything on this device.
    ///
    /// # Errors
    /// `NotOpen`, or what the disk says.
    pub async fn use_once(&self, _: UseOnce) -> Result<(), Failure> {
        self.inner.use_once().await
    }

    /// Opens the store.
    ///
    /// # Errors
    /// `WrongCode` or `WrongPassphrase` with the tries left, `TooSoon` with the seconds to wait, `TooManyTries`,
    /// `KeyLost`, `NoKeyring`.
    pub async fn unlock(&self, call: Unlock) -> Result<(), Failure> {
        self.inner.unlock(call.code.into()).await
    }

    /// Closes the store and forgets its key.
    ///
    /// # Errors
    /// None so far.
    pub async fn lock(&self, _: Lock) -> Result<(), Failure> {
        self.inner.lock().await;
        Ok(())
    }

    /// Ends the session and erases everything on this device.
    ///
    /// # Errors
    /// When something could not be erased.
    pub async fn sign_out(&self, _: SignOut) -> Result<(), Failure> {
        self.inner.sign_out().await
    }

    /// The open session, for every call that needs one.
    pub(crate) fn open(&self) -> Result<Arc<crate::sync::Open>, Failure> {
        // What is about to be locked answers nobody.
        let is_over = self.inner.idle.is_over(self.inner.setup.clock.now());
        self.inner.opened().filter(|_| !is_over).ok_or_else(|| failure(FailureCode::NotOpen))
    }
}

fn municipality_view(one: Municipality) -> MunicipalityView {
    let provider = |it: ProviderOffer| ProviderView { id: it.id, realm: realm_view(it.realm), names: it.button };
    let providers = one.providers.into_iter().map(provider).collect();
    MunicipalityView { id: one.id.to_string(), name: one.name, phone: one.phone, providers }
}

fn realm_view(realm: protocol::identity::Realm) -> Realm {
    match realm {
        protocol::identity::Realm::Resident => Realm::Resident,
        protocol::identity::Realm::Staff => Realm::Staff,
    }
}

fn me_view(me: &Me) -> MeView {
    MeView {
        person: me.person.to_string(),
        name: me.name.clone(),
        realm: realm_view(me.realm),
        municipality: me.municipality_name.clone(),
        phone: me.municipality_phone.clone(),
        invited: !me.level.is_eid(),
        leads: me.leads,
    }
}
