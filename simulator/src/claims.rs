//! What is said about a person, where, and for which scope.
//!
//! The ID token carries numbers and affiliation; names and date of birth stand in UserInfo only.

use serde_json::{Map, Value};

use crate::people::Person;

/// Names and date of birth.
pub(crate) const SCOPE_INFO: &str = "https://id.oidc.se/scope/naturalPersonInfo";
/// Personal number.
pub(crate) const SCOPE_NUMBER: &str = "https://id.oidc.se/scope/naturalPersonNumber";
/// Place in an organisation.
pub(crate) const SCOPE_ORG: &str = "https://id.oidc.se/scope/naturalPersonOrgId";

/// A signature, with its consent.
pub(crate) const SCOPE_SIGN: &str = "https://id.oidc.se/scope/sign";
/// Consent to a signature that is made elsewhere.
pub(crate) const SCOPE_APPROVAL: &str = "https://id.oidc.se/scope/signApproval";

pub(crate) const NUMBER: &str = "https://id.oidc.se/claim/personalIdentityNumber";
pub(crate) const COORDINATION: &str = "https://id.oidc.se/claim/coordinationNumber";
pub(crate) const COORDINATION_LEVEL: &str = "https://id.oidc.se/claim/coordinationNumberLevel";
pub(crate) const PREVIOUS: &str = "https://id.oidc.se/claim/previousCoordinationNumber";
pub(crate) const AFFILIATION: &str = "https://id.oidc.se/claim/orgAffiliation";
pub(crate) const ORGANISATION: &str = "https://id.oidc.se/claim/orgName";
pub(crate) const UNIT: &str = "https://id.oidc.se/claim/orgUnit";
pub(crate) const PROVIDER: &str = "https://id.oidc.se/claim/authnProvider";
pub(crate) const EVIDENCE: &str = "https://id.oidc.se/claim/authnEvidence";
pub(crate) const DEVICE: &str = "https://id.oidc.se/claim/deviceIp";
pub(crate) const VALID_FROM: &str = "https://id.oidc.se/claim/credentialValidFrom";
pub(crate) const VALID_TO: &str = "https://id.oidc.se/claim/credentialValidTo";
pub(crate) const SIGNATURE: &str = "https://id.oidc.se/claim/userSignature";

/// The level that every login here reaches.
pub(crate) const LEVEL: &str = "http://id.elegnamnden.se/loa/1.0/loa3";
/// All levels on offer.
pub(crate) const LEVELS: [&str; 1] = [LEVEL];

/// What the ID token says of a person, beyond the login itself.
pub(crate) fn for_id_token(person: &Person, scopes: &[String]) -> Map<String, Value> {
    let mut claims = Map::new();
    if has(scopes, SCOPE_NUMBER) {
        if let Some(level) = &person.coordination_level {
            claims.insert(COORDINATION.into(), person.number.as_str().into());
            claims.insert(COORDINATION_LEVEL.into(), level.as_str().into());
        } else {
            claims.insert(NUMBER.into(), person.number.as_str().into());
        }
    }
    if let Some(post) = person.post.as_ref().filter(|_| has(scopes, SCOPE_ORG)) {
        claims.insert(AFFILIATION.into(), post.affiliation.as_str().into());
        claims.insert(ORGANISATION.into(), post.organisation.as_str().into());
        claims.insert(UNIT.into(), post.unit.as_str().into());
    }
    claims
}

/// What UserInfo says of a person.
pub(crate) fn for_userinfo(person: &Person, scopes: &[String]) -> Map<String, Value> {
    let mut claims = for_id_token(person, scopes);
    if has(scopes, SCOPE_INFO) {
        claims.insert("given_name".into(), person.given_name.as_str().into());
        claims.insert("family_name".into(), person.family_name.as_str().into());
        claims.insert("name".into(), person.name().into());
        claims.insert("birthdate".into(), person.birthdate().into());
    }
    claims
}

/// Whether a scope was asked for.
pub(crate) fn has(scopes: &[String], scope: &str) -> bool {
    scopes.iter().any(|one| one == scope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::People;

    #[test]
    fn a_coordination_number_is_never_called_personal_number() {
        let text = "[[municipality]]\nid = \"bjuv\"\nname = \"Bjuv\"\norgnr = \"212000-0000\"\n\
                    [[resident]]\nid = \"p-1\"\ngiven_name = \"A\"\nfamily_name = \"B\"\nmunicipality = \"bjuv\"\n\
                    personal_number = \"199003639847\"";
        let people = People::parse(text).expect("a coordination number of the test series");
        let claims = for_userinfo(&people.residents[0], &[SCOPE_NUMBER.into(), SCOPE_INFO.into()]);
        assert_eq!(claims[COORDINATION], "199003639847");
        assert_eq!(claims[COORDINATION_LEVEL], "confirmed");
        assert!(!claims.contains_key(NUMBER));
        assert_eq!(claims["birthdate"], "1990-03-03");
    }
}
