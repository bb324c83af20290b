//! What a copy of a scope amounts to, the same on both ends whatever the order of its records.

use sha2::{Digest as _, Sha256};
use std::fmt;

/// The sum, modulo 2¹²⁸, of the first 16 bytes (big-endian) of SHA-256 over `kind 0x1f id 0x1f seq` of
/// every record that is not deleted. Content needs no part in it: nothing changes without a new number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest(u128);

impl Digest {
    /// Counts one record in.
    pub fn add(&mut self, kind: &str, id: &str, seq: i64) {
        let hash = Sha256::digest(format!("{kind}\u{1f}{id}\u{1f}{seq}"));
        let first = hash.iter().take(16).fold(0u128, |sum, byte| sum << 8 | u128::from(*byte));
        self.0 = self.0.wrapping_add(first);
    }
}

/// 32 lower-case hex digits, as on the wire.
impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter_and_every_part_does() {
        let digest = |records: &[(&str, &str, i64)]| {
            let mut digest = Digest::default();
            records.iter().for_each(|(kind, id, seq)| digest.add(kind, id, *seq));
            digest.to_string()
        };
        let both = digest(&[("note", "a", 1), ("case", "b", 2)]);
        assert_eq!(both, digest(&[("case", "b", 2), ("note", "a", 1)]));
        for other in [
            [("note", "a", 2), ("case", "b", 2)],
            [("note", "ab", 1), ("case", "", 2)],
            [("not", "ea", 1), ("case", "b", 2)],
        ] {
            assert_ne!(both, digest(&other));
        }
        assert_eq!(digest(&[]), "0".repeat(32));
    }
}
