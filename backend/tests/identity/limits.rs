//! Whoever asks too much is told to wait, and loses nothing by it.

use crate::stage::{Answer, REDIRECT, SECOND, Stage, VERIFIER, authorize, stages_within};
use axum::body::Body;
use digiteam_backend::rate::{Rate, Rates};
use http::{Request, StatusCode};
use protocol::identity::Realm;
use serde_json::{Value, json};

/// One a second, and so many at once.
fn rate(at_once: u32) -> Rate {
    Rate { at_once, per_minute: 60 }
}

fn is_busy(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text);
    assert_eq!((answer.json(), answer.headers["retry-after"].as_bytes()), (json!({"code": "busy"}), &b"1"[..]));
}

fn is_wait_page(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text);
    assert_eq!(answer.headers["retry-after"], "1");
    assert!(answer.text.contains("lang=\"sv\""), "{}", answer.text);
}

async fn come_back(stage: &Stage) -> Answer {
    let begun = stage.begin(Realm::Resident).await;
    let fields = stage.residents.confirm(&begun.address);
    stage.come_back(Some(&begun.cookie), &fields).await
}

#[tokio::test]
async fn an_account_logs_in_so_often_and_nothing_is_used_up_by_being_told_to_wait() {
    for stage in stages_within("", Rates { login_account: rate(3), ..Rates::default() }).await {
        let code = stage.code(Realm::Resident).await;
        let tokens = stage.redeem(&code, VERIFIER, REDIRECT).await.json();
        let waiting = stage.code(Realm::Resident).await;
        is_wait_page(&come_back(&stage).await);
        is_busy(&stage.redeem(&waiting, VERIFIER, REDIRECT).await);
        let refresh = tokens["refresh_token"].as_str().expect("is there");
        is_busy(&stage.refresh(refresh).await);
        stage.login(Realm::Staff).await;
        stage.wait(SECOND);
        assert_eq!(stage.redeem(&waiting, VERIFIER, REDIRECT).await.status, StatusCode::OK, "{}", stage.engine);
        stage.wait(SECOND);
        assert_eq!(stage.refresh(refresh).await.status, StatusCode::OK, "{}", stage.engine);
    }
}

#[tokio::test]
async fn an_account_asks_so_much_and_others_ask_on() {
    for stage in stages_within("", Rates { request_account: rate(2), ..Rates::default() }).await {
        let (moa, sara) = (stage.login(Realm::Resident).await, stage.login(Realm::Staff).await);
        let access = |tokens: &Value| tokens["access_token"].as_str().expect("is there").to_owned();
        assert!(stage.opens(&access(&moa)).await && stage.opens(&access(&moa)).await);
        is_busy(&stage.me(&access(&moa)).await);
        assert!(stage.opens(&access(&sara)).await);
        stage.wait(SECOND);
        assert!(stage.opens(&access(&moa)).await);
    }
}

#[tokio::test]
async fn a_municipality_has_so_many_logins_and_requests() {
    let rates = Rates { login_municipality: rate(3), request_municipality: rate(1), ..Rates::default() };
    for stage in stages_within("", rates).await {
        let tokens = stage.login(Realm::Resident).await;
        is_wait_page(&stage.get(&authorize(Realm::Staff, &[]), None).await);
        let access = tokens["access_token"].as_str().expect("is there");
        assert!(stage.opens(access).await);
        is_busy(&stage.me(access).await);
    }
}

#[tokio::test]
async fn an_address_asks_so_much_whoever_asks_and_a_proxy_is_not_one() {
    let rates = Rates { login_address: rate(2), request_address: rate(3), ..Rates::default() };
    for stage in stages_within("", rates).await {
        let list = async || stage.get("/municipalities", None).await;
        stage.come_from("198.51.100.1");
        for _ in 0..3 {
            assert_eq!(list().await.status, StatusCode::OK);
        }
        is_busy(&list().await);
        assert_eq!(stage.get("/health", None).await.status, StatusCode::OK);
        for _ in 0..2 {
            assert_eq!(stage.get(&authorize(Realm::Resident, &[]), None).await.status, StatusCode::SEE_OTHER);
        }
        is_wait_page(&stage.get(&authorize(Realm::Resident, &[]), None).await);
        is_busy(&stage.post("/identity/token", &[]).await);
        let through = async |client: &str| {
            let request = Request::get("/municipalities").header("x-forwarded-for", client).body(Body::empty());
            stage.send(request.expect("is a request")).await.status
        };
        assert_eq!(through("203.0.113.9").await, StatusCode::TOO_MANY_REQUESTS, "anybody can write a header");
        stage.come_from("10.0.0.1");
        assert_eq!(through("198.51.100.1").await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(through("198.51.100.2").await, StatusCode::OK);
        stage.wait(SECOND);
        assert_eq!(through("198.51.100.1").await, StatusCode::OK);
    }
}
