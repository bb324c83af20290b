//! Codes and access tokens: what a finished login gives the client, for a short while.
//!
//! A code works once. If it comes back, the access token it gave is withdrawn, since one of the two callers is a thief.

use std::collections::HashMap;
use std::sync::Arc;

use crate::asked::Asked;
use crate::people::Person;
use crate::provider::make_token;
use crate::sign::SignRequest;

/// A code lives this long, in milliseconds.
const CODE_LIFE: u64 = 60_000;
/// An access token lives this long, in milliseconds.
pub(crate) const ACCESS_LIFE: u64 = 300_000;

/// What a login ended in, bound to the request that began it.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) person: Arc<Person>,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
    pub(crate) nonce: String,
    pub(crate) scopes: Vec<String>,
    /// When the person confirmed, in seconds.
    pub(crate) auth_time: u64,
    pub(crate) txn: String,
    /// What else was asked for by name.
    pub(crate) asked: Asked,
    /// What the person signed.
    pub(crate) sign: Option<SignRequest>,
}

/// Everything given out that may still be used.
#[derive(Default)]
pub(crate) struct Grants {
    codes: HashMap<String, (u64, Code)>,
    access: HashMap<String, (u64, Grant)>,
}

enum Code {
    Fresh(Box<Grant>),
    Used(Option<String>),
}

impl Grants {
    /// A code for a grant.
    pub(crate) fn make_code(&mut self, grant: Grant, now: u64) -> String {
        self.codes.retain(|_, (since, _)| *since + ACCESS_LIFE > now);
        self.access.retain(|_, (since, _)| *since + ACCESS_LIFE > now);
        let code = make_token();
        self.codes.insert(code.clone(), (now, Code::Fresh(Box::new(grant))));
        code
    }

    /// Takes a code out of use and says what it stood for.
    pub(crate) fn redeem(&mut self, code: &str, now: u64) -> Option<Grant> {
        let (since, state) = self.codes.get_mut(code)?;
        match std::mem::replace(state, Code::Used(None)) {
            Code::Fresh(grant) => (*since + CODE_LIFE > now).then_some(*grant),
            Code::Used(token) => {
                if let Some(token) = token {
                    self.access.remove(&token);
                }
                None
            }
        }
    }

    /// An access token for a redeemed code.
    pub(crate) fn make_access(&mut self, code: &str, grant: &Grant, now: u64) -> String {
        let token = make_token();
        self.access.insert(token.clone(), (now, grant.clone()));
        if let Some((_, state)) = self.codes.get_mut(code) {
            *state = Code::Used(Some(token.clone()));
        }
        token
    }

    /// The login that an access token tells of, while it lives.
    pub(crate) fn access(&self, token: &str, now: u64) -> Option<Grant> {
        self.access.get(token).filter(|(since, _)| *since + ACCESS_LIFE > now).map(|(_, grant)| grant.clone())
    }
}
