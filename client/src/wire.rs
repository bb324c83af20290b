//! Requests to the backend, and what their answers mean.
//!
//! One HTTP client for everything: no redirects, no proxies of its own choosing, TLS by rustls. Tokens go
//! only into the Authorization header, beside a proof that they are ours, never into an address or a log.

use crate::store::StoreError;
use protocol::refusal::{Refusal, RefusalCode};
use reqwest::header::HeaderMap;
use reqwest::{ClientBuilder, Method, RequestBuilder, Response, StatusCode, header, redirect};
use serde::de::DeserializeOwned;
use std::time::Duration;
use url::{Host, Url};

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
        let http = builder(&base).build()?;
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

fn builder(base: &Url) -> ClientBuilder {
    // Somebody else in the process may have chosen a provider before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .gzip(!is_this_machine(base))
        .user_agent(concat!("digiteam/", env!("CARGO_PKG_VERSION")))
}

// Nothing is asked for compressed there: packing and unpacking take longer than the bytes do on their way.
fn is_this_machine(base: &Url) -> bool {
    match base.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;
    use axum::response::{IntoResponse as _, Response};
    use axum::routing::get;
    use serde_json::{Value, json};
    use tokio::net::TcpListener;

    /// `{"n":1}`, compressed.
    const PACKED: &[u8] =
        &[31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 83, 178, 50, 172, 5, 0, 126, 59, 75, 212, 7, 0, 0, 0];

    /// Compresses for who accepts it, as the backend does.
    async fn serve(headers: HeaderMap) -> Response {
        match headers.get("accept-encoding").and_then(|it| it.to_str().ok()) {
            Some(accepts) if accepts.contains("gzip") => ([("content-encoding", "gzip")], PACKED).into_response(),
            _ => json!({ "n": 0 }).to_string().into_response(),
        }
    }

    async fn read_from(host: &str) -> Value {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, axum::Router::new().route("/sync/pull", get(serve))).await });
        let base = Url::parse(&format!("http://{host}:{}/", address.port())).expect("an address");
        let http = builder(&base).resolve("backend.example", address).build().expect("a client");
        let wire = Wire { http, base };
        let answer = send(wire.request(Method::GET, &["sync", "pull"])).await.expect("it answers");
        read(answer).await.expect("it can be read")
    }

    #[tokio::test]
    async fn answers_come_compressed_from_elsewhere_and_not_from_this_machine() {
        assert_eq!(read_from("backend.example").await, json!({ "n": 1 }));
        for here in ["127.0.0.1", "localhost"] {
            assert_eq!(read_from(here).await, json!({ "n": 0 }), "{here}");
        }
    }
}
