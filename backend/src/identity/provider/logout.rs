//! What ends: a provider's word that somebody logged out there (OpenID Connect Back-Channel Logout 1.0), and the page
//! where one logs out at the provider.

use super::jws::{self, Fault};
use super::{RelyingParty, SKEW};
use crate::config::Provider;
use protocol::Millis;
use protocol::login::LoginRefusal;
use serde_json::{Map, Value};
use url::Url;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// `typ` of a logout token that says what it is.
const KIND: &str = "logout+jwt";
/// How old a logout token may be, in seconds.
const LIFE: i64 = 300;

/// Whose sessions end: those of a session of the provider's, or all of a person's.
pub(in crate::identity) struct Ended {
    pub(in crate::identity) subject: Option<String>,
    pub(in crate::identity) session: Option<String>,
    /// When the provider said so; what began later stands.
    pub(in crate::identity) at: Millis,
}

impl RelyingParty {
    /// Reads a logout token; `None` for one that is not to be believed.
    pub(in crate::identity) async fn read_logout(
        &self,
        provider: &Provider,
        token: &str,
        now: Millis,
    ) -> Result<Option<Ended>, LoginRefusal> {
        let known = self.known(provider, now).await?;
        let mut opened = jws::open(KIND, token, &known, &provider.client_id);
        if opened.as_ref().err() == Some(&Fault::Signature)
            && let Some(fresh) = self.known_anew(provider, now).await?
        {
            opened = jws::open(KIND, token, &fresh, &provider.client_id);
        }
        Ok(opened.ok().and_then(|claims| read(&claims, now)))
    }

    /// Where one logs out at the provider, if it has such a page and says so now.
    pub(in crate::identity) async fn end_session(&self, provider: &Provider, now: Millis) -> Option<Url> {
        let known = self.known(provider, now).await.ok()?;
        let mut page = known.extra().end_session_endpoint.clone()?;
        page.query_pairs_mut().append_pair("client_id", &provider.client_id);
        crate::identity::http::is_allowed(&page).then_some(page)
    }
}

/// What the claims of a logout token end, if they are those of one.
pub(super) fn read(claims: &Map<String, Value>, now: Millis) -> Option<Ended> {
    let seconds = now / 1000;
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let is_logout = claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object);
    let made_at = time("iat").filter(|at| (seconds - LIFE..=seconds + SKEW).contains(at))?;
    let is_over = claims.contains_key("exp") && time("exp").is_none_or(|exp| exp.saturating_add(SKEW) <= seconds);
    let (subject, session) = (text("sub"), text("sid"));
    let says_whose = subject.is_some() || session.is_some();
    // An ID token has a nonce and is none, whatever else it holds.
    let is_other = claims.contains_key("nonce") || text("jti").is_none();
    let ended = Ended { subject, session, at: (made_at + SKEW).saturating_mul(1000) };
    (is_logout && !is_over && says_whose && !is_other).then_some(ended)
}
