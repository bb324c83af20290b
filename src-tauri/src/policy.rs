//! What the configuration lets the webview do, word for word: a change is made here as well, on purpose.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Scripts are the app's own and never written in a page; nothing is loaded from, sent to or framed by anybody else.
const CSP: [(&str, &str); 10] = [
    ("default-src", "'self'"),
    ("script-src", "'self' 'wasm-unsafe-eval'"),
    ("style-src", "'self'"),
    ("img-src", "'self' data: blob:"),
    ("font-src", "'self'"),
    ("connect-src", "'self' ipc: http://ipc.localhost"),
    ("object-src", "'none'"),
    ("base-uri", "'none'"),
    ("form-action", "'none'"),
    ("frame-ancestors", "'none'"),
];

fn app() -> Value {
    let configuration: Value = serde_json::from_str(include_str!("../tauri.conf.json")).expect("is JSON");
    configuration["app"].clone()
}

#[test]
fn the_content_security_policy_is_as_strict_as_it_was() {
    let app = app();
    let policy = app["security"]["csp"].as_str().expect("there is one");
    let parts = policy.split(';').map(|part| part.trim().split_once(' ').expect("a directive has sources"));
    let told: BTreeMap<&str, &str> = parts.collect();
    assert_eq!(told, BTreeMap::from(CSP));
}

#[test]
fn nothing_loosens_what_pages_are_bound_to() {
    let app = app();
    let mut security = app["security"].clone();
    security["csp"].take();
    // Whatever is not here has its strict default; `devCsp`, remote domains and asset scopes among it.
    let expected = json!({
        "capabilities": ["resident", "desk"],
        "csp": null,
        "dangerousDisableAssetCspModification": false,
        "freezePrototype": true,
    });
    assert_eq!(security, expected);
    assert_eq!(app["windows"], json!([]), "windows are opened by the shell, each with its label");
}
