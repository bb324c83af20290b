//! The token endpoint: a code and the client's proof become an ID token and an access token for UserInfo.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::claims;
use crate::grant::{ACCESS_LIFE, Grant};
use crate::provider::Provider;
use crate::signer::derive_challenge;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// An ID token lives this long, in seconds.
const ID_TOKEN_LIFE: u64 = 300;

/// The form a client sends.
#[derive(Deserialize)]
pub(crate) struct TokenForm {
    grant_type: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    client_assertion_type: Option<String>,
    client_assertion: Option<String>,
}

/// Why no token was given, as OAuth names it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("{0}")]
    Client(String),
    #[error("{0}")]
    Grant(&'static str),
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("only authorization_code is supported")]
    GrantType,
}

/// `POST /token`
pub(crate) async fn token(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Json<Value>, TokenError> {
    let now = provider.now();
    authenticate(&provider, &headers, &form, now / 1000).await?;
    if form.grant_type.as_deref() != Some("authorization_code") {
        return Err(TokenError::GrantType);
    }
    let code = form.code.ok_or(TokenError::Missing("code"))?;
    let redirect_uri = form.redirect_uri.ok_or(TokenError::Missing("redirect_uri"))?;
    let verifier = form.code_verifier.ok_or(TokenError::Missing("code_verifier"))?;
    let mut grants = provider.grants();
    let grant = grants.redeem(&code, now).ok_or(TokenError::Grant("the code is unknown, used or too old"))?;
    if grant.redirect_uri != redirect_uri {
        return Err(TokenError::Grant("redirect_uri is not the one of the request"));
    }
    if grant.challenge != derive_challenge(&verifier) {
        return Err(TokenError::Grant("code_verifier does not fit the challenge"));
    }
    let access_token = grants.make_access(&code, &grant, now);
    Ok(Json(json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_LIFE / 1000,
        "scope": grant.scopes.join(" "),
        "id_token": id_token(&provider, &grant, now / 1000),
    })))
}

async fn authenticate(provider: &Provider, headers: &HeaderMap, form: &TokenForm, now: u64) -> Result<(), TokenError> {
    let refuse = |why: &str| TokenError::Client(why.to_owned());
    if provider.client.has_secret() {
        let told = match (basic(headers), &form.client_id, &form.client_secret) {
            (Some(pair), None, None) => Some(pair),
            (None, Some(id), Some(secret)) => Some((id.clone(), secret.clone())),
            _ => None,
        };
        return match told {
            Some((id, secret)) if id == provider.client.id() && provider.client.is_secret(&secret) => Ok(()),
            Some(_) => Err(refuse("id and secret do not fit")),
            None => Err(refuse("this client proves itself by its secret, in the header or in the form")),
        };
    }
    if form.client_id.as_deref().is_some_and(|id| id != provider.client.id()) {
        return Err(refuse("client_id is unknown"));
    }
    let assertion = match (form.client_assertion_type.as_deref(), &form.client_assertion) {
        (Some(ASSERTION_TYPE), Some(assertion)) => assertion,
        _ => return Err(refuse("this client proves itself by private_key_jwt")),
    };
    let endpoint = format!("{}/token", provider.issuer);
    let audiences = [endpoint.as_str(), provider.issuer.as_str()];
    provider.client.verify(assertion, &audiences, now).await.map_err(|error| {
        tracing::warn!(%error, "client assertion refused");
        TokenError::Client(error.to_string())
    })
}

/// Id and secret of an `Authorization: Basic` header, each encoded as in a form (RFC 6749, 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, pair) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let pair = String::from_utf8(STANDARD.decode(pair.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let decode = |text: &str| {
        let mut fields = form_urlencoded::parse(text.as_bytes());
        fields.next().map(|(text, _)| text.into_owned())
    };
    Some((decode(id)?, decode(secret)?))
}

fn id_token(provider: &Provider, grant: &Grant, now: u64) -> String {
    let mut token = claims::for_id_token(&grant.person, &grant.scopes);
    token.extend(grant.asked.for_id_token(provider, grant));
    if let Some(signed) = grant.sign.as_ref().filter(|_| claims::has(&grant.scopes, claims::SCOPE_SIGN)) {
        token.insert(claims::SIGNATURE.into(), signed.sign(provider, &grant.person, grant.auth_time).into());
    }
    let login = json!({
        "iss": provider.issuer,
        "aud": provider.client.id(),
        "sub": provider.derive_sub(&grant.person),
        "iat": now,
        "exp": now + ID_TOKEN_LIFE,
        "auth_time": grant.auth_time,
        "nonce": grant.nonce,
        "acr": claims::LEVEL,
        "txn": grant.txn,
        claims::PROVIDER: provider.issuer,
    });
    if let Value::Object(login) = login {
        token.extend(login);
    }
    provider.signer.sign(&token)
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, code) = match &self {
            Self::Client(_) => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::Grant(_) => (StatusCode::BAD_REQUEST, "invalid_grant"),
            Self::Missing(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::GrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
        };
        (status, Json(json!({ "error": code, "error_description": self.to_string() }))).into_response()
    }
}
