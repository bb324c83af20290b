//! `digiteam-backend rotate-keys`: the next key of each kind, and what becomes of those before it; and the next key of ID
//! tokens when its time has come.

use super::keys::{self, CLIENT, ID_TOKEN};
use crate::config::Config;
use anyhow::Context as _;
use jiff::Timestamp;
use protocol::Millis;
use std::path::Path;

/// How old the newest key of ID tokens becomes before another follows it by itself.
const AGE: Millis = 90 * 24 * 60 * 60 * 1000;

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

/// Makes the next key of ID tokens if the newest is old. The key that proves to providers who we are stays: some of them may
/// have been given it by hand.
///
/// # Errors
/// When the key folder cannot be used.
pub fn keep_keys(config: &Config, now: Millis) -> anyhow::Result<()> {
    let rotated = keys::rotate_old(&config.keys, ID_TOKEN, AGE, now).context("ID token keys")?;
    if let Some(file) = rotated.and_then(|rotated| rotated.made) {
        tracing::info!(key = file_name(&file), "a key follows one that is old");
    }
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
