//! What opens the backend: an access token, and the proof that it is ours.

use super::prover::{PROOF, Prover, STALE};
use crate::wire::{self, Wire, WireError};
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{RequestBuilder, Response, StatusCode};
use std::sync::Arc;
use zeroize::Zeroizing;

/// An access token with its key.
#[derive(Clone)]
pub(crate) struct Pass {
    token: Zeroizing<String>,
    prover: Arc<Prover>,
}

impl Pass {
    pub(super) fn new(token: Zeroizing<String>, prover: Arc<Prover>) -> Self {
        Self { token, prover }
    }

    pub(super) fn prover(&self) -> &Arc<Prover> {
        &self.prover
    }

    /// Whether it is the same token.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.token == other.token
    }

    /// Sends a request in the person's name, and once more when the backend wants a newer nonce in the proof: nobody has to know of that.
    pub(crate) async fn send(
        &self,
        wire: &Wire,
        request: impl Fn(&Wire) -> RequestBuilder,
    ) -> Result<Response, WireError> {
        let answer = self.send_once(wire, request(wire)).await?;
        if !wants_nonce(&answer) {
            return wire::sort(answer).await;
        }
        wire::sort(self.send_once(wire, request(wire)).await?).await
    }

    async fn send_once(&self, wire: &Wire, request: RequestBuilder) -> Result<Response, WireError> {
        let (http, request) = request.build_split();
        let mut request = request.map_err(|_| WireError::Garbled)?;
        let address = wire.public(request.url(), self.prover.issuer());
        let proof = self.prover.prove(request.method().as_str(), &address, Some(&self.token));
        let access = Zeroizing::new(format!("DPoP {}", &*self.token));
        for (name, value) in [(AUTHORIZATION, access.as_str()), (HeaderName::from_static(PROOF), &proof)] {
            let mut value = HeaderValue::from_str(value).map_err(|_| WireError::Garbled)?;
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        let answer = http.execute(request).await.map_err(|error| wire::unreachable(&error))?;
        self.prover.learn(answer.headers());
        Ok(answer)
    }
}

fn wants_nonce(answer: &Response) -> bool {
    let challenges = answer.headers().get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    answer.status() == StatusCode::UNAUTHORIZED && challenges.into_iter().any(|challenge| challenge.contains(STALE))
}
