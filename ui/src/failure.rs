//! Words for what can go wrong: what happened, what was kept, and what to do.

use crate::locale::{Key, Words};
use bridge::{Failure, FailureCode};
use yew::AttrValue;

/// The failure in words, with the number to quote where there is one.
pub(crate) fn say(words: &Words, failure: &Failure) -> AttrValue {
    let text = match (failure.code, &failure.details) {
        (FailureCode::WrongCode, Some(left)) => {
            let left: u32 = left.parse().unwrap_or_default();
            return words.say_with("failure-wrong-code-left", &[("left", left.into())]);
        }
        (FailureCode::WrongPassphrase, Some(left)) => {
            let left: u32 = left.parse().unwrap_or_default();
            return words.say_with("failure-wrong-passphrase-left", &[("left", left.into())]);
        }
        (FailureCode::TooSoon, Some(seconds)) => {
            let minutes = seconds.parse::<u32>().unwrap_or_default().div_ceil(60);
            return words.say_with("failure-too-soon-minutes", &[("minutes", minutes.into())]);
        }
        _ => words.say(key(failure.code)),
    };
    match &failure.details {
        Some(number) if failure.code == FailureCode::Internal => {
            let quote = words.say_with("failure-quote", &[("number", number.as_str().into())]);
            format!("{text} {quote}").into()
        }
        _ => text,
    }
}

/// The words for a code alone.
pub(crate) fn key(code: FailureCode) -> Key {
    match code {
        FailureCode::Offline => Key("failure-offline"),
        FailureCode::ServiceDown => Key("failure-service-down"),
        FailureCode::ProviderDown => Key("failure-provider-down"),
        FailureCode::LoginCancelled => Key("failure-login-cancelled"),
        FailureCode::LoginTimedOut => Key("failure-login-timed-out"),
        FailureCode::LoginRefused => Key("failure-login-refused"),
        FailureCode::LoginLevel => Key("failure-login-level"),
        FailureCode::LoginStale => Key("failure-login-stale"),
        FailureCode::LoginNameless => Key("failure-login-nameless"),
        FailureCode::LoginMisfit => Key("failure-login-misfit"),
        FailureCode::LoginProvider => Key("failure-login-provider"),
        FailureCode::LoginWay => Key("failure-login-way"),
        FailureCode::LoginReused => Key("failure-login-reused"),
        FailureCode::LoginOther => Key("failure-login-other"),
        FailureCode::NotKnown => Key("failure-not-known"),
        FailureCode::NoKeyring => Key("failure-no-keyring"),
        FailureCode::KeyLost => Key("failure-key-lost"),
        FailureCode::WrongCode => Key("failure-wrong-code"),
        FailureCode::BadCode => Key("failure-bad-code"),
        FailureCode::WrongPassphrase => Key("failure-wrong-passphrase"),
        FailureCode::BadPassphrase => Key("failure-bad-passphrase"),
        FailureCode::TooSoon => Key("failure-too-soon"),
        FailureCode::BadInvite => Key("failure-bad-invite"),
        FailureCode::InviteSpent => Key("failure-invite-spent"),
        FailureCode::TooManyTries => Key("failure-too-many-tries"),
        FailureCode::NotOpen => Key("failure-not-open"),
        FailureCode::SessionEnded => Key("failure-session-ended"),
        FailureCode::Access => Key("failure-access"),
        FailureCode::Invalid => Key("failure-invalid"),
        FailureCode::Reason => Key("failure-reason"),
        FailureCode::TooLong => Key("failure-too-long"),
        FailureCode::Conflict => Key("failure-conflict"),
        FailureCode::Closed => Key("failure-closed"),
        FailureCode::NotHere => Key("failure-not-here"),
        FailureCode::Unreadable => Key("failure-unreadable"),
        FailureCode::FileLost => Key("failure-file-lost"),
        FailureCode::DiskFull => Key("failure-disk-full"),
        FailureCode::Damaged => Key("failure-damaged"),
        FailureCode::UpdateNeeded => Key("failure-update-needed"),
        FailureCode::SignedOutElsewhere => Key("failure-signed-out-elsewhere"),
        FailureCode::Internal => Key("failure-internal"),
        FailureCode::Unknown => Key("failure-unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Locale;
    use bridge::Retry;
    use std::collections::HashMap;

    #[test]
    fn an_incident_number_is_quoted() {
        let failure = Failure { code: FailureCode::Internal, retry: Retry::Later, details: Some("K7F2".to_owned()) };
        assert!(say(&Words::new(Locale::Swedish), &failure).contains("K7F2"));
    }

    #[test]
    fn each_code_has_words_of_its_own_in_every_language() {
        for locale in Locale::ALL {
            let words = Words::new(locale);
            let mut said = HashMap::new();
            for code in FailureCode::ALL {
                let text = words.say(key(code));
                // A key without words shows itself.
                assert!(text.contains(' ') && text.as_str() != key(code).0, "{}: {code:?}", locale.tag());
                assert_eq!(
                    said.insert(text.to_string(), code),
                    None,
                    "{}: {code:?} says what another one says",
                    locale.tag()
                );
            }
        }
    }

    #[test]
    fn a_wrong_code_tells_how_many_tries_are_left() {
        let failure = Failure { code: FailureCode::WrongCode, retry: Retry::Never, details: Some("3".to_owned()) };
        assert!(say(&Words::new(Locale::English), &failure).contains('3'));
    }
}
