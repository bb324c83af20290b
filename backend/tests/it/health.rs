//! What a probe is told of a backend that is well, stops, or has lost its database.

use crate::town::{Town, towns};
use axum::body::{Body, to_bytes};
use digiteam_backend::router;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use sqlx::AnyPool;
use tower::ServiceExt as _;

async fn ask(town: &Town, path: &str) -> (StatusCode, Value) {
    let request = Request::get(path).body(Body::empty()).expect("is a request");
    let answer = router(town.app.clone()).oneshot(request).await.expect("is answered");
    let status = answer.status();
    let body = to_bytes(answer.into_body(), 1_000).await.expect("has a body");
    (status, serde_json::from_slice(&body).expect("is JSON"))
}

async fn check(town: &Town, ready: bool) {
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    for path in ["/health", "/health/ready"] {
        assert_eq!(ask(town, path).await, (status, json!({"live": true, "ready": ready})), "{}: {path}", town.engine);
    }
    // A process that answers is not to be started anew for it.
    assert_eq!(ask(town, "/health/live").await, (StatusCode::OK, json!({"live": true})), "{}", town.engine);
}

#[tokio::test]
async fn a_backend_that_stops_is_not_ready() {
    for town in towns().await {
        check(&town, true).await;
        town.stop();
        check(&town, false).await;
    }
}

#[tokio::test]
async fn a_backend_without_its_database_is_not_ready() {
    for town in towns().await {
        check(&town, true).await;
        match town.address.strip_prefix("sqlite:") {
            Some(file) => std::fs::remove_file(file).expect("was there"),
            None => drop_database(&town.address).await,
        }
        check(&town, false).await;
    }
}

async fn drop_database(address: &str) {
    let (server, name) = address.rsplit_once('/').expect("ends with the database");
    let pool = AnyPool::connect(&format!("{server}/postgres")).await.expect("the server answers");
    let drop = sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
    sqlx::raw_sql(drop).execute(&pool).await.expect("is dropped");
    pool.close().await;
}
