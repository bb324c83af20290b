//! Who may see what: grants, leases, and the log of who looked.
//!
//! Deny first: nothing is readable without a grant, and a grant with `on_open` serves only while its
//! holder has a lease, which is written to the log in the same transaction that gives it. What does not
//! exist and what is not granted get the same answer.

mod grant;
mod hide;
pub mod log;
mod open;
mod review;

pub use grant::{
    Held, NewGrant, grant, granted_until, grants, held, renew_threads, require, require_case_staff, require_served,
    revoke, served,
};
pub use hide::{hide_staff, show_hidden};
pub use open::{LEASE, open_scope, seen};
pub use review::review_opening;

use crate::App;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

/// The routes.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/access/open", post(open::handle)).route("/access/log", get(log::handle))
}
