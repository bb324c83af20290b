//! Who is logged in, and where one can.
//!
//! Logging in itself is plain OpenID Connect towards the backend's issuer; only what the standard does
//! not hold is here.

use crate::Millis;
use crate::id::{MunicipalityId, PersonId, ScopeId, SessionId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The client id of the app at the backend's issuer.
pub const CLIENT_ID: &str = "digiteam-app";

/// The error of the token endpoint that says that this device was signed out from elsewhere: what it stores is to be
/// erased. No other answer says so.
pub const DEVICE_REVOKED: &str = "device_revoked";

/// The kind of system that a device runs, as the app says in the field `platform` of its first token request: enough to tell
/// one's own devices apart. No name of a device or of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub enum Platform {
    /// Android.
    Android,
    /// iOS and iPadOS.
    Ios,
    /// Linux.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
    /// Something else, or newer than this build.
    #[serde(other)]
    Other,
}

impl Platform {
    const ALL: [Self; 6] = [Self::Android, Self::Ios, Self::Linux, Self::Macos, Self::Windows, Self::Other];

    /// As written in a form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Android => "android",
            Self::Ios => "ios",
            Self::Linux => "linux",
            Self::Macos => "macos",
            Self::Windows => "windows",
            Self::Other => "other",
        }
    }

    /// Of a form; what is not known is [`Platform::Other`].
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|platform| platform.as_str() == text).unwrap_or(Self::Other)
    }
}

/// A device that the caller is logged in on (`GET /identity/devices`). `POST /identity/devices/{session}/sign-out` ends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Device {
    /// The login on it.
    pub session: SessionId,
    /// What kind of device.
    pub platform: Platform,
    /// When the person logged in on it.
    pub since: Millis,
    /// When it was last used, to the hour or so.
    pub used_at: Millis,
    /// Whether it is the one that asks.
    #[serde(default)]
    pub is_this: bool,
}

/// A municipality that this backend serves (`GET /municipalities`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Municipality {
    /// For the `municipality` parameter of the authorization request.
    pub id: MunicipalityId,
    /// As people call it.
    pub name: String,
    /// Telephone number of the switchboard, for whoever cannot log in.
    pub phone: String,
    /// Where one can log in; the first of a realm is the usual one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<ProviderOffer>,
}

/// A provider that a municipality's people can log in at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ProviderOffer {
    /// For the `provider` parameter of the authorization request.
    pub id: String,
    /// Who logs in there.
    pub realm: Realm,
    /// What it is called, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub button: BTreeMap<String, String>,
}

/// As whom one logs in: the `realm` parameter of the authorization request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Realm {
    /// Residents and guardians.
    Resident,
    /// Employees of the municipality.
    Staff,
}

impl Realm {
    /// As written in a query.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Staff => "staff",
        }
    }
}

/// How sure one is of who is logged in, and so what the session is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// By an e-identification: everything that the person has a grant on.
    #[default]
    Eid,
    /// By a code that staff gave, see [`crate::invite`]: messages and bookings, not the file.
    Invite,
    /// Newer than this build: no more than [`Level::Invite`].
    #[serde(other)]
    Unknown,
}

impl Level {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eid => "eid",
            Self::Invite | Self::Unknown => "invite",
        }
    }

    /// Whether it is an e-identification.
    pub fn is_eid(&self) -> bool {
        *self == Self::Eid
    }
}

/// Who the access token stands for (`GET /me`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Me {
    /// Who.
    pub person: PersonId,
    /// Name as shown.
    pub name: String,
    /// As whom.
    pub realm: Realm,
    /// Where.
    pub municipality: MunicipalityId,
    /// The municipality's name.
    pub municipality_name: String,
    /// Telephone number of its switchboard.
    #[serde(default)]
    pub municipality_phone: String,
    /// The person's own scope, the lane of what has no other.
    pub own_scope: ScopeId,
    /// How sure one is of that.
    #[serde(default, skip_serializing_if = "Level::is_eid")]
    pub level: Level,
    /// Whether they lead a unit, and so decide on protected identity.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leads: bool,
}
