//! What the browser shows when nobody can be sent back to the app: short, calm, in Swedish and English, and
//! never an echo of what came in.

use super::secret::derive_sha256;
use crate::error::seconds;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use std::time::Duration;

const STYLE: &str = "body{font:1.125rem/1.6 system-ui,sans-serif;max-width:34rem;margin:15vh auto 0;padding:0 1.5rem;\
color:#1d2b2a;background:#fbfaf7}h1{font-size:1.5rem}div+div{margin-top:2.5rem;border-top:1px solid #c9cfca}\
@media(prefers-color-scheme:dark){body{color:#eef1ee;background:#16201f}}";

/// Which page.
#[derive(Clone, Copy)]
pub(super) enum Page {
    /// The request is not one of our app's.
    NotUnderstood,
    /// No login of this browser is under way.
    NoLogin,
    /// Logged out.
    LoggedOut,
    /// Too many come at once.
    Wait(Duration),
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let (status, [(title, text), (title_en, text_en)]) = match self {
            Self::NotUnderstood => (StatusCode::BAD_REQUEST, NOT_UNDERSTOOD),
            Self::NoLogin => (StatusCode::BAD_REQUEST, NO_LOGIN),
            Self::Wait(_) => (StatusCode::TOO_MANY_REQUESTS, WAIT),
            Self::LoggedOut => (StatusCode::OK, LOGGED_OUT),
        };
        let html = format!(
            "<!doctype html><html lang=\"sv\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <title>{title}</title><style>{STYLE}</style></head><body><main>\
             <div><h1>{title}</h1><p>{text}</p></div>\
             <div lang=\"en\"><h1>{title_en}</h1><p>{text_en}</p></div></main></body></html>"
        );
        let mut page = (status, headers(), Html(html)).into_response();
        if let Self::Wait(wait) = self {
            page.headers_mut().insert(RETRY_AFTER, seconds(wait).into());
        }
        page
    }
}

const NOT_UNDERSTOOD: [(&str, &str); 2] = [
    ("Det gick inte att logga in", "Gå tillbaka till appen och försök igen. Hjälper det inte kan du ringa din kommun."),
    ("Logging in did not work", "Go back to the app and try again. If that does not help, call your municipality."),
];

const NO_LOGIN: [(&str, &str); 2] = [
    (
        "Inloggningen gäller inte längre",
        "Den tog för lång tid, eller så började den i en annan webbläsare. Gå tillbaka till appen och logga in igen.",
    ),
    (
        "This login is no longer valid",
        "It took too long, or it began in another browser. Go back to the app and log in again.",
    ),
];

const WAIT: [(&str, &str); 2] = [
    ("Just nu är det många som loggar in", "Vänta en liten stund, gå tillbaka till appen och försök igen."),
    ("Many people are logging in right now", "Wait a moment, go back to the app and try again."),
];

const LOGGED_OUT: [(&str, &str); 2] =
    [("Du är utloggad", "Du kan stänga den här sidan."), ("You are logged out", "You can close this page.")];

fn headers() -> [(HeaderName, HeaderValue); 5] {
    let hash = URL_SAFE_NO_PAD.decode(derive_sha256(STYLE)).map(|hash| STANDARD.encode(hash)).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    [
        (CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy).expect("base64 is visible ASCII")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ]
}
