//! What ends when a person logs out at the provider, and what does not.

use crate::stage::{MINUTE, REDIRECT, SECOND, Stage, VERIFIER, stages};
use http::StatusCode;
use protocol::identity::Realm;
use serde_json::{Value, json};

const BACK: &str = "/identity/backchannel-logout/resident";

async fn tell(stage: &Stage, bend: Value) -> StatusCode {
    let token = stage.residents.logout_token(&bend);
    stage.post(BACK, &[("logout_token", &token)]).await.status
}

fn access(tokens: &Value) -> &str {
    tokens["access_token"].as_str().expect("is there")
}

#[tokio::test]
async fn a_logout_at_the_provider_ends_the_session_here() {
    for stage in stages().await {
        for bend in [json!({}), json!({"sub": "pairwise", "sid": null}), json!({"sub": "pairwise", "exp": null})] {
            let (ours, staff) = (stage.login(Realm::Resident).await, stage.login(Realm::Staff).await);
            assert_eq!(tell(&stage, bend.clone()).await, StatusCode::OK);
            assert!(!stage.opens(access(&ours)).await, "{bend}");
            assert!(stage.opens(access(&staff)).await, "another provider's session stands");
            stage.wait(2 * MINUTE);
        }
    }
}

#[tokio::test]
async fn a_logout_token_need_not_say_what_kind_it_is() {
    for stage in stages().await {
        for typ in ["JWT", "application/logout+jwt"] {
            let tokens = stage.login(Realm::Resident).await;
            let token = stage.residents.logout_token_as(typ, &json!({}));
            assert_eq!(stage.post(BACK, &[("logout_token", &token)]).await.status, StatusCode::OK, "{typ}");
            assert!(!stage.opens(access(&tokens)).await, "{typ}");
            stage.wait(2 * MINUTE);
        }
    }
}

#[tokio::test]
async fn a_login_whose_code_is_under_way_does_not_begin() {
    for stage in stages().await {
        let code = stage.code(Realm::Resident).await;
        assert_eq!(tell(&stage, json!({})).await, StatusCode::OK);
        stage.redeem(&code, VERIFIER, REDIRECT).await.refused_with("invalid_grant");
    }
}

#[tokio::test]
async fn a_logout_token_that_is_not_to_be_believed_ends_nothing() {
    for stage in stages().await {
        let tokens = stage.login(Realm::Resident).await;
        let seconds = stage.now() / 1000;
        for bend in [
            json!({"iss": "http://127.0.0.1:1/other"}),
            json!({"aud": "another-client"}),
            json!({"events": {"another": {}}}),
            json!({"events": null}),
            json!({"nonce": "n"}),
            json!({"jti": null}),
            json!({"sid": null}),
            json!({"iat": null}),
            json!({"iat": seconds - 301}),
            json!({"iat": seconds + 61}),
            json!({"exp": seconds - 60}),
        ] {
            assert_eq!(tell(&stage, bend.clone()).await, StatusCode::BAD_REQUEST, "{bend}");
        }
        for typ in ["at+jwt", "dpop+jwt", ""] {
            let token = stage.residents.logout_token_as(typ, &json!({}));
            let status = stage.post(BACK, &[("logout_token", &token)]).await.status;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{typ}");
        }
        let token = stage.staff.logout_token(&json!({}));
        for (path, token) in [(BACK, token.as_str()), (BACK, "x.y.z"), ("/identity/backchannel-logout/none", &token)] {
            assert_eq!(stage.post(path, &[("logout_token", token)]).await.status, StatusCode::BAD_REQUEST);
        }
        for bend in [json!({"sid": "another"}), json!({"sub": "another", "sid": null})] {
            assert_eq!(tell(&stage, bend).await, StatusCode::OK, "to be believed, and nobody's");
        }
        assert!(stage.opens(access(&tokens)).await, "{}", stage.engine);
    }
}

#[tokio::test]
async fn an_old_logout_token_does_not_end_what_began_after_it() {
    for stage in stages().await {
        let token = stage.residents.logout_token(&json!({"exp": null}));
        stage.wait(61 * SECOND);
        let tokens = stage.login(Realm::Resident).await;
        assert_eq!(stage.post(BACK, &[("logout_token", &token)]).await.status, StatusCode::OK);
        assert!(stage.opens(access(&tokens)).await);
    }
}

#[tokio::test]
async fn the_browser_may_bring_the_logout_by_its_session() {
    for stage in stages().await {
        let tokens = stage.login(Realm::Resident).await;
        let issuer = &stage.residents.issuer;
        for query in [
            format!("iss={issuer}"),
            "sid=op-session".to_owned(),
            "iss=http://127.0.0.1:1/other&sid=op-session".to_owned(),
            format!("iss={issuer}&sid=another"),
        ] {
            let answer = stage.get(&format!("/identity/frontchannel-logout/resident?{query}"), None).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert!(stage.opens(access(&tokens)).await, "{query}");
        }
        stage.get(&format!("/identity/frontchannel-logout/resident?iss={issuer}&sid=op-session"), None).await;
        assert!(!stage.opens(access(&tokens)).await);
    }
}

#[tokio::test]
async fn logging_out_in_the_browser_leads_on_to_the_provider() {
    for stage in stages().await {
        let tokens = stage.login(Realm::Resident).await;
        let hint = tokens["id_token"].as_str().expect("is there");
        let answer = stage.get(&format!("/identity/logout?id_token_hint={hint}"), None).await;
        assert_eq!(answer.location(), format!("{}/end?client_id=digiteam", stage.residents.issuer));
        assert!(!stage.opens(access(&tokens)).await);
        assert_eq!(stage.get("/identity/logout", None).await.status, StatusCode::OK, "nobody's: a page and no more");
    }
}
