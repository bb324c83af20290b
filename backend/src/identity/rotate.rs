//! `digiteam-backend rotate-keys`: the next key of each kind, and what becomes of those before it.

use super::keys::{self, CLIENT, ID_TOKEN};
use crate::config::Config;
use anyhow::Context as _;
use jiff::Timestamp;
use protocol::Millis;
use std::path::Path;

/// Makes the next keys, unless some wait for their turn already; gives what was done, line by line. The backends that use
/// the folder see it by themselves.
///
/// # Errors
/// When the key folder cannot be used.
pub fn rotate_keys(config: &Config, now: Millis) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    for name in [ID_TOKEN, CLIENT] {
        let rotated = keys::rotate(&config.keys, name, now).with_context(|| format!("{name} keys"))?;
        let from = Timestamp::from_millisecond(rotated.signs_from)?;
        lines.push(match rotated.made {
            Some(made) => format!("{name}: {} is made and published, and signs from {from}", file_name(&made)),
            None => format!("{name}: the newest key signs from {from}; until then no other is made"),
        });
        lines.extend(rotated.removed.iter().map(|file| format!("{name}: {} is over and deleted", file_name(file))));
    }
    Ok(lines)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
