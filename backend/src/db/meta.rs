//! What an installation remembers of itself, under short names.

use super::{Db, META};
use crate::error::Error;

impl Db {
    /// What the installation remembers under `key`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn meta(&self, key: &'static str) -> Result<Option<String>, Error> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(&self.readers).await?;
        Ok(row.map(|(value,)| value))
    }

    /// What the installation remembers under `key`; if it is nothing yet, `fresh` from now on, or what another node
    /// was faster with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn meta_or(&self, key: &'static str, fresh: String) -> Result<String, Error> {
        let kept = self.write(move |tx| {
            Box::pin(async move {
                let insert = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
                sqlx::query(insert).bind(key).bind(fresh).execute(&mut *tx.conn).await?;
                let row = sqlx::query_as("SELECT value FROM meta WHERE key = $1").bind(key);
                Ok(row.fetch_one(&mut *tx.conn).await?)
            })
        });
        let (value,): (String,) = kept.await?;
        Ok(value)
    }

    /// Remembers `value` under `key`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep_meta(&self, key: &'static str, value: String) -> Result<(), Error> {
        self.write(move |tx| {
            Box::pin(async move {
                sqlx::query(META).bind(key).bind(value).execute(&mut *tx.conn).await?;
                Ok(())
            })
        })
        .await
    }
}
