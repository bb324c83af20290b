//! The bare server's own process: files, an echo, and a table.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use axum::extract::{DefaultBodyLimit, Path as Name, State};
use axum::response::Sse;
use axum::response::sse::Event;
use axum::routing::{get, post};
use axum::{Json, Router};
use digiteam_tests::say;
use futures_util::stream::{self, Stream};
use futures_util::{StreamExt as _, TryFutureExt as _};
use reqwest::StatusCode;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, broadcast};
use tokio_stream::wrappers::BroadcastStream;

/// What it says before its port.
pub(crate) const LISTENING: &str = "listening on ";

struct Shared {
    folder: PathBuf,
    said: broadcast::Sender<String>,
    table: Mutex<SqliteConnection>,
}

/// Serves until it is killed.
pub(crate) async fn serve(folder: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("kept.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut table = options.disable_statement_logging().connect().await?;
    sqlx::raw_sql("CREATE TABLE message (no INTEGER PRIMARY KEY, text TEXT NOT NULL)").execute(&mut table).await?;
    let shared = Shared { folder: folder.to_owned(), said: broadcast::channel(1024).0, table: Mutex::new(table) };
    let router = Router::new()
        .route("/bulk/{name}", get(bulk))
        .route("/events", get(events))
        .route("/say", post(speak))
        .route("/flush", post(keep))
        .layer(DefaultBodyLimit::max(16 << 20))
        .with_state(Arc::new(shared));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    say(&format!("{LISTENING}{}", listener.local_addr()?.port()));
    axum::serve(listener, router).await?;
    Ok(())
}

async fn bulk(State(shared): State<Arc<Shared>>, Name(name): Name<String>) -> Result<Vec<u8>, StatusCode> {
    tokio::fs::read(shared.folder.join(name)).map_err(|_| StatusCode::NOT_FOUND).await
}

async fn events(State(shared): State<Arc<Shared>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let said = BroadcastStream::new(shared.said.subscribe());
    let said = said.filter_map(|words| async { words.ok().map(|words| Ok(Event::default().data(words))) });
    Sse::new(stream::once(async { Ok(Event::default().data("welcome")) }).chain(said))
}

async fn speak(State(shared): State<Arc<Shared>>, words: String) -> StatusCode {
    // Nobody listening is no error.
    let _ = shared.said.send(words);
    StatusCode::NO_CONTENT
}

async fn keep(State(shared): State<Arc<Shared>>, Json(texts): Json<Vec<String>>) -> Result<StatusCode, StatusCode> {
    let mut table = shared.table.lock().await;
    store(&mut table, &texts).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn store(table: &mut SqliteConnection, texts: &[String]) -> Result<()> {
    let mut tx = table.begin().await?;
    for text in texts {
        sqlx::query("INSERT INTO message (text) VALUES (?1)").bind(text).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}
