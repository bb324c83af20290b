//! The provider's UserInfo, fetched and verified.
//!
//! Where the configuration wants it signed, an unsigned answer is turned down, whatever it says.

use super::jws::{self, Fault};
use super::redeem::Tokens;
use super::verify::Proven;
use super::{RelyingParty, SKEW};
use crate::config::{IdentityFrom, Provider, UserinfoForm};
use http::Request;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use protocol::Millis;
use protocol::login::LoginRefusal;
use serde_json::{Map, Value};

const JWT: &str = "application/jwt";

impl RelyingParty {
    /// The verified claims; `None` where it is not asked.
    pub(super) async fn userinfo(
        &self,
        provider: &Provider,
        tokens: &Tokens,
        proven: &Proven,
        now: Millis,
    ) -> Result<Option<Map<String, Value>>, LoginRefusal> {
        if provider.identity_from == IdentityFrom::IdToken {
            return Ok(None);
        }
        let endpoint = proven.known.metadata.userinfo_endpoint().ok_or(LoginRefusal::UserinfoRefused)?;
        let access = tokens.access.as_deref().ok_or(LoginRefusal::TokenForm)?;
        let bearer = HeaderValue::from_str(&format!("Bearer {access}"));
        let mut bearer = bearer.map_err(|_| LoginRefusal::TokenForm)?;
        bearer.set_sensitive(true);
        let accept = match provider.userinfo {
            UserinfoForm::Signed => JWT,
            UserinfoForm::Any => "application/jwt, application/json",
        };
        let request = Request::get(endpoint.as_str())
            .header(ACCEPT, accept)
            .header(AUTHORIZATION, bearer)
            .body(Vec::new())
            .map_err(|_| LoginRefusal::Metadata)?;
        let answer = self.http.send(request).await?;
        if !answer.status().is_success() {
            return Err(LoginRefusal::UserinfoRefused);
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_signed = kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(JWT);
        let claims = match (is_signed, provider.userinfo) {
            (true, _) => self.open_userinfo(provider, answer.body(), proven, now).await?,
            (false, UserinfoForm::Any) => {
                serde_json::from_slice(answer.body()).map_err(|_| LoginRefusal::UserinfoForm)?
            }
            (false, UserinfoForm::Signed) => return Err(LoginRefusal::UserinfoUnsigned),
        };
        if claims.get("sub").and_then(Value::as_str) != Some(&proven.subject) {
            return Err(LoginRefusal::UserinfoSubject);
        }
        Ok(Some(claims))
    }

    async fn open_userinfo(
        &self,
        provider: &Provider,
        body: &[u8],
        proven: &Proven,
        now: Millis,
    ) -> Result<Map<String, Value>, LoginRefusal> {
        let jwt = std::str::from_utf8(body).map_err(|_| LoginRefusal::UserinfoForm)?.trim();
        let mut opened = jws::open(jws::PLAIN, jwt, &proven.known, &provider.client_id);
        if opened.as_ref().err() == Some(&Fault::Signature)
            && let Some(fresh) = self.known_anew(provider, now).await?
        {
            opened = jws::open(jws::PLAIN, jwt, &fresh, &provider.client_id);
        }
        let claims = opened.map_err(|fault| match fault {
            Fault::Form => LoginRefusal::UserinfoForm,
            Fault::Signature => LoginRefusal::UserinfoSignature,
            Fault::Issuer => LoginRefusal::UserinfoIssuer,
        })?;
        let ran_out = |exp: &Value| exp.as_i64().is_none_or(|exp| exp.saturating_add(SKEW) <= now / 1000);
        if claims.get("exp").is_some_and(ran_out) {
            return Err(LoginRefusal::UserinfoExpired);
        }
        Ok(claims)
    }
}
