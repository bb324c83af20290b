//! Typed ids. All are opaque text on the wire and in both databases; none carries meaning, so that an id
//! in a log or an address tells nothing about a person.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use uuid::Uuid;

/// The most bytes of an id. No id that was ever made is near; a longer one is not read.
pub const MAX_ID: usize = 128;

fn bounded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.len() > MAX_ID { Err(D::Error::custom("an id is too long")) } else { Ok(text) }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema), schemars(extend("maxLength" = MAX_ID)))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps text that already is such an id (from a database row or the wire).
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                bounded(deserializer).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id.to_string())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A municipality: a short lower-case word such as `helsingborg`, chosen by configuration.
    MunicipalityId;
    /// A person, resident or staff.
    PersonId;
    /// A compartment of one audience; see [`crate::sync`].
    ScopeId;
    /// A record within a scope.
    RecordId;
    /// A case, the same in every audience's scope.
    CaseId;
    /// A message thread.
    ThreadId;
    /// A message within a thread; also its record id.
    MessageId;
    /// A document within a case; also its record id.
    DocumentId;
    /// One stored file, named by chance and not by content.
    BlobId;
    /// One mutation: UUIDv7 text made by the client, the key to its being done once.
    MutationId;
    /// A session: one login of one person on one device.
    SessionId;
    /// One installation of the app.
    DeviceId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_too_long_is_no_id() {
        let read = |length: usize| serde_json::from_str::<ScopeId>(&format!("\"{}\"", "a".repeat(length)));
        assert_eq!(read(MAX_ID).expect("reads").as_str().len(), MAX_ID);
        assert!(read(MAX_ID + 1).is_err());
    }
}
