//! Our relying party against providers that others wrote: one by the book, in every manner that we know, and one that
//! breaks a rule at a time.

use crate::outside::{Outside, log_in, word};
use crate::stage::stages;
use protocol::identity::{Me, Realm};

const BY_SECRET: &str = "client_secret = SECRET\n";
/// What no rule is broken in.
const WHOLE: &str = "logged in";

/// Each rule that it can break, and what the app hears of it.
const BROKEN: [(&str, &str); 15] = [
    ("", WHOLE),
    ("nonce", "nonce"),
    ("no_nonce", "nonce"),
    ("audience", "audience"),
    ("issuer", "issuer"),
    ("expired", "expired"),
    ("old_login", "not_fresh"),
    ("level", "level"),
    ("algorithm", "algorithm"),
    ("unsigned", "algorithm"),
    ("foreign_key", "signature"),
    ("no_id_token", "id_token_missing"),
    ("refused", "code_refused"),
    ("userinfo_subject", "userinfo_subject"),
    ("", WHOLE),
];

#[tokio::test]
async fn a_provider_by_the_book_logs_in_in_every_manner() {
    for mut stage in stages().await {
        for (auth, secret) in
            [("private_key_jwt", ""), ("client_secret_basic", BY_SECRET), ("client_secret_post", BY_SECRET)]
        {
            let provider = Outside::npm("strict.mjs", auth, &stage).await;
            for form in [
                "request = 'plain'\npar = 'never'",
                "request = 'signed'\npar = 'never'",
                "request = 'plain'",
                "request = 'signed'",
            ] {
                stage.use_provider(&provider.issuer, &format!("client_auth = '{auth}'\n{secret}{form}\n")).await;
                let answer = log_in(&stage).await;
                assert_eq!(word(&answer), WHOLE, "{}: {auth}, {form}", stage.engine);
            }
        }
    }
}

#[tokio::test]
async fn who_logs_in_there_is_who_the_registry_says() {
    for mut stage in stages().await {
        let provider = Outside::npm("strict.mjs", "private_key_jwt", &stage).await;
        stage.use_provider(&provider.issuer, "").await;
        let code = log_in(&stage).await["code"].clone();
        let tokens = stage.redeem(&code, crate::stage::VERIFIER, crate::stage::REDIRECT).await.json();
        let me = stage.me(tokens["access_token"].as_str().expect("is there")).await.json();
        let me: Me = serde_json::from_value(me).expect("is Me");
        assert_eq!((me.person.as_str(), me.realm), ("moa", Realm::Resident));
    }
}

#[tokio::test]
async fn each_broken_rule_is_refused_by_its_own_word() {
    for mut stage in stages().await {
        let provider = Outside::npm("broken.mjs", "private_key_jwt", &stage).await;
        stage.use_provider(&provider.issuer, "userinfo = 'any'").await;
        for (fault, heard) in BROKEN {
            provider.breaks(fault).await;
            assert_eq!(word(&log_in(&stage).await), heard, "{}: {fault}", stage.engine);
        }
        // Where the profile wants UserInfo signed, this provider is of no use.
        stage.use_provider(&provider.issuer, "").await;
        assert_eq!(word(&log_in(&stage).await), "userinfo_unsigned");
    }
}
