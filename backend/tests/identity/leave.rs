//! What an operator ends: somebody's sessions, or their place in the registry.

use crate::stage::{REDIRECT, VERIFIER, stages};
use digiteam_backend::identity::{log_out, take_out};
use protocol::id::PersonId;
use protocol::identity::Realm;
use serde_json::Value;

fn field<'v>(tokens: &'v Value, name: &str) -> &'v str {
    tokens[name].as_str().expect("is there")
}

#[tokio::test]
async fn who_is_taken_out_of_the_registry_is_logged_out_and_known_to_nobody() {
    for stage in stages().await {
        let moa = PersonId::new("moa");
        let (phone, tablet) = (stage.login(Realm::Resident).await, stage.login(Realm::Resident).await);
        let staff = stage.login(Realm::Staff).await;
        let under_way = stage.code(Realm::Resident).await;
        assert_eq!(take_out(&stage.app.db, moa.clone()).await.expect("is done"), 2, "{}", stage.engine);
        for tokens in [&phone, &tablet] {
            assert!(!stage.opens(field(tokens, "access_token")).await);
            stage.refresh(field(tokens, "refresh_token")).await.refused_with("device_revoked");
        }
        stage.redeem(&under_way, VERIFIER, REDIRECT).await.refused_with("invalid_grant");
        assert_eq!(stage.answer(Realm::Resident).await["error_description"], "not_known");
        assert!(stage.opens(field(&staff, "access_token")).await, "somebody else's session stands");
        for person in [moa, PersonId::new("nobody")] {
            assert!(take_out(&stage.app.db, person).await.is_err());
        }
    }
}

#[tokio::test]
async fn who_is_logged_out_everywhere_may_come_again() {
    for stage in stages().await {
        let tokens = stage.login(Realm::Resident).await;
        let moa = PersonId::new("moa");
        assert_eq!(log_out(&stage.app.db, moa.clone()).await.expect("is done"), 1);
        stage.refresh(field(&tokens, "refresh_token")).await.refused_with("device_revoked");
        assert_eq!(log_out(&stage.app.db, moa).await.expect("is done"), 0);
        assert!(log_out(&stage.app.db, PersonId::new("nobody")).await.is_err());
        let again = stage.login(Realm::Resident).await;
        assert!(stage.opens(field(&again, "access_token")).await, "{}", stage.engine);
    }
}
