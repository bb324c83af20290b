//! Pull, push and events: how a client's copy follows its feeds.

mod digest;
mod events;
mod page;
mod pull;
mod push;

pub use digest::answer as digest;
pub use pull::answer as pull;
pub use push::push_at;

use crate::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use std::sync::Arc;

/// The most bytes that one push may hold.
const MAX_PUSH_BYTES: usize = 4 * 1024 * 1024;

/// The routes.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/sync/pull", post(pull::handle))
        .route("/sync/push", post(push::handle).layer(DefaultBodyLimit::max(MAX_PUSH_BYTES)))
        .route("/sync/digest", get(digest::handle))
        .route("/sync/events", get(events::events))
}
