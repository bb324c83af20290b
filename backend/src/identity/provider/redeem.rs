//! The code becomes tokens, for the client that proves to be us.

use super::metadata::Known;
use super::{Answer, RelyingParty};
use crate::config::{ClientAuth, Provider};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use protocol::Millis;
use protocol::login::LoginRefusal;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

/// Life of a client assertion, in seconds.
const ASSERTION: i64 = 60;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a code is worth.
pub(super) struct Tokens {
    pub(super) access: Option<String>,
    pub(super) id_token: String,
}

#[derive(Deserialize)]
struct Said {
    access_token: Option<String>,
    token_type: Option<String>,
    id_token: Option<String>,
}

impl RelyingParty {
    pub(super) async fn redeem(
        &self,
        provider: &Provider,
        known: &Known,
        answer: &Answer<'_>,
        now: Millis,
    ) -> Result<Tokens, LoginRefusal> {
        let endpoint = known.metadata.token_endpoint().ok_or(LoginRefusal::Metadata)?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", answer.code),
            ("redirect_uri", &self.redirect),
            ("code_verifier", &answer.verifier),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        read(&self.post(provider, known, endpoint.url(), fields, now).await?)
    }

    /// Sends a form as the client that we are there.
    pub(super) async fn post(
        &self,
        provider: &Provider,
        known: &Known,
        endpoint: &Url,
        mut fields: Vec<(String, String)>,
        now: Millis,
    ) -> Result<Response<Vec<u8>>, LoginRefusal> {
        let mut more = |name: &str, value: &str| {
            fields.retain(|(known, _)| known != name);
            fields.push((name.to_owned(), value.to_owned()));
        };
        let mut request = Request::post(endpoint.as_str())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        match &provider.auth {
            ClientAuth::PrivateKeyJwt => {
                more("client_id", &provider.client_id);
                more("client_assertion_type", ASSERTION_TYPE);
                more("client_assertion", &self.assertion(provider, known, now)?);
            }
            ClientAuth::SecretPost(secret) => {
                more("client_id", &provider.client_id);
                more("client_secret", secret.expose());
            }
            ClientAuth::SecretBasic(secret) => {
                let pair = [provider.client_id.as_str(), secret.expose()]
                    .map(|part| byte_serialize(part.as_bytes()).collect::<String>());
                let header = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair.join(":"))));
                let mut header = header.expect("base64 is visible ASCII");
                header.set_sensitive(true);
                request = request.header(AUTHORIZATION, header);
            }
        }
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = request.body(body.into_bytes()).map_err(|_| LoginRefusal::Metadata)?;
        Ok(self.http.send(request).await?)
    }

    fn assertion(&self, provider: &Provider, known: &Known, now: Millis) -> Result<String, LoginRefusal> {
        // The token endpoint's address is understood everywhere, at the endpoint for pushed requests too (RFC 9126).
        let audience = known.metadata.token_endpoint().ok_or(LoginRefusal::Metadata)?;
        let seconds = now / 1000;
        let claims = json!({
            "iss": provider.client_id,
            "sub": provider.client_id,
            "aud": audience.as_str(),
            "jti": uuid::Uuid::new_v4(),
            "iat": seconds,
            "exp": seconds + ASSERTION,
        });
        self.keys.sign(&claims, now).map_err(|_| LoginRefusal::ClientRefused)
    }
}

/// What the token endpoint says.
pub(super) fn read(answer: &Response<Vec<u8>>) -> Result<Tokens, LoginRefusal> {
    if !answer.status().is_success() {
        return Err(match error_word(answer).as_deref() {
            Some("invalid_client" | "unauthorized_client") => LoginRefusal::ClientRefused,
            _ => LoginRefusal::CodeRefused,
        });
    }
    let said: Said = serde_json::from_slice(answer.body()).map_err(|_| LoginRefusal::TokenForm)?;
    if said.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(LoginRefusal::TokenForm);
    }
    let id_token = said.id_token.ok_or(LoginRefusal::IdTokenMissing)?;
    Ok(Tokens { access: said.access_token, id_token })
}

/// The OAuth error of an answer.
pub(super) fn error_word(answer: &Response<Vec<u8>>) -> Option<String> {
    let said: Value = serde_json::from_slice(answer.body()).ok()?;
    said["error"].as_str().map(str::to_owned)
}
