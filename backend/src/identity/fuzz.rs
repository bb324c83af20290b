//! What the parsers of logging in must hold for any input; see [`crate::fuzz`].

use super::callback::browser;
use super::client::AppRedirect;
use super::fields::Fields;
use super::secret::PlainToken;
use ::http::header::COOKIE;
use ::http::{HeaderMap, HeaderValue};
use std::collections::HashMap;
use url::{Url, form_urlencoded};

/// Only an address that the app can listen at is taken, in the one form that it has.
pub fn redirect(text: &str) {
    let Some(taken) = AppRedirect::parse(text, &[]) else { return };
    assert_eq!(taken.as_str(), text);
    let url = Url::parse(text).expect("what is taken is an address");
    assert!(url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none());
    if text != "digiteam://callback" {
        let host = url.host_str().expect("has a host");
        let port = url.port_or_known_default().expect("has a port");
        assert!(["127.0.0.1", "[::1]"].contains(&host), "{text}");
        assert_eq!(text, format!("http://{host}:{port}/callback"), "there are two forms of one address");
    }
}

/// A token has one form, and nothing is lost on its way through.
pub fn token(text: &str) {
    if let Some(token) = PlainToken::read(text) {
        assert_eq!(token.expose(), text);
        assert_eq!((text.len(), token.hash().as_str().len()), (43, 43));
    }
}

/// A field counts when it stands there once and is not empty.
pub fn fields(text: &[u8]) {
    let fields = Fields::parse(text);
    let mut values: HashMap<String, Vec<String>> = HashMap::new();
    for (name, value) in form_urlencoded::parse(text) {
        values.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    for (name, values) in &values {
        let expected = match values.as_slice() {
            [value] if !value.is_empty() => Some(value.as_str()),
            _ => None,
        };
        assert_eq!(fields.get(name), expected);
    }
}

/// A proof of a key is read strictly, and what is not signed proves nothing.
pub fn proof(jwt: &str) {
    super::dpop::fuzz(jwt);
}

/// A cookie is found only under its own name.
pub fn cookie(line: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(line) else { return };
    let headers = HeaderMap::from_iter([(COOKIE, value)]);
    if let Some(token) = browser(&headers, "__Host-login") {
        let pair = format!("__Host-login={}", token.expose());
        assert!(String::from_utf8_lossy(line).contains(&pair));
    }
}
