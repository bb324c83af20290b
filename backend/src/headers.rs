//! What every answer says to a browser, whatever route it comes from: keep nothing, run nothing, show it in no other
//! page, tell nobody where you were.
//!
//! A handler that needs something else says so itself and is not overruled. There is no word about other origins
//! (CORS): no page of anybody else has a reason to call.

use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use url::Url;

/// For answers that are no page at all, should a browser show one.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/// Two years, as browsers want it.
const HTTPS_ONLY: &str = "max-age=63072000; includeSubDomains";

const ALWAYS: [(HeaderName, &str); 8] = [
    (CACHE_CONTROL, "no-store"),
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Says it, where the answer does not say otherwise; that only https will do, where clients come by https.
pub fn add(public_url: &Url) -> impl Fn(Response) -> std::future::Ready<Response> + Clone + use<> {
    let https = public_url.scheme() == "https";
    move |mut answer| {
        let headers = answer.headers_mut();
        for (name, value) in ALWAYS {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        if https {
            headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
        }
        std::future::ready(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn said(url: &str, answer: Response) -> http::HeaderMap {
        add(&url.parse().expect("is a URL"))(answer).await.into_parts().0.headers
    }

    #[tokio::test]
    async fn only_https_is_asked_for_where_there_is_https() {
        let bare = || Response::new(Body::empty());
        assert_eq!(said("https://a.example", bare()).await[STRICT_TRANSPORT_SECURITY], HTTPS_ONLY);
        assert!(!said("http://127.0.0.1:1", bare()).await.contains_key(STRICT_TRANSPORT_SECURITY));
    }

    #[tokio::test]
    async fn what_a_handler_says_stands() {
        let mut page = Response::new(Body::empty());
        page.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'self'"));
        let headers = said("http://127.0.0.1:1", page).await;
        assert_eq!(headers[CONTENT_SECURITY_POLICY], "default-src 'self'");
        assert_eq!(headers.get_all(CONTENT_SECURITY_POLICY).iter().count(), 1);
    }
}
