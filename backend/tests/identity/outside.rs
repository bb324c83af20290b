//! Providers that others wrote, as processes: npm packages of `tests/providers`, installed where
//! `DIGITEAM_TEST_PROVIDERS` says (`cargo xtask test` sees to both), and a browser that follows where it is led.

use crate::fake::{CLIENT, LEVEL, NUMBER, SECRET};
use crate::stage::{ISSUER, Stage};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use protocol::identity::Realm;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdout, Command};
use url::Url;

const FOLDER: &str = "DIGITEAM_TEST_PROVIDERS";
const SCOPE: &str = "https://id.oidc.se/scope/naturalPersonNumber";
/// A process that says nothing for so long will not.
const PATIENCE: Duration = Duration::from_secs(60);

/// A provider in a process of its own, which ends with it.
pub(crate) struct Outside {
    pub(crate) issuer: String,
    _process: Child,
    /// What it says later; a program whose words nobody takes falls over them.
    _words: Lines<BufReader<ChildStdout>>,
}

impl Outside {
    /// Starts one of the npm providers for a client that proves itself by `auth`.
    pub(crate) async fn npm(script: &str, auth: &str, stage: &Stage) -> Self {
        let folder = std::env::var_os(FOLDER).map(PathBuf::from);
        let folder = folder.unwrap_or_else(|| {
            panic!("{FOLDER} must name the folder with tests/providers installed; cargo xtask test sets it")
        });
        let settings = json!({
            "auth": auth, "secret": SECRET, "jwks": stage.get("/identity/client-jwks.json", None).await.json(),
            "redirect": format!("{ISSUER}/identity/callback"), "person": stage.number("moa").await, "claim": NUMBER,
            "scope": SCOPE, "level": LEVEL,
        });
        // The one that came along, where there is one: a distribution's own may be too old for them.
        let pinned = folder.join("node_modules/.bin/node");
        let mut command = Command::new(if pinned.exists() { pinned } else { "node".into() });
        command.arg(script).current_dir(folder).env("PROVIDER", settings.to_string());
        Self::start(command, "issuer ").await
    }

    /// Starts a program that says its address behind `words`.
    pub(crate) async fn start(mut command: Command, words: &str) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        let mut process = command.spawn().expect("the provider's program starts");
        let mut lines = BufReader::new(process.stdout.take().expect("is piped")).lines();
        let said = async {
            loop {
                let line = lines.next_line().await.expect("is text").expect("the provider ended before it was ready");
                if let Some(rest) = line.strip_prefix(words) {
                    return rest.to_owned();
                }
            }
        };
        let issuer = tokio::time::timeout(PATIENCE, said).await.expect("the provider becomes ready");
        Self { issuer, _process: process, _words: lines }
    }

    /// Starts the simulator, with the backend's own test region, for a client that proves itself by its secret or its keys.
    pub(crate) async fn simulator(has_secret: bool, stage: &Stage) -> Self {
        let jwks = serve_keys(stage.get("/identity/client-jwks.json", None).await.json()).await;
        let own = std::env::current_exe().expect("has a place");
        let program = own.ancestors().nth(2).expect("stands in deps").join("digiteam-simulator");
        assert!(program.is_file(), "{} is not built; cargo xtask test does it", program.display());
        let mut command = Command::new(program);
        command.args(["--development", "--client-id", CLIENT, "--listen", "127.0.0.1:0"]);
        command.args(["--redirect-uri", &format!("{ISSUER}/identity/callback"), "--client-jwks", &jwks]);
        command.arg("--people").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/region.toml"));
        if has_secret {
            command.arg("--client-secret-file").arg(stage.secret_file());
        }
        let mut simulator = Self::start(command, "listening on ").await;
        simulator.issuer.push_str("/residents");
        simulator
    }

    /// From now on it breaks this rule.
    pub(crate) async fn breaks(&self, fault: &str) {
        let answer = http().post(format!("{}/fault", self.issuer)).json(&json!({"fault": fault})).send().await;
        assert_eq!(answer.expect("answers").status(), StatusCode::NO_CONTENT);
    }
}

/// Our public keys, where another process can fetch them.
async fn serve_keys(keys: Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("is bound");
    let router = Router::new().route("/keys", get(async move || Json(keys)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/keys")
}

/// A browser with its cookies.
#[derive(Default)]
pub(crate) struct Browser {
    cookies: HashMap<String, String>,
}

/// A page, or where it leads.
pub(crate) struct Page {
    pub(crate) url: Url,
    pub(crate) text: String,
}

impl Browser {
    /// Opens an address and follows redirects until there is a page, or the way leads back to us.
    pub(crate) async fn open(&mut self, address: &str) -> Page {
        self.follow(address.parse().expect("is a URL"), None).await
    }

    /// Sends a form.
    pub(crate) async fn send(&mut self, at: &Url, path: &str, fields: &[(&str, &str)]) -> Page {
        self.follow(at.join(path).expect("is a path"), Some(fields)).await
    }

    async fn follow(&mut self, mut url: Url, mut form: Option<&[(&str, &str)]>) -> Page {
        for _ in 0..12 {
            if url.as_str().starts_with(ISSUER) {
                return Page { url, text: String::new() };
            }
            let request = match form.take() {
                Some(fields) => http().post(url.clone()).form(fields),
                None => http().get(url.clone()),
            };
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let answer = request.header(COOKIE, cookies.join("; ")).send().await.expect("answers");
            for cookie in answer.headers().get_all(SET_COOKIE) {
                let pair = cookie.to_str().expect("is text").split(';').next().unwrap_or_default();
                let (name, value) = pair.split_once('=').expect("is a pair");
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(next) = answer.headers().get(LOCATION) else {
                return Page { url, text: answer.text().await.expect("is text") };
            };
            url = url.join(next.to_str().expect("is text")).expect("is a URL");
        }
        panic!("the browser is led in circles")
    }
}

impl Page {
    /// What the app hears in the end.
    pub(crate) async fn bring_back(&self, stage: &Stage, cookie: &str) -> HashMap<String, String> {
        assert!(self.url.as_str().starts_with(ISSUER), "{}: {}", self.url, self.text);
        let path = &self.url.as_str()[ISSUER.len()..];
        stage.get(path, Some(cookie)).await.to_app()
    }
}

/// A login at a provider that asks nothing: what the app hears of it.
pub(crate) async fn log_in(stage: &Stage) -> HashMap<String, String> {
    stage.go_to_the_present();
    let begun = stage.begin(Realm::Resident).await;
    Browser::default().open(&begun.address).await.bring_back(stage, &begun.cookie).await
}

/// The answer's words, for comparing.
pub(crate) fn word(answer: &HashMap<String, String>) -> &str {
    answer.get("error_description").or(answer.get("error")).map_or("logged in", String::as_str)
}

fn http() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.timeout(PATIENCE).build().expect("a client can be built")
}
