//! Why the backend said no. A closed set of codes; words are the ui's.

use serde::{Deserialize, Serialize};

/// The body of every answer that is not a success, and of a refused mutation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Refusal {
    /// What is wrong.
    pub code: RefusalCode,
    /// An incident id to quote, or a limit that was passed; never content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
}

impl From<RefusalCode> for Refusal {
    fn from(code: RefusalCode) -> Self {
        Self { code, details: None }
    }
}

/// The codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// No valid access token: log in again.
    Unauthenticated,
    /// No grant. Also the answer for what does not exist, so that asking tells nothing.
    Access,
    /// The request cannot be read, or a field is empty or has a bad form.
    Invalid,
    /// A text or file is longer than allowed.
    TooLong,
    /// The same mutation id or lane number came before with other content.
    Reused,
    /// A lane's numbers must follow each other; the one that is awaited stands in `details`.
    OutOfOrder,
    /// An upload that it needs is not stored yet; its id stands in `details`.
    Missing,
    /// The thing changed in the meantime.
    Conflict,
    /// The thing is closed or signed and takes no change.
    Closed,
    /// It is not assigned to the person: it opens only with a reason in words of their own.
    Reason,
    /// Too much at once: try later, not before what `Retry-After` says.
    Busy,
    /// An error on the backend's side, with an incident id.
    Internal,
    /// A code newer than this build.
    #[default]
    #[serde(other)]
    Unknown,
}
