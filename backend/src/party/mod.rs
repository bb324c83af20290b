//! Who is around a case, as the staff who work on it are shown it.
//!
//! It is made of what relations, grants and decisions say, wherever one of them changes and in the same transaction, and
//! stands in the staff scope of the case alone. Of somebody who is only kept apart from a person in the case it says the
//! name and nothing else; of such a one with protected identity it says nothing at all.

mod look_up;
mod show;

pub use show::{complete, show, show_of};

use crate::App;
use axum::Router;
use axum::routing::post;
use std::sync::Arc;

/// The routes.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/party/look-up", post(look_up::handle))
}
