//! Single values of the store.

use super::{Store, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;

/// What is kept, by the name it is kept under.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meta {
    /// Who this store belongs to.
    Me,
    /// This installation's id.
    Device,
    /// The refresh token.
    Refresh,
    /// The key that the session's tokens are bound to.
    DeviceKey,
    /// Where tokens are renewed and revoked.
    Endpoints,
    /// The life of the backend's database.
    DbEpoch,
    /// Names the set of grants that is here.
    GrantsHash,
    /// The server's clock at the last complete pull.
    AsOf,
    /// The server's clock minus the device's.
    ClockOffset,
    /// The latest that the server's clock was heard to say, in this life of its database.
    Heard,
    /// The latest that it was reckoned to say since then, without contact.
    Reached,
    /// The legal grounds for masks, as they were asked for last.
    MaskGrounds,
    /// The highest number of a record that the index has looked at.
    Indexed,
    /// How far the purge after a wipe has come; nothing: all is clean.
    Purge,
    /// The database is to be written anew before the purge is done.
    Rewrite,
    /// What became of what waited when the store was damaged.
    Rescue,
    /// After how many minutes without anybody it locks, where somebody chose.
    Idle,
}

impl Meta {
    fn name(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Device => "device",
            Self::Refresh => "refresh",
            Self::DeviceKey => "device_key",
            Self::Endpoints => "endpoints",
            Self::DbEpoch => "db_epoch",
            Self::GrantsHash => "grants_hash",
            Self::AsOf => "as_of",
            Self::ClockOffset => "clock_offset",
            Self::Heard => "heard",
            Self::Reached => "reached",
            Self::MaskGrounds => "mask_grounds",
            Self::Indexed => "indexed",
            Self::Purge => "purge",
            Self::Rewrite => "rewrite",
            Self::Rescue => "rescue",
            Self::Idle => "idle",
        }
    }

    /// Reads the value, if there is one.
    pub(crate) async fn load<T: DeserializeOwned>(self, conn: &mut SqliteConnection) -> Result<Option<T>, StoreError> {
        let value: Option<String> =
            sqlx::query_scalar("SELECT value FROM meta WHERE key = ?1").bind(self.name()).fetch_optional(conn).await?;
        Ok(value.map(|value| serde_json::from_str(&value)).transpose()?)
    }

    /// Writes the value.
    pub(crate) async fn keep<T: Serialize + Sync>(
        self,
        conn: &mut SqliteConnection,
        value: &T,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(self.name())
        .bind(serde_json::to_string(value)?)
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Removes the value.
    pub(crate) async fn forget(self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM meta WHERE key = ?1").bind(self.name()).execute(conn).await?;
        Ok(())
    }
}

impl Store {
    /// Reads one value.
    pub(crate) async fn meta<T: DeserializeOwned>(&self, meta: Meta) -> Result<Option<T>, StoreError> {
        let mut conn = self.read().acquire().await?;
        meta.load(&mut conn).await
    }
}
