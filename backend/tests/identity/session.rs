//! Tokens: how they come, change and end.

use crate::common::proof::Prover;
use crate::stage::{HOUR, MINUTE, REDIRECT, SECOND, Stage, VERIFIER, stages};
use http::StatusCode;
use protocol::identity::Realm;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

fn field<'v>(tokens: &'v Value, name: &str) -> &'v str {
    tokens[name].as_str().expect("is there")
}

fn session(tokens: &Value) -> String {
    crate::fake::claims(field(tokens, "id_token"))["sid"].as_str().expect("is there").to_owned()
}

#[tokio::test]
async fn a_code_is_good_only_with_its_proof() {
    for stage in stages().await {
        for (verifier, redirect) in [
            ("another-verifier-of-the-app-that-is-long-enough", REDIRECT),
            (VERIFIER, "http://127.0.0.1:51001/callback"),
        ] {
            let code = stage.code(Realm::Resident).await;
            stage.redeem(&code, verifier, redirect).await.refused_with("invalid_grant");
            stage.redeem(&code, VERIFIER, REDIRECT).await.refused_with("invalid_grant");
        }
        let code = stage.code(Realm::Resident).await;
        stage.redeem(&code, "", REDIRECT).await.refused_with("invalid_request");
        stage.redeem("no-code", VERIFIER, REDIRECT).await.refused_with("invalid_grant");
        stage.redeem(&"A".repeat(43), VERIFIER, REDIRECT).await.refused_with("invalid_grant");
    }
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    for stage in stages().await {
        let (early, late) = (stage.code(Realm::Resident).await, stage.code(Realm::Resident).await);
        stage.wait(59 * SECOND);
        assert_eq!(stage.redeem(&early, VERIFIER, REDIRECT).await.status, StatusCode::OK);
        stage.wait(SECOND);
        stage.redeem(&late, VERIFIER, REDIRECT).await.refused_with("invalid_grant");
    }
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_it_began() {
    for stage in stages().await {
        let code = stage.code(Realm::Resident).await;
        let tokens = stage.redeem(&code, VERIFIER, REDIRECT).await.json();
        assert!(stage.opens(field(&tokens, "access_token")).await);
        stage.redeem(&code, VERIFIER, REDIRECT).await.refused_with("invalid_grant");
        assert!(!stage.opens(field(&tokens, "access_token")).await);
        stage.refresh(field(&tokens, "refresh_token")).await.refused_with("invalid_grant");
    }
}

#[tokio::test]
async fn refresh_tokens_rotate_and_an_old_one_ends_the_session() {
    for stage in stages().await {
        let first = stage.login(Realm::Resident).await;
        let other = stage.login(Realm::Resident).await;
        let second = stage.refresh(field(&first, "refresh_token")).await.json();
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        assert!(stage.opens(field(&second, "access_token")).await);
        let third = stage.refresh(field(&second, "refresh_token")).await.json();
        assert!(stage.is_live(&session(&first)).await);

        stage.refresh(field(&first, "refresh_token")).await.refused_with("invalid_grant");
        for tokens in [&first, &second, &third] {
            assert!(!stage.opens(field(tokens, "access_token")).await, "{}", stage.engine);
            stage.refresh(field(tokens, "refresh_token")).await.refused_with("invalid_grant");
        }
        assert!(!stage.is_live(&session(&first)).await);
        assert!(stage.opens(field(&other, "access_token")).await, "another session of the person stands");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_get_the_same_next_one() {
    for stage in stages().await {
        let tokens = stage.login(Realm::Resident).await;
        let refresh = field(&tokens, "refresh_token");
        let answers = futures_util::future::join_all((0..6).map(|_| stage.refresh(refresh))).await;
        let next: BTreeSet<String> =
            answers.iter().map(|answer| field(&answer.json(), "refresh_token").to_owned()).collect();
        assert_eq!(next.len(), 1, "{}", stage.engine);
        assert!(stage.is_live(&session(&tokens)).await);
    }
}

#[tokio::test]
async fn a_lost_reply_is_no_theft() {
    for stage in stages().await {
        let first = stage.login(Realm::Resident).await;
        let lost = stage.refresh(field(&first, "refresh_token")).await.json();
        stage.wait(HOUR);
        let again = stage.refresh(field(&first, "refresh_token")).await.json();
        assert_eq!(lost["refresh_token"], again["refresh_token"], "{}", stage.engine);
        assert!(stage.opens(field(&again, "access_token")).await);
        let third = stage.refresh(field(&again, "refresh_token")).await.json();
        assert!(stage.opens(field(&third, "access_token")).await, "{}", stage.engine);
        // Once the successor was used, the reply had arrived: now it is somebody else's copy.
        stage.refresh(field(&first, "refresh_token")).await.refused_with("invalid_grant");
        assert!(!stage.is_live(&session(&first)).await);
        stage.refresh(field(&third, "refresh_token")).await.refused_with("invalid_grant");
    }
}

#[tokio::test]
async fn a_refresh_token_in_other_hands_ends_the_session() {
    for stage in stages().await {
        let thief = Prover::make();
        // One that is fresh, and one whose reply was lost.
        for used in [false, true] {
            let tokens = stage.login(Realm::Resident).await;
            let refresh = field(&tokens, "refresh_token");
            if used {
                stage.refresh(refresh).await;
            }
            stage.refresh_as(&thief, refresh).await.refused_with("invalid_grant");
            assert!(!stage.is_live(&session(&tokens)).await, "{}: {used}", stage.engine);
            assert!(!stage.opens(field(&tokens, "access_token")).await);
            stage.refresh(refresh).await.refused_with("invalid_grant");
        }
    }
}

#[tokio::test]
async fn tokens_and_sessions_run_out() {
    for stage in stages().await {
        for (realm, life) in [(Realm::Resident, 30 * 24 * HOUR), (Realm::Staff, 12 * HOUR)] {
            let began = stage.now();
            let mut tokens = stage.login(realm).await;
            stage.wait(10 * MINUTE - SECOND);
            assert!(stage.opens(field(&tokens, "access_token")).await);
            stage.wait(SECOND);
            assert!(!stage.opens(field(&tokens, "access_token")).await);
            // Used now and then, or it would end before.
            while stage.now() + life / 6 < began + life {
                stage.wait(life / 6);
                tokens = stage.refresh(field(&tokens, "refresh_token")).await.json();
            }
            stage.wait(began + life - stage.now() - SECOND);
            tokens = stage.refresh(field(&tokens, "refresh_token")).await.json();
            assert!(stage.opens(field(&tokens, "access_token")).await);
            stage.wait(SECOND);
            assert!(!stage.opens(field(&tokens, "access_token")).await, "an access token outlived its session");
            stage.refresh(field(&tokens, "refresh_token")).await.refused_with("invalid_grant");
        }
        stage.login(Realm::Resident).await;
        assert_eq!(rows(&stage, "token_family").await, 1, "what ran out is removed in passing");
        assert_eq!((rows(&stage, "refresh_token").await, rows(&stage, "access_token").await), (1, 1));
    }
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends() {
    for stage in stages().await {
        for (realm, idle) in [(Realm::Resident, 14 * 24 * HOUR), (Realm::Staff, 4 * HOUR)] {
            let tokens = stage.login(realm).await;
            stage.wait(idle - SECOND);
            let tokens = stage.refresh(field(&tokens, "refresh_token")).await.json();
            assert!(stage.opens(field(&tokens, "access_token")).await, "{}: {realm:?}", stage.engine);
            stage.wait(idle);
            let other = stage.login(realm).await;
            let seen = stage.see("/identity/devices", field(&other, "access_token")).await.json();
            assert_eq!(seen.as_array().expect("is a list").len(), 1, "it is over for the person too");
            stage.refresh(field(&tokens, "refresh_token")).await.refused_with("invalid_grant");
            stage.refresh(field(&tokens, "refresh_token")).await.refused_with("invalid_grant");
        }
    }
}

async fn rows(stage: &Stage, table: &str) -> i64 {
    let mut snapshot = stage.app.db.snapshot().await.expect("begins");
    let count = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    let (count,): (i64,) = sqlx::query_as(count).fetch_one(&mut *snapshot).await.expect("counts");
    count
}

#[tokio::test]
async fn what_is_revoked_opens_nothing() {
    for stage in stages().await {
        let revoke = async |token: &str| {
            let fields = [("client_id", "digiteam-app"), ("token", token)];
            assert_eq!(stage.post("/identity/revoke", &fields).await.status, StatusCode::OK);
        };
        let tokens = stage.login(Realm::Resident).await;
        revoke(field(&tokens, "access_token")).await;
        assert!(!stage.opens(field(&tokens, "access_token")).await);
        let next = stage.refresh(field(&tokens, "refresh_token")).await.json();
        assert!(stage.opens(field(&next, "access_token")).await, "an access token ends alone");
        revoke(field(&next, "refresh_token")).await;
        assert!(!stage.opens(field(&next, "access_token")).await);
        stage.refresh(field(&next, "refresh_token")).await.refused_with("invalid_grant");
        assert!(!stage.is_live(&session(&tokens)).await);
        revoke("never seen").await;
    }
}

#[tokio::test]
async fn the_end_of_a_session_is_heard_of() {
    for stage in stages().await {
        let tokens = stage.login(Realm::Resident).await;
        let mut hints = stage.app.hub.subscribe();
        let fields = [("client_id", "digiteam-app"), ("token", field(&tokens, "refresh_token"))];
        stage.post("/identity/revoke", &fields).await;
        let hint = tokio::time::timeout(Duration::from_secs(10), hints.recv()).await.expect("comes soon");
        let touched = hint.expect("the hub stands");
        assert!(touched.persons.iter().any(|person| person.as_str() == "moa"));
    }
}

#[tokio::test]
async fn logging_out_in_the_browser_ends_the_session() {
    for stage in stages().await {
        let (ours, other) = (stage.login(Realm::Resident).await, stage.login(Realm::Resident).await);
        let answer = stage.get("/identity/logout?id_token_hint=forged", None).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(stage.opens(field(&ours, "access_token")).await);
        stage.wait(6 * MINUTE);
        let path = format!("/identity/logout?id_token_hint={}&state=s", field(&ours, "id_token"));
        assert_eq!(stage.get(&path, None).await.status, StatusCode::SEE_OTHER, "on to the provider");
        assert!(!stage.opens(field(&ours, "access_token")).await);
        assert!(stage.opens(field(&other, "access_token")).await);
        let back = stage.get(&format!("{path}&post_logout_redirect_uri={REDIRECT}"), None).await.to_app();
        assert_eq!(back["state"], "s");
    }
}
