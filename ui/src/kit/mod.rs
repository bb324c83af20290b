//! The parts that pages share: headings that take focus, signs, and the states of a list.

mod focus;
mod icon;
mod page;
mod panel;
mod refused;
mod state;
mod text;

pub(crate) use focus::{focus, focus_quietly};
pub(crate) use icon::{Icon, Sign};
pub(crate) use page::Page;
pub(crate) use panel::Confirm;
pub(crate) use refused::Refused;
pub(crate) use state::{Empty, Failed, Newer, awaited};
pub(crate) use text::Paragraphs;
