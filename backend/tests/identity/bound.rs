//! Tokens open something only with a proof of the key that they are bound to.

use crate::common::proof::Prover;
use crate::stage::{ISSUER, MINUTE, REDIRECT, Stage, VERIFIER, stages};
use axum::http::StatusCode;
use protocol::identity::Realm;

const TOKEN: &str = "http://127.0.0.1:8787/identity/token";
const ME: &str = "http://127.0.0.1:8787/me";

async fn access(stage: &Stage) -> String {
    stage.login(Realm::Resident).await["access_token"].as_str().expect("is there").to_owned()
}

#[tokio::test]
async fn without_a_proof_of_its_key_a_token_opens_nothing() {
    for stage in stages().await {
        let access = access(&stage).await;
        let other = Prover::make();
        let nonce = stage.nonce().await;
        let proof = |prover: &Prover, method, address: &str, access: Option<&str>| {
            prover.proof(method, address, access, Some(&nonce))
        };
        let good = || proof(&stage.prover, "GET", ME, Some(&access));
        let dpop = format!("DPoP {access}");
        assert_eq!(stage.show("/me", &dpop, &good()).await.status, StatusCode::OK);
        for (authorization, proof, said) in [
            (format!("Bearer {access}"), good(), "DPoP algs=\"ES256\""),
            (dpop.clone(), String::new(), "invalid_dpop_proof"),
            (dpop.clone(), "a.b.c".to_owned(), "invalid_dpop_proof"),
            (dpop.clone(), proof(&other, "GET", ME, Some(&access)), "invalid_token"),
            (dpop.clone(), proof(&stage.prover, "POST", ME, Some(&access)), "invalid_dpop_proof"),
            (dpop.clone(), proof(&stage.prover, "GET", TOKEN, Some(&access)), "invalid_dpop_proof"),
            (dpop.clone(), proof(&stage.prover, "GET", "http://evil.example/me", Some(&access)), "invalid_dpop_proof"),
            (dpop.clone(), proof(&stage.prover, "GET", ME, Some(&"A".repeat(43))), "invalid_dpop_proof"),
            (dpop.clone(), proof(&stage.prover, "GET", ME, None), "invalid_dpop_proof"),
            (dpop.clone(), stage.prover.proof("GET", ME, Some(&access), None), "use_dpop_nonce"),
            (dpop.clone(), stage.prover.proof("GET", ME, Some(&access), Some("AAAA")), "use_dpop_nonce"),
        ] {
            let answer = stage.show("/me", &authorization, &proof).await;
            let challenge = answer.headers["www-authenticate"].to_str().expect("is text");
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{said}");
            assert!(challenge.starts_with("DPoP ") && challenge.contains(said), "{}: {challenge}", stage.engine);
        }
        assert!(stage.opens(&access).await, "none of that has ended anything");
    }
}

#[tokio::test]
async fn a_proof_counts_once_and_for_minutes() {
    for stage in stages().await {
        let access = access(&stage).await;
        let dpop = format!("DPoP {access}");
        let nonce = stage.nonce().await;
        let made = || stage.prover.proof("GET", ME, Some(&access), Some(&nonce));
        let (proof, later, late) = (made(), made(), made());
        assert_eq!(stage.show("/me", &dpop, &proof).await.status, StatusCode::OK);
        assert_eq!(stage.show("/me", &dpop, &proof).await.status, StatusCode::UNAUTHORIZED, "it came twice");
        stage.wait(2 * MINUTE);
        let answer = stage.show("/me", &dpop, &later).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_ne!(answer.headers["dpop-nonce"], nonce.as_str(), "no newer one was given");
        stage.wait(2 * MINUTE);
        let answer = stage.show("/me", &dpop, &late).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.headers["www-authenticate"].to_str().expect("is text").contains("use_dpop_nonce"));
        let newer = answer.headers["dpop-nonce"].to_str().expect("is text").to_owned();
        let proof = stage.prover.proof("GET", ME, Some(&access), Some(&newer));
        assert_eq!(stage.show("/me", &dpop, &proof).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_token_endpoint_wants_a_proof_before_it_uses_anything_up() {
    for stage in stages().await {
        let code = stage.code(Realm::Resident).await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", "digiteam-app"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        stage.post("/identity/token", &fields).await.refused_with("invalid_dpop_proof");
        let blind = stage.prover.proof("POST", TOKEN, None, None);
        let answer = stage.post_with("/identity/token", &fields, Some(&blind)).await;
        answer.refused_with("use_dpop_nonce");
        let nonce = answer.headers["dpop-nonce"].to_str().expect("is text");
        let elsewhere = stage.prover.proof("POST", &format!("{ISSUER}/identity/revoke"), None, Some(nonce));
        stage.post_with("/identity/token", &fields, Some(&elsewhere)).await.refused_with("invalid_dpop_proof");
        let proof = stage.prover.proof("POST", TOKEN, None, Some(nonce));
        let tokens = stage.post_with("/identity/token", &fields, Some(&proof)).await;
        assert_eq!((tokens.status, tokens.json()["token_type"].as_str()), (StatusCode::OK, Some("DPoP")));
        stage.post_with("/identity/token", &fields, Some(&proof)).await.refused_with("invalid_dpop_proof");
        assert_eq!(bound_to(&stage).await, [stage.prover.jkt()]);
    }
}

async fn bound_to(stage: &Stage) -> Vec<String> {
    let mut snapshot = stage.app.db.snapshot().await.expect("begins");
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT jkt FROM token_family").fetch_all(&mut *snapshot).await.expect("reads");
    rows.into_iter().map(|(jkt,)| jkt).collect()
}

#[tokio::test]
async fn a_code_that_was_asked_for_with_a_key_is_good_with_that_key_only() {
    for stage in stages().await {
        let jkt = stage.prover.jkt();
        let code = async || {
            let begun = stage.begin_with(Realm::Resident, &[("dpop_jkt", &jkt)]).await;
            let fields = stage.residents.confirm(&begun.address);
            stage.come_back(Some(&begun.cookie), &fields).await.to_app()["code"].clone()
        };
        let redeem = async |prover: &Prover, code: &str| {
            let fields = [
                ("grant_type", "authorization_code"),
                ("client_id", "digiteam-app"),
                ("code", code),
                ("redirect_uri", REDIRECT),
                ("code_verifier", VERIFIER),
            ];
            stage.ask_token(prover, &fields).await
        };
        assert_eq!(redeem(&stage.prover, &code().await).await.status, StatusCode::OK, "{}", stage.engine);
        let stolen = code().await;
        redeem(&Prover::make(), &stolen).await.refused_with("invalid_grant");
        redeem(&stage.prover, &stolen).await.refused_with("invalid_grant");
    }
}

/// Nodes that share a database take each other's nonces and know each other's proofs; one that is alone begins anew.
#[tokio::test]
async fn a_restart_lets_no_proof_count_twice() {
    for mut stage in stages().await {
        let access = access(&stage).await;
        let dpop = format!("DPoP {access}");
        let nonce = stage.nonce().await;
        let made = |stage: &Stage, nonce: &str| stage.prover.proof("GET", ME, Some(&access), Some(nonce));
        let (shown, kept) = (made(&stage, &nonce), made(&stage, &nonce));
        assert_eq!(stage.show("/me", &dpop, &shown).await.status, StatusCode::OK);
        stage.restart().await;
        assert_eq!(stage.show("/me", &dpop, &shown).await.status, StatusCode::UNAUTHORIZED, "{}", stage.engine);
        let answer = stage.show("/me", &dpop, &kept).await;
        if stage.engine == "postgres" {
            assert_eq!(answer.status, StatusCode::OK, "nonces are taken by every node");
        } else {
            assert!(answer.headers["www-authenticate"].to_str().expect("is text").contains("use_dpop_nonce"));
            let newer = answer.headers["dpop-nonce"].to_str().expect("is text");
            assert_eq!(stage.show("/me", &dpop, &made(&stage, newer)).await.status, StatusCode::OK);
        }
    }
}
