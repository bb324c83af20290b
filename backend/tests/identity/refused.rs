//! Logins that do not succeed, and what the app hears of it.

use crate::fake::Fault;
use crate::stage::{MINUTE, authorize, stages};
use protocol::identity::Realm;
use protocol::login::LoginRefusal;
use std::collections::HashMap;

/// Every way in which a provider's answer is not to be believed, and the word for it.
const INVALID: [(Fault, LoginRefusal); 29] = [
    (Fault::Nonce, LoginRefusal::Nonce),
    (Fault::NoNonce, LoginRefusal::Nonce),
    (Fault::Issuer, LoginRefusal::Issuer),
    (Fault::Audience, LoginRefusal::Audience),
    (Fault::SecondAudience, LoginRefusal::Audience),
    (Fault::OtherParty, LoginRefusal::Audience),
    (Fault::Level, LoginRefusal::Level),
    (Fault::NoLevel, LoginRefusal::Level),
    (Fault::Expired, LoginRefusal::Expired),
    (Fault::Future, LoginRefusal::Expired),
    (Fault::OldLogin, LoginRefusal::NotFresh),
    (Fault::NoAuthTime, LoginRefusal::NotFresh),
    (Fault::ForeignKey, LoginRefusal::Signature),
    (Fault::Unsigned, LoginRefusal::Algorithm),
    (Fault::AccessHash, LoginRefusal::AccessToken),
    (Fault::NoClaim, LoginRefusal::ClaimMissing),
    (Fault::NoIdToken, LoginRefusal::IdTokenMissing),
    (Fault::BadIdToken, LoginRefusal::IdTokenForm),
    (Fault::OtherKind, LoginRefusal::IdTokenForm),
    (Fault::BadToken, LoginRefusal::TokenForm),
    (Fault::UserinfoUnsigned, LoginRefusal::UserinfoUnsigned),
    (Fault::UserinfoForm, LoginRefusal::UserinfoForm),
    (Fault::UserinfoSubject, LoginRefusal::UserinfoSubject),
    (Fault::UserinfoForeignKey, LoginRefusal::UserinfoSignature),
    (Fault::UserinfoIssuer, LoginRefusal::UserinfoIssuer),
    (Fault::UserinfoPerson, LoginRefusal::ClaimsDiffer),
    (Fault::UserinfoExpired, LoginRefusal::UserinfoExpired),
    (Fault::AnswerIssuer, LoginRefusal::AnswerIssuer),
    (Fault::AnswerNoIssuer, LoginRefusal::AnswerIssuer),
];

#[tokio::test]
async fn an_answer_that_is_not_to_be_believed_logs_nobody_in() {
    for stage in stages().await {
        for (fault, refusal) in INVALID {
            stage.residents.breaks(fault);
            is_refused(&stage.answer(Realm::Resident).await, refusal, &format!("{fault:?}"));
        }
        stage.residents.breaks(None);
        assert!(stage.answer(Realm::Resident).await.contains_key("code"));
    }
}

fn is_refused(answer: &HashMap<String, String>, refusal: LoginRefusal, case: &str) {
    assert_eq!(answer.get("error").map(String::as_str), Some("server_error"), "{case}: {answer:?}");
    assert_eq!(answer["error_description"], refusal.as_str(), "{case}");
    assert!(!answer.contains_key("code") && answer["state"] == "state-of-the-app", "{case}");
}

#[tokio::test]
async fn the_app_hears_why() {
    for stage in stages().await {
        for (said, error, word) in [
            ("access_denied", "access_denied", None),
            ("temporarily_unavailable", "temporarily_unavailable", Some("unavailable")),
            ("unmet_authentication_requirements", "server_error", Some("level")),
            ("invalid_request", "server_error", Some("provider_error")),
        ] {
            let begun = stage.begin(Realm::Resident).await;
            let fields = stage.residents.fail(&begun.address, said);
            let answer = stage.come_back(Some(&begun.cookie), &fields).await.to_app();
            assert_eq!((answer["error"].as_str(), answer.get("error_description").map(String::as_str)), (error, word));
        }
        stage.residents.breaks(Fault::TokenDown);
        assert_eq!(stage.answer(Realm::Resident).await["error"], "temporarily_unavailable");
        for (fault, refusal) in
            [(Fault::Refuses, LoginRefusal::CodeRefused), (Fault::RefusesClient, LoginRefusal::ClientRefused)]
        {
            stage.residents.breaks(fault);
            is_refused(&stage.answer(Realm::Resident).await, refusal, &format!("{fault:?}"));
        }
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be() {
    for stage in stages().await {
        stage.residents.breaks(Fault::Down);
        let answer = stage.get(&authorize(Realm::Resident, &[]), None).await.to_app();
        assert_eq!(
            (answer["error"].as_str(), answer["state"].as_str()),
            ("temporarily_unavailable", "state-of-the-app")
        );
        stage.residents.breaks(None);
        stage.login(Realm::Resident).await;
    }
}

#[tokio::test]
async fn who_is_not_in_the_registry_is_told_so() {
    for stage in stages().await {
        let (moa, sara, far) = (stage.number("moa").await, stage.number("sara").await, stage.number("far").await);
        let hyphenated = format!("{}-{}", &moa[..8], &moa[8..]);
        // Unknown, of another municipality, staff in the residents' realm, and no number of twelve digits.
        for person in ["199912319801", &far, &sara, "", &moa[2..], &hyphenated] {
            stage.residents.person(person);
            is_not_known(&stage.answer(Realm::Resident).await);
        }
        // Of another employer, of none, and a resident.
        for person in [format!("{sara}@2120001041"), format!("{sara}@"), sara.clone(), format!("{moa}@2120001157")] {
            stage.staff.person(&person);
            is_not_known(&stage.answer(Realm::Staff).await);
        }
        stage.staff.person(&format!("{sara}@212000-1157"));
        stage.login(Realm::Staff).await;
    }
}

fn is_not_known(answer: &HashMap<String, String>) {
    assert_eq!((answer["error"].as_str(), answer["error_description"].as_str()), ("access_denied", "not_known"));
}

#[tokio::test]
async fn only_the_browser_that_began_can_finish() {
    for stage in stages().await {
        let (begun, other) = (stage.begin(Realm::Resident).await, stage.begin(Realm::Resident).await);
        let fields = stage.residents.confirm(&begun.address);
        stage.come_back(None, &fields).await.is_page();
        stage.come_back(Some(&other.cookie), &fields).await.is_page();
        let (name, _) = begun.cookie.split_once('=').expect("is a pair");
        let (_, value) = other.cookie.split_once('=').expect("is a pair");
        stage.come_back(Some(&format!("{name}={value}")), &fields).await.is_page();
        assert!(stage.come_back(Some(&begun.cookie), &fields).await.to_app().contains_key("code"));
    }
}

#[tokio::test]
async fn a_wrong_state_leads_nowhere() {
    for stage in stages().await {
        let (begun, other) = (stage.begin(Realm::Resident).await, stage.begin(Realm::Resident).await);
        let mut fields = stage.residents.confirm(&begun.address);
        let right = fields[1].1.clone();
        let elsewhere = stage.residents.confirm(&other.address)[1].1.clone();
        for wrong in ["", "x", &"A".repeat(43), elsewhere.as_str()] {
            wrong.clone_into(&mut fields[1].1);
            stage.come_back(Some(&begun.cookie), &fields).await.is_page();
        }
        fields.push(("state", right));
        stage.come_back(Some(&begun.cookie), &fields).await.is_page();
    }
}

#[tokio::test]
async fn an_answer_counts_once_and_in_time() {
    for stage in stages().await {
        let begun = stage.begin(Realm::Resident).await;
        let fields = stage.residents.confirm(&begun.address);
        stage.come_back(Some(&begun.cookie), &fields).await.to_app();
        stage.come_back(Some(&begun.cookie), &fields).await.is_page();
        let begun = stage.begin(Realm::Resident).await;
        let fields = stage.residents.confirm(&begun.address);
        stage.wait(10 * MINUTE);
        stage.come_back(Some(&begun.cookie), &fields).await.is_page();
    }
}

#[tokio::test]
async fn only_our_app_is_sent_anything() {
    for stage in stages().await {
        for change in [
            ("client_id", "another"),
            ("client_id", ""),
            ("redirect_uri", ""),
            ("redirect_uri", "https://evil.example/callback"),
            ("redirect_uri", "http://localhost:51000/callback"),
        ] {
            let answer = stage.get(&authorize(Realm::Resident, &[change]), None).await;
            answer.is_page();
            assert!(!answer.text.contains("evil"), "a page echoes");
        }
        let twice = format!("{}&redirect_uri=https%3A%2F%2Fevil.example", authorize(Realm::Resident, &[]));
        stage.get(&twice, None).await.is_page();
    }
}

#[tokio::test]
async fn a_request_that_lacks_something_is_told_so() {
    for stage in stages().await {
        for (change, error) in [
            (("state", ""), "invalid_request"),
            (("nonce", ""), "invalid_request"),
            (("code_challenge", ""), "invalid_request"),
            (("code_challenge", "short"), "invalid_request"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("code_challenge_method", ""), "invalid_request"),
            (("dpop_jkt", "short"), "invalid_request"),
            (("municipality", "bjuv"), "invalid_request"),
            (("realm", "admin"), "invalid_request"),
            (("provider", "staff"), "invalid_request"),
            (("scope", "openid"), "invalid_scope"),
            (("response_type", "token"), "unsupported_response_type"),
        ] {
            let answer = stage.get(&authorize(Realm::Resident, &[change]), None).await.to_app();
            assert_eq!(answer["error"], error, "{change:?}");
        }
    }
}
