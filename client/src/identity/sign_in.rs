//! One login, from the button to the code for this device.
//!
//! The call returns when the browser was asked to open; a task waits for its answer. Whatever goes wrong
//! then becomes the reason that the session shows. Somebody who logs in again keeps what is stored; anybody else
//! finds it erased first.

use super::callback::{Callback, Expected, Return};
use super::provider::{Asked, Granted, Provider};
use super::session::{Fresh, Session, Stage, blocking};
use crate::failure::{failure, internal};
use crate::store::{Meta, StoreError};
use crate::sync::Open;
use crate::wire::{self, WireError};
use bridge::{Failure, FailureCode};
use protocol::identity::{Me, Realm};
use reqwest::Method;
use std::sync::Arc;
use std::time::Duration;

/// How long a person may take in the browser.
const PATIENCE: Duration = Duration::from_secs(300);

impl Session {
    /// Begins a login.
    pub(super) async fn sign_in(
        self: Arc<Self>,
        municipality: &str,
        realm: Realm,
        chosen: Option<&str>,
    ) -> Result<(), Failure> {
        let _turn = self.turn.lock().await;
        let resume = self.make_way().await?;
        let provider = Provider::discover(&self.wire).await?;
        let callback = match &self.setup.returns {
            Return::Loopback => Callback::listen().await.map_err(|error| internal(&error))?,
            Return::Link(address) => Callback::Link { address: address.clone(), links: self.await_links() },
        };
        let asked = provider.ask(callback.address(), municipality, realm, chosen)?;
        let (opener, url) = (Arc::clone(&self.setup.opener), asked.url.clone());
        blocking(move || opener.open(&url)).await?.map_err(|error| internal(&error))?;
        // Whoever logs in again is there, though not at this window.
        self.touch();
        let attempt = self.next_attempt();
        let this = Arc::clone(&self);
        // It cannot finish before its turn, which is after this stage was entered.
        let task = tokio::spawn(async move {
            let login = this.log_in(callback, provider, asked).await;
            this.finish(attempt, login).await;
        });
        self.enter(Stage::SigningIn { attempt, task: task.abort_handle(), resume });
        Ok(())
    }

    /// Stops waiting, by the person's own wish.
    pub(super) async fn cancel_sign_in(&self) {
        let _turn = self.turn.lock().await;
        if let Stage::SigningIn { task, resume, .. } = self.stage() {
            task.abort();
            self.rest(resume, None);
        }
    }

    /// Ends another login that is under way, and gives what this one goes on with, if anything; otherwise nothing of whoever was here
    /// before is left.
    pub(super) async fn make_way(&self) -> Result<Option<Arc<Open>>, Failure> {
        let resume = match self.stage() {
            Stage::Locked { .. } => return Err(failure(FailureCode::NotOpen)),
            Stage::Open(open) => Some(open),
            Stage::SigningIn { task, resume, .. } => {
                task.abort();
                self.rest(resume.clone(), None);
                resume
            }
            Stage::SignedOut { .. } | Stage::ChooseCode { .. } => None,
        };
        if resume.is_none() {
            self.erase().await?;
        }
        Ok(resume)
    }

    /// Asks whose login it was.
    pub(super) async fn meet(&self, granted: Granted) -> Result<Fresh, WireError> {
        let answer = granted.pass.send(&self.wire, |wire| wire.request(Method::GET, &["me"])).await?;
        let me: Me = wire::read(answer).await?;
        Ok(Fresh { me, granted })
    }

    async fn log_in(&self, callback: Callback, provider: Provider, asked: Asked) -> Result<Fresh, FailureCode> {
        let expected = Expected { state: asked.state.secret(), issuer: &asked.issuer };
        let code = callback.wait(expected, PATIENCE).await?;
        let granted = provider.redeem(asked, code).await?;
        self.meet(granted).await.map_err(|error| Failure::from(error).code)
    }

    async fn finish(&self, attempt: u64, login: Result<Fresh, FailureCode>) {
        let _turn = self.turn.lock().await;
        let Stage::SigningIn { attempt: current, resume, .. } = self.stage() else { return };
        if current != attempt {
            return;
        }
        let finished = match login {
            Err(code) => Err(code),
            Ok(fresh) => self.admit(fresh, resume.clone()).await.map_err(|failure| failure.code),
        };
        if let Err(code) = finished {
            self.rest(resume, Some(code));
        }
    }

    pub(super) async fn admit(&self, fresh: Fresh, resume: Option<Arc<Open>>) -> Result<(), Failure> {
        match resume {
            Some(open) if open.me.person == fresh.me.person && open.me.own_scope == fresh.me.own_scope => {
                let mut tx = open.store.write().await?;
                Meta::Me.keep(&mut tx, &fresh.me).await?;
                tx.commit().await.map_err(StoreError::from)?;
                open.tokens.adopt(&fresh.granted, &open.store).await?;
                self.touch();
                self.enter(Stage::Open(Arc::clone(&open)));
                open.wake_all();
                Ok(())
            }
            other => {
                if let Some(open) = other {
                    self.idle.end();
                    open.stop().await;
                    if let Err(failure) = self.erase().await {
                        // Choosing a code erases too, and does not go on without.
                        tracing::warn!(?failure, "what the last person had is not erased yet");
                    }
                }
                let by = self.secret().await;
                self.enter(Stage::ChooseCode { fresh: Arc::new(fresh), by });
                Ok(())
            }
        }
    }

    pub(super) fn rest(&self, resume: Option<Arc<Open>>, reason: Option<FailureCode>) {
        self.enter(match resume {
            Some(open) => Stage::Open(open),
            None => Stage::SignedOut { reason },
        });
    }
}
