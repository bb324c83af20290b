//! One issuer: its realm, its key, its people, and what is under way.
//!
//! The two realms share the registered client and nothing else, so that a code or a token of one is unknown to the other.
//! Everything lives in memory; a restart forgets all logins, and only `sub` outlives it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use rand::RngCore;
use rand::rngs::OsRng;
use sha2::Sha256;

use crate::client::Client;
use crate::grant::Grants;
use crate::login::Logins;
use crate::people::Person;
use crate::signer::Signer;
use crate::{Clock, Config, Times};

/// Who an issuer speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Realm {
    /// Residents, by personal number.
    Residents,
    /// Staff, by their place in an organisation too.
    Staff,
}

impl Realm {
    /// Path of the issuer below the base address.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Residents => "/residents",
            Self::Staff => "/staff",
        }
    }
}

/// One issuer with all its state.
pub(crate) struct Provider {
    pub(crate) realm: Realm,
    pub(crate) issuer: String,
    pub(crate) signer: Signer,
    /// What signatures of people and evidence are written with; never a token.
    pub(crate) pen: Signer,
    pub(crate) people: Vec<Arc<Person>>,
    pub(crate) client: Arc<Client>,
    pub(crate) times: Times,
    clock: Clock,
    logins: Mutex<Logins>,
    grants: Mutex<Grants>,
}

impl Provider {
    pub(crate) fn new(realm: Realm, config: &Config, client: Arc<Client>) -> Self {
        Self {
            realm,
            issuer: format!("{}{}", config.base, realm.path()),
            signer: Signer::make_new(),
            pen: Signer::make_new(),
            people: match realm {
                Realm::Residents => config.people.residents.clone(),
                Realm::Staff => config.people.staff.clone(),
            },
            client,
            times: config.times,
            clock: config.clock.clone(),
            logins: Mutex::default(),
            grants: Mutex::default(),
        }
    }

    /// Now, in milliseconds.
    pub(crate) fn now(&self) -> u64 {
        (self.clock)()
    }

    /// Logins under way.
    pub(crate) fn logins(&self) -> MutexGuard<'_, Logins> {
        hold(&self.logins)
    }

    /// Codes and access tokens given out.
    pub(crate) fn grants(&self) -> MutexGuard<'_, Grants> {
        hold(&self.grants)
    }

    /// An address below the issuer, as a browser on this origin asks for it.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("{}/{rest}", self.realm.path())
    }

    /// The opaque `sub` of a person towards the client: the same after a restart, different for another client or realm.
    pub(crate) fn derive_sub(&self, person: &Person) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(b"pairwise subject of a test provider").expect("HMAC takes any key");
        for part in [self.client.id(), self.realm.path(), &person.id] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

/// 256 random bits as text.
pub(crate) fn make_token() -> String {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The state behind a lock stays whole between two statements, so a panic elsewhere must not close the provider.
pub(crate) fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
