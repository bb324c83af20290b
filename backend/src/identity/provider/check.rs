//! `digiteam-backend check-provider NAME`: what a provider says about itself, held line by line against how the
//! configuration wants to use it. Nobody is logged in, and nothing is told that is secret.

use super::RelyingParty;
use crate::config::{AcrRequest, ClientAuth, IdentityFrom, Par, Provider, RequestForm, UserinfoForm};
use protocol::Millis;
use protocol::login::LoginRefusal;
use serde_json::Value;

const ALGORITHMS: [&str; 3] = ["ES256", "RS256", "PS256"];

/// What was found.
pub struct Checked {
    /// Line by line: `fits`, `note` or `missing`, what, and what it means.
    pub lines: Vec<String>,
    /// Whether nothing that is needed is missing.
    pub is_whole: bool,
}

struct Check<'p> {
    provider: &'p Provider,
    said: Value,
    found: Checked,
}

impl RelyingParty {
    /// Reads the provider's metadata and compares.
    pub(in crate::identity) async fn check(&self, provider: &Provider, now: Millis) -> Checked {
        let mut check = Check { provider, said: Value::Null, found: Checked { lines: Vec::new(), is_whole: true } };
        match self.known(provider, now).await {
            Ok(known) => {
                check.said = serde_json::to_value(&known.metadata).unwrap_or_default();
                check.fits("metadata", &provider.issuer);
                let keys = known.keys.keys.len();
                check.needs("keys", keys > 0, &format!("{keys} published"), "nothing that it signs can be checked");
                check.endpoints();
                check.proof();
                check.question();
                check.level();
                check.answer();
                check.ends();
            }
            Err(LoginRefusal::Unavailable) => check.missing("metadata", "it does not answer: nobody can log in"),
            Err(_) => check.missing("metadata", "it cannot be used, or is another issuer's: nobody can log in"),
        }
        check.found
    }
}

impl Check<'_> {
    fn endpoints(&mut self) {
        let has_token = self.said["token_endpoint"].is_string();
        self.needs("token endpoint", has_token, "", "no code becomes a login");
        if self.provider.identity_from != IdentityFrom::IdToken {
            let has_info = self.said["userinfo_endpoint"].is_string();
            self.needs("UserInfo", has_info, "", "identity_from must be \"id_token\"");
        }
    }

    fn proof(&mut self) {
        let method = match self.provider.auth {
            ClientAuth::PrivateKeyJwt => "private_key_jwt",
            ClientAuth::SecretBasic(_) => "client_secret_basic",
            ClientAuth::SecretPost(_) => "client_secret_post",
        };
        let offered = self.list("token_endpoint_auth_methods_supported").unwrap_or_else(|| vec!["client_secret_basic"]);
        let is_offered = offered.contains(&method);
        self.needs("client authentication", is_offered, method, &format!("{method} is not offered"));
        if matches!(self.provider.auth, ClientAuth::PrivateKeyJwt) {
            self.wants("proof by ES256", "token_endpoint_auth_signing_alg_values_supported", &["ES256"]);
        }
    }

    fn question(&mut self) {
        match self.list("code_challenge_methods_supported").filter(|methods| !methods.is_empty()) {
            Some(methods) => {
                let is_met = methods.contains(&"S256");
                self.needs("PKCE", is_met, "S256", "S256 is not taken, and nothing else is sent");
            }
            None => self.note("PKCE", "it does not say whether it checks it; it is sent all the same"),
        }
        if self.provider.request == RequestForm::Signed {
            let is_taken = self.flag("request_parameter_supported");
            self.needs("Request Object", is_taken, "by value", "it takes none; request must be \"plain\"");
            self.wants("Request Object by ES256", "request_object_signing_alg_values_supported", &["ES256"]);
        } else if self.flag("require_signed_request_object") {
            self.missing("Request Object", "it wants one; request must be \"signed\"");
        }
        let offers_par = self.said["pushed_authorization_request_endpoint"].is_string();
        match (self.provider.par, offers_par, self.flag("require_pushed_authorization_requests")) {
            (Par::Never, _, true) => self.missing("pushed requests", "it wants them; par must be \"auto\""),
            (Par::Never, _, false) => self.note("pushed requests", "turned off"),
            (Par::Auto, true, _) => self.fits("pushed requests", "used"),
            (Par::Auto, false, _) => self.note("pushed requests", "not offered; the browser carries the request"),
        }
        let scopes: Vec<&str> = self.provider.scopes.iter().map(String::as_str).collect();
        for scope in scopes {
            self.wants(&format!("scope {scope}"), "scopes_supported", &[scope]);
        }
        if !self.provider.message.is_empty() && !self.flag("https://id.oidc.se/disco/userMessageSupported") {
            self.note("message", "it shows none");
        }
    }

    fn level(&mut self) {
        let values: Vec<&str> = self.provider.acr.values.iter().map(String::as_str).collect();
        match self.provider.acr.ask {
            AcrRequest::Claims => {
                let is_taken = self.flag("claims_parameter_supported");
                self.needs(
                    "level as a claim",
                    is_taken,
                    "",
                    "it does not read claims; acr_request must be \"acr_values\"",
                );
            }
            AcrRequest::AcrValues => {}
            AcrRequest::None => return self.note("level", "none is asked for"),
        }
        self.wants("level", "acr_values_supported", &values);
        if self.provider.acr.accepted.is_empty() {
            self.note("level", "any that comes back is taken; acr should say which, or require what else");
        }
    }

    fn answer(&mut self) {
        self.wants("ID token", "id_token_signing_alg_values_supported", &ALGORITHMS);
        if self.provider.identity_from != IdentityFrom::IdToken && self.provider.userinfo == UserinfoForm::Signed {
            let offered = self.list("userinfo_signing_alg_values_supported").unwrap_or_default();
            let is_signed = offered.iter().any(|one| ALGORITHMS.contains(one));
            self.needs("signed UserInfo", is_signed, "", "it would be turned down; userinfo must be \"any\"");
        }
        let person: Vec<&str> = self.provider.claims.person.iter().map(String::as_str).collect();
        self.wants("who it is", "claims_supported", &person);
        match self.flag("authorization_response_iss_parameter_supported") {
            true => self.fits("issuer in the answer", "checked"),
            false => self.note("issuer in the answer", "not promised; the ID token's is checked"),
        }
    }

    fn ends(&mut self) {
        match (self.flag("backchannel_logout_supported"), self.flag("frontchannel_logout_supported")) {
            (true, _) => self.fits("logout there", "ends sessions here, by back channel"),
            (false, true) => self.fits("logout there", "ends sessions here, by front channel"),
            (false, false) => self.note("logout there", "it does not tell; sessions here last their time"),
        }
        match self.said["end_session_endpoint"].is_string() {
            true => self.fits("logout here", "leads on to its page"),
            false => self.note("logout here", "it has no page for it"),
        }
    }

    /// One of `values` in a list; a provider that does not publish the list may still do it.
    fn wants(&mut self, what: &str, list: &str, values: &[&str]) {
        let found = self.list(list).map(|offered| values.iter().find(|value| offered.contains(value)).copied());
        match found {
            Some(Some(value)) => self.fits(what, value),
            Some(None) => self.missing(what, &format!("{list} has not {}", values.join(" or "))),
            None => self.note(what, &format!("it does not publish {list}")),
        }
    }

    fn needs(&mut self, what: &str, is_met: bool, how: &str, otherwise: &str) {
        if is_met { self.fits(what, how) } else { self.missing(what, otherwise) }
    }

    fn fits(&mut self, what: &str, how: &str) {
        self.say("fits", what, how);
    }

    fn note(&mut self, what: &str, meaning: &str) {
        self.say("note", what, meaning);
    }

    fn missing(&mut self, what: &str, meaning: &str) {
        self.found.is_whole = false;
        self.say("missing", what, meaning);
    }

    fn say(&mut self, verdict: &str, what: &str, more: &str) {
        let colon = if more.is_empty() { "" } else { ": " };
        self.found.lines.push(format!("{verdict:<8} {what}{colon}{more}"));
    }

    fn flag(&self, name: &str) -> bool {
        self.said[name] == Value::Bool(true)
    }

    fn list(&self, name: &str) -> Option<Vec<&str>> {
        Some(self.said[name].as_array()?.iter().filter_map(Value::as_str).collect())
    }
}
