//! Logins that succeed.

use crate::fake::{Fault, claims};
use crate::stage::{HOUR, ISSUER, MINUTE, REDIRECT, SECOND, VERIFIER, authorize, stages};
use http::StatusCode;
use protocol::identity::{Me, Realm};

#[tokio::test]
async fn both_realms_log_in_and_are_who_the_registry_says() {
    for stage in stages().await {
        for (realm, person, name) in [(Realm::Resident, "moa", "Moa Berg"), (Realm::Staff, "sara", "Sara Holm")] {
            let tokens = stage.login(realm).await;
            let access = tokens["access_token"].as_str().expect("is there");
            let me: Me = serde_json::from_value(stage.me(access).await.json()).expect("is Me");
            assert_eq!((me.person.as_str(), me.name.as_str(), me.realm), (person, name, realm));
            assert_eq!((me.municipality.as_str(), me.municipality_name.as_str()), ("helsingborg", "Helsingborg"));
            assert!(!me.own_scope.as_str().is_empty());
        }
    }
}

#[tokio::test]
async fn the_id_token_says_who_when_and_how_and_verifies_with_our_keys() {
    for stage in stages().await {
        let tokens = stage.login(Realm::Resident).await;
        let id_token = tokens["id_token"].as_str().expect("is there");
        let keys: jsonwebtoken::jwk::JwkSet =
            serde_json::from_value(stage.get("/identity/jwks.json", None).await.json()).expect("is a key set");
        let kid = jsonwebtoken::decode_header(id_token).expect("is a JWT").kid.expect("names its key");
        let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(&kid).expect("is ours")).expect("is a key");
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
        validation.set_audience(&["digiteam-app"]);
        validation.set_issuer(&[ISSUER]);
        validation.validate_exp = false;
        jsonwebtoken::decode::<serde_json::Value>(id_token, &key, &validation).expect("verifies");
        let said = claims(id_token);
        assert_eq!((said["sub"].as_str(), said["nonce"].as_str()), (Some("moa"), Some("nonce-of-the-app")));
        assert_eq!(said["acr"], crate::fake::LEVEL);
        let (iat, exp) = (said["iat"].as_i64().expect("is a time"), said["exp"].as_i64().expect("is a time"));
        assert_eq!((iat, said["auth_time"].as_i64()), (stage.now() / 1000, Some(iat)));
        assert!(exp - iat <= 300);
        let client = stage.get("/identity/client-jwks.json", None).await.text;
        assert!(!client.contains(&kid), "the keys are not the same");
    }
}

#[tokio::test]
async fn a_login_outlives_a_restart() {
    for mut stage in stages().await {
        let begun = stage.begin(Realm::Resident).await;
        stage.restart().await;
        let fields = stage.residents.confirm(&begun.address);
        let code = stage.come_back(Some(&begun.cookie), &fields).await.to_app()["code"].clone();
        stage.restart().await;
        let tokens = stage.redeem(&code, VERIFIER, REDIRECT).await.json();
        stage.restart().await;
        assert!(stage.opens(tokens["access_token"].as_str().expect("is there")).await);
    }
}

#[tokio::test]
async fn the_provider_may_change_its_key_at_any_time() {
    for stage in stages().await {
        stage.login(Realm::Resident).await;
        for kid in ["second", "second", "third"] {
            stage.wait(10 * SECOND);
            stage.residents.new_key(kid);
            stage.login(Realm::Resident).await;
        }
        // Whoever shows it unknown keys does not make us ask again and again.
        stage.residents.new_key("fourth");
        assert_eq!(stage.answer(Realm::Resident).await["error_description"], "signature");
        stage.wait(10 * SECOND);
        stage.login(Realm::Resident).await;
    }
}

#[tokio::test]
async fn a_provider_whose_metadata_is_away_can_still_log_people_in_for_a_day() {
    for stage in stages().await {
        stage.login(Realm::Resident).await;
        stage.residents.breaks(Fault::Down);
        stage.wait(23 * HOUR);
        stage.login(Realm::Resident).await;
        stage.wait(HOUR);
        let answer = stage.get(&authorize(Realm::Resident, &[]), None).await.to_app();
        assert_eq!(answer["error"], "temporarily_unavailable");
    }
}

#[tokio::test]
async fn two_logins_of_one_browser_do_not_disturb_each_other() {
    for stage in stages().await {
        let (one, other) = (stage.begin(Realm::Resident).await, stage.begin(Realm::Staff).await);
        let cookies = format!("{}; {}", one.cookie, other.cookie);
        let first = stage.staff.confirm(&other.address);
        assert!(stage.come_back(Some(&cookies), &first).await.to_app().contains_key("code"));
        stage.wait(9 * MINUTE);
        let second = stage.residents.confirm(&one.address);
        let answer = stage.come_back(Some(&cookies), &second).await;
        let gone = answer.headers["set-cookie"].to_str().expect("is text");
        assert!(gone.contains("Max-Age=0"), "{gone}");
        assert_eq!(answer.to_app()["state"], "state-of-the-app");
    }
}

#[tokio::test]
async fn nothing_that_opens_a_door_stands_in_the_database() {
    for stage in stages().await {
        let begun = stage.begin(Realm::Resident).await;
        let fields = stage.residents.confirm(&begun.address);
        let secret = begun.cookie.split('=').nth(1).expect("has a value").to_owned();
        let pending = stage.begin(Realm::Resident).await;
        let waiting = pending.cookie.split('=').nth(1).expect("has a value").to_owned();
        let code = stage.come_back(Some(&begun.cookie), &fields).await.to_app()["code"].clone();
        let tokens = stage.redeem(&code, VERIFIER, REDIRECT).await.json();
        let token = |name: &str| tokens[name].as_str().expect("is there").to_owned();
        let secrets = [
            "pairwise".to_owned(),
            "op-session".to_owned(),
            secret,
            waiting,
            fields[1].1.clone(),
            code,
            token("access_token"),
            token("refresh_token"),
            token("id_token"),
        ];
        let stored = dump(&stage.app).await;
        assert!(stored.contains("nonce-of-the-app") && stored.contains("moa"), "the dump is a dump");
        for secret in secrets {
            assert!(!stored.contains(&secret), "{}: a secret is stored", stage.engine);
        }
    }
}

/// Every text of the tables that logging in uses.
async fn dump(app: &digiteam_backend::App) -> String {
    let mut snapshot = app.db.snapshot().await.expect("begins");
    let mut all = String::new();
    for select in [
        "SELECT state_hash || ' ' || browser_hash || ' ' || redirect_uri || ' ' || app_state || ' ' || app_nonce || ' ' || challenge FROM login_pending",
        "SELECT hash || ' ' || person || ' ' || family || ' ' || redirect_uri || ' ' || challenge || ' ' || nonce || ' ' || acr FROM login_code",
        "SELECT id || ' ' || person FROM token_family",
        "SELECT family || ' ' || provider || ' ' || subject || ' ' || session FROM provider_session",
        "SELECT hash || ' ' || family FROM refresh_token",
        "SELECT hash || ' ' || family FROM access_token",
    ] {
        let rows: Vec<(String,)> = sqlx::query_as(select).fetch_all(&mut *snapshot).await.expect("reads");
        assert!(!rows.is_empty(), "{select}");
        all.extend(rows.into_iter().map(|(row,)| row + "\n"));
    }
    all
}

#[tokio::test]
async fn a_token_answer_is_never_kept_by_anybody_on_the_way() {
    for stage in stages().await {
        let code = stage.code(Realm::Staff).await;
        let answer = stage.redeem(&code, VERIFIER, REDIRECT).await;
        assert_eq!((answer.status, answer.headers["cache-control"].as_bytes()), (StatusCode::OK, &b"no-store"[..]));
        assert_eq!(answer.json()["expires_in"], 600);
    }
}
