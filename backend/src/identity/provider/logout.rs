//! What ends: a provider's word that somebody logged out there (OpenID Connect Back-Channel Logout 1.0), and the page
//! where one logs out at the provider.

use super::jws::{self, Fault};
use super::{RelyingParty, SKEW};
use crate::config::Provider;
use protocol::Millis;
use protocol::login::LoginRefusal;
use serde_json::Value;
use url::Url;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
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
        let mut opened = jws::open(token, &known, &provider.client_id);
        if opened.as_ref().err() == Some(&Fault::Signature)
            && let Some(fresh) = self.known_anew(provider, now).await?
        {
            opened = jws::open(token, &fresh, &provider.client_id);
        }
        let Ok(claims) = opened else { return Ok(None) };
        let seconds = now / 1000;
        let time = |name: &str| claims.get(name).and_then(Value::as_i64);
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let is_logout = claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object);
        let is_in_time = time("iat").is_some_and(|at| (seconds - LIFE..=seconds + SKEW).contains(&at))
            && claims.get("exp").is_none_or(|_| time("exp").is_some_and(|exp| exp + SKEW > seconds));
        let (subject, session) = (text("sub"), text("sid"));
        let says_whose = subject.is_some() || session.is_some();
        // An ID token has a nonce and is none, whatever else it holds.
        if !is_logout || !is_in_time || !says_whose || claims.contains_key("nonce") || text("jti").is_none() {
            return Ok(None);
        }
        let at = (time("iat").unwrap_or(seconds) + SKEW).saturating_mul(1000);
        Ok(Some(Ended { subject, session, at }))
    }

    /// Where one logs out at the provider, if it has such a page and says so now.
    pub(in crate::identity) async fn end_session(&self, provider: &Provider, now: Millis) -> Option<Url> {
        let known = self.known(provider, now).await.ok()?;
        let mut page = known.extra().end_session_endpoint.clone()?;
        page.query_pairs_mut().append_pair("client_id", &provider.client_id);
        crate::identity::http::is_allowed(&page).then_some(page)
    }
}
