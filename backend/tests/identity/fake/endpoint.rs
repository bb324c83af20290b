//! What the provider answers at each of its addresses.

use super::*;

pub(super) async fn discovery(State(fake): State<Arc<Fake>>) -> Response {
    if fake.inner().fault == Some(Fault::Down) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let issuer = &fake.issuer;
    let mut says = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": true,
        "https://id.oidc.se/disco/userMessageSupported": true,
        "end_session_endpoint": format!("{issuer}/end"),
    });
    if fake.inner().offers_par {
        says["pushed_authorization_request_endpoint"] = format!("{issuer}/par").into();
    }
    Json(says).into_response()
}

pub(super) async fn jwks(State(fake): State<Arc<Fake>>) -> Json<JwkSet> {
    Json(JwkSet { keys: vec![fake.inner().key.public.clone()] })
}

pub(super) async fn push(
    State(fake): State<Arc<Fake>>,
    headers: HeaderMap,
    Form(mut form): Form<HashMap<String, String>>,
) -> Response {
    let mut inner = fake.inner();
    if inner.fault == Some(Fault::Refuses) {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_request"}))).into_response();
    }
    fake.authenticate(&inner, &headers, &form);
    form.retain(|name, _| !["client_assertion", "client_assertion_type", "client_secret"].contains(&name.as_str()));
    inner.n += 1;
    let reference = format!("urn:ietf:params:oauth:request_uri:{}", inner.n);
    inner.pushed.insert(reference.clone(), form);
    (StatusCode::CREATED, Json(json!({"request_uri": reference, "expires_in": 60}))).into_response()
}

pub(super) async fn token(
    State(fake): State<Arc<Fake>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let mut inner = fake.inner();
    match inner.fault {
        Some(Fault::TokenDown) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(Fault::Refuses) => {
            return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
        }
        Some(Fault::RefusesClient) => {
            return (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_client"}))).into_response();
        }
        Some(Fault::BadToken) => return "<html>".into_response(),
        _ => {}
    }
    assert_eq!(form["grant_type"], "authorization_code");
    inner.last.auth = fake.authenticate(&inner, &headers, &form);
    let asked = inner.codes.remove(&form["code"]).expect("a code comes once");
    assert_eq!(form["redirect_uri"], asked.redirect_uri);
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"])), asked.challenge);
    let mut answer = json!({"access_token": "opens-userinfo", "token_type": "Bearer", "expires_in": 60});
    if inner.fault != Some(Fault::NoIdToken) {
        answer["id_token"] = fake.id_token(&inner, &asked).into();
    }
    Json(answer).into_response()
}

pub(super) async fn userinfo(State(fake): State<Arc<Fake>>, headers: HeaderMap) -> Response {
    assert_eq!(headers["authorization"], "Bearer opens-userinfo");
    let inner = fake.inner();
    let mut claims = json!({
        "iss": fake.issuer, "aud": CLIENT, "sub": "pairwise", "exp": fake.now() + 300, "given_name": "Moa",
    });
    let mut kind = "application/jwt";
    match inner.fault {
        Some(Fault::UserinfoSubject) => claims["sub"] = "somebody else".into(),
        Some(Fault::UserinfoIssuer) => claims["iss"] = "http://127.0.0.1:1/other".into(),
        Some(Fault::UserinfoPerson) => claims[fake.claim] = "196012249817".into(),
        Some(Fault::UserinfoExpired) => claims["exp"] = (fake.now() - 60).into(),
        Some(Fault::UserinfoUnsigned) => kind = "application/json",
        _ => {}
    }
    let body = match inner.fault {
        Some(Fault::UserinfoUnsigned) => claims.to_string(),
        Some(Fault::UserinfoForm) => "no.token".into(),
        Some(Fault::UserinfoForeignKey) => Signer::make("first").sign(&claims),
        _ => inner.key.sign(&claims),
    };
    ([("content-type", kind)], body).into_response()
}
