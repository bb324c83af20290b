//! Who it is: from a provider's claims to a number that the registry can look for.

use crate::config::{IdentityFrom, Provider};
use protocol::login::LoginRefusal;
use serde_json::{Map, Value};

type Claims = Map<String, Value>;

/// A personal number, or `<number>@<orgnr>`, that all who were asked agree on.
pub(super) fn person(provider: &Provider, id_token: &Claims, info: Option<&Claims>) -> Result<String, LoginRefusal> {
    let asked: Vec<&Claims> = match provider.identity_from {
        IdentityFrom::Both | IdentityFrom::Userinfo => info.into_iter().collect(),
        IdentityFrom::IdToken => Vec::new(),
    };
    let token = (provider.identity_from != IdentityFrom::Userinfo).then_some(id_token);
    let asked: Vec<&Claims> = token.into_iter().chain(asked).collect();
    let map = &provider.claims;
    let number = map.person.iter().find_map(|name| one_value(&asked, name).transpose());
    let number = number.ok_or(LoginRefusal::ClaimMissing)??;
    let number = map.strip.iter().fold(number, |number, piece| number.replace(piece, ""));
    match &map.organisation {
        Some(name) => {
            let organisation = one_value(&asked, name)?.ok_or(LoginRefusal::ClaimMissing)?;
            Ok(format!("{number}@{organisation}"))
        }
        None => Ok(number),
    }
}

/// The one value of a claim, wherever it is said.
fn one_value(asked: &[&Claims], name: &str) -> Result<Option<String>, LoginRefusal> {
    let mut values = asked.iter().filter_map(|claims| claims.get(name));
    let Some(first) = values.next() else { return Ok(None) };
    if values.any(|other| other != first) {
        return Err(LoginRefusal::ClaimsDiffer);
    }
    first.as_str().map(|text| Some(text.to_owned())).ok_or(LoginRefusal::ClaimMissing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(keys: &str) -> Provider {
        let text = format!(
            "id = 'p'\nrealm = 'staff'\nmunicipalities = ['bjuv']\nissuer = 'https://idp.example'\nclient_id = 'c'\n{keys}"
        );
        toml::from_str(&text).expect("is a provider")
    }

    fn said(provider: &Provider, token: &str, info: Option<&str>) -> Result<String, LoginRefusal> {
        let read = |text: &str| serde_json::from_str::<Claims>(text).expect("is JSON");
        person(provider, &read(token), info.map(read).as_ref())
    }

    #[test]
    fn the_first_claim_that_is_said_counts_and_both_places_must_agree() {
        let provider = provider("claim = ['a', 'b']\nstrip = ['-']");
        assert_eq!(said(&provider, r#"{"b": "1984-1"}"#, Some("{}")), Ok("19841".to_owned()));
        assert_eq!(said(&provider, r#"{"a": "1", "b": "2"}"#, Some(r#"{"a": "1"}"#)), Ok("1".to_owned()));
        assert_eq!(said(&provider, r#"{"a": "1"}"#, Some(r#"{"a": "2"}"#)), Err(LoginRefusal::ClaimsDiffer));
        for missing in ["{}", r#"{"a": 7}"#, r#"{"c": "1"}"#] {
            assert_eq!(said(&provider, missing, None), Err(LoginRefusal::ClaimMissing), "{missing}");
        }
    }

    #[test]
    fn only_the_place_that_is_named_is_read() {
        let token = provider("claim = 'a'\nidentity_from = 'id_token'");
        assert_eq!(said(&token, r#"{"a": "1"}"#, Some(r#"{"a": "2"}"#)), Ok("1".to_owned()));
        let info = provider("claim = 'a'\nidentity_from = 'userinfo'");
        assert_eq!(said(&info, r#"{"a": "1"}"#, Some(r#"{"a": "2"}"#)), Ok("2".to_owned()));
        assert_eq!(said(&info, r#"{"a": "1"}"#, Some("{}")), Err(LoginRefusal::ClaimMissing));
    }

    #[test]
    fn an_affiliation_may_come_in_two_claims() {
        let provider = provider("claim = 'number'\norganisation_claim = 'org'");
        assert_eq!(said(&provider, r#"{"number": "1", "org": "212"}"#, None), Ok("1@212".to_owned()));
        assert_eq!(said(&provider, r#"{"number": "1"}"#, None), Err(LoginRefusal::ClaimMissing));
    }
}
