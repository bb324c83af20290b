//! What others read of us: the issuer's metadata, its public keys, and our public keys as a client.

use crate::App;
use axum::Json;
use axum::extract::State;
use jsonwebtoken::jwk::JwkSet;
use protocol::invite::GRANT_TYPE;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn configuration(State(app): State<Arc<App>>) -> Json<Value> {
    let issuer = app.config.issuer();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/identity/authorize"),
        "token_endpoint": format!("{issuer}/identity/token"),
        "userinfo_endpoint": format!("{issuer}/identity/userinfo"),
        "revocation_endpoint": format!("{issuer}/identity/revoke"),
        "end_session_endpoint": format!("{issuer}/identity/logout"),
        "jwks_uri": format!("{issuer}/identity/jwks.json"),
        "scopes_supported": ["openid", "offline_access"],
        "claims_supported": ["iss", "aud", "sub", "sid", "iat", "exp", "nonce", "auth_time", "acr", "name"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", GRANT_TYPE],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    }))
}

pub(super) async fn jwks(State(app): State<Arc<App>>) -> Json<JwkSet> {
    Json(app.identity.id_token_keys.jwks(app.db.now()))
}

pub(super) async fn client_jwks(State(app): State<Arc<App>>) -> Json<JwkSet> {
    Json(app.identity.providers.jwks(app.db.now()))
}
