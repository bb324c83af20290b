//! `GET /health/live`: the process answers. `GET /health/ready`: so does the database. `GET /health`: both.

use crate::App;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

/// The routes.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/health", get(ready))
        .route("/health/ready", get(ready))
        .route("/health/live", get(async || Json(json!({"live": true}))))
}

async fn ready(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    let ready = !*app.stopping.borrow() && app.db.is_ready().await;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({"live": true, "ready": ready})))
}
