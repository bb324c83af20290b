//! Fresh databases for tests: SQLite always, PostgreSQL where `DIGITEAM_TEST_POSTGRES` names a server.

pub(crate) mod proof;

use sqlx::{AnyPool, any::install_default_drivers};
use std::any::Any;

/// Deleted with its last use.
pub(crate) type Guard = Box<dyn Any + Send + Sync>;

/// One empty database on each engine: its name, its address, and what keeps it alive.
pub(crate) async fn fresh_databases() -> Vec<(&'static str, String, Guard)> {
    let folder = tempfile::tempdir().expect("a temp folder can be made");
    let url = format!("sqlite:{}", folder.path().join("digiteam.db").display());
    let mut databases: Vec<(&'static str, String, Guard)> = vec![("sqlite", url, Box::new(folder))];
    if let Ok(admin) = std::env::var("DIGITEAM_TEST_POSTGRES") {
        databases.push(("postgres", fresh_postgres(&admin).await, Box::new(())));
    }
    databases
}

/// Makes a database of its own beside the one that `admin` names; the server is thrown away after the run.
async fn fresh_postgres(admin: &str) -> String {
    install_default_drivers();
    let name = format!("test_{}", uuid::Uuid::new_v4().simple());
    let pool = AnyPool::connect(admin).await.expect("the PostgreSQL server answers");
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&pool)
        .await
        .expect("a database can be made");
    pool.close().await;
    let (server, _) = admin.rsplit_once('/').expect("the address ends with a database");
    format!("{server}/{name}")
}
