//! Nonces that nobody has to remember: each is the HMAC of a slot of time.

use crate::db::Db;
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::Millis;
use rand::RngCore as _;
use rand::rngs::OsRng;
use ring::hmac;

/// A new nonce each so long.
const SLOT: Millis = 2 * 60 * 1000;
/// How long a nonce is taken at most: its own slot, the next one, and the one before, for a node whose clock runs ahead.
pub(super) const LIFE: Millis = 3 * SLOT;

/// Under what the key stands in the database.
const KEY: &str = "dpop_nonce_key";

/// Makes and recognises nonces.
pub(super) struct Nonces(hmac::Key);

impl Nonces {
    /// With the key that all nodes of this database have; makes it if there is none yet.
    pub(super) async fn open(db: &Db) -> anyhow::Result<Self> {
        let key = db.meta_or(KEY, URL_SAFE_NO_PAD.encode(make_key())).await?;
        let key = URL_SAFE_NO_PAD.decode(key).context("the key of nonces has a bad form")?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &key)))
    }

    /// With a key that nobody had before, and nobody has after this node.
    pub(super) fn make_new() -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &make_key()))
    }

    /// The one of now.
    pub(super) fn make(&self, now: Millis) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, &slot(now).to_be_bytes()))
    }

    /// Whether it is one of ours, and not old.
    pub(super) fn is_fresh(&self, nonce: &str, now: Millis) -> bool {
        let Ok(nonce) = URL_SAFE_NO_PAD.decode(nonce) else { return false };
        let slot = slot(now);
        [slot, slot - 1, slot + 1].iter().any(|slot| hmac::verify(&self.0, &slot.to_be_bytes(), &nonce).is_ok())
    }
}

fn make_key() -> [u8; 32] {
    let mut key = [0; 32];
    OsRng.fill_bytes(&mut key);
    key
}

fn slot(now: Millis) -> i64 {
    now.div_euclid(SLOT)
}

#[cfg(test)]
pub(super) fn of_key(key: &[u8]) -> Nonces {
    Nonces(hmac::Key::new(hmac::HMAC_SHA256, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Millis = 1_788_264_000_000;

    #[test]
    fn a_nonce_is_good_for_two_to_four_minutes_and_on_a_node_that_is_a_little_behind() {
        let nonces = of_key(b"key");
        let nonce = nonces.make(NOON + SLOT - 1);
        for (at, fresh) in
            [(0, true), (SLOT, true), (2 * SLOT - 1, true), (2 * SLOT, false), (-1, true), (-SLOT - 1, false)]
        {
            assert_eq!(nonces.is_fresh(&nonce, NOON + at), fresh, "{at}");
        }
    }

    #[test]
    fn only_whoever_has_the_key_makes_one() {
        let nonce = of_key(b"key").make(NOON);
        assert!(!of_key(b"another").is_fresh(&nonce, NOON));
        for bad in ["", "x", &nonce[1..], &format!("{nonce}A")] {
            assert!(!of_key(b"key").is_fresh(bad, NOON), "{bad}");
        }
    }
}
