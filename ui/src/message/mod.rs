//! Messages: the resident's list of threads, a thread with its messages and the reply, the caseworker's inbox.

mod attach;
mod conversation;
mod draft;
mod inbox;
mod open;
mod reply;
mod thread;
mod threads;

pub(crate) use draft::Drafts;
pub(crate) use inbox::{InboxPage, move_focus};
pub(crate) use open::OpenPanel;
pub(crate) use thread::ThreadPage;
pub(crate) use threads::ThreadsPage;
