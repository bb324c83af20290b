//! Mutations: what a client wants done, queued on the device and done once on the backend.

use crate::Millis;
use crate::document::BlobRef;
use crate::id::{BlobId, MutationId, ScopeId};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// The most uploads that one mutation may need.
pub const MAX_NEEDS: usize = 32;

/// One queued wish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Mutation {
    /// The key to its being done once: the same id with the same content gets the stored result.
    pub mid: MutationId,
    /// The queue it stands in. One wedged lane does not hold up the others.
    pub lane: ScopeId,
    /// Its number in this device's lane: 1, 2, 3 … without a gap.
    pub n: i64,
    /// When it was made, by the device's clock; informative.
    pub made_at: Millis,
    /// Uploads that must be stored before it, besides those that its act names ([`Act::files`]): until they are it is
    /// answered with [`Missing`](crate::refusal::RefusalCode::Missing), and its lane waits. At most [`MAX_NEEDS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<BlobId>,
    /// What is wanted.
    pub act: Act,
}

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident($type:ty);)*) => {
        /// What is wanted, named by `act` on the wire.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        #[serde(tag = "act", rename_all = "snake_case")]
        pub enum Act {
            $($(#[$doc])* $name($type),)*
            /// An act newer than this build: refused, and the rest of the push is done.
            #[serde(other)]
            Unknown,
        }

        impl Act {
            /// The name of every act that there is.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];
        }

        $(impl From<$type> for Act {
            fn from(act: $type) -> Self {
                Self::$name(act)
            }
        })*
    };
}

acts! {
    /// Begin a thread.
    StartThread(crate::message::StartThread);
    /// Send a message.
    SendMessage(crate::message::SendMessage);
    /// Move a read mark.
    MarkRead(crate::message::MarkRead);
    /// Open a case.
    OpenCase(crate::case::OpenCase);
    /// Move a case to another stage.
    MoveCase(crate::case::MoveCase);
    /// Give a case to another caseworker.
    AssignCase(crate::case::AssignCase);
    /// Write a journal note.
    WriteNote(crate::case::WriteNote);
    /// Let a guardian or representative into a case.
    OpenCaseTo(crate::case::OpenCaseTo);
    /// End a guardian's or representative's access to a case.
    CloseCaseTo(crate::case::CloseCaseTo);
    /// Change who must not see a note or document.
    Mask(crate::case::Mask);
    /// Sign a document.
    SignDocument(crate::document::SignDocument);
    /// Ask a resident to do something.
    AskFor(crate::task::AskFor);
    /// Say that a task is done.
    CompleteTask(crate::task::CompleteTask);
    /// Say that opened content was shown again.
    Seen(crate::access::Seen);
    /// Say that one has looked at a flagged opening.
    ReviewOpening(crate::access::ReviewOpening);
    /// Decide that somebody reads no names of staff.
    HideStaff(crate::access::HideStaff);
    /// Record how somebody is related to the person whom a case concerns.
    RecordRelation(crate::relation::RecordRelation);
    /// End a relation and what was opened because of it.
    EndRelation(crate::relation::EndRelation);
    /// Say that a relation was looked at again and holds.
    CheckRelation(crate::relation::CheckRelation);
    /// Make it possible to be given a power of attorney.
    Invite(crate::relation::Invite);
    /// Give a power of attorney.
    GivePowerOfAttorney(crate::relation::GivePowerOfAttorney);
    /// Withdraw or renounce a power of attorney.
    WithdrawPowerOfAttorney(crate::relation::WithdrawPowerOfAttorney);
    /// Keep two people apart.
    KeepApart(crate::relation::KeepApart);
    /// Keep two people apart no longer.
    EndKeepApart(crate::relation::EndKeepApart);
    /// Mark a person as having protected identity.
    MarkProtected(crate::relation::MarkProtected);
    /// End the mark of protected identity.
    EndProtected(crate::relation::EndProtected);
    /// Let a representative of a person with protected identity in.
    ConfirmProxy(crate::relation::ConfirmProxy);
}

impl Act {
    /// The uploads that it names and that must be stored before it.
    pub fn files(&self) -> &[BlobRef] {
        match self {
            Self::StartThread(act) => &act.files,
            Self::SendMessage(act) => &act.files,
            _ => &[],
        }
    }
}

/// What became of a mutation; stored with it, in the same transaction as its effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MutationResult {
    /// Which.
    pub mid: MutationId,
    /// What.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Done or refused, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Done. The pending entry is dropped once every one of these is in the client's store.
    Applied {
        /// The scopes of the sender that it touched, with the head it gave them.
        at: Vec<Place>,
    },
    /// Refused, and nothing was changed.
    Refused {
        /// Why.
        refusal: Refusal,
    },
    /// An outcome newer than this build.
    #[serde(other)]
    Unknown,
}

/// A sequence number in a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Place {
    /// The scope.
    pub scope: ScopeId,
    /// Its sequence number.
    pub seq: i64,
}
