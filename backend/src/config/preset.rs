//! What is usual at one kind of provider. Every key of a `[[provider]]` wins over it.

use super::provider::{AcrRequest, AuthTime, AuthWord, IdentityFrom, RequestForm, UserinfoForm};
use protocol::identity::Realm;
use serde::Deserialize;

/// A kind of provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Preset {
    /// The Swedish OpenID profile (oidc.se).
    #[default]
    SwedishProfile,
    /// Sweden Connect, which takes signed requests.
    SwedenConnect,
    /// Idura, formerly Criipto, with BankID behind it.
    Idura,
    /// Signicat, with BankID behind it.
    Signicat,
    /// OpenID Connect and no more; `claim` has to be said.
    Plain,
}

/// Its defaults.
pub(super) struct Usual {
    pub(super) auth: AuthWord,
    pub(super) request: RequestForm,
    pub(super) scopes: &'static [&'static str],
    pub(super) claim: &'static [&'static str],
    pub(super) strip: &'static [&'static str],
    pub(super) acr: &'static [&'static str],
    pub(super) acr_request: AcrRequest,
    /// What is asked for, where that is something else than what is taken.
    pub(super) acr_values: &'static [&'static str],
    pub(super) identity_from: IdentityFrom,
    pub(super) userinfo: UserinfoForm,
    pub(super) auth_time: AuthTime,
}

const NUMBERS: &[&str] =
    &["https://id.oidc.se/claim/personalIdentityNumber", "https://id.oidc.se/claim/coordinationNumber"];

impl Usual {
    /// What is usual for those who log in there.
    pub(super) fn of(preset: Preset, realm: Realm) -> Self {
        let swedish = Self {
            auth: AuthWord::PrivateKeyJwt,
            request: RequestForm::Plain,
            scopes: match realm {
                Realm::Resident => &["openid", "https://id.oidc.se/scope/naturalPersonNumber"],
                Realm::Staff => &["openid", "https://id.oidc.se/scope/naturalPersonOrgId"],
            },
            claim: match realm {
                Realm::Resident => NUMBERS,
                Realm::Staff => &["https://id.oidc.se/claim/orgAffiliation"],
            },
            strip: &[],
            acr: &["http://id.elegnamnden.se/loa/1.0/loa3"],
            acr_request: AcrRequest::Claims,
            acr_values: &[],
            identity_from: IdentityFrom::Both,
            userinfo: UserinfoForm::Signed,
            auth_time: AuthTime::Required,
        };
        let broker = Self {
            auth: AuthWord::ClientSecretBasic,
            request: RequestForm::Plain,
            scopes: &["openid"],
            claim: &[],
            strip: &["-"],
            acr: &[],
            acr_request: AcrRequest::None,
            acr_values: &[],
            identity_from: IdentityFrom::IdToken,
            userinfo: UserinfoForm::Any,
            auth_time: AuthTime::Optional,
        };
        match preset {
            Preset::SwedishProfile => swedish,
            Preset::SwedenConnect => Self { request: RequestForm::Signed, ..swedish },
            Preset::Idura => Self {
                claim: &["ssn"],
                acr: &[
                    "urn:grn:authn:se:bankid",
                    "urn:grn:authn:se:bankid:same-device",
                    "urn:grn:authn:se:bankid:another-device:qr",
                ],
                acr_request: AcrRequest::AcrValues,
                acr_values: &["urn:grn:authn:se:bankid"],
                ..broker
            },
            // What it puts into `acr` depends on the account, so `acr` or `require` should be said as well.
            Preset::Signicat => Self {
                scopes: &["openid", "nin"],
                claim: &["nin"],
                acr_request: AcrRequest::AcrValues,
                acr_values: &["idp:sbid"],
                identity_from: IdentityFrom::Userinfo,
                ..broker
            },
            Preset::Plain => Self { identity_from: IdentityFrom::Both, strip: &[], ..broker },
        }
    }
}
