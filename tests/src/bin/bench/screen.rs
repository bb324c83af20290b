//! When a window has been painted, seen from outside: pixels of the display are looked at every few
//! milliseconds until they stay as they are. Nothing in the program that is measured takes part in it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use digiteam_tests::desktop::SCREEN;

/// The part that is looked at: where a resident's window stands, and of that every eighth row.
const WIDTH: usize = 420;
const HEIGHT: usize = 860;
const EVERY: usize = 8;
/// Of a pixel.
const BYTES: usize = 4;
/// Between two looks.
const LOOK: Duration = Duration::from_millis(3);
/// A picture that stays for so long is the last one.
const QUIET: Duration = Duration::from_millis(1_500);
const LIMIT: Duration = Duration::from_secs(30);
/// Of so many bytes one may differ: the cursor in a field blinks.
const ONE_IN: usize = 200;

/// Waits until the display in `file` shows its last picture; gives the moment from which on it did. Blocks.
pub(crate) fn painted(file: &Path) -> Result<Instant> {
    let file = File::open(file)?;
    let empty = look(&file)?;
    let mut seen = vec![(Instant::now(), empty.clone())];
    loop {
        thread::park_timeout(LOOK);
        let now = Instant::now();
        let picture = look(&file)?;
        let last = &seen[seen.len() - 1];
        if !alike(&picture, &last.1) {
            seen.push((now, picture));
        } else if !alike(&picture, &empty) && !is_blank(&picture) && now.duration_since(last.0) > QUIET {
            return Ok(last.0);
        }
        ensure!(now.duration_since(seen[0].0) < LIMIT, "the display does not come to rest, or stays empty");
    }
}

fn look(file: &File) -> io::Result<Vec<u8>> {
    let row = SCREEN.0 * BYTES;
    // Before the pixels stands a head whose length depends on the display.
    let begin = file.metadata()?.len().saturating_sub(u64::try_from(row * SCREEN.1).unwrap_or(u64::MAX));
    let mut picture = vec![0; HEIGHT.div_ceil(EVERY) * WIDTH * BYTES];
    for (at, part) in picture.chunks_mut(WIDTH * BYTES).enumerate() {
        file.read_exact_at(part, begin + u64::try_from(at * EVERY * row).unwrap_or(u64::MAX))?;
    }
    Ok(picture)
}

/// A window that is there and shows nothing yet.
fn is_blank(picture: &[u8]) -> bool {
    alike(picture, &picture[..BYTES].repeat(picture.len() / BYTES))
}

fn alike(one: &[u8], other: &[u8]) -> bool {
    one.iter().zip(other).filter(|(one, other)| one != other).count() <= one.len() / ONE_IN
}
