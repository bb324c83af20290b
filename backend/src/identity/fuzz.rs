//! What the parsers of logging in must hold for any input; see [`crate::fuzz`].

pub use super::provider::fuzz::{metadata, signed, tokens, unsigned};

use super::callback::{browser, code_of};
use super::client::{AppRedirect, LoginError, Return};
use super::fields::Fields;
use super::secret::PlainToken;
use ::http::header::{COOKIE, LOCATION};
use ::http::{HeaderMap, HeaderValue};
use protocol::login::LoginRefusal;
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

/// What a provider sends the browser back with is a code, or one of the words for what it is not; an error is never a code.
pub fn provider_answer(query: &[u8]) {
    let fields = Fields::parse(query);
    let (error, code) = (fields.get("error"), fields.get("code"));
    match code_of(&fields) {
        Ok(found) => assert_eq!((error, code), (None, Some(found))),
        Err(LoginError::Cancelled) => assert_eq!(error, Some("access_denied")),
        Err(LoginError::Refused(LoginRefusal::CodeMissing)) => assert_eq!((error, code), (None, None)),
        Err(LoginError::Refused(refusal)) => assert_eq!(
            refusal,
            match error.expect("why else") {
                "temporarily_unavailable" => LoginRefusal::Unavailable,
                "unmet_authentication_requirements" => LoginRefusal::Level,
                _ => LoginRefusal::ProviderError,
            }
        ),
        Err(LoginError::Request(_) | LoginError::Failed(_)) => panic!("nobody asked for this"),
    }
}

/// Whatever the app's state is, it comes back as it was, to the app and nobody else.
pub fn back(state: &str) {
    for redirect in ["http://127.0.0.1:51000/callback", "digiteam://callback"] {
        let back = Return {
            redirect: AppRedirect::parse(redirect, &[]).expect("is the app's"),
            state: Some(state.to_owned()),
        };
        let answer = back.answer("https://a.example", &[("code", "c")]);
        let address = answer.headers()[LOCATION].to_str().expect("is text").to_owned();
        let address = Url::parse(&address).expect("is an address");
        let told: Vec<(String, String)> = address.query_pairs().into_owned().collect();
        let expected = [("code", "c"), ("state", state), ("iss", "https://a.example")];
        assert_eq!(told, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mut bare = address;
        bare.set_query(None);
        assert_eq!(bare.as_str(), redirect);
    }
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
