//! The one error of the backend, and its way out.
//!
//! What a client may know is a [`Refusal`]; everything else leaves as a blank 500 with an incident id and
//! is logged once, here. No message of a database or a provider ever reaches an answer.

use axum::Json;
use axum::extract::FromRequest;
use axum::extract::rejection::JsonRejection;
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use protocol::refusal::{Refusal, RefusalCode};
use std::time::Duration;

/// When whoever was sent away may come back: what is busy here is busy for moments.
const RETRY_SECONDS: u64 = 1;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Said no, for a reason that the client may know.
    #[error("refused: {:?}", .0.code)]
    Refused(Refusal),
    /// The request does not show that its sender has the key of their token: RFC 9449's word for why.
    #[error("unproven: {0}")]
    Unproven(&'static str),
    /// Too much was asked; after so long more is answered.
    #[error("busy")]
    Busy(Duration),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The blob store failed.
    #[error("blobs: {0}")]
    Blobs(#[from] object_store::Error),
    /// A stored value has a form that this build did not write.
    #[error("stored value: {:?} at {}:{}", .0.classify(), .0.line(), .0.column())]
    Stored(#[from] serde_json::Error),
    /// Anything else that is not the client's fault; no personal data in the text.
    #[error("{0}")]
    Internal(String),
}

impl From<RefusalCode> for Error {
    fn from(code: RefusalCode) -> Self {
        Self::Refused(code.into())
    }
}

/// A JSON body, refused in the same form as everything else when it cannot be read.
#[derive(FromRequest)]
#[from_request(via(Json), rejection(Error))]
pub struct Body<T>(pub T);

impl From<JsonRejection> for Error {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => RefusalCode::TooLong.into(),
            _ => RefusalCode::Invalid.into(),
        }
    }
}

impl Error {
    /// What the client is told, with the status it is told by. Logs what it is not told.
    pub fn refusal(self) -> (StatusCode, Refusal) {
        match self {
            Self::Refused(refusal) => (status(refusal.code), refusal),
            Self::Busy(_) => (StatusCode::TOO_MANY_REQUESTS, RefusalCode::Busy.into()),
            Self::Unproven(_) => (StatusCode::UNAUTHORIZED, RefusalCode::Unauthenticated.into()),
            // Two writers waited for each other; the database let one go first.
            Self::Database(sqlx::Error::Database(inner))
                if matches!(inner.code().as_deref(), Some("40P01" | "40001")) =>
            {
                (StatusCode::SERVICE_UNAVAILABLE, RefusalCode::Busy.into())
            }
            // Everybody else got there first.
            Self::Database(sqlx::Error::PoolTimedOut) => (StatusCode::SERVICE_UNAVAILABLE, RefusalCode::Busy.into()),
            // Text with a zero byte in it, which PostgreSQL does not take.
            Self::Database(sqlx::Error::Database(inner)) if inner.code().as_deref() == Some("22021") => {
                (status(RefusalCode::Invalid), RefusalCode::Invalid.into())
            }
            hidden => {
                let incident = uuid::Uuid::new_v4().to_string();
                tracing::error!(incident, error = %hidden, "request failed");
                let refusal = Refusal { code: RefusalCode::Internal, details: Some(incident) };
                (StatusCode::INTERNAL_SERVER_ERROR, refusal)
            }
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let challenge = match &self {
            Self::Unproven(why) => format!("DPoP error=\"{why}\", algs=\"ES256\""),
            _ => "DPoP algs=\"ES256\"".to_owned(),
        };
        let wait = match &self {
            Self::Busy(wait) => seconds(*wait),
            _ => RETRY_SECONDS,
        };
        let (status, refusal) = self.refusal();
        let mut answer = (status, Json(refusal)).into_response();
        if [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].contains(&status) {
            answer.headers_mut().insert(RETRY_AFTER, wait.into());
        }
        if status == StatusCode::UNAUTHORIZED
            && let Ok(challenge) = HeaderValue::from_str(&challenge)
        {
            answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}

/// Whole seconds, never too few.
pub(crate) fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn status(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        RefusalCode::Access => StatusCode::NOT_FOUND,
        RefusalCode::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalCode::Reused
        | RefusalCode::OutOfOrder
        | RefusalCode::Missing
        | RefusalCode::Conflict
        | RefusalCode::Closed => StatusCode::CONFLICT,
        RefusalCode::Busy => StatusCode::SERVICE_UNAVAILABLE,
        RefusalCode::Invalid | RefusalCode::Reason => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalCode::Internal | RefusalCode::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_sent_away_for_a_while_is_told_for_how_long() {
        let busy = Error::from(RefusalCode::Busy).into_response();
        assert_eq!(busy.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(busy.headers()[RETRY_AFTER], "1");
        assert_eq!(Error::from(sqlx::Error::PoolTimedOut).into_response().headers()[RETRY_AFTER], "1");
        let limited = Error::Busy(Duration::from_millis(2_001)).into_response();
        assert_eq!(
            (limited.status(), &limited.headers()[RETRY_AFTER]),
            (StatusCode::TOO_MANY_REQUESTS, &"3".parse().expect("is a value"))
        );
        assert!(!Error::from(RefusalCode::Access).into_response().headers().contains_key(RETRY_AFTER));
    }
}
