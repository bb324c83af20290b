//! The question: where the browser is sent, and what goes along.
//!
//! All of it may travel as plain parameters, inside a Request Object that our key signs, or pushed to the provider ahead of
//! the browser, which then carries a reference only.

use super::metadata::Known;
use super::redeem::error_word;
use super::{RelyingParty, Secrets};
use crate::config::{AcrRequest, Par, Provider, RequestForm};
use crate::identity::secret::derive_sha256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::Millis;
use protocol::login::LoginRefusal;
use serde_json::{Map, Value, json};
use url::Url;

/// Life of a Request Object, in seconds.
const LIFE: i64 = 300;
const MESSAGE: &str = "https://id.oidc.se/param/userMessage";

/// A field of the request. What is JSON stays so inside a Request Object.
type Field = (String, Value);

impl RelyingParty {
    /// Where to send the browser.
    pub(in crate::identity) async fn begin(
        &self,
        provider: &Provider,
        secrets: Secrets,
        locales: &str,
        now: Millis,
    ) -> Result<Url, LoginRefusal> {
        let known = self.known(provider, now).await?;
        let fields = self.fields(provider, &known, secrets, locales);
        let mut front: Vec<(String, String)> = match provider.request {
            RequestForm::Plain => fields.into_iter().map(|(name, value)| (name, text(value))).collect(),
            RequestForm::Signed => self.request_object(provider, &known, fields, now)?,
        };
        if let (Par::Auto, Some(endpoint)) = (provider.par, &known.extra().pushed_authorization_request_endpoint) {
            front = self.push(provider, &known, endpoint, front, now).await?;
        }
        let mut address = known.metadata.authorization_endpoint().url().clone();
        address.query_pairs_mut().extend_pairs(front);
        Ok(address)
    }

    fn fields(&self, provider: &Provider, known: &Known, secrets: Secrets, locales: &str) -> Vec<Field> {
        let mut scopes = vec!["openid"];
        scopes.extend(provider.scopes.iter().map(String::as_str).filter(|scope| *scope != "openid"));
        let mut fields = vec![
            ("response_type", "code".to_owned()),
            ("client_id", provider.client_id.clone()),
            ("redirect_uri", self.redirect.clone()),
            ("scope", scopes.join(" ")),
            ("state", secrets.state),
            ("nonce", secrets.nonce),
            ("code_challenge", derive_sha256(&secrets.verifier)),
            ("code_challenge_method", "S256".to_owned()),
        ];
        if !provider.parameters.contains_key("prompt") {
            fields.push(("prompt", "login".to_owned()));
        }
        if !locales.is_empty() {
            fields.push(("ui_locales", locales.to_owned()));
        }
        let mut fields: Vec<Field> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
        let values = &provider.acr.values;
        match provider.acr.ask {
            AcrRequest::Claims => {
                let claims = json!({"id_token": {"acr": {"essential": true, "values": values}}});
                fields.push(("claims".to_owned(), claims));
            }
            AcrRequest::AcrValues => fields.push(("acr_values".to_owned(), values.join(" ").into())),
            AcrRequest::None => {}
        }
        if known.extra().user_message_supported && !provider.message.is_empty() {
            fields.push((MESSAGE.to_owned(), message(provider)));
        }
        fields.extend(provider.parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
        fields
    }

    /// OpenID Connect wants some of the fields beside the Request Object too.
    fn request_object(
        &self,
        provider: &Provider,
        known: &Known,
        fields: Vec<Field>,
        now: Millis,
    ) -> Result<Vec<(String, String)>, LoginRefusal> {
        let beside = ["response_type", "client_id", "scope"];
        let mut front: Vec<(String, String)> = fields
            .iter()
            .filter(|(name, _)| beside.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), text(value.clone())))
            .collect();
        let seconds = now / 1000;
        let mut claims: Map<String, Value> = fields.into_iter().collect();
        claims.extend([
            ("iss".to_owned(), provider.client_id.as_str().into()),
            ("aud".to_owned(), known.issuer().into()),
            ("iat".to_owned(), seconds.into()),
            ("nbf".to_owned(), seconds.into()),
            ("exp".to_owned(), (seconds + LIFE).into()),
            ("jti".to_owned(), uuid::Uuid::new_v4().to_string().into()),
        ]);
        let request = self.keys.sign(&claims, now).map_err(|_| LoginRefusal::RequestRefused)?;
        front.push(("request".to_owned(), request));
        Ok(front)
    }

    async fn push(
        &self,
        provider: &Provider,
        known: &Known,
        endpoint: &Url,
        fields: Vec<(String, String)>,
        now: Millis,
    ) -> Result<Vec<(String, String)>, LoginRefusal> {
        let answer = self.post(provider, known, endpoint, fields, now).await?;
        if !answer.status().is_success() {
            return Err(match error_word(&answer).as_deref() {
                Some("invalid_client") => LoginRefusal::ClientRefused,
                _ => LoginRefusal::RequestRefused,
            });
        }
        let said: Value = serde_json::from_slice(answer.body()).map_err(|_| LoginRefusal::RequestRefused)?;
        let reference = said["request_uri"].as_str().ok_or(LoginRefusal::RequestRefused)?;
        Ok([("client_id", provider.client_id.as_str()), ("request_uri", reference)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into())
    }
}

fn message(provider: &Provider) -> Value {
    let texts = provider.message.iter().map(|(tag, text)| (format!("message#{tag}"), STANDARD.encode(text).into()));
    let mut message: Map<String, Value> = texts.collect();
    message.insert("mime_type".to_owned(), "text/plain".into());
    message.into()
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
