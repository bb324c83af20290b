//! What the face (ui) and the shell say to each other.
//!
//! Every call is a type: [`Call`] ties its name, its input and its reply together, so that neither side
//! spells a command by hand. The ui owns no truth; it shows what a call returned and asks again when one
//! of the call's [`Topic`]s is announced as changed. Views hold what is shown, never secrets.

pub mod access;
pub mod case;
pub mod document;
pub mod home;
pub mod identity;
pub mod invite;
pub mod mask;
pub mod message;
pub mod party;
pub mod relation;
pub mod search;
pub mod sync;
pub mod task;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// One thing the ui can ask of the shell.
pub trait Call: Serialize + 'static {
    /// The command's name, the same as its function in the shell.
    const NAME: &'static str;
    /// What a change of would make the reply stale. Empty for what only acts.
    const TOPICS: &'static [Topic] = &[];
    /// What comes back.
    type Reply: DeserializeOwned + Serialize + 'static;
}

/// What can change. Announced by the shell as the event [`CHANGED`], with a list of topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Who is logged in, locked or not.
    Session,
    /// Freshness, what waits and what was refused.
    Sync,
    /// Tasks.
    Task,
    /// Threads and messages.
    Message,
    /// Cases and journal notes.
    Case,
    /// Documents.
    Document,
    /// Who acts for whom.
    Relation,
}

/// Name of the event that carries `Vec<Topic>`.
pub const CHANGED: &str = "changed";

/// Why a call failed, in a form that the ui has words for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What is wrong.
    pub code: FailureCode,
    /// Whether trying again can help.
    pub retry: Retry,
    /// An incident id to quote; never content.
    #[serde(default)]
    pub details: Option<String>,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The municipality's service cannot be reached.
    Offline,
    /// The service answered that it is in trouble.
    ServiceDown,
    /// The identity provider cannot be reached or is in trouble.
    ProviderDown,
    /// The person cancelled the login.
    LoginCancelled,
    /// Nobody finished the login in time.
    LoginTimedOut,
    /// The login's answer did not fit the question (state, nonce or issuer); it was thrown away.
    LoginRefused,
    /// The e-identification was not safe enough for this service.
    LoginLevel,
    /// The login was too old, or took too long.
    LoginStale,
    /// The e-identification did not say who it was, as far as this service understands it.
    LoginNameless,
    /// Service and provider do not understand each other; nothing that the person can mend.
    LoginMisfit,
    /// The provider ended the login with an error of its own.
    LoginProvider,
    /// That way of logging in is not there any more; there may be another.
    LoginWay,
    /// The provider answered with an earlier login instead of a new one.
    LoginReused,
    /// The provider's answers were about different people.
    LoginOther,
    /// The logged-in person is not known to this municipality.
    NotKnown,
    /// No keyring on this device.
    NoKeyring,
    /// The key to what is stored on this device is gone.
    KeyLost,
    /// The code is wrong; tries that are left stand in `details`.
    WrongCode,
    /// The code must be six digits.
    BadCode,
    /// The passphrase is wrong; tries that are left stand in `details`.
    WrongPassphrase,
    /// The passphrase is too short or too plain.
    BadPassphrase,
    /// What was written is no code that staff give: a slip of the pen.
    BadInvite,
    /// The code that staff gave does not count: it was used, is too old or was taken back.
    InviteSpent,
    /// After wrong passphrases the next has to wait; the seconds stand in `details`.
    TooSoon,
    /// Too many wrong codes: what was stored on this device has been erased.
    TooManyTries,
    /// Not logged in, or locked.
    NotOpen,
    /// The session was ended by the service; log in again.
    SessionEnded,
    /// No access, or it is not there.
    Access,
    /// It opens only with a reason, as it is not assigned to the person.
    Reason,
    /// Empty, or a bad form.
    Invalid,
    /// Too long.
    TooLong,
    /// It changed in the meantime.
    Conflict,
    /// The thing is closed and takes no change.
    Closed,
    /// The file is not on this device and cannot be fetched now.
    NotHere,
    /// The file arrived damaged or cannot be shown.
    Unreadable,
    /// A file that was to be sent is not on this device any more, or cannot be read.
    FileLost,
    /// The disk is full.
    DiskFull,
    /// What was stored on this device was damaged and cannot be read; what waited to be sent is lost.
    Damaged,
    /// A newer version of the app has been used here, and what it stored can be read by it alone.
    UpdateNeeded,
    /// This device was signed out from elsewhere, and what was stored on it has been erased.
    SignedOutElsewhere,
    /// Anything else; `details` holds an incident id.
    Internal,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

impl FailureCode {
    /// All of them.
    pub const ALL: [Self; 42] = [
        Self::Offline,
        Self::ServiceDown,
        Self::ProviderDown,
        Self::LoginCancelled,
        Self::LoginTimedOut,
        Self::LoginRefused,
        Self::LoginLevel,
        Self::LoginStale,
        Self::LoginNameless,
        Self::LoginMisfit,
        Self::LoginProvider,
        Self::LoginWay,
        Self::LoginReused,
        Self::LoginOther,
        Self::NotKnown,
        Self::NoKeyring,
        Self::KeyLost,
        Self::WrongCode,
        Self::BadCode,
        Self::WrongPassphrase,
        Self::BadPassphrase,
        Self::BadInvite,
        Self::InviteSpent,
        Self::TooSoon,
        Self::TooManyTries,
        Self::NotOpen,
        Self::SessionEnded,
        Self::Access,
        Self::Reason,
        Self::Invalid,
        Self::TooLong,
        Self::Conflict,
        Self::Closed,
        Self::NotHere,
        Self::Unreadable,
        Self::FileLost,
        Self::DiskFull,
        Self::Damaged,
        Self::UpdateNeeded,
        Self::SignedOutElsewhere,
        Self::Internal,
        Self::Unknown,
    ];
}

const _: () = assert!(FailureCode::ALL.len() == FailureCode::Unknown as usize + 1, "a code is not listed");

/// Whether and when trying again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// When the network is there again.
    Network,
    /// In a while.
    Later,
    /// Not without doing something else first.
    Never,
}

#[cfg(test)]
mod tests {
    use super::FailureCode;

    #[test]
    fn all_of_them_are_listed_in_order() {
        for (place, code) in FailureCode::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, place, "{code:?}");
        }
    }
}
