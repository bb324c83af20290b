//! Proof of possession (DPoP, RFC 9449). Every token is bound to a key that never leaves the app, and whoever shows a
//! token proves with each request that they have that key.
//!
//! A proof counts for one method at one address, the public one, with one access token, once, and as long as the
//! nonce in it is fresh. The nonce is ours and alone says when a proof was made: the sender's clock may be wrong. No
//! node remembers nonces: each is made of a slot of time and a key. Which proofs came is remembered for as long as their
//! nonces live, so that none counts twice, at another node or after a restart either: nodes that share a database share
//! the key and what came ([`seen`]); a node that is alone has a key that it makes at each start, and a memory. There is
//! no way past this for a bound token: none is taken as Bearer.

mod nonce;
mod proof;
mod seen;

#[cfg(any(test, feature = "fuzz"))]
pub(super) use proof::fuzz;

use super::secret::{PlainToken, derive_sha256};
use crate::App;
use crate::db::Db;
use crate::error::Error;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use nonce::Nonces;
use proof::Claimed;
use protocol::Millis;
use seen::{Place, Seen};
use std::sync::Arc;

/// The header of a proof.
const PROOF: HeaderName = HeaderName::from_static("dpop");
/// The header of a nonce for the next proof.
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// What checks proofs.
pub(super) struct Dpop {
    nonces: Nonces,
    issuer: String,
    seen: Seen,
}

/// The key that somebody has shown to have.
#[derive(Debug)]
pub(super) struct Shown {
    /// Its thumbprint (RFC 7638).
    pub(super) jkt: String,
    id: u128,
}

/// Why a request proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unproven {
    /// The proof is missing, of bad form, forged, or for something else.
    Proof,
    /// The proof is too old, or was made before its maker knew a nonce.
    Nonce,
}

impl Unproven {
    /// The error code of RFC 9449.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Proof => "invalid_dpop_proof",
            Self::Nonce => "use_dpop_nonce",
        }
    }
}

impl Dpop {
    /// For the issuer of that name.
    pub(super) async fn open(db: &Db, issuer: &str) -> anyhow::Result<Self> {
        let shared = db.shared();
        let nonces = if shared.is_some() { Nonces::open(db).await? } else { Nonces::make_new() };
        Ok(Self { nonces, issuer: issuer.to_owned(), seen: Seen::new(shared) })
    }

    /// Who asks. Whether an access token is theirs, and whether the proof comes for the first time, is not known yet.
    pub(super) fn check(
        &self,
        headers: &HeaderMap,
        method: &Method,
        path: &str,
        access: Option<&PlainToken>,
        now: Millis,
    ) -> Result<Shown, Unproven> {
        let mut proofs = headers.get_all(PROOF).iter();
        let (Some(proof), None) = (proofs.next(), proofs.next()) else { return Err(Unproven::Proof) };
        let claimed = proof.to_str().ok().and_then(Claimed::parse).ok_or(Unproven::Proof)?;
        let ath = access.map(|token| derive_sha256(token.expose()));
        if !claimed.is_for(method.as_str(), &format!("{}{path}", self.issuer), ath.as_deref()) {
            return Err(Unproven::Proof);
        }
        // Before the costly part: whoever has no fresh nonce has to come again anyhow.
        if !claimed.nonce().is_some_and(|nonce| self.nonces.is_fresh(nonce, now)) {
            return Err(Unproven::Nonce);
        }
        claimed.verify().ok_or(Unproven::Proof)
    }

    /// Whether a proof that came with a good token comes for the first time. Asked last, so that strangers leave nothing to
    /// remember.
    pub(super) async fn is_first(&self, shown: &Shown, now: Millis) -> Result<bool, Error> {
        self.seen.is_first(shown.id, Place::Resource, now).await
    }

    /// Whether a proof comes to the token endpoint for the first time.
    pub(super) async fn is_first_at_token(&self, shown: &Shown, now: Millis) -> Result<bool, Error> {
        self.seen.is_first(shown.id, Place::Token, now).await
    }
}

/// Gives a nonce for the next proof with the answer to each one, so that nobody who keeps asking is ever sent back.
pub(crate) async fn give_nonce(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let proves = request.headers().contains_key(PROOF);
    let mut answer = next.run(request).await;
    if proves && let Ok(nonce) = HeaderValue::from_str(&app.identity.dpop.nonces.make(app.db.now())) {
        answer.headers_mut().insert(NONCE, nonce);
    }
    answer
}
