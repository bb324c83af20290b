//! The fake backend as an issuer: everybody who comes is logged in at once, unless told to cheat.

use crate::backend::{Backend, Shared, refuse};
use crate::proof;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use protocol::id::MunicipalityId;
use protocol::identity::{Device, Me, Municipality};
use protocol::invite::{GRANT_TYPE, InviteCode};
use protocol::refusal::RefusalCode;
use rand::rngs::OsRng;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// How an answer is falsified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cheat {
    State,
    Issuer,
    Nonce,
    Audience,
    TokenIssuer,
    Expiry,
    Signature,
    Verifier,
    /// Tokens for anybody.
    Unbound,
    Cancel,
    NotKnown,
    Trouble,
}

/// The issuer's side of one login, and of the sessions that came from it.
pub(crate) struct Issuer {
    pub(crate) cheat: Option<Cheat>,
    pub(crate) asked: Option<HashMap<String, String>>,
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) revoked: Vec<String>,
    /// Whoever renews is told that their device was signed out.
    pub(crate) signed_out_elsewhere: bool,
    /// What proofs have to hold.
    pub(crate) nonce: String,
    /// The code that staff gave, until it is used.
    pub(crate) invite: Option<InviteCode>,
    /// How many proofs were sent back for a newer nonce.
    pub(crate) sent_back: usize,
    /// The key that the session is bound to.
    bound_to: String,
    seen: HashSet<String>,
    serial: u32,
    key: SigningKey,
}

impl Issuer {
    pub(crate) fn new() -> Self {
        Self {
            cheat: None,
            asked: None,
            access: String::new(),
            refresh: String::new(),
            revoked: Vec::new(),
            signed_out_elsewhere: false,
            nonce: "nonce-1".to_owned(),
            invite: None,
            sent_back: 0,
            bound_to: String::new(),
            seen: HashSet::new(),
            serial: 0,
            key: SigningKey::random(&mut OsRng),
        }
    }

    /// Whether a request shows the access token and proves to have its key; what is wrong otherwise.
    pub(crate) fn knows(&mut self, headers: &HeaderMap, method: &str, address: &str) -> Result<(), &'static str> {
        let given = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let given = given.strip_prefix("DPoP ").ok_or("invalid_token")?;
        let shown = self.check(headers, method, address, Some(given))?;
        if given == self.access && shown == self.bound_to { Ok(()) } else { Err("invalid_token") }
    }

    /// The key that a request proves to have.
    fn check(
        &mut self,
        headers: &HeaderMap,
        method: &str,
        address: &str,
        access: Option<&str>,
    ) -> Result<String, &'static str> {
        let shown = proof::read(headers, method, address, access).ok_or("invalid_dpop_proof")?;
        assert!(self.seen.insert(shown.jti), "a proof came twice");
        if shown.nonce.as_ref() != Some(&self.nonce) {
            self.sent_back += 1;
            return Err("use_dpop_nonce");
        }
        Ok(shown.key)
    }

    fn rotate(&mut self) -> Value {
        self.serial += 1;
        self.access = format!("access-{}", self.serial);
        self.refresh = format!("refresh-{}", self.serial);
        let kind = if self.cheat == Some(Cheat::Unbound) { "Bearer" } else { "DPoP" };
        json!({ "access_token": self.access, "token_type": kind, "expires_in": 600, "refresh_token": self.refresh })
    }

    fn id_token(&self, issuer: &str, nonce: &str) -> String {
        let now = jiff::Timestamp::now().as_second();
        let cheat = self.cheat;
        let or = |wanted, false_one: &str, right: &str| {
            if cheat == Some(wanted) { false_one.to_owned() } else { right.to_owned() }
        };
        let claims = json!({
            "iss": or(Cheat::TokenIssuer, "https://evil.example", issuer),
            "aud": or(Cheat::Audience, "somebody-else", "digiteam-app"),
            "nonce": or(Cheat::Nonce, "another", nonce),
            "sub": "s",
            "iat": now - 600,
            "exp": if cheat == Some(Cheat::Expiry) { now - 300 } else { now + 300 },
        });
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({ "alg": "ES256", "typ": "JWT", "kid": "k" })), part(&claims));
        let stranger = SigningKey::random(&mut OsRng);
        let key = if cheat == Some(Cheat::Signature) { &stranger } else { &self.key };
        let signature: Signature = key.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/jwks", get(jwks))
        .route("/authorize", get(authorize))
        .route("/token", post(token))
        .route("/revoke", post(revoke))
}

/// What the person behind the access token asks about themselves.
pub(crate) fn own_routes() -> Router<Shared> {
    Router::new()
        .route("/me", get(me))
        .route("/identity/devices", get(devices))
        .route("/identity/devices/{session}/sign-out", post(sign_out_device))
        .route("/party/look-up", post(crate::party::look_up))
}

async fn configuration(State(backend): State<Shared>) -> Json<Value> {
    let issuer = &backend.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }))
}

async fn jwks(State(backend): State<Shared>) -> Json<Value> {
    let world = backend.world();
    let point = world.oidc.key.verifying_key().to_encoded_point(false);
    let part = |bytes: Option<&p256::FieldBytes>| BASE64_URL_SAFE_NO_PAD.encode(bytes.expect("an affine point"));
    Json(json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "k", "x": part(point.x()), "y": part(point.y()),
    }] }))
}

async fn authorize(State(backend): State<Shared>, Query(asked): Query<HashMap<String, String>>) -> Redirect {
    let mut world = backend.world();
    let cheat = world.oidc.cheat;
    let state = if cheat == Some(Cheat::State) { "another" } else { &asked["state"] };
    let issuer = if cheat == Some(Cheat::Issuer) { "https://evil.example" } else { &backend.issuer };
    let answer = match cheat {
        Some(Cheat::Cancel) => "error=access_denied",
        Some(Cheat::NotKnown) => "error=access_denied&error_description=not_known",
        Some(Cheat::Trouble) => "error=temporarily_unavailable",
        _ => "code=the-code",
    };
    let back = format!("{}?{answer}&state={state}&iss={issuer}", asked["redirect_uri"]);
    world.oidc.asked = Some(asked);
    Redirect::to(&back)
}

async fn token(
    State(backend): State<Shared>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let mut world = backend.world();
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let key = match world.oidc.check(&headers, "POST", &format!("{}/token", backend.issuer), None) {
        Ok(key) => key,
        Err(error) => return refused(error),
    };
    match form["grant_type"].as_str() {
        "authorization_code" => {
            let asked = world.oidc.asked.clone().expect("asked before");
            if world.oidc.cheat == Some(Cheat::Verifier) || challenge(&form["code_verifier"]) != asked["code_challenge"]
            {
                return refused("invalid_grant");
            }
            assert_eq!(asked["dpop_jkt"], key, "the code was asked for with another key");
            world.oidc.bound_to = key;
            let mut answer = world.oidc.rotate();
            answer["id_token"] = world.oidc.id_token(&backend.issuer, &asked["nonce"]).into();
            Json(answer).into_response()
        }
        GRANT_TYPE => {
            let given = InviteCode::parse(&form["code"]);
            if given.is_none() || given != world.oidc.invite.take() {
                return refused("invalid_grant");
            }
            world.oidc.bound_to = key;
            Json(world.oidc.rotate()).into_response()
        }
        _ if form["refresh_token"] == world.oidc.refresh && key == world.oidc.bound_to => {
            Json(world.oidc.rotate()).into_response()
        }
        _ if world.oidc.signed_out_elsewhere => refused(protocol::identity::DEVICE_REVOKED),
        _ => refused("invalid_grant"),
    }
}

async fn revoke(State(backend): State<Shared>, Form(form): Form<HashMap<String, String>>) {
    backend.world().oidc.revoked.push(form["token"].clone());
}

pub(crate) async fn municipalities() -> Json<Vec<Municipality>> {
    let (id, name) = (MunicipalityId::new("landskrona"), "Landskrona".to_owned());
    Json(vec![Municipality { id, name, phone: "0418-000000".to_owned(), providers: Vec::new() }])
}

async fn me(State(backend): State<Shared>) -> Json<Me> {
    Json(backend.world().me.clone())
}

async fn devices(State(backend): State<Shared>) -> Json<Vec<Device>> {
    Json(backend.world().devices.clone())
}

async fn sign_out_device(State(backend): State<Shared>, Path(session): Path<String>) -> Response {
    let mut world = backend.world();
    let before = world.devices.len();
    world.devices.retain(|device| device.session.as_str() != session);
    let found = world.devices.len() < before;
    if found { StatusCode::NO_CONTENT.into_response() } else { refuse(StatusCode::NOT_FOUND, RefusalCode::Access) }
}

fn challenge(verifier: &str) -> String {
    use sha2::Digest as _;
    BASE64_URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier))
}

impl Backend {
    /// Every session ends; only a new login helps.
    pub(crate) fn end_sessions(&self) {
        let mut world = self.shared.world();
        world.oidc.access = "nobody-has-this".to_owned();
        world.oidc.refresh = "nor-this".to_owned();
    }

    /// The access token in use is not good any more; the refresh token is.
    pub(crate) fn expire_access(&self) {
        self.shared.world().oidc.access = "nobody-has-this".to_owned();
    }
}
