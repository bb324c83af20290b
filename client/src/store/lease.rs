//! What is lent, and by which clock it leaves.
//!
//! Guardians' copies and what staff have opened stay until a moment of the server's clock. Without contact that clock
//! is reckoned from the device's, which anybody can set. So the latest time that was heard or reckoned here is kept,
//! and nothing is younger than that. A device whose clock falls behind it by more than a little was set back or lost
//! its power: then nobody here can say what time it is, and everything lent leaves at once. It comes again with the
//! next contact, which also says what time it is.

use super::apply::leave;
use super::{Meta, Store, StoreError};
use bridge::Topic;
use protocol::Millis;
use sqlx::SqliteConnection;
use std::collections::HashSet;

/// How far the reckoned clock may fall behind: clocks drift, and are corrected.
const SLACK: Millis = 5 * 60 * 1000;
/// How far it goes on before that is written down.
const STEP: Millis = 5 * 60 * 1000;

/// The server's clock, as well as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reckoned {
    now: Millis,
    behind: bool,
}

impl Reckoned {
    fn of(device_now: Millis, offset: Millis, known: Millis) -> Self {
        let now = device_now.saturating_add(offset);
        Self { now: now.max(known), behind: now.saturating_add(SLACK) < known }
    }

    // Leases that end later than this still hold.
    fn lent_after(self) -> Millis {
        if self.behind { Millis::MAX } else { self.now }
    }
}

impl Store {
    /// Removes what is lent and overdue.
    pub(crate) async fn end_leases(&self, device_now: Millis) -> Result<HashSet<Topic>, StoreError> {
        let mut tx = self.write().await?;
        let clock = reckon(&mut tx, device_now).await?;
        let lends = lends(&mut tx).await?;
        let reached: Millis = Meta::Reached.load(&mut tx).await?.unwrap_or_default();
        if lends && !clock.behind && clock.now >= reached + STEP {
            Meta::Reached.keep(&mut tx, &clock.now).await?;
        }
        let mut topics = leave(&mut tx, clock.lent_after()).await?;
        tx.commit().await?;
        if !topics.is_empty() {
            self.clean_up().await?;
        }
        if lends && clock.behind {
            // Why is told beside how fresh it is.
            topics.insert(Topic::Sync);
        }
        Ok(topics)
    }

    /// Whether anything here is lent.
    pub(crate) async fn lends(&self) -> Result<bool, StoreError> {
        let mut conn = self.read().acquire().await?;
        lends(&mut conn).await
    }

    /// Leases that end later than this still hold, by the server's clock as well as it is known.
    pub(crate) async fn lent_after(&self, device_now: Millis) -> Result<Millis, StoreError> {
        let mut conn = self.read().acquire().await?;
        Ok(reckon(&mut conn, device_now).await?.lent_after())
    }

    /// The server's clock, as well as it is known: never earlier than it was ever heard.
    pub(crate) async fn server_now(&self, device_now: Millis) -> Result<Millis, StoreError> {
        let mut conn = self.read().acquire().await?;
        Ok(reckon(&mut conn, device_now).await?.now)
    }

    /// Whether what is lent has left because the device's clock is behind.
    pub(crate) async fn is_clock_behind(&self, device_now: Millis) -> Result<bool, StoreError> {
        let mut conn = self.read().acquire().await?;
        Ok(lends(&mut conn).await? && reckon(&mut conn, device_now).await?.behind)
    }
}

/// The server has said what time it is.
pub(super) async fn hear(conn: &mut SqliteConnection, now: Millis, device_now: Millis) -> Result<(), StoreError> {
    let heard: Millis = Meta::Heard.load(conn).await?.unwrap_or_default();
    Meta::Heard.keep(conn, &heard.max(now)).await?;
    Meta::ClockOffset.keep(conn, &(now - device_now)).await?;
    // What was only reckoned gives way to what is known.
    Meta::Reached.forget(conn).await
}

/// As [`hear`], of a server whose database began a new life: its clock may have been mended too.
pub(super) async fn hear_anew(conn: &mut SqliteConnection, now: Millis, device_now: Millis) -> Result<(), StoreError> {
    Meta::Heard.forget(conn).await?;
    Meta::AsOf.forget(conn).await?;
    hear(conn, now, device_now).await
}

async fn reckon(conn: &mut SqliteConnection, device_now: Millis) -> Result<Reckoned, StoreError> {
    let offset: Millis = Meta::ClockOffset.load(conn).await?.unwrap_or_default();
    let mut known = Millis::MIN;
    for meta in [Meta::Heard, Meta::Reached, Meta::AsOf] {
        known = known.max(meta.load(conn).await?.unwrap_or(Millis::MIN));
    }
    Ok(Reckoned::of(device_now, offset, known))
}

async fn lends(conn: &mut SqliteConnection) -> Result<bool, StoreError> {
    let lends = "SELECT EXISTS (SELECT 1 FROM grants WHERE lease_until IS NOT NULL)";
    Ok(sqlx::query_scalar(lends).fetch_one(conn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sample::{grant, message, put, store};
    use rand::rngs::StdRng;
    use rand::{Rng as _, SeedableRng as _};

    const MINUTE: Millis = 60_000;
    const HOUR: Millis = 60 * MINUTE;
    const DAY: Millis = 24 * HOUR;
    /// The server's clock is so far ahead of the device's.
    const AHEAD: Millis = 3 * HOUR;
    const START: Millis = 1_790_000_000_000;

    /// A store with something of one's own and something lent until `until`; contact was had at [`START`].
    async fn lent(until: Millis) -> (Store, tempfile::TempDir) {
        let (store, folder) = store().await;
        contact(&store, START, START - AHEAD).await;
        lend(&store, until).await;
        (store, folder)
    }

    async fn contact(store: &Store, server: Millis, device: Millis) {
        let mut tx = store.write().await.expect("writes");
        hear(&mut tx, server, device).await.expect("hears");
        tx.commit().await.expect("commits");
    }

    async fn lend(store: &Store, until: Millis) {
        let mut tx = store.write().await.expect("writes");
        sqlx::query("DELETE FROM cursor; DELETE FROM grants; DELETE FROM record")
            .execute(&mut *tx)
            .await
            .expect("empties");
        tx.commit().await.expect("commits");
        grant(store, "own").await;
        grant(store, "lent").await;
        let mut tx = store.write().await.expect("writes");
        let sql = "UPDATE grants SET lease_until = ?1 WHERE scope = 'lent'";
        sqlx::query(sql).bind(until).execute(&mut *tx).await.expect("lends");
        tx.commit().await.expect("commits");
        let body = || message("Hej", 1);
        put(store, &[("own", "message", "m1", body()), ("lent", "message", "m2", body())]).await;
    }

    async fn here(store: &Store) -> Vec<String> {
        sqlx::query_scalar("SELECT scope FROM record ORDER BY scope").fetch_all(store.read()).await.expect("reads")
    }

    #[tokio::test]
    async fn what_is_lent_leaves_at_its_time_by_the_servers_clock() {
        let (store, _folder) = lent(START + DAY).await;
        store.end_leases(START - AHEAD + DAY - 1).await.expect("looks");
        assert_eq!(here(&store).await, ["lent", "own"]);
        store.end_leases(START - AHEAD + DAY).await.expect("looks");
        assert_eq!(here(&store).await, ["own"]);
        assert!(!store.is_clock_behind(START - AHEAD + DAY).await.expect("reads"));
        store.close().await;
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_behind_what_was_heard_or_reckoned_keeps_nothing() {
        let (store, _folder) = lent(START + 14 * DAY).await;
        let back = START - AHEAD - SLACK;
        store.end_leases(back).await.expect("looks");
        assert_eq!(here(&store).await, ["lent", "own"], "a clock that was corrected a little");
        assert_eq!(store.lent_after(back).await.expect("reads"), START, "and yet time does not go back");
        assert!(!store.end_leases(back - 1).await.expect("looks").is_empty());
        assert_eq!(here(&store).await, ["own"]);
        assert!(store.is_clock_behind(back - 1).await.expect("reads"), "it says why");
        assert_eq!(store.lent_after(back - 1).await.expect("reads"), Millis::MAX);

        // Days go by without contact; then somebody sets the clock back to where contact was.
        contact(&store, START, START - AHEAD).await;
        lend(&store, START + 14 * DAY).await;
        store.end_leases(START - AHEAD + 10 * DAY).await.expect("looks");
        store.end_leases(START - AHEAD).await.expect("looks");
        assert_eq!(here(&store).await, ["own"]);
        // Contact mends it, whatever the device's clock says.
        contact(&store, START + 11 * DAY, START - AHEAD).await;
        assert!(!store.is_clock_behind(START - AHEAD).await.expect("reads"));
        store.close().await;
    }

    #[tokio::test]
    async fn a_clock_that_ran_ahead_for_a_moment_locks_only_until_the_next_contact() {
        let (store, _folder) = lent(START + DAY).await;
        store.end_leases(START + 3650 * DAY).await.expect("looks");
        assert_eq!(here(&store).await, ["own"]);
        assert!(store.is_clock_behind(START - AHEAD).await.expect("reads"));
        contact(&store, START + HOUR, START - AHEAD + HOUR).await;
        lend(&store, START + DAY).await;
        store.end_leases(START - AHEAD + HOUR).await.expect("looks");
        assert_eq!(here(&store).await, ["lent", "own"]);
        store.close().await;
    }

    #[tokio::test]
    async fn a_backend_that_began_anew_says_what_time_it_is() {
        let (store, _folder) = lent(START + DAY).await;
        let mut tx = store.write().await.expect("writes");
        hear_anew(&mut tx, START - 400 * DAY, START - AHEAD).await.expect("hears");
        tx.commit().await.expect("commits");
        assert!(!store.is_clock_behind(START - AHEAD).await.expect("reads"));
        store.close().await;
    }

    /// Whatever happens to the device's clock, what is lent outlives its time by at most a little for each time that
    /// somebody set the clock, and what is one's own stays.
    #[tokio::test]
    async fn no_setting_of_the_clock_keeps_what_is_lent() {
        for seed in 0..30 {
            let mut dice = StdRng::seed_from_u64(seed);
            let mut until = START + 14 * DAY;
            let (store, _folder) = lent(until).await;
            let (mut server, mut device, mut sets) = (START, START - AHEAD, 0);
            for _ in 0..60 {
                match dice.gen_range(0..10) {
                    0 => {
                        device = START + dice.gen_range(-40 * DAY..40 * DAY);
                        sets += 1;
                    }
                    1 | 2 => {
                        device -= dice.gen_range(0..2 * SLACK);
                        sets += 1;
                    }
                    3 => {
                        contact(&store, server, device).await;
                        until = server + 14 * DAY;
                        lend(&store, until).await;
                        sets = 0;
                    }
                    _ => {
                        let passed = dice.gen_range(0..2 * DAY);
                        (server, device) = (server + passed, device + passed);
                    }
                }
                store.end_leases(device).await.expect("looks");
                let here = here(&store).await;
                assert_eq!(here.last().map(String::as_str), Some("own"), "seed {seed}");
                if here.len() == 2 {
                    assert!(server < until + sets * (SLACK + STEP), "seed {seed}: {} too late", server - until);
                }
            }
            store.close().await;
        }
    }
}
