//! The log's line for what was refused: which route, which status, how often. Never who asked, or for what.
//!
//! A route and status has one line a minute at most, which counts those that had none: so no flood fills the log.

use crate::App;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use protocol::Millis;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const MINUTE: Millis = 60 * 1000;

/// What was refused since it was last told.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<HashMap<(String, StatusCode), (Millis, u64)>>);

impl Refusals {
    /// How many there are to tell of, if it is time to.
    fn count(&self, route: &str, status: StatusCode, now: Millis) -> Option<u64> {
        let mut refusals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (told_at, untold) = refusals.entry((route.to_owned(), status)).or_insert((Millis::MIN, 0));
        *untold += 1;
        if now.saturating_sub(*told_at) < MINUTE {
            return None;
        }
        *told_at = now;
        Some(std::mem::take(untold))
    }
}

/// Says of an answer that what it answers was refused in a part, for want of access.
#[derive(Clone, Copy)]
pub(crate) struct RefusedAct;

/// Tells of refusals: of who somebody is, of access, and of asking too much.
pub(crate) async fn tell(
    State((app, refusals)): State<(Arc<App>, Arc<Refusals>)>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let answer = next.run(request).await;
    let status = answer.status();
    // Whoever asks for what no route leads to is refused nothing.
    if is_refusal(&answer)
        && let Some(route) = route
        && let Some(times) = refusals.count(route.as_str(), status, app.db.now())
    {
        tracing::warn!(route = route.as_str(), status = status.as_u16(), times, "refused");
    }
    answer
}

fn is_refusal(answer: &Response) -> bool {
    match answer.status() {
        StatusCode::NOT_FOUND | StatusCode::TOO_MANY_REQUESTS => true,
        // Only to come again with a newer nonce.
        StatusCode::UNAUTHORIZED => !answer
            .headers()
            .get(WWW_AUTHENTICATE)
            .and_then(|challenge| challenge.to_str().ok())
            .is_some_and(|challenge| challenge.contains("use_dpop_nonce")),
        _ => answer.extensions().get::<RefusedAct>().is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_told_at_once_and_what_follows_with_the_next_minute() {
        let refusals = Refusals::default();
        let tell = |route, at| refusals.count(route, StatusCode::NOT_FOUND, at);
        assert_eq!(tell("/a", 0), Some(1));
        assert_eq!((tell("/a", 1), tell("/a", MINUTE - 1)), (None, None));
        assert_eq!(tell("/b", MINUTE - 1), Some(1), "another route is another matter");
        assert_eq!(tell("/a", MINUTE), Some(3));
        assert_eq!(tell("/a", 2 * MINUTE - 1), None);
    }
}
