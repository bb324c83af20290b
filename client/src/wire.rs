//! Requests to the backend, and what their answers mean.
//!
//! One HTTP client for everything: no redirects, no proxies of its own choosing, TLS by rustls. Tokens go
//! only into the Authorization header, beside a proof that they are ours, never into an address or a log.

use crate::store::StoreError;
use protocol::refusal::{Refusal, RefusalCode};
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, Response, StatusCode, header, redirect};
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::Url;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take, from its first byte to its last.
const ANSWER: Duration = Duration::from_secs(20);
/// How long any stream may be silent: a little more than two heartbeats.
const SILENCE: Duration = Duration::from_secs(2 * protocol::sync::HEARTBEAT_SECONDS + 5);

/// The longest that anybody can keep us away.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// Why a request did not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// Nothing answered.
    #[error("the backend cannot be reached")]
    Unreachable,
    /// Something answered that it is in trouble.
    #[error("the backend is in trouble")]
    Down,
    /// It asks to be left alone for so long.
    #[error("the backend is busy")]
    Busy(Duration),
    /// The session has ended; only a new login helps.
    #[error("the session has ended")]
    Ended,
    /// The answer cannot be read.
    #[error("the answer cannot be read")]
    Garbled,
    /// The backend said no.
    #[error("refused: {:?}", .0.code)]
    Refused(Refusal),
    /// The store failed while the answer was kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The way to the backend.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) http: reqwest::Client,
    base: Url,
}

impl Wire {
    /// For the backend at `base`.
    pub(crate) fn new(mut base: Url) -> Result<Self, reqwest::Error> {
        // Somebody else in the process may have chosen a provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .user_agent(concat!("digiteam/", env!("CARGO_PKG_VERSION")))
            .build()?;
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Self { http, base })
    }

    /// The backend's name as an issuer.
    pub(crate) fn issuer(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    /// A request; `path` is put together from fixed words and ids.
    pub(crate) fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        self.http.request(method, url).timeout(ANSWER)
    }

    /// The address at which a backend of that name is asked by a request to us, without query.
    pub(crate) fn public(&self, url: &Url, issuer: &str) -> String {
        let path = url.path();
        format!("{issuer}/{}", path.strip_prefix(self.base.path()).unwrap_or(path))
    }

    /// A request whose answer streams for as long as it lives.
    pub(crate) fn stream(&self, path: &[&str]) -> RequestBuilder {
        self.request(Method::GET, path).timeout(Duration::MAX)
    }
}

/// Sends, and tells an answer from a refusal.
pub(crate) async fn send(request: RequestBuilder) -> Result<Response, WireError> {
    sort(request.send().await.map_err(|error| unreachable(&error))?).await
}

/// Tells an answer from a refusal.
pub(crate) async fn sort(response: Response) -> Result<Response, WireError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let pause = pause(response.status(), response.headers());
    // Only the backend itself refuses; what a proxy or a café's network says between us is no answer.
    Err(match (response.json::<Refusal>().await, pause) {
        (Ok(refusal), _) if refusal.code != RefusalCode::Busy => WireError::Refused(refusal),
        (_, Some(pause)) => WireError::Busy(pause),
        _ => WireError::Down,
    })
}

// How long to stay away, of an answer that asks for it. In seconds, as a date would need a clock that is right;
// RFC 9110, section 10.2.3.
pub(crate) fn pause(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let asks = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&status);
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    asks.then(|| Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// Reads an answer's body.
pub(crate) async fn read<T: DeserializeOwned>(response: Response) -> Result<T, WireError> {
    let body = response.bytes().await.map_err(|error| unreachable(&error))?;
    serde_json::from_slice(&body).map_err(|error| {
        // The position only: the text around it is somebody's.
        tracing::warn!(line = error.line(), column = error.column(), "an answer cannot be read");
        WireError::Garbled
    })
}

pub(crate) fn unreachable(error: &reqwest::Error) -> WireError {
    tracing::debug!(timeout = error.is_timeout(), connect = error.is_connect(), "request failed");
    WireError::Unreachable
}
