//! What the engine is told, and what it wants done.

use super::{Flight, Ms, Ticket};
use crate::store::{Left, Missing, Upload, Wanted};
use bridge::sync::Storage;
use protocol::mutation::Mutation;
use protocol::refusal::Refusal;
use protocol::sync::{self, Page, PullRequest, PullResponse, PushResponse};
use std::collections::BTreeSet;
use std::time::Duration;

/// Why something did not go well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing answered.
    Unreachable,
    /// Something answered, but not what was asked for: trouble there, or a network that wants a login first.
    Down,
    /// Not before so long.
    Busy(Duration),
    /// The backend refused the request as a whole.
    Refused(Refusal),
    /// Only a new login helps.
    Ended,
    /// There is no room in the store.
    Full,
    /// The store failed.
    Store,
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The store is open.
    Began,
    /// Acts were put in the queue.
    Queued,
    /// There is reason to think that it goes better now: the app came to the front, the network came back.
    Nudged,
    /// Whether the window can be seen.
    Shown(bool),
    /// What came of a request that somebody made themselves.
    Answered(Result<(), Trouble>),
    /// The time that was asked for has come.
    Rang,
    /// Somebody waits for a pull that begins after this.
    Asked(Ticket),
    /// What a pull is to ask, and how much room there is for what comes.
    PullLoaded(Flight, Result<(PullRequest, Storage), Trouble>),
    /// What the backend answered.
    Pulled(Flight, Result<PullResponse, Trouble>),
    /// What taking it in came to.
    TookIn(Flight, Result<TookIn, Trouble>),
    /// What is to be sent.
    PushLoaded(Flight, Result<Vec<Mutation>, Trouble>),
    /// What the backend answered.
    Pushed(Flight, Result<PushResponse, Trouble>),
    /// The answers are in the store.
    Settled(Flight, Result<(), Trouble>),
    /// The event stream is there.
    Opened(Flight),
    /// The event stream says something.
    Heard(Flight, sync::Event),
    /// The event stream ended, or could not be had.
    Hushed(Flight, Option<Trouble>),
    /// Whether a page of the event stream joined on to what is here.
    TookPage(Result<bool, Trouble>),
    /// Whether the copy differs from what it should be.
    Compared(Result<bool, Trouble>),
    /// A file that is missing, if there is one, and how much room there is for it.
    FileLoaded(Flight, Result<Option<(Missing, Left)>, Trouble>),
    /// Whether the file is here now; `false` when it is not to be had.
    Fetched(Flight, Result<bool, Trouble>),
    /// A file that an act needs is at the backend, or not needed any more.
    Uploaded(Flight, Result<(), Trouble>),
    /// The store was looked after; whether there is more to do.
    Kept(bool),
    /// Somebody has logged in again.
    Renewed,
}

/// What taking a pull's answer in came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TookIn {
    /// Pull again at once.
    pub(crate) more: bool,
    /// Acts may have to be sent again.
    pub(crate) push: bool,
}

/// What is to be done. Each that names a flight is answered by one event with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Read from the store what a pull is to ask.
    LoadPull(Flight),
    /// Ask the backend.
    Pull(Flight, Box<PullRequest>),
    /// Take the answer into the store.
    TakeIn(Flight, Box<PullResponse>),
    /// Read from the store what is to be sent.
    LoadPush(Flight, Wanted),
    /// Send it.
    Push(Flight, Vec<Mutation>),
    /// Take the answers into the store.
    Settle(Flight, PushResponse),
    /// Open the event stream, and end the one before.
    Listen(Flight),
    /// Take a page of the event stream into the store.
    TakePage(Box<Page>),
    /// Look after the store: end leases, clean up what left, go on with the index.
    Keep,
    /// Ask the backend for its digests, and give up the cursors of what differs.
    Compare,
    /// Find a file that is missing and not among these.
    LoadFile(Flight, BTreeSet<String>),
    /// Fetch it.
    FetchFile(Flight, Missing),
    /// Send a file that an act needs.
    Upload(Flight, Upload),
    /// Wait until somebody has logged in again.
    AwaitLogin,
    /// Tell who waits.
    Answer(Ticket, Result<(), Trouble>),
    /// Say whether the backend can be reached.
    Online(bool),
    /// Say whether records are still arriving.
    CatchingUp(bool),
    /// Wake up then, instead of any time said before.
    WakeAt(Ms),
}
