//! One OpenID provider, as data: how it wants to be asked, and what of its answer counts.
//!
//! Providers differ in everything but the standard. A preset fills in what is usual at one kind of provider, and each key
//! beside it wins over it; without a preset the Swedish profile is meant. What is read here is whole and fits together;
//! nobody checks it again.

use super::preset::{Preset, Usual};
use super::secret::{Place, Secret};
use protocol::id::MunicipalityId;
use protocol::identity::Realm;
use serde::Deserialize;
use std::collections::BTreeMap;
use url::Url;

/// One OpenID provider.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Written")]
pub struct Provider {
    /// A short word that names it in addresses and logs.
    pub id: String,
    /// Who logs in there.
    pub realm: Realm,
    /// The municipalities that use it.
    pub municipalities: Vec<MunicipalityId>,
    /// Its issuer, to the letter.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// How we prove there that we are that client.
    pub auth: ClientAuth,
    /// In what form the authorization request goes.
    pub request: RequestForm,
    /// Whether the request is pushed ahead of the browser (RFC 9126).
    pub par: Par,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// Who it is.
    pub claims: ClaimMap,
    /// The level.
    pub acr: AcrPolicy,
    /// What else the ID token must say, to the letter.
    pub require: BTreeMap<String, String>,
    /// Fields of the authorization request beyond the standard's.
    pub parameters: BTreeMap<String, String>,
    /// What the provider shows while it asks, by language.
    pub message: BTreeMap<String, String>,
    /// Where the claims are read.
    pub identity_from: IdentityFrom,
    /// What UserInfo must be.
    pub userinfo: UserinfoForm,
    /// Whether the ID token must say when the person logged in.
    pub auth_time: AuthTime,
    /// What the button says, by language; without it the app's own words.
    pub button: BTreeMap<String, String>,
}

/// How we prove that we are the client.
#[derive(Clone, Debug)]
pub enum ClientAuth {
    /// By an assertion that our client key signs.
    PrivateKeyJwt,
    /// By a shared secret in the header.
    SecretBasic(Secret),
    /// By a shared secret in the form.
    SecretPost(Secret),
}

/// In what form the authorization request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestForm {
    /// As plain parameters.
    Plain,
    /// As a Request Object that our client key signs.
    Signed,
}

/// Whether the request is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Par {
    /// Where the provider offers it.
    Auto,
    /// Not even then.
    Never,
}

/// Which claims say who it is.
#[derive(Clone, Debug)]
pub struct ClaimMap {
    /// The first of these that is said: a personal number, or `<number>@<orgnr>` for staff.
    pub person: Vec<String>,
    /// Where the organisation number stands when it is not part of that.
    pub organisation: Option<String>,
    /// Pieces of text that are no part of the number, such as hyphens.
    pub strip: Vec<String>,
}

/// Which level is asked for and which is good enough.
#[derive(Clone, Debug)]
pub struct AcrPolicy {
    /// How it is asked for.
    pub ask: AcrRequest,
    /// What is asked for.
    pub values: Vec<String>,
    /// What is taken; with none, any level is.
    pub accepted: Vec<String>,
}

/// How a level is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcrRequest {
    /// As an essential claim.
    Claims,
    /// By `acr_values`.
    AcrValues,
    /// Not at all.
    None,
}

/// Where the claims are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityFrom {
    /// In both, and they must agree.
    Both,
    /// UserInfo is not asked.
    IdToken,
    /// In UserInfo alone.
    Userinfo,
}

/// What UserInfo must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserinfoForm {
    /// A signed JWT.
    Signed,
    /// Signed or not.
    Any,
}

/// Whether the ID token must say when the person logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthTime {
    /// It must, and after we asked.
    Required,
    /// Without it the token itself must have been made after we asked.
    Optional,
}

/// Fields of the request that are ours to set.
const OURS: [&str; 13] = [
    "acr_values",
    "claims",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "redirect_uri",
    "request",
    "request_uri",
    "response_type",
    "scope",
    "state",
    "ui_locales",
];

/// As it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    id: String,
    #[serde(default)]
    preset: Preset,
    realm: Realm,
    municipalities: Vec<MunicipalityId>,
    issuer: Url,
    client_id: String,
    client_auth: Option<AuthWord>,
    client_secret: Option<toml::Value>,
    request: Option<RequestForm>,
    par: Option<Par>,
    scopes: Option<Vec<String>>,
    claim: Option<OneOrMany>,
    organisation_claim: Option<String>,
    strip: Option<Vec<String>>,
    acr: Option<OneOrMany>,
    acr_request: Option<AcrRequest>,
    acr_values: Option<Vec<String>>,
    #[serde(default)]
    require: BTreeMap<String, String>,
    login_hint: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    #[serde(default)]
    message: BTreeMap<String, String>,
    identity_from: Option<IdentityFrom>,
    userinfo: Option<UserinfoForm>,
    auth_time: Option<AuthTime>,
    #[serde(default)]
    button: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AuthWord {
    PrivateKeyJwt,
    ClientSecretBasic,
    ClientSecretPost,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// What does not fit; names the provider and never a secret.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderFault {
    #[error("provider {0:?}: an id has small letters, digits and hyphens")]
    Id(String),
    #[error("provider {0}: the issuer must be https, except on 127.0.0.1")]
    Issuer(String),
    #[error("provider {0}: this client authentication needs client_secret, as {{ file = … }} or {{ env = … }}")]
    NoSecret(String),
    #[error("provider {0}: client_secret is of no use with private_key_jwt")]
    NeedlessSecret(String),
    #[error("provider {0}: the client secret cannot be read from {1}")]
    Secret(String, String),
    #[error("provider {0}: claim must say where the person's number stands")]
    NoClaim(String),
    #[error("provider {0}: acr must say which level is asked for, or acr_request be \"none\"")]
    NoAcr(String),
    #[error("provider {0}: the parameter {1} is not yours to set")]
    Parameter(String, String),
}

impl TryFrom<Written> for Provider {
    type Error = ProviderFault;

    fn try_from(it: Written) -> Result<Self, ProviderFault> {
        let id = it.id;
        if id.is_empty() || !id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
            return Err(ProviderFault::Id(id));
        }
        if it.issuer.scheme() != "https" && it.issuer.host_str() != Some("127.0.0.1") {
            return Err(ProviderFault::Issuer(id));
        }
        let usual = Usual::of(it.preset, it.realm);
        let auth = match (it.client_auth.unwrap_or(usual.auth), it.client_secret) {
            (AuthWord::PrivateKeyJwt, None) => ClientAuth::PrivateKeyJwt,
            (AuthWord::PrivateKeyJwt, Some(_)) => return Err(ProviderFault::NeedlessSecret(id)),
            (_, None) => return Err(ProviderFault::NoSecret(id)),
            (word, Some(value)) => {
                let place = Place::parse(&value).ok_or_else(|| ProviderFault::NoSecret(id.clone()))?;
                let secret = place.read().map_err(|place| ProviderFault::Secret(id.clone(), place))?;
                if word == AuthWord::ClientSecretBasic {
                    ClientAuth::SecretBasic(secret)
                } else {
                    ClientAuth::SecretPost(secret)
                }
            }
        };
        let accepted = it.acr.map_or_else(|| owned(usual.acr), OneOrMany::into_vec);
        let ask = it.acr_request.unwrap_or(usual.acr_request);
        let values = it.acr_values.unwrap_or_else(|| match usual.acr_values {
            [] => accepted.clone(),
            usual => owned(usual),
        });
        if ask != AcrRequest::None && values.is_empty() {
            return Err(ProviderFault::NoAcr(id));
        }
        let person = it.claim.map_or_else(|| owned(usual.claim), OneOrMany::into_vec);
        if person.is_empty() {
            return Err(ProviderFault::NoClaim(id));
        }
        if let Some(name) = it.parameters.keys().find(|name| OURS.contains(&name.as_str())) {
            return Err(ProviderFault::Parameter(id, name.clone()));
        }
        let mut parameters = it.parameters;
        parameters.extend(it.login_hint.map(|hint| ("login_hint".to_owned(), hint)));
        Ok(Self {
            realm: it.realm,
            municipalities: it.municipalities,
            issuer: letter(&it.issuer),
            client_id: it.client_id,
            auth,
            request: it.request.unwrap_or(usual.request),
            par: it.par.unwrap_or(Par::Auto),
            scopes: it.scopes.unwrap_or_else(|| owned(usual.scopes)),
            claims: ClaimMap {
                person,
                organisation: it.organisation_claim,
                strip: it.strip.unwrap_or_else(|| owned(usual.strip)),
            },
            acr: AcrPolicy { ask, values, accepted },
            require: it.require,
            parameters,
            message: it.message,
            identity_from: it.identity_from.unwrap_or(usual.identity_from),
            userinfo: it.userinfo.unwrap_or(usual.userinfo),
            auth_time: it.auth_time.unwrap_or(usual.auth_time),
            button: it.button,
            id,
        })
    }
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A URL type cannot say whether a bare host had a slash; an issuer has none.
fn letter(issuer: &Url) -> String {
    let text = issuer.as_str();
    if issuer.path() == "/" { text.trim_end_matches('/').to_owned() } else { text.to_owned() }
}
