//! Why a login was refused: a closed set of words, for the app to have a text for each. They travel as the
//! `error_description` of the authorization response, and say nothing of a person.

/// Why the municipality's provider could not be used, or its answer not be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoginRefusal {
    /// The provider does not answer, or says that it is in trouble.
    Unavailable,
    /// It describes itself in a way that cannot be used.
    Metadata,
    /// It is configured no more.
    NotConfigured,
    /// It did not take our request.
    RequestRefused,
    /// It ended the login with an error of its own.
    ProviderError,
    /// Its answer names another issuer, or none though it promised to (RFC 9207).
    AnswerIssuer,
    /// Its answer holds no code.
    CodeMissing,
    /// It did not take the code.
    CodeRefused,
    /// It did not take our proof that we are its client.
    ClientRefused,
    /// Its token answer cannot be read.
    TokenForm,
    /// Its token answer holds no ID token.
    IdTokenMissing,
    /// The ID token cannot be read.
    IdTokenForm,
    /// The ID token is signed with an algorithm that is not allowed, or not at all.
    Algorithm,
    /// No key of the provider fits the ID token's signature.
    Signature,
    /// The ID token is another issuer's.
    Issuer,
    /// The ID token is for somebody else.
    Audience,
    /// The ID token is of another login.
    Nonce,
    /// The ID token is too old, or made in the future.
    Expired,
    /// The login is older than the question, or does not say when it was.
    NotFresh,
    /// The level was not reached.
    Level,
    /// The access token is not the one that the ID token speaks of.
    AccessToken,
    /// UserInfo is not there, or was refused.
    UserinfoRefused,
    /// UserInfo is not signed though it must be.
    UserinfoUnsigned,
    /// UserInfo cannot be read.
    UserinfoForm,
    /// No key of the provider fits UserInfo's signature.
    UserinfoSignature,
    /// UserInfo is another issuer's, or for somebody else.
    UserinfoIssuer,
    /// UserInfo is about somebody else.
    UserinfoSubject,
    /// UserInfo is too old.
    UserinfoExpired,
    /// The claim that says who it is is missing.
    ClaimMissing,
    /// ID token and UserInfo name different persons.
    ClaimsDiffer,
    /// Something that the municipality demands of the ID token is not in it.
    Demand,
    /// Proven, but nobody whom the registry knows.
    NotKnown,
}

impl LoginRefusal {
    /// All of them.
    pub const ALL: [Self; 32] = [
        Self::Unavailable,
        Self::Metadata,
        Self::NotConfigured,
        Self::RequestRefused,
        Self::ProviderError,
        Self::AnswerIssuer,
        Self::CodeMissing,
        Self::CodeRefused,
        Self::ClientRefused,
        Self::TokenForm,
        Self::IdTokenMissing,
        Self::IdTokenForm,
        Self::Algorithm,
        Self::Signature,
        Self::Issuer,
        Self::Audience,
        Self::Nonce,
        Self::Expired,
        Self::NotFresh,
        Self::Level,
        Self::AccessToken,
        Self::UserinfoRefused,
        Self::UserinfoUnsigned,
        Self::UserinfoForm,
        Self::UserinfoSignature,
        Self::UserinfoIssuer,
        Self::UserinfoSubject,
        Self::UserinfoExpired,
        Self::ClaimMissing,
        Self::ClaimsDiffer,
        Self::Demand,
        Self::NotKnown,
    ];

    /// As it travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Metadata => "metadata",
            Self::NotConfigured => "not_configured",
            Self::RequestRefused => "request_refused",
            Self::ProviderError => "provider_error",
            Self::AnswerIssuer => "answer_issuer",
            Self::CodeMissing => "code_missing",
            Self::CodeRefused => "code_refused",
            Self::ClientRefused => "client_refused",
            Self::TokenForm => "token_form",
            Self::IdTokenMissing => "id_token_missing",
            Self::IdTokenForm => "id_token_form",
            Self::Algorithm => "algorithm",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Nonce => "nonce",
            Self::Expired => "expired",
            Self::NotFresh => "not_fresh",
            Self::Level => "level",
            Self::AccessToken => "access_token",
            Self::UserinfoRefused => "userinfo_refused",
            Self::UserinfoUnsigned => "userinfo_unsigned",
            Self::UserinfoForm => "userinfo_form",
            Self::UserinfoSignature => "userinfo_signature",
            Self::UserinfoIssuer => "userinfo_issuer",
            Self::UserinfoSubject => "userinfo_subject",
            Self::UserinfoExpired => "userinfo_expired",
            Self::ClaimMissing => "claim_missing",
            Self::ClaimsDiffer => "claims_differ",
            Self::Demand => "demand",
            Self::NotKnown => "not_known",
        }
    }

    /// Reads a word; `None` for one that is newer than this build.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

const _: () = assert!(LoginRefusal::ALL.len() == LoginRefusal::NotKnown as usize + 1, "a refusal is not listed");

#[cfg(test)]
mod tests {
    use super::LoginRefusal;

    #[test]
    fn each_has_a_word_of_its_own() {
        for one in LoginRefusal::ALL {
            assert_eq!(LoginRefusal::parse(one.as_str()), Some(one));
        }
        assert_eq!(LoginRefusal::parse("newer"), None);
    }
}
