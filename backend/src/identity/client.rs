//! The one client of our issuer, the app: where it may be answered, and how.

use super::wait_page;
use crate::error::Error;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{CACHE_CONTROL, HeaderValue, REFERRER_POLICY};
use protocol::login::LoginRefusal;
use url::Url;

/// An address at which the app listens: a loopback port of its own choice, a link that the installation has registered, or its
/// scheme.
#[derive(Clone)]
pub(super) struct AppRedirect(String);

/// Where an answer goes, with the app's own `state`.
#[derive(Clone)]
pub(super) struct Return {
    pub(super) redirect: AppRedirect,
    pub(super) state: Option<String>,
}

/// Why a login did not succeed.
pub(super) enum LoginError {
    /// The app asked wrongly: an OAuth error code.
    Request(&'static str),
    /// The person changed their mind.
    Cancelled,
    /// The provider's answer is not to be believed, or names nobody whom we know.
    Refused(LoginRefusal),
    /// We did not do ours.
    Failed(Error),
}

impl AppRedirect {
    /// Only what our app can listen at; compared to the letter but for the loopback port.
    pub(super) fn parse(text: &str, links: &[Url]) -> Option<Self> {
        let is_loopback = ["http://127.0.0.1:", "http://[::1]:"].iter().any(|prefix| {
            let port = text.strip_prefix(prefix).and_then(|rest| rest.strip_suffix("/callback"));
            // One form for each port, and none for "any".
            port.is_some_and(|port| port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port))
        });
        let is_link = links.iter().any(|link| link.as_str() == text);
        (is_loopback || is_link || text == "digiteam://callback").then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Return {
    /// Sends the browser back to the app.
    pub(super) fn answer(&self, issuer: &str, fields: &[(&str, &str)]) -> Response {
        let mut address = Url::parse(self.redirect.as_str()).expect("only whole addresses are taken in");
        address.query_pairs_mut().extend_pairs(fields);
        if let Some(state) = &self.state {
            address.query_pairs_mut().append_pair("state", state);
        }
        address.query_pairs_mut().append_pair("iss", issuer);
        redirect(&address)
    }

    /// Tells the app why there is no code. Our own faults are logged, and told by an incident id.
    pub(super) fn refuse(&self, issuer: &str, error: LoginError) -> Response {
        let (code, description) = match error {
            LoginError::Request(code) => (code, None),
            LoginError::Cancelled => ("access_denied", None),
            LoginError::Refused(refusal) => (oauth_error(refusal), Some(refusal.as_str().to_owned())),
            LoginError::Failed(Error::Busy(wait)) => return wait_page(wait),
            LoginError::Failed(error) => {
                let incident = uuid::Uuid::new_v4().to_string();
                tracing::error!(incident, %error, "login failed");
                ("server_error", Some(incident))
            }
        };
        let mut fields = vec![("error", code)];
        fields.extend(description.as_deref().map(|text| ("error_description", text)));
        self.answer(issuer, &fields)
    }
}

/// The standard's word for it; ours says more.
fn oauth_error(refusal: LoginRefusal) -> &'static str {
    match refusal {
        LoginRefusal::NotKnown => "access_denied",
        LoginRefusal::Unavailable => "temporarily_unavailable",
        _ => "server_error",
    }
}

impl From<LoginRefusal> for LoginError {
    fn from(refusal: LoginRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for LoginError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A redirect that leaves no copy behind.
pub(super) fn redirect(address: &Url) -> Response {
    let headers = [
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (headers, Redirect::to(address.as_str())).into_response()
}

#[cfg(test)]
mod tests {
    use super::{AppRedirect, Return};
    use http::header::LOCATION;

    #[test]
    fn only_the_app_is_answered() {
        let links = ["https://app.example/callback".parse().expect("is an address")];
        for good in [
            "http://127.0.0.1:51000/callback",
            "http://[::1]:80/callback",
            "https://app.example/callback",
            "digiteam://callback",
        ] {
            assert!(AppRedirect::parse(good, &links).is_some(), "{good}");
        }
        assert!(AppRedirect::parse("https://app.example/callback", &[]).is_none(), "nobody has registered it");
        for bad in [
            "http://localhost:51000/callback",
            "https://127.0.0.1:51000/callback",
            "http://127.0.0.1/callback",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:+80/callback",
            "http://127.0.0.1:99999/callback",
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:00080/callback",
            "http://127.0.0.1:51000/callback/",
            "http://127.0.0.1:51000/callback?a=b",
            "http://127.0.0.1:51000@evil.example/callback",
            "http://127.0.0.1:5/../callback",
            "digiteam://callback/more",
            "https://example.org/callback",
            "https://app.example/callback/",
            "https://app.example/callback?a=b",
            "https://app.example.evil.example/callback",
            "https://app.example:444/callback",
        ] {
            assert!(AppRedirect::parse(bad, &links).is_none(), "{bad}");
        }
    }

    #[test]
    fn an_answer_reaches_the_apps_own_scheme() {
        let redirect = AppRedirect::parse("digiteam://callback", &[]).expect("is the app's");
        let answer = Return { redirect, state: Some("å&b".into()) }.answer("https://a.example", &[("code", "c")]);
        assert_eq!(
            answer.headers()[LOCATION],
            "digiteam://callback?code=c&state=%C3%A5%26b&iss=https%3A%2F%2Fa.example"
        );
    }
}
