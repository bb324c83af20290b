//! The list of routes is the router's, and every answer says to browsers what it must.

use crate::town::{Town, towns};
use axum::body::Body;
use digiteam_backend::router;
use digiteam_backend::routes::{ROUTES, Route, Who};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request, StatusCode};
use std::collections::BTreeSet;
use tower::ServiceExt as _;

/// What every answer says, whoever asks for what.
const SAID: &str = "cache-control: no-store
cross-origin-embedder-policy: require-corp
cross-origin-opener-policy: same-origin
cross-origin-resource-policy: same-origin
referrer-policy: no-referrer
x-content-type-options: nosniff
x-frame-options: DENY
";

#[tokio::test]
async fn the_list_is_what_the_router_has() {
    let town = towns().await.remove(0);
    let listed: BTreeSet<String> = ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(listed.len(), ROUTES.len(), "a route stands twice");
    assert_eq!(listed, told(&format!("{:?}", router(town.app))));
}

/// What a router says of itself: `get /health` and so on.
fn told(router: &str) -> BTreeSet<String> {
    let (routes, rest) = router.split_once("node: Node { paths: {").expect("tells its paths");
    let paths = &rest[..end_of(rest)];
    let mut told = BTreeSet::new();
    for entry in paths.split("RouteId(").skip(1) {
        let (id, path) = entry.split_once("): \"").expect("is an entry");
        let path = path.split('"').next().expect("is text");
        let (_, methods) = routes.split_once(&format!("RouteId({id}): ")).expect("tells of every path");
        for method in ["get", "post", "put", "patch", "delete"] {
            let (_, kind) = methods.split_once(&format!(" {method}: ")).expect("tells of every method");
            if !kind.starts_with("None") {
                told.insert(format!("{method} {path}"));
            }
        }
    }
    assert!(told.len() > 10, "the router tells of itself in another way: {router}");
    told
}

/// Where the map of paths ends: paths have braces too, but in quotes.
fn end_of(paths: &str) -> usize {
    let mut quoted = false;
    let end = paths.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '}' && !quoted
    });
    end.map_or(paths.len(), |(at, _)| at)
}

async fn ask(town: &Town, route: &Route, who: Option<&str>) -> (StatusCode, HeaderMap) {
    let path = route.path.replace(['{', '}'], "x");
    let method = route.method.to_uppercase();
    let mut request = Request::builder().method(method.as_str()).uri(&path);
    request = request.header(CONTENT_TYPE, "application/json");
    if let Some(person) = who {
        for (name, value) in town.headers(person, &method, &path).await {
            request = request.header(name, value);
        }
    }
    let request = request.body(Body::from("{}")).expect("is a request");
    let (parts, _) = router(town.app.clone()).oneshot(request).await.expect("is answered").into_parts();
    (parts.status, parts.headers)
}

fn check(headers: &HeaderMap, what: &str) {
    let mut said = String::new();
    for line in SAID.lines() {
        let (name, _) = line.split_once(':').expect("is a header");
        let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        said.push_str(&format!("{name}: {}\n", values.join(", ")));
    }
    assert_eq!(said, SAID, "{what}");
    let policy = headers["content-security-policy"].to_str().expect("is text");
    for rule in ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(rule), "{what}: {policy}");
    }
    assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{what}: {policy}");
    for name in ["access-control-allow-origin", "server", "x-powered-by"] {
        assert!(!headers.contains_key(name), "{what}: {name}");
    }
}

#[tokio::test]
async fn every_answer_tells_browsers_to_keep_and_run_nothing() {
    let town = towns().await.remove(0);
    let nowhere = Route { path: "/nowhere", ..ROUTES_FIRST };
    let wrong = Route { method: "delete", ..ROUTES_FIRST };
    for route in ROUTES.iter().chain([&nowhere, &wrong]) {
        for who in [None, Some("moa")] {
            let (status, headers) = ask(&town, route, who).await;
            check(&headers, &format!("{} {} {status}", route.method, route.path));
        }
    }
}

const ROUTES_FIRST: Route = Route {
    method: "get",
    path: "/health",
    what: "",
    who: Who::Anybody,
    takes: digiteam_backend::routes::Takes::Nothing,
    gives: digiteam_backend::routes::Gives::Nothing,
};

#[tokio::test]
async fn what_is_for_callers_is_for_nobody_else() {
    let town = towns().await.remove(0);
    for route in ROUTES {
        let (status, _) = ask(&town, route, None).await;
        assert_eq!(status == StatusCode::UNAUTHORIZED, route.who == Who::Caller, "{} {}", route.method, route.path);
    }
}
