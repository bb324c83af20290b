//! The list of one's own devices, and logging another one out.

use crate::stage::{HOUR, MINUTE, Stage, stages};
use http::StatusCode;
use protocol::identity::{Device, Platform, Realm};
use serde_json::Value;

fn field<'v>(tokens: &'v Value, name: &str) -> &'v str {
    tokens[name].as_str().expect("is there")
}

async fn devices(stage: &Stage, tokens: &Value) -> Vec<Device> {
    serde_json::from_value(stage.see("/identity/devices", field(tokens, "access_token")).await.json())
        .expect("is a list")
}

async fn sign_out(stage: &Stage, tokens: &Value, session: &str) -> StatusCode {
    let path = format!("/identity/devices/{session}/sign-out");
    stage.ask("POST", &path, field(tokens, "access_token")).await.status
}

#[tokio::test]
async fn one_sees_ones_own_devices_and_when_they_were_used() {
    for stage in stages().await {
        let began = stage.now();
        let phone = stage.login(Realm::Resident).await;
        stage.wait(HOUR);
        let tablet = stage.login(Realm::Resident).await;
        stage.login(Realm::Staff).await;
        let seen = devices(&stage, &tablet).await;
        assert_eq!(seen.len(), 2, "{}: somebody else's is told", stage.engine);
        assert_eq!((seen[0].is_this, seen[0].used_at), (true, began + HOUR));
        assert_eq!((seen[1].is_this, seen[1].since, seen[1].used_at), (false, began, began));
        assert_eq!(seen[0].platform, Platform::Android);
        // Use is noted to the hour.
        let phone = stage.refresh(field(&phone, "refresh_token")).await.json();
        assert_eq!(devices(&stage, &tablet).await[0].used_at, began + HOUR);
        stage.wait(MINUTE);
        let phone = stage.refresh(field(&phone, "refresh_token")).await.json();
        let seen = devices(&stage, &phone).await;
        assert!(seen.iter().all(|device| device.used_at == began + HOUR), "{}: {seen:?}", stage.engine);
    }
}

#[tokio::test]
async fn a_device_that_was_logged_out_is_told_so_and_no_other_one_is() {
    for stage in stages().await {
        let (phone, tablet) = (stage.login(Realm::Resident).await, stage.login(Realm::Resident).await);
        let staff = stage.login(Realm::Staff).await;
        let seen = devices(&stage, &tablet).await;
        let lost = seen.iter().find(|device| !device.is_this).expect("is there").session.clone();
        assert_eq!(sign_out(&stage, &staff, lost.as_str()).await, StatusCode::NOT_FOUND, "somebody else did it");
        assert_eq!(sign_out(&stage, &tablet, "nobody").await, StatusCode::NOT_FOUND);
        assert!(stage.opens(field(&phone, "access_token")).await);

        assert_eq!(sign_out(&stage, &tablet, lost.as_str()).await, StatusCode::NO_CONTENT);
        assert!(!stage.opens(field(&phone, "access_token")).await, "its tokens are good no more, at once");
        assert!(!stage.is_live(lost.as_str()).await);
        assert_eq!(devices(&stage, &tablet).await.len(), 1);
        let refresh = field(&phone, "refresh_token");
        let stranger = crate::common::proof::Prover::make();
        stage.refresh_as(&stranger, refresh).await.refused_with("invalid_grant");
        stage.refresh(refresh).await.refused_with("device_revoked");
        stage.refresh(refresh).await.refused_with("device_revoked");
        assert_eq!(sign_out(&stage, &tablet, lost.as_str()).await, StatusCode::NOT_FOUND, "it is logged out already");

        // However long it was away: its session would have run out, and others were swept.
        stage.wait(31 * 24 * HOUR);
        stage.login(Realm::Resident).await;
        stage.refresh(refresh).await.refused_with("device_revoked");
        stage.refresh(field(&tablet, "refresh_token")).await.refused_with("invalid_grant");
    }
}
