//! What a client asks for by name, in the `claims` parameter: about the login itself, or about the person.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::claims::{COORDINATION, DEVICE, EVIDENCE, NUMBER, PREVIOUS, PROVIDER, VALID_FROM, VALID_TO};
use crate::grant::Grant;
use crate::provider::Provider;

/// Where the pretend phone runs.
const HERE: &str = "127.0.0.1";
const YEAR: u64 = 365 * 24 * 60 * 60;

/// What was asked for.
#[derive(Clone, Default)]
pub(crate) struct Asked {
    id_token: Vec<String>,
    userinfo: Vec<String>,
    /// The number of the only person who may do it.
    number: Option<String>,
}

impl Asked {
    /// Reads the `claims` parameter.
    pub(crate) fn parse(claims: &Value) -> Self {
        let names = |part: &str| claims[part].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        let bound = [NUMBER, COORDINATION].into_iter().find_map(|name| {
            let wish = &claims["id_token"][name];
            wish["value"].as_str().filter(|_| wish["essential"] == Value::Bool(true))
        });
        Self { id_token: names("id_token"), userinfo: names("userinfo"), number: bound.map(str::to_owned) }
    }

    /// Whether the person with this number may answer.
    pub(crate) fn is_for(&self, number: &str) -> bool {
        self.number.as_ref().is_none_or(|only| only == number)
    }

    /// What the ID token says on request.
    pub(crate) fn for_id_token(&self, provider: &Provider, grant: &Grant) -> Map<String, Value> {
        tell(provider, grant, &self.id_token)
    }

    /// What UserInfo says on request.
    pub(crate) fn for_userinfo(&self, provider: &Provider, grant: &Grant) -> Map<String, Value> {
        tell(provider, grant, &self.userinfo)
    }
}

fn tell(provider: &Provider, grant: &Grant, names: &[String]) -> Map<String, Value> {
    let told = names.iter().filter_map(|name| {
        let value = match name.as_str() {
            PROVIDER => provider.issuer.as_str().into(),
            DEVICE => HERE.into(),
            VALID_FROM => (grant.auth_time - YEAR).into(),
            VALID_TO => (grant.auth_time + 2 * YEAR).into(),
            PREVIOUS => grant.person.previous.clone()?.into(),
            EVIDENCE => {
                let seen = json!({ "txn": grant.txn, "number": grant.person.number, "auth_time": grant.auth_time });
                STANDARD.encode(provider.pen.write("authn-evidence+jwt", &seen)).into()
            }
            _ => return None,
        };
        Some((name.clone(), value))
    });
    told.collect()
}
