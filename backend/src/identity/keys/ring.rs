//! All keys of one name: the one that signs, and those that others may still meet.
//!
//! A new key is made by a command, or when the newest is old where the caller wants that. It is published for [`NOTICE`] before it signs, so that whoever keeps our public keys for a while has it by
//! then; an old one stays published for [`KEEP`] after its last signature. The folder is looked through anew every
//! minute, so a key that `rotate-keys` makes needs no restart.

use super::Key;
use super::file::{self, KeyError};
use jsonwebtoken::jwk::JwkSet;
use protocol::Millis;
use serde::Serialize;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

const DAY: Millis = 24 * 60 * 60 * 1000;
/// How long a key is published before it signs.
const NOTICE: Millis = DAY;
/// How long a key is published after another signs; longer than any session, whose ID token ends it.
const KEEP: Millis = 35 * DAY;
/// How old the look into the folder may be.
const LOOK: Millis = 60 * 1000;

/// The keys of one name.
pub(in crate::identity) struct Ring {
    folder: PathBuf,
    name: &'static str,
    seen: Mutex<(Millis, Arc<Keys>)>,
}

/// Oldest first, and never empty.
struct Keys(Vec<(Millis, Key)>);

/// What a rotation did.
pub(in crate::identity) struct Rotated {
    /// The new key's file; `None` while an earlier one waits for its turn.
    pub(in crate::identity) made: Option<PathBuf>,
    /// When the newest key begins to sign.
    pub(in crate::identity) signs_from: Millis,
    /// Files of keys that nobody needs any more; they are deleted.
    pub(in crate::identity) removed: Vec<PathBuf>,
}

impl Ring {
    /// Reads the keys, or makes the first.
    pub(in crate::identity) fn open(folder: &Path, name: &'static str) -> Result<Self, KeyError> {
        fs::create_dir_all(folder)?;
        if file::list(folder, name)?.is_empty() {
            file::make_first(folder, name)?;
        }
        let keys = Arc::new(Keys::read(folder, name)?);
        Ok(Self { folder: folder.to_owned(), name, seen: Mutex::new((Millis::MIN, keys)) })
    }

    /// The public halves, as others fetch them.
    pub(in crate::identity) fn jwks(&self, now: Millis) -> JwkSet {
        JwkSet { keys: self.keys(now).published(now).map(|key| key.public.clone()).collect() }
    }

    /// A signed JWT of these claims.
    pub(in crate::identity) fn sign(
        &self,
        claims: &impl Serialize,
        now: Millis,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let keys = self.keys(now);
        keys.0[keys.signing(now)].1.sign(claims)
    }

    /// The claims of a JWT that a key of ours signed, however old.
    pub(in crate::identity) fn recognise(&self, jwt: &str, now: Millis) -> Option<Value> {
        self.keys(now).published(now).find_map(|key| key.recognise(jwt))
    }

    fn keys(&self, now: Millis) -> Arc<Keys> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, keys) = &mut *seen;
        if !(*at..at.saturating_add(LOOK)).contains(&now) {
            match Keys::read(&self.folder, self.name) {
                Ok(fresh) => *keys = Arc::new(fresh),
                // Those that were read before are as good.
                Err(error) => tracing::error!(%error, name = self.name, "the keys cannot be read anew"),
            }
            *at = now;
        }
        keys.clone()
    }
}

impl Keys {
    fn read(folder: &Path, name: &str) -> Result<Self, KeyError> {
        let files = file::list(folder, name)?;
        let keys: Result<Vec<_>, _> =
            files.iter().map(|file| Ok((file.made_at, self::file::read(&file.path)?))).collect();
        match keys {
            Ok(keys) if !keys.is_empty() => Ok(Self(keys)),
            Ok(_) => Err(KeyError::Form),
            Err(error) => Err(error),
        }
    }

    /// The place of the key that signs.
    fn signing(&self, now: Millis) -> usize {
        let made: Vec<Millis> = self.0.iter().map(|(made_at, _)| *made_at).collect();
        signing(&made, now)
    }

    fn published(&self, now: Millis) -> impl Iterator<Item = &Key> {
        let made: Vec<Millis> = self.0.iter().map(|(made_at, _)| *made_at).collect();
        self.0.iter().enumerate().filter(move |(place, _)| !is_retired(&made, *place, now)).map(|(_, (_, key))| key)
    }
}

/// Makes the next key of a name, unless one waits already, and deletes those that nobody needs any more.
///
/// # Errors
/// When the folder or a key in it cannot be used.
pub(in crate::identity) fn rotate(folder: &Path, name: &'static str, now: Millis) -> Result<Rotated, KeyError> {
    Ring::open(folder, name)?;
    let files = file::list(folder, name)?;
    let made_at: Vec<Millis> = files.iter().map(|file| file.made_at).collect();
    let mut removed = Vec::new();
    for (place, file) in files.iter().enumerate() {
        if is_retired(&made_at, place, now) {
            fs::remove_file(&file.path)?;
            removed.push(file.path.clone());
        }
    }
    let newest = made_at.last().copied().unwrap_or_default();
    if newest.saturating_add(NOTICE) > now {
        return Ok(Rotated { made: None, signs_from: newest + NOTICE, removed });
    }
    let made = file::make_next(folder, name, now)?;
    Ok(Rotated { made: Some(made), signs_from: now + NOTICE, removed })
}

/// Makes the next key of a name when the newest is as old as that.
///
/// # Errors
/// As [`rotate`].
pub(in crate::identity) fn rotate_old(
    folder: &Path,
    name: &'static str,
    age: Millis,
    now: Millis,
) -> Result<Option<Rotated>, KeyError> {
    match file::list(folder, name)?.last() {
        Some(newest) if newest.written_at()?.saturating_add(age) <= now => rotate(folder, name, now).map(Some),
        _ => Ok(None),
    }
}

/// The newest that has been published long enough, or the only one there is.
fn signing(made_at: &[Millis], now: Millis) -> usize {
    made_at.iter().rposition(|made_at| made_at.saturating_add(NOTICE) <= now).unwrap_or_default()
}

/// Whether the key after it has signed for so long that nothing of this one's is about.
fn is_retired(made_at: &[Millis], place: usize, now: Millis) -> bool {
    made_at.get(place + 1).is_some_and(|next| next.saturating_add(NOTICE + KEEP) <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "id-token";
    /// Noon UTC on 1 September 2026.
    const NOON: Millis = 1_788_264_000_000;

    fn kid(ring: &Ring, now: Millis) -> String {
        let jwt = ring.sign(&serde_json::json!({"sid": "s"}), now).expect("signs");
        assert_eq!(ring.recognise(&jwt, now).expect("is ours")["sid"], "s");
        let kid = jsonwebtoken::decode_header(&jwt).expect("is a JWT").kid.expect("names its key");
        assert!(ring.jwks(now).find(&kid).is_some(), "it signs with what is not published");
        kid
    }

    #[test]
    fn a_key_outlives_a_restart_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        let keys = folder.path().join("keys");
        let first = kid(&Ring::open(&keys, NAME).expect("is made"), NOON);
        assert_eq!(first, kid(&Ring::open(&keys, NAME).expect("is read"), NOON));
        assert_eq!(fs::read_dir(&keys).expect("is there").count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(keys.join("id-token.pem")).expect("is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn another_name_is_another_ring() {
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        let ours = Ring::open(folder.path(), NAME).expect("is made");
        let other = Ring::open(folder.path(), "client").expect("is made");
        let jwt = ours.sign(&serde_json::json!({"sid": "s"}), NOON).expect("signs");
        assert!(other.recognise(&jwt, NOON).is_none());
        assert_eq!((ours.jwks(NOON).keys.len(), other.jwks(NOON).keys.len()), (1, 1));
    }

    #[test]
    fn a_damaged_file_is_never_replaced() {
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        let file = folder.path().join("id-token.pem");
        fs::write(&file, "no key").expect("is written");
        assert!(matches!(Ring::open(folder.path(), NAME), Err(KeyError::Form)));
        assert_eq!(fs::read_to_string(&file).expect("is there"), "no key");
    }

    #[test]
    fn a_new_key_is_told_before_it_signs_and_the_old_one_after() {
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        let ring = Ring::open(folder.path(), NAME).expect("is made");
        let old = kid(&ring, NOON);
        let old_token = ring.sign(&serde_json::json!({}), NOON).expect("signs");

        let rotated = rotate(folder.path(), NAME, NOON).expect("rotates");
        assert!(rotated.made.is_some() && rotated.removed.is_empty());
        assert_eq!(ring.jwks(NOON + LOOK).keys.len(), 2, "it is published without a restart");
        assert_eq!(kid(&ring, NOON + NOTICE - 1), old);
        let new = kid(&ring, NOON + NOTICE);
        assert_ne!(new, old);

        let last = NOON + NOTICE + KEEP;
        assert!(ring.recognise(&old_token, last - 1).is_some());
        assert!(ring.recognise(&old_token, last).is_none());
        assert_eq!((ring.jwks(last).keys.len(), kid(&ring, last)), (1, new));
    }

    #[test]
    fn a_rotation_waits_for_the_one_before_and_clears_away_what_is_over() {
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        rotate(folder.path(), NAME, NOON).expect("rotates");
        let again = rotate(folder.path(), NAME, NOON + NOTICE - 1).expect("waits");
        assert!(again.made.is_none());
        assert_eq!(again.signs_from, NOON + NOTICE);
        let late = rotate(folder.path(), NAME, NOON + NOTICE + KEEP).expect("rotates");
        assert_eq!(late.removed, [folder.path().join("id-token.pem")]);
        assert_eq!(late.made, Some(folder.path().join("id-token-2026-10-07T120000Z.pem")));
        assert_eq!(file::list(folder.path(), NAME).expect("reads").len(), 2);
    }

    #[test]
    fn a_key_that_is_old_is_followed_by_itself_and_its_follower_in_its_time() {
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        let age = 90 * DAY;
        Ring::open(folder.path(), NAME).expect("is made");
        Ring::open(folder.path(), "client").expect("is made");
        let noon = std::time::UNIX_EPOCH + std::time::Duration::from_millis(NOON.unsigned_abs());
        let first = fs::File::options().write(true).open(folder.path().join("id-token.pem")).expect("opens");
        first.set_modified(noon).expect("is of then");
        let follows = |at| rotate_old(folder.path(), NAME, age, at).expect("reads").is_some_and(|it| it.made.is_some());
        for (at, expected) in [(age - 1, false), (age, true), (age + 1, false), (2 * age - 1, false), (2 * age, true)] {
            assert_eq!(follows(NOON + at), expected, "{at}");
        }
        assert_eq!(file::list(folder.path(), "client").expect("reads").len(), 1);
    }
}
