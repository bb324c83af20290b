//! Coming in, locking, leaving: the pages before an open session, and the person's own page.

mod choose_code;
mod code;
mod devices;
mod entrance;
mod idle;
mod invite;
mod leave;
mod locked;
mod me;
mod signing_in;
mod welcome;

pub(crate) use choose_code::ChooseCodePage;
pub(crate) use entrance::Entrance;
pub(crate) use idle::{IdleChoice, IdleGuard};
pub(crate) use invite::GiveInvitePanel;
pub(crate) use leave::{LeaveButtons, LoginNeeded};
pub(crate) use locked::LockedPage;
pub(crate) use me::{DeskMePage, MePage};
pub(crate) use signing_in::SigningInPage;
pub(crate) use welcome::WelcomePage;
