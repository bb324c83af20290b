//! Real parts put together: the provider, the backend and the app as processes of their own, windows
//! driven through WebDriver, and the story that the tour and the first test tell.
//!
//! Nothing here reaches into a process: what a person cannot see or do, a story cannot either, save for
//! pulling the plug.

use std::io::Write as _;

pub mod browser;
pub mod desktop;
pub mod device;
pub mod look;
pub mod person;
pub mod process;
pub mod proxy;
pub mod sharing;
pub mod stage;
pub mod system;
pub mod tour;
pub mod wait;
pub mod window;

/// One line on standard output.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Nothing can be said where standard output is closed, and the exit code still tells.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
