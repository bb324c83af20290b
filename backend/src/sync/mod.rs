//! Pull, push and events: how a client's copy follows its feeds.

mod digest;
mod events;
mod page;
mod pull;
mod push;

pub use digest::answer as digest;
pub use events::follow;
pub use pull::{Limits, answer as pull, answer_within as pull_within};
pub use push::{push_at, push_in};

use crate::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use std::sync::Arc;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

/// The most bytes that one push may hold.
const MAX_PUSH_BYTES: usize = 4 * 1024 * 1024;

/// The most bytes that one pull may ask with: many cursors.
const MAX_PULL_BYTES: usize = 2 * 1024 * 1024;

/// The least that is worth compressing.
const COMPRESS_FROM: u16 = 1024;

/// The routes. Only pulls are compressed: a first sync is megabytes of text. Nothing secret stands in them beside what
/// others can write, and a record is sent once, so their size tells nothing that can be asked for again and again.
pub fn router() -> Router<Arc<App>> {
    let compressed =
        CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(COMPRESS_FROM));
    Router::new()
        .route("/sync/pull", post(pull::handle).layer((DefaultBodyLimit::max(MAX_PULL_BYTES), compressed)))
        .route("/sync/push", post(push::handle).layer(DefaultBodyLimit::max(MAX_PUSH_BYTES)))
        .route("/sync/digest", get(digest::handle))
        .route("/sync/events", get(events::events))
}
