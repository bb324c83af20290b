//! How a provider is asked: each manner that the configuration knows, against a provider that holds us to it.

use crate::fake::{Fault, LEVEL};
use crate::stage::{authorize, stages, stages_with};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::identity::Realm;
use serde_json::{Value, json};

const POST: &str = "client_auth = 'client_secret_post'\nclient_secret = SECRET\n";
const BASIC: &str = "client_auth = 'client_secret_basic'\nclient_secret = SECRET\n";

#[tokio::test]
async fn a_provider_is_asked_as_the_swedish_profile_wants_it() {
    for stage in stages().await {
        stage.login(Realm::Resident).await;
        let last = stage.residents.last();
        assert_eq!((last.was_pushed, last.was_signed, last.auth), (false, false, "private_key_jwt"));
        let expected = [
            ("prompt", "login"),
            ("ui_locales", "sv en"),
            ("scope", "openid https://id.oidc.se/scope/naturalPersonNumber"),
        ];
        for (name, value) in expected {
            assert_eq!(last.fields[name], value);
        }
        let claims: Value = serde_json::from_str(&last.fields["claims"]).expect("is JSON");
        assert_eq!(claims, json!({"id_token": {"acr": {"essential": true, "values": [LEVEL]}}}));
        assert_eq!(last.fields.len(), 11, "{:?}", last.fields.keys());
    }
}

#[tokio::test]
async fn every_proof_goes_with_every_form_of_the_question() {
    for (proof, keys) in [("private_key_jwt", ""), ("client_secret_post", POST), ("client_secret_basic", BASIC)] {
        for is_signed in [false, true] {
            for (is_pushed, par) in [(true, "auto"), (false, "never")] {
                let request = if is_signed { "signed" } else { "plain" };
                let keys = format!("request = '{request}'\npar = '{par}'\n{keys}");
                for stage in stages_with(&keys).await {
                    stage.residents.offer_par();
                    stage.login(Realm::Resident).await;
                    let last = stage.residents.last();
                    assert_eq!((last.was_pushed, last.was_signed, last.auth), (is_pushed, is_signed, proof), "{keys}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_request_that_the_provider_does_not_take_is_told() {
    for stage in stages().await {
        stage.residents.offer_par();
        stage.residents.breaks(Fault::Refuses);
        let answer = stage.get(&authorize(Realm::Resident, &[]), None).await.to_app();
        assert_eq!(answer["error_description"], "request_refused");
    }
}

#[tokio::test]
async fn hints_parameters_and_the_persons_message_go_along() {
    let keys = "acr_request = 'acr_values'\nacr_values = ['idp:sbid', 'other']\nlogin_hint = 'sub:x'\n\
                parameters = { prompt = 'consent', max_age = '0' }\nmessage = { sv = 'Hej', en = 'Hi' }\n";
    for stage in stages_with(keys).await {
        stage.login(Realm::Resident).await;
        let fields = stage.residents.last().fields;
        let expected =
            [("acr_values", "idp:sbid other"), ("login_hint", "sub:x"), ("prompt", "consent"), ("max_age", "0")];
        for (name, value) in expected {
            assert_eq!(fields[name], value);
        }
        assert!(!fields.contains_key("claims"));
        let message: Value = serde_json::from_str(&fields["https://id.oidc.se/param/userMessage"]).expect("is JSON");
        assert_eq!(
            (&message["message#sv"], &message["mime_type"]),
            (&json!(STANDARD.encode("Hej")), &json!("text/plain"))
        );
    }
}

#[tokio::test]
async fn what_a_provider_lacks_is_taken_only_where_the_configuration_says_so() {
    let broker = "userinfo = 'any'\nauth_time = 'optional'\nacr = []\nacr_request = 'none'\n";
    for stage in stages_with(broker).await {
        for fault in [Fault::NoAuthTime, Fault::NoLevel, Fault::UserinfoUnsigned] {
            stage.residents.breaks(fault);
            assert!(stage.answer(Realm::Resident).await.contains_key("code"), "{fault:?}");
        }
        stage.residents.breaks(Fault::OldLogin);
        assert_eq!(stage.answer(Realm::Resident).await["error_description"], "not_fresh");
    }
    for stage in stages_with("identity_from = 'id_token'").await {
        stage.residents.breaks(Fault::UserinfoUnsigned);
        assert!(stage.answer(Realm::Resident).await.contains_key("code"), "UserInfo is not asked");
    }
    for stage in stages_with("require = { txn = 't-2' }").await {
        assert_eq!(stage.answer(Realm::Resident).await["error_description"], "demand");
    }
}
