//! What the issuer tells everybody.

use crate::stage::{ISSUER, stages};
use axum::http::StatusCode;
use protocol::identity::{Municipality, Realm};

#[tokio::test]
async fn the_metadata_names_what_is_there() {
    for stage in stages().await {
        let metadata = stage.get("/.well-known/openid-configuration", None).await.json();
        assert_eq!(metadata["issuer"], ISSUER);
        assert_eq!(metadata["dpop_signing_alg_values_supported"], serde_json::json!(["ES256"]));
        for endpoint in [
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "revocation_endpoint",
            "end_session_endpoint",
            "jwks_uri",
        ] {
            let address = metadata[endpoint].as_str().expect("is there");
            let path = address.strip_prefix(ISSUER).expect("is ours");
            assert_ne!(stage.get(path, None).await.status, StatusCode::NOT_FOUND, "{endpoint}");
        }
        for path in ["/identity/jwks.json", "/identity/client-jwks.json"] {
            let keys = stage.get(path, None).await.json();
            assert_eq!(keys["keys"][0]["alg"], "ES256");
            assert!(keys["keys"][0].get("d").is_none(), "a private key is told");
        }
    }
}

#[tokio::test]
async fn only_municipalities_with_a_provider_are_listed() {
    for stage in stages().await {
        let listed: Vec<Municipality> =
            serde_json::from_value(stage.get("/municipalities", None).await.json()).expect("is a list");
        let names: Vec<&str> = listed.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["Helsingborg"]);
        assert_eq!(listed[0].phone, "040-628 04 00");
    }
}

#[tokio::test]
async fn userinfo_says_what_the_id_token_is_about() {
    for stage in stages().await {
        assert_eq!(stage.get("/identity/userinfo", None).await.status, StatusCode::UNAUTHORIZED);
        let tokens = stage.login(Realm::Resident).await;
        let subject = crate::fake::claims(tokens["id_token"].as_str().expect("is there"))["sub"].clone();
        let access = tokens["access_token"].as_str().expect("is there");
        for method in ["GET", "POST"] {
            let info = stage.ask(method, "/identity/userinfo", access).await.json();
            assert_eq!((&info["sub"], info["name"].as_str()), (&subject, Some("Moa Berg")));
            assert_eq!(info.as_object().expect("is an object").len(), 4, "more is told: {info}");
        }
    }
}

#[tokio::test]
async fn a_registered_link_of_the_app_is_answered() {
    for stage in stages().await {
        let link = "https://app.example/callback";
        let authorize = |link| crate::stage::authorize(Realm::Resident, &[("redirect_uri", link), ("scope", "openid")]);
        let answer = stage.get(&authorize(link), None).await;
        assert!(answer.location().starts_with(&format!("{link}?error=invalid_scope")), "{}", answer.location());
        stage.get(&authorize("https://other.example/callback"), None).await.is_page();
    }
}

#[tokio::test]
async fn without_a_token_nobody_calls() {
    for stage in stages().await {
        assert_eq!(stage.get("/me", None).await.status, StatusCode::UNAUTHORIZED);
        assert!(!stage.opens("").await && !stage.opens("x").await && !stage.opens(&"A".repeat(43)).await);
    }
}

#[tokio::test]
async fn the_token_endpoint_answers_in_the_words_of_oauth() {
    for stage in stages().await {
        let refused = async |fields: &[(&str, &str)], code: &str| {
            stage.ask_token(&stage.prover, fields).await.refused_with(code);
        };
        refused(&[("grant_type", "refresh_token")], "invalid_client").await;
        refused(&[("client_id", "digiteam-app")], "invalid_request").await;
        refused(&[("client_id", "digiteam-app"), ("grant_type", "password")], "unsupported_grant_type").await;
        refused(&[("client_id", "digiteam-app"), ("grant_type", "refresh_token")], "invalid_request").await;
    }
}
