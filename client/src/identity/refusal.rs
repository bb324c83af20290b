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
        _ => FailureCode::LoginRefused,
    }
}

fn meaning(refusal: LoginRefusal) -> FailureCode {
    match refusal {
        LoginRefusal::NotKnown => FailureCode::NotKnown,
        LoginRefusal::Unavailable | LoginRefusal::ProviderError => FailureCode::ProviderDown,
        LoginRefusal::Level | LoginRefusal::Demand => FailureCode::LoginLevel,
        LoginRefusal::NotFresh | LoginRefusal::Expired | LoginRefusal::UserinfoExpired | LoginRefusal::CodeRefused => {
            FailureCode::LoginStale
        }
        LoginRefusal::ClaimMissing => FailureCode::LoginNameless,
        LoginRefusal::Metadata
        | LoginRefusal::NotConfigured
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
        | LoginRefusal::UserinfoIssuer
        | LoginRefusal::UserinfoSubject
        | LoginRefusal::ClaimsDiffer => FailureCode::LoginRefused,
    }
}
