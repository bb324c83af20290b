//! UserInfo: what the access token opens, always as a signed JWT.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::claims;
use crate::provider::Provider;

/// `GET` and `POST /userinfo`
pub(crate) async fn userinfo(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    let now = provider.now();
    let Some(grant) = bearer(&headers).and_then(|token| provider.grants().access(token, now)) else {
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")])
            .into_response();
    };
    let mut info = claims::for_userinfo(&grant.person, &grant.scopes);
    info.extend(grant.asked.for_userinfo(&provider, &grant));
    let frame = json!({
        "iss": provider.issuer,
        "aud": provider.client.id(),
        "sub": provider.derive_sub(&grant.person),
        "iat": now / 1000,
        "exp": now / 1000 + 300,
    });
    if let Value::Object(frame) = frame {
        info.extend(frame);
    }
    ([(header::CONTENT_TYPE, "application/jwt")], provider.signer.sign(&info)).into_response()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}
