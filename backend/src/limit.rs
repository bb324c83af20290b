//! How large and how slow a request may be.
//!
//! A body must come at a walking pace: after a while of grace, at least so many bytes for each second that has gone
//! by. Whoever drips is let go after that while; whoever has a bad line and much to send is not. From the body's end
//! an answer must begin in time. How long an answer may stream is not looked at here: events are streams.

use crate::error::Error;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http_body::{Body as HttpBody, Frame, SizeHint};
use protocol::refusal::RefusalCode;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep};

/// The most bytes of a body; routes that take more say so.
pub const MAX_BODY: usize = 64 * 1024;

/// How slow a request may be.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// For how long nothing is asked of a body.
    pub grace: Duration,
    /// What each second after that must have brought.
    pub bytes_per_second: u32,
    /// How long after the body's end the answer may take to begin.
    pub answer: Duration,
}

impl Default for Pace {
    /// 20 MiB over a bad line take three quarters of an hour. Providers are asked in turn, each with its own patience.
    fn default() -> Self {
        Self { grace: Duration::from_secs(15), bytes_per_second: 8 * 1024, answer: Duration::from_secs(60) }
    }
}

/// Lets go of requests that are too slow. They may come again, and nothing of them was done, or what was begun is
/// finished without them.
pub async fn keep_pace(State(pace): State<Pace>, request: Request, next: Next) -> Response {
    let slow = Arc::<AtomicBool>::default();
    let (whole, heard) = oneshot::channel();
    let request = request.map(|body| {
        let begun = Instant::now();
        let timer = Box::pin(tokio::time::sleep_until(begun + pace.grace));
        Body::new(Paced { body, pace, begun, got: 0, timer, slow: Arc::clone(&slow), _whole: whole })
    });
    let too_late = async {
        // Its end is heard of by its being dropped.
        let _ = heard.await;
        tokio::time::sleep(pace.answer).await;
    };
    tokio::select! {
        answer = next.run(request) => {
            if slow.load(Ordering::Acquire) { busy(StatusCode::REQUEST_TIMEOUT) } else { answer }
        }
        () = too_late => busy(StatusCode::SERVICE_UNAVAILABLE),
    }
}

fn busy(status: StatusCode) -> Response {
    let mut answer = Error::from(RefusalCode::Busy).into_response();
    *answer.status_mut() = status;
    answer
}

/// A body that must keep pace.
struct Paced {
    body: Body,
    pace: Pace,
    begun: Instant,
    got: u64,
    timer: Pin<Box<Sleep>>,
    slow: Arc<AtomicBool>,
    _whole: oneshot::Sender<()>,
}

#[derive(Debug, thiserror::Error)]
#[error("the request comes too slowly")]
struct TooSlow;

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            if let Some(bytes) = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref()) {
                this.got += bytes.len() as u64;
                let earned = Duration::from_secs_f64(this.got as f64 / f64::from(this.pace.bytes_per_second));
                this.timer.as_mut().reset(this.begun + this.pace.grace + earned);
            }
            return Poll::Ready(frame);
        }
        ready!(this.timer.as_mut().poll(cx));
        this.slow.store(true, Ordering::Release);
        Poll::Ready(Some(Err(axum::Error::new(TooSlow))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::routing::{get, post};
    use futures_util::stream;
    use std::convert::Infallible;
    use tower::ServiceExt as _;

    const QUICK: Pace =
        Pace { grace: Duration::from_millis(40), bytes_per_second: 1_000_000, answer: Duration::from_millis(40) };

    async fn ask(pace: Pace, request: Request) -> Response {
        let router = Router::new()
            .route("/echo", post(async |body: Bytes| body))
            .route("/never", get(std::future::pending::<()>))
            .layer(axum::middleware::from_fn_with_state(pace, keep_pace));
        let answer = tokio::time::timeout(Duration::from_secs(20), router.oneshot(request));
        answer.await.expect("is let go of").expect("is answered")
    }

    fn drip(pieces: usize, pause: Duration) -> Request {
        let pieces = stream::unfold(pieces, move |left| async move {
            tokio::time::sleep(pause).await;
            (left > 0).then(|| (Ok::<_, Infallible>(Bytes::from_static(b"a")), left - 1))
        });
        Request::post("/echo").body(Body::from_stream(pieces)).expect("is a request")
    }

    #[tokio::test]
    async fn whoever_drips_is_let_go_and_may_come_again() {
        let answer = ask(QUICK, drip(usize::MAX, Duration::from_millis(5))).await;
        assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
        assert!(answer.headers().contains_key(http::header::RETRY_AFTER));
        let answer = ask(QUICK, drip(1, Duration::from_secs(600))).await;
        assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT, "silence is slow too");
    }

    #[tokio::test]
    async fn whoever_keeps_pace_is_answered_however_long_it_takes() {
        // Each byte buys a second here, so that forty of them outlast the grace many times over.
        let pace = Pace { bytes_per_second: 1, ..QUICK };
        let answer = ask(pace, drip(40, Duration::from_millis(3))).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(axum::body::to_bytes(answer.into_body(), 100).await.expect("is whole").len(), 40);
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_not_waited_for() {
        let request = Request::get("/never").body(Body::empty()).expect("is a request");
        assert_eq!(ask(QUICK, request).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
