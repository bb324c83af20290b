//! Codes that staff give to whoever has no e-identification: who gives one, what it begins, and how often.

use crate::stage::{HOUR, ISSUER, Stage, stages};
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Request, StatusCode};
use protocol::identity::Realm;
use protocol::invite::GRANT_TYPE;
use serde_json::{Value, json};

/// A thread of Moa's, in which Sara works.
async fn begun(stage: &Stage) {
    let begun = stage.app.db.write(|tx| {
        Box::pin(async move {
            for sql in [
                "INSERT INTO thread (id, municipality, case_id, subject, started_at) VALUES ('t1', 'helsingborg', NULL, 'Hej', 0)",
                "INSERT INTO participant (thread, municipality, person) VALUES ('t1', 'helsingborg', 'moa')",
                "INSERT INTO scope (id, municipality, kind, fact, audience) VALUES ('s1', 'helsingborg', 'thread', 't1', '*')",
                "INSERT INTO access_grant (municipality, subject, scope, role, sync, epoch, starts, ground)
                 VALUES ('helsingborg', 'sara', 's1', 'caseworker', 'on_open', 0, 0, 'x')",
            ] {
                sqlx::query(sql).execute(&mut *tx.conn).await?;
            }
            Ok(())
        })
    });
    begun.await.expect("is written");
}

fn wish(scope: &str, person: &str) -> Value {
    json!({"scope": scope, "person": person, "checked": "document"})
}

async fn post(stage: &Stage, path: &str, access: &str, body: &Value) -> (StatusCode, Value) {
    let proof = stage.prover.proof("POST", &format!("{ISSUER}{path}"), Some(access), Some(&stage.nonce().await));
    let request = Request::post(path).header("dpop", proof).header(AUTHORIZATION, format!("DPoP {access}"));
    let request = request.header(CONTENT_TYPE, "application/json").body(Body::from(body.to_string()));
    let answer = stage.send(request.expect("is a request")).await;
    (answer.status, serde_json::from_str(&answer.text).unwrap_or_default())
}

async fn redeem(stage: &Stage, code: &str) -> (StatusCode, Value) {
    let fields = [("grant_type", GRANT_TYPE), ("client_id", "digiteam-app"), ("code", code), ("platform", "android")];
    let answer = stage.ask_token(&stage.prover, &fields).await;
    (answer.status, answer.json())
}

async fn sara(stage: &Stage) -> String {
    stage.login(Realm::Staff).await["access_token"].as_str().expect("is there").to_owned()
}

#[tokio::test]
async fn a_code_begins_one_session_of_its_own_level_and_no_link_uses_it_up() {
    for stage in stages().await {
        begun(&stage).await;
        let access = sara(&stage).await;
        let (status, made) = post(&stage, "/identity/invites", &access, &wish("s1", "moa")).await;
        assert_eq!(status, StatusCode::OK, "{}: {made}", stage.engine);
        let code = made["code"].as_str().expect("is there");
        assert_eq!(made["expires_at"], stage.now() + 24 * HOUR);

        // Whatever a browser, a scanner or a preview opens changes nothing.
        for link in ["/identity/invites", "/identity/token"] {
            let answer =
                stage.get(&format!("{link}?code={code}&grant_type={GRANT_TYPE}&client_id=digiteam-app"), None).await;
            assert!(answer.status.is_client_error(), "{}", answer.status);
        }
        let mut snapshot = stage.app.db.snapshot().await.expect("begins");
        let (stored,): (String,) =
            sqlx::query_as("SELECT hash FROM invite").fetch_one(&mut *snapshot).await.expect("is there");
        drop(snapshot);
        assert!(!stored.contains(code) && !stored.contains(&code.replace('-', "")), "it stands in the open");

        let (status, tokens) = redeem(&stage, &code.to_lowercase().replace('-', " ")).await;
        assert_eq!(status, StatusCode::OK, "{}: {tokens}", stage.engine);
        assert!(tokens.get("id_token").is_none());
        let me = stage.me(tokens["access_token"].as_str().expect("is there")).await.json();
        assert_eq!((&me["person"], &me["level"]), (&json!("moa"), &json!("invite")));
        // It stays what it is when it is renewed.
        let renewed = stage.refresh(tokens["refresh_token"].as_str().expect("is there")).await.json();
        let me = stage.me(renewed["access_token"].as_str().expect("is there")).await.json();
        assert_eq!(me["level"], "invite");
        assert_eq!(redeem(&stage, code).await.1, json!({"error": "invalid_grant"}), "it counts once");
        // Whoever has a session of that level gives no codes.
        let access = renewed["access_token"].as_str().expect("is there");
        assert_eq!(post(&stage, "/identity/invites", access, &wish("s1", "moa")).await.0, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_code_counts_for_a_day_until_it_is_taken_back_or_another_is_given() {
    for stage in stages().await {
        begun(&stage).await;
        let access = sara(&stage).await;
        let give = async || post(&stage, "/identity/invites", &access, &wish("s1", "moa")).await.1;
        let code = |made: &Value| made["code"].as_str().expect("is there").to_owned();
        let (first, second) = (give().await, give().await);
        assert_eq!(redeem(&stage, &code(&first)).await.0, StatusCode::BAD_REQUEST, "another was given");
        let path = format!("/identity/invites/{}/revoke", second["invite"].as_str().expect("is there"));
        assert_eq!(post(&stage, &path, &access, &json!({})).await.0, StatusCode::NO_CONTENT);
        assert_eq!(post(&stage, &path, &access, &json!({})).await.0, StatusCode::NOT_FOUND);
        assert_eq!(redeem(&stage, &code(&second)).await.0, StatusCode::BAD_REQUEST, "it was taken back");
        assert_eq!(redeem(&stage, "0000-0000").await.0, StatusCode::BAD_REQUEST);
        let third = give().await;
        stage.wait(24 * HOUR);
        assert_eq!(redeem(&stage, &code(&third)).await.0, StatusCode::BAD_REQUEST, "{}: too late", stage.engine);
    }
}

#[tokio::test]
async fn only_staff_who_work_with_a_person_give_them_a_code() {
    for stage in stages().await {
        begun(&stage).await;
        let access = sara(&stage).await;
        let refused = async |body: &Value| post(&stage, "/identity/invites", &access, body).await.0;
        assert_eq!(refused(&wish("s1", "barn")).await, StatusCode::NOT_FOUND, "no part of the thread");
        assert_eq!(refused(&wish("s9", "moa")).await, StatusCode::NOT_FOUND, "no such scope");
        assert_eq!(refused(&wish("s1", "sara")).await, StatusCode::NOT_FOUND, "staff have their own way in");
        let unchecked = json!({"scope": "s1", "person": "moa", "checked": "by the colour of their eyes"});
        assert_eq!(refused(&unchecked).await, StatusCode::UNPROCESSABLE_ENTITY);
        let access = stage.login(Realm::Resident).await["access_token"].as_str().expect("is there").to_owned();
        assert_eq!(post(&stage, "/identity/invites", &access, &wish("s1", "moa")).await.0, StatusCode::NOT_FOUND);
    }
}
