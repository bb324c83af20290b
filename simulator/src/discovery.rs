//! What a client reads first: the issuer's metadata and its public keys.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::claims;
use crate::provider::{Provider, Realm};

/// `GET /.well-known/openid-configuration`
pub(crate) async fn configuration(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let issuer = &provider.issuer;
    let mut scopes =
        vec!["openid", claims::SCOPE_INFO, claims::SCOPE_NUMBER, claims::SCOPE_SIGN, claims::SCOPE_APPROVAL];
    let mut released = vec!["sub", "acr", "auth_time", "txn", "given_name", "family_name", "name", "birthdate"];
    released.extend([claims::NUMBER, claims::COORDINATION, claims::COORDINATION_LEVEL, claims::PREVIOUS]);
    released.extend([claims::PROVIDER, claims::EVIDENCE, claims::DEVICE, claims::VALID_FROM, claims::VALID_TO]);
    released.push(claims::SIGNATURE);
    if provider.realm == Realm::Staff {
        scopes.push(claims::SCOPE_ORG);
        released.extend([claims::AFFILIATION, claims::ORGANISATION, claims::UNIT]);
    }
    let methods: &[&str] = match provider.client.has_secret() {
        true => &["client_secret_basic", "client_secret_post"],
        false => &["private_key_jwt"],
    };
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "scopes_supported": scopes,
        "claims_supported": released,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "acr_values_supported": claims::LEVELS,
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "userinfo_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["login", "consent"],
        "ui_locales_supported": ["sv", "en"],
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_object_signing_alg_values_supported": ["ES256"],
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
        "https://id.oidc.se/disco/userMessageSupported": true,
        "https://id.oidc.se/disco/userMessageSupportedMimeTypes": ["text/plain"],
    }))
}

/// `GET /jwks`
pub(crate) async fn jwks(State(provider): State<Arc<Provider>>) -> Json<JwkSet> {
    Json(provider.signer.jwks())
}
