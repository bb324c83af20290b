//! What the nodes of one database remember together. On SQLite there is one node, and nothing of this.

use super::{Db, Engine};
use crate::error::Error;
use protocol::Millis;
use sqlx::AnyPool;

/// Commits without waiting for the disk: what a crash forgets is the last moment's, and nothing but a proof more may then
/// count twice.
const REMEMBER: &str = "INSERT INTO proof_seen (id, until)
     SELECT $1, $2 FROM (SELECT set_config('synchronous_commit', 'off', TRUE)) quick ON CONFLICT (id) DO NOTHING";

/// The way to it, beside what is written: whoever only reads waits for no writer.
pub struct Shared(AnyPool);

impl Db {
    /// `None` where there is one node.
    pub fn shared(&self) -> Option<Shared> {
        match &self.engine {
            Engine::Sqlite { .. } => None,
            Engine::Postgres { .. } => Some(Shared(self.readers.clone())),
        }
    }
}

impl Shared {
    /// Remembers a proof until then; whether it comes for the first time, to whichever node.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_first(&self, proof: u128, until: Millis) -> Result<bool, Error> {
        let done = sqlx::query(REMEMBER).bind(format!("{proof:032x}")).bind(until).execute(&self.0).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Forgets proofs that are over.
    ///
    /// # Errors
    /// When the database fails, or another node does the same.
    pub async fn forget(&self, now: Millis) -> Result<(), Error> {
        sqlx::query("DELETE FROM proof_seen WHERE until <= $1").bind(now).execute(&self.0).await?;
        Ok(())
    }
}
