//! What the person is told when a login was refused: the backend's word for it, turned into what they can do about it.

use bridge::FailureCode;
use protocol::login::LoginRefusal;

/// The failure behind an error answer.
pub(super) fn code_of(error: &str, description: Option<&str>) -> FailureCode {
    match (description.map(LoginRefusal::parse), error) {
        (Some(Some(refusal)), _) => meaning(refusal),
        (_, "access_denied") => FailureCode::LoginCancelled,
        // An incident id, or a word that is newer than this build.
        (Some(None), "server_error") => FailureCode::ServiceDown,
        (_, "server_error" | "temporarily_unavailable") => FailureCode::ProviderDown,
        // The backend has no such municipality or provider, or none any more.
        (None, "invalid_request") => FailureCode::LoginWay,
        _ => FailureCode::LoginRefused,
    }
}

fn meaning(refusal: LoginRefusal) -> FailureCode {
    match refusal {
        LoginRefusal::NotKnown => FailureCode::NotKnown,
        LoginRefusal::Unavailable => FailureCode::ProviderDown,
        LoginRefusal::ProviderError => FailureCode::LoginProvider,
        LoginRefusal::NotConfigured => FailureCode::LoginWay,
        LoginRefusal::Level | LoginRefusal::Demand => FailureCode::LoginLevel,
        LoginRefusal::NotFresh => FailureCode::LoginReused,
        LoginRefusal::Expired | LoginRefusal::UserinfoExpired | LoginRefusal::CodeRefused => FailureCode::LoginStale,
        LoginRefusal::ClaimMissing => FailureCode::LoginNameless,
        LoginRefusal::UserinfoSubject | LoginRefusal::ClaimsDiffer => FailureCode::LoginOther,
        LoginRefusal::Metadata
        | LoginRefusal::RequestRefused
        | LoginRefusal::ClientRefused
        | LoginRefusal::CodeMissing
        | LoginRefusal::TokenForm
        | LoginRefusal::IdTokenMissing
        | LoginRefusal::IdTokenForm
        | LoginRefusal::UserinfoRefused
        | LoginRefusal::UserinfoUnsigned
        | LoginRefusal::UserinfoForm => FailureCode::LoginMisfit,
        LoginRefusal::AnswerIssuer
        | LoginRefusal::Algorithm
        | LoginRefusal::Signature
        | LoginRefusal::Issuer
        | LoginRefusal::Audience
        | LoginRefusal::Nonce
        | LoginRefusal::AccessToken
        | LoginRefusal::UserinfoSignature
        | LoginRefusal::UserinfoIssuer => FailureCode::LoginRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the person is told is never that something went wrong somewhere, and says what to do where that differs.
    #[test]
    fn each_refusal_has_a_meaning() {
        let mut told = Vec::new();
        for refusal in LoginRefusal::ALL {
            let code = code_of("server_error", Some(refusal.as_str()));
            assert!(
                !matches!(code, FailureCode::Internal | FailureCode::Unknown | FailureCode::ServiceDown),
                "{refusal:?}"
            );
            if !told.contains(&code) {
                told.push(code);
            }
        }
        assert_eq!(told.len(), 11, "{told:?}");
        assert_eq!(code_of("server_error", Some("newer-than-this-build")), FailureCode::ServiceDown);
    }
}
