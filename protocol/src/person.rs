//! Persons: residents, guardians and staff.

use crate::id::MunicipalityId;
use serde::{Deserialize, Serialize};

/// A person's own particulars, in their own scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Profile {
    /// First name as the person is called (tilltalsnamn).
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// The municipality that this app talks to on their behalf.
    pub municipality: MunicipalityId,
    /// Protected identity (skyddade personuppgifter): nothing leaves the app.
    #[serde(default)]
    pub protected: bool,
}
