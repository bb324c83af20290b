//! From what went wrong inside to what the ui has words for.
//!
//! Every match here is exhaustive, so that a new refusal or code does not compile before somebody has
//! decided what a person is told. What nobody can act on becomes an incident id and is logged once.

use crate::seal::Broken;
use crate::store::StoreError;
use crate::vault::VaultError;
use crate::wire::WireError;
use bridge::sync::RefusedView;
use bridge::{Failure, FailureCode, Retry};
use protocol::refusal::{Refusal, RefusalCode};

/// A failure that needs no details.
pub(crate) fn failure(code: FailureCode) -> Failure {
    Failure { code, retry: retry(code), details: None }
}

/// A failure that nobody can act on: logged here, once, under the id that the person is given.
pub(crate) fn internal(error: &dyn std::fmt::Display) -> Failure {
    let incident = uuid::Uuid::new_v4().simple().to_string();
    let incident = &incident[..8];
    tracing::error!(incident, %error, "internal failure");
    Failure { details: Some(incident.to_owned()), ..failure(FailureCode::Internal) }
}

/// What the backend's refusal is to a person.
pub(crate) fn code(refusal: RefusalCode) -> FailureCode {
    match refusal {
        RefusalCode::Unauthenticated => FailureCode::SessionEnded,
        RefusalCode::Access => FailureCode::Access,
        RefusalCode::Invalid => FailureCode::Invalid,
        RefusalCode::Reason => FailureCode::Reason,
        RefusalCode::TooLong => FailureCode::TooLong,
        RefusalCode::Conflict => FailureCode::Conflict,
        RefusalCode::Closed => FailureCode::Closed,
        RefusalCode::Busy | RefusalCode::Internal => FailureCode::ServiceDown,
        RefusalCode::Missing => FailureCode::FileLost,
        RefusalCode::Reused | RefusalCode::OutOfOrder => FailureCode::Internal,
        RefusalCode::Unknown => FailureCode::Unknown,
    }
}

/// What was refused and why, as stored with it.
pub(crate) fn refused(refusal: &str, mid: String) -> RefusedView {
    // A reason of a newer build is one that this one has no words for.
    let refusal: Refusal = serde_json::from_str(refusal).unwrap_or_default();
    RefusedView { code: code(refusal.code), mid }
}

fn retry(code: FailureCode) -> Retry {
    match code {
        FailureCode::Offline | FailureCode::NotHere => Retry::Network,
        FailureCode::ServiceDown | FailureCode::ProviderDown => Retry::Later,
        FailureCode::LoginCancelled
        | FailureCode::LoginTimedOut
        | FailureCode::LoginRefused
        | FailureCode::LoginLevel
        | FailureCode::LoginStale
        | FailureCode::LoginNameless
        | FailureCode::LoginMisfit
        | FailureCode::LoginProvider
        | FailureCode::LoginWay
        | FailureCode::LoginReused
        | FailureCode::LoginOther
        | FailureCode::NotKnown
        | FailureCode::NoKeyring
        | FailureCode::KeyLost
        | FailureCode::WrongCode
        | FailureCode::BadCode
        | FailureCode::WrongPassphrase
        | FailureCode::BadPassphrase
        | FailureCode::TooSoon
        | FailureCode::BadInvite
        | FailureCode::InviteSpent
        | FailureCode::TooManyTries
        | FailureCode::NotOpen
        | FailureCode::SessionEnded
        | FailureCode::Access
        | FailureCode::Invalid
        | FailureCode::Reason
        | FailureCode::TooLong
        | FailureCode::Conflict
        | FailureCode::Closed
        | FailureCode::Unreadable
        | FailureCode::FileLost
        | FailureCode::DiskFull
        | FailureCode::UpdateNeeded
        | FailureCode::Damaged
        | FailureCode::SignedOutElsewhere
        | FailureCode::Internal
        | FailureCode::Unknown => Retry::Never,
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => failure(FailureCode::DiskFull),
            // A call that was under way while somebody locked.
            StoreError::Closed => failure(FailureCode::NotOpen),
            StoreError::Key => failure(FailureCode::KeyLost),
            StoreError::Damaged => failure(FailureCode::Damaged),
            StoreError::Newer => failure(FailureCode::UpdateNeeded),
            StoreError::Busy
            | StoreError::Sql(_)
            | StoreError::Shape(_)
            | StoreError::Io(_)
            | StoreError::Engine(_) => internal(&error),
        }
    }
}

impl From<WireError> for Failure {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Unreachable => failure(FailureCode::Offline),
            WireError::Down | WireError::Busy(_) => failure(FailureCode::ServiceDown),
            WireError::Ended => failure(FailureCode::SessionEnded),
            WireError::Garbled => failure(FailureCode::ServiceDown),
            WireError::Refused(refusal) => Failure { details: refusal.details, ..failure(code(refusal.code)) },
            WireError::Store(error) => error.into(),
        }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        tracing::warn!(%error, "no keyring");
        failure(FailureCode::NoKeyring)
    }
}

impl From<Broken> for Failure {
    fn from(_: Broken) -> Self {
        failure(FailureCode::Unreadable)
    }
}
