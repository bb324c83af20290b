//! A backup of the model's database and its return, by each engine's own means: a file, or a database beside it.

use crate::town::Town;
use sqlx::{AnyPool, AssertSqlSafe};

/// The database as it was once.
pub(super) struct Backup {
    place: Place,
    /// How many results of mutations it holds.
    results: i64,
}

enum Place {
    /// SQLite: a folder with the file.
    Folder(tempfile::TempDir),
    /// PostgreSQL: the name of a database on the same server.
    Beside(String),
}

impl Backup {
    pub(super) async fn make(town: &mut Town) -> Self {
        let results = results(town).await;
        let place = if town.engine == "sqlite" {
            let folder = tempfile::tempdir().expect("a temp folder can be made");
            run(&town.address, format!("VACUUM INTO '{}'", folder.path().join("backup.db").display())).await;
            Place::Folder(folder)
        } else {
            let name = format!("backup_{}", uuid::Uuid::new_v4().simple());
            // What is copied may have no connections.
            town.app.clone().close().await.expect("closes");
            run(&admin(), format!("CREATE DATABASE {name} TEMPLATE {}", name_of(town))).await;
            town.restart().await;
            Place::Beside(name)
        };
        Self { place, results }
    }

    /// The database is again what it was. Nobody is told that it has another life.
    pub(super) async fn bring_back(&self, town: &mut Town) {
        town.app.clone().close().await.expect("closes");
        match &self.place {
            Place::Folder(folder) => {
                let file = town.address.trim_start_matches("sqlite:");
                for left in ["-wal", "-shm"] {
                    // Where the log was folded in there is none.
                    let _ = std::fs::remove_file(format!("{file}{left}"));
                }
                std::fs::copy(folder.path().join("backup.db"), file).expect("is restored");
            }
            Place::Beside(backup) => {
                run(&admin(), format!("DROP DATABASE {}", name_of(town))).await;
                run(&admin(), format!("CREATE DATABASE {} TEMPLATE {backup}", name_of(town))).await;
            }
        }
        town.restart().await;
        assert_eq!(results(town).await, self.results, "{}: not what was backed up", town.engine);
    }
}

async fn results(town: &Town) -> i64 {
    let mut snapshot = town.app.db.snapshot().await.expect("reads");
    let (count,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM mutation").fetch_one(&mut *snapshot).await.expect("reads");
    count
}

fn admin() -> String {
    std::env::var("DIGITEAM_TEST_POSTGRES").expect("whoever runs on PostgreSQL was told where it is")
}

fn name_of(town: &Town) -> &str {
    town.address.rsplit_once('/').expect("the address ends with a database").1
}

async fn run(address: &str, sql: String) {
    let pool = AnyPool::connect(address).await.expect("opens");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&pool).await.expect("is done");
    pool.close().await;
}
