//! How we talk to providers: TLS, or plain http on this machine only; no redirects; bounded in time and size.

use http::{Request, Response};
use openidconnect::AsyncHttpClient;
use std::pin::Pin;
use std::time::Duration;
use url::Url;

const TIMEOUT: Duration = Duration::from_secs(10);
/// No answer of a provider is near as long.
const MAX_BODY: usize = 1024 * 1024;

/// The client.
pub(super) struct Http {
    outward: reqwest::Client,
    here: reqwest::Client,
}

enum Road {
    Outward,
    Here,
}

/// Why there is no answer; says nothing of what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    /// Not reached, not in time, or in trouble itself.
    #[error("the provider does not answer")]
    Unavailable,
    #[error("a provider is asked over https only")]
    Insecure,
    #[error("the answer is too long")]
    TooLong,
}

impl Http {
    /// Opens nothing yet.
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        let builder = || reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(TIMEOUT);
        Ok(Self { outward: builder().https_only(true).build()?, here: builder().no_proxy().build()? })
    }

    /// Asks once.
    pub(super) async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        let client = match road(request.uri().scheme_str().unwrap_or_default(), request.uri().host()) {
            Some(Road::Outward) => &self.outward,
            Some(Road::Here) => &self.here,
            None => return Err(HttpError::Insecure),
        };
        let request = reqwest::Request::try_from(request).map_err(|_| HttpError::Insecure)?;
        let mut answer = client.execute(request).await.map_err(|_| HttpError::Unavailable)?;
        if answer.status().is_server_error() {
            return Err(HttpError::Unavailable);
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| HttpError::Unavailable)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(HttpError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        Ok(response)
    }
}

/// Whether a person, or we, may be sent there.
pub(super) fn is_allowed(address: &Url) -> bool {
    road(address.scheme(), address.host_str()).is_some()
}

fn road(scheme: &str, host: Option<&str>) -> Option<Road> {
    match (scheme, host) {
        ("https", Some(_)) => Some(Road::Outward),
        ("http", Some("127.0.0.1")) => Some(Road::Here),
        _ => None,
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: Request<Vec<u8>>) -> Self::Future {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn plain_http_stays_on_this_machine() {
        let allowed = |address: &str| is_allowed(&address.parse().expect("is a URL"));
        assert!(allowed("https://idp.example.org/token") && allowed("http://127.0.0.1:9000/token"));
        for refused in ["http://idp.example.org/", "http://localhost/", "http://127.0.0.1.example.org/", "file:///etc"]
        {
            assert!(!allowed(refused), "{refused}");
        }
    }
}
