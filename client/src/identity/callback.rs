//! Where the browser comes back to, for one login: a listener on the loopback address, or a link that the system gives
//! to this app.
//!
//! The listener says the same few words to everybody, repeats nothing of what it was asked, and lets a login end
//! only by an answer that carries the state that was sent out. Any web page can knock here, and any program can open a
//! link: one that does not carry what was sent out changes nothing.

use super::refusal;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bridge::FailureCode;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use url::Url;

const PATH: &str = "/callback";
/// The longest request head that is read.
const MAX_HEAD: usize = 8 * 1024;
/// How long one visitor may take.
const VISIT: Duration = Duration::from_secs(5);

/// What must come back.
pub(super) struct Expected<'a> {
    /// The state that was sent out.
    pub(super) state: &'a str,
    /// The issuer that the login was begun at (RFC 9207).
    pub(super) issuer: &'a str,
}

/// Where the browser brings a person back to after a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Return {
    /// A free port of this device: where programs may listen, that is, on desktops.
    Loopback,
    /// An address that the system gives to this app: a claimed https link, or the app's own scheme where there is none.
    /// Links that arrive there are to be handed to [`crate::Client::take_link`].
    Link(Url),
}

/// What waits for the browser.
pub(super) enum Callback {
    Port(Listener),
    Link { address: Url, links: mpsc::Receiver<Url> },
}

/// The listener.
pub(super) struct Listener {
    listener: TcpListener,
    port: u16,
}

enum Visit {
    /// Somebody else, or something else.
    Stray,
    /// An answer to a login that is not this one.
    Foreign,
    /// Our answer, good or bad.
    Answer(Result<String, FailureCode>),
}

impl Callback {
    /// Listens on a free port.
    pub(super) async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self::Port(Listener { listener, port }))
    }

    /// The redirect address.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Port(listener) => format!("http://127.0.0.1:{}{PATH}", listener.port),
            Self::Link { address, .. } => address.to_string(),
        }
    }

    /// Waits for the browser, at most for `patience`. Gives the authorization code.
    pub(super) async fn wait(self, expected: Expected<'_>, patience: Duration) -> Result<String, FailureCode> {
        let answer = async {
            match self {
                Self::Port(listener) => listener.wait(&expected).await,
                Self::Link { address, links } => wait_for_link(&address, links, &expected).await,
            }
        };
        tokio::time::timeout(patience, answer).await.unwrap_or(Err(FailureCode::LoginTimedOut))
    }
}

// Only the answer to this login ends it; whatever else opens the app, or is thrown at it, is as if it had not been.
async fn wait_for_link(
    address: &Url,
    mut links: mpsc::Receiver<Url>,
    expected: &Expected<'_>,
) -> Result<String, FailureCode> {
    while let Some(link) = links.recv().await {
        if is_at(&link, address)
            && let Visit::Answer(answer) = read_answer(&link, expected)
        {
            return answer;
        }
    }
    Err(FailureCode::LoginCancelled)
}

/// Whether a link leads to `address`, whatever stands in its query.
pub(super) fn is_at(link: &Url, address: &Url) -> bool {
    let mut bare = link.clone();
    bare.set_query(None);
    link.fragment().is_none() && bare == *address
}

// What an address says to a login.
fn read_answer(url: &Url, expected: &Expected<'_>) -> Visit {
    let answer: HashMap<_, _> = url.query_pairs().collect();
    let Some(state) = answer.get("state") else { return Visit::Stray };
    if state != expected.state || answer.get("iss").is_none_or(|iss| iss != expected.issuer) {
        return Visit::Foreign;
    }
    Visit::Answer(match (answer.get("code"), answer.get("error")) {
        (Some(code), None) => Ok(code.to_string()),
        (_, Some(error)) => Err(refusal::code_of(error, answer.get("error_description").map(AsRef::as_ref))),
        (None, None) => Err(FailureCode::LoginRefused),
    })
}

impl Listener {
    async fn wait(&self, expected: &Expected<'_>) -> Result<String, FailureCode> {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else { continue };
            match tokio::time::timeout(VISIT, self.receive(stream, expected)).await {
                Ok(Ok(Visit::Answer(answer))) => return answer,
                Ok(Ok(Visit::Foreign)) => return Err(FailureCode::LoginRefused),
                Ok(Ok(Visit::Stray) | Err(_)) | Err(_) => {}
            }
        }
    }

    async fn receive(&self, mut stream: TcpStream, expected: &Expected<'_>) -> io::Result<Visit> {
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < MAX_HEAD {
            if stream.read_buf(&mut head).await? == 0 {
                break;
            }
        }
        let visit = read(self.port, &String::from_utf8_lossy(&head), expected);
        let (status, page) = match &visit {
            Visit::Stray => ("404 Not Found", STRAY),
            Visit::Answer(Ok(_)) => ("200 OK", DONE),
            Visit::Foreign | Visit::Answer(Err(_)) => ("400 Bad Request", STOPPED),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Cache-Control: no-store\r\nContent-Security-Policy: default-src 'none'; style-src 'sha256-{}'; frame-ancestors 'none'\r\n\
             X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{page}",
            page.len(),
            BASE64_STANDARD.encode(Sha256::digest(STYLE)),
        );
        // Whoever has gone away before the page was written has still been heard.
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
        Ok(visit)
    }
}

fn read(port: u16, head: &str, expected: &Expected<'_>) -> Visit {
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some("GET"), Some(target)) = (words.next(), words.next()) else { return Visit::Stray };
    // A page elsewhere whose name was pointed at this address sends another host.
    let here = format!("127.0.0.1:{port}");
    let at_us = lines
        .filter_map(|line| line.split_once(':'))
        .any(|(name, value)| name.eq_ignore_ascii_case("host") && value.trim() == here);
    let Ok(url) = Url::parse(&format!("http://{here}{target}")) else { return Visit::Stray };
    if !at_us || url.path() != PATH {
        return Visit::Stray;
    }
    read_answer(&url, expected)
}

/// What must hold of whatever knocks; see [`crate::fuzz`].
#[cfg(any(test, feature = "fuzz"))]
pub(crate) fn fuzz(head: &[u8]) {
    let head = String::from_utf8_lossy(head);
    if let Visit::Answer(_) = read(51_000, &head, &Expected { state: "s-t-a-t-e", issuer: "https://a.example" }) {
        assert!(head.starts_with("GET /callback"), "an answer came by another way");
        assert!(head.contains("127.0.0.1:51000"), "an answer came under another name");
    }
}

// As calm as the app itself; the policy names it by its hash.
macro_rules! style {
    () => {
        "body{margin:0;min-height:100vh;display:grid;place-content:center;background:#f6f3ec;color:#23211d;\
         font:1.125rem/1.5 system-ui,sans-serif}main{max-width:26rem;margin:1.5rem;padding:2rem;background:#fffefb;\
         border:1px solid #ddd8cc;border-radius:.75rem}p{margin:0 0 1rem;font-size:1.375rem;font-weight:600}\
         p+p{margin:0;font-size:1rem;font-weight:400}@media(prefers-color-scheme:dark){body{background:#191815;\
         color:#efebe3}main{background:#23211e;border-color:#3d3a34}}"
    };
}

const STYLE: &str = style!();

macro_rules! page {
    ($swedish:literal, $english:literal) => {
        concat!(
            "<!doctype html><html lang=\"sv\"><meta charset=\"utf-8\">",
            "<meta name=\"viewport\" content=\"width=device-width\"><title>Digiteam</title><style>",
            style!(),
            "</style><main><p>",
            $swedish,
            "</p><p lang=\"en\">",
            $english,
            "</p></main></html>"
        )
    };
}

const DONE: &str = page!("Klart. Du kan gå tillbaka till Digiteam nu.", "Done. You can go back to Digiteam now.");
const STOPPED: &str = page!(
    "Inloggningen avbröts. Gå tillbaka till Digiteam och försök igen.",
    "The login was stopped. Go back to Digiteam and try again."
);
const STRAY: &str = page!("Här finns inget att visa.", "There is nothing to show here.");

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(address: &str, request: &str) -> String {
        let url = Url::parse(address).expect("an address");
        let host = format!("127.0.0.1:{}", url.port().expect("a port"));
        let mut stream = TcpStream::connect(&host).await.expect("connects");
        stream.write_all(request.replace("HOST", &host).as_bytes()).await.expect("writes");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("answers");
        answer
    }

    async fn login(query: &'static str) -> (Result<String, FailureCode>, String) {
        let callback = Callback::listen().await.expect("listens");
        let address = callback.address();
        let browser = tokio::spawn(async move {
            for stray in [
                "GET /favicon.ico HTTP/1.1\r\nHost: HOST\r\n\r\n",
                "GET /callback?code=evil HTTP/1.1\r\nHost: HOST\r\n\r\n",
                "GET /callback?code=evil&state=s&iss=i HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                "POST /callback?code=evil&state=s&iss=i HTTP/1.1\r\nHost: HOST\r\n\r\n",
            ] {
                assert!(ask(&address, stray).await.starts_with("HTTP/1.1 404"));
            }
            ask(&address, &format!("GET /callback?{query} HTTP/1.1\r\nHost: HOST\r\n\r\n")).await
        });
        let result = callback.wait(Expected { state: "s", issuer: "i" }, Duration::from_secs(30)).await;
        (result, browser.await.expect("the browser ends"))
    }

    #[tokio::test]
    async fn only_the_expected_answer_ends_well() {
        let (result, page) = login("code=c-o-d-e&state=s&iss=i").await;
        assert_eq!(result, Ok("c-o-d-e".to_owned()));
        assert!(page.starts_with("HTTP/1.1 200") && page.contains("no-store") && !page.contains("c-o-d-e"));
        for (query, code) in [
            ("code=c&state=other&iss=i", FailureCode::LoginRefused),
            ("code=c&state=s&iss=other", FailureCode::LoginRefused),
            ("code=c&state=s", FailureCode::LoginRefused),
            ("error=access_denied&state=s&iss=i", FailureCode::LoginCancelled),
            ("error=access_denied&error_description=not_known&state=s&iss=i", FailureCode::NotKnown),
            ("error=server_error&state=s&iss=i", FailureCode::ProviderDown),
            ("error=server_error&error_description=level&state=s&iss=i", FailureCode::LoginLevel),
            ("error=server_error&error_description=not_fresh&state=s&iss=i", FailureCode::LoginReused),
            ("error=server_error&error_description=expired&state=s&iss=i", FailureCode::LoginStale),
            ("error=server_error&error_description=provider_error&state=s&iss=i", FailureCode::LoginProvider),
            ("error=server_error&error_description=not_configured&state=s&iss=i", FailureCode::LoginWay),
            ("error=server_error&error_description=claims_differ&state=s&iss=i", FailureCode::LoginOther),
            ("error=server_error&error_description=claim_missing&state=s&iss=i", FailureCode::LoginNameless),
            ("error=server_error&error_description=client_refused&state=s&iss=i", FailureCode::LoginMisfit),
            ("error=server_error&error_description=nonce&state=s&iss=i", FailureCode::LoginRefused),
            ("error=server_error&error_description=an-incident&state=s&iss=i", FailureCode::ServiceDown),
            ("error=temporarily_unavailable&error_description=unavailable&state=s&iss=i", FailureCode::ProviderDown),
            ("error=invalid_request&state=s&iss=i", FailureCode::LoginWay),
            ("error=invalid_scope&state=s&iss=i", FailureCode::LoginRefused),
        ] {
            let (result, page) = login(query).await;
            assert_eq!(result, Err(code), "{query}");
            assert!(page.starts_with("HTTP/1.1 400"), "{query}");
        }
    }

    #[tokio::test]
    async fn nobody_coming_is_a_timeout() {
        let callback = Callback::listen().await.expect("listens");
        let result = callback.wait(Expected { state: "s", issuer: "i" }, Duration::from_millis(5)).await;
        assert_eq!(result, Err(FailureCode::LoginTimedOut));
    }

    /// Whatever is thrown at it, only what carries this login's own state and issuer is an answer.
    #[test]
    fn nothing_but_the_answer_to_this_login_is_one() {
        use rand::rngs::StdRng;
        use rand::{Rng as _, SeedableRng as _};
        let address = Url::parse("digiteam://callback").expect("an address");
        let expected = Expected { state: "state-of-this-login", issuer: "https://issuer.example" };
        let good = "digiteam://callback?code=c&state=state-of-this-login&iss=https%3A%2F%2Fissuer.example";
        let parts = [
            "code=evil",
            "state=",
            "state=state-of-this-login",
            "iss=https%3A%2F%2Fissuer.example",
            "&",
            "?",
            "#",
            "%",
            "error=access_denied",
            "/",
            "..",
            "\u{0}",
            "å",
            "@",
            ":",
            "digiteam://callback",
            "https://issuer.example",
        ];
        let mut dice = StdRng::seed_from_u64(7);
        let mut answers = 0;
        for _ in 0..20_000 {
            let mut link = if dice.gen_bool(0.5) { good.to_owned() } else { "digiteam://callback?".to_owned() };
            for _ in 0..dice.gen_range(0..4) {
                let part = parts[dice.gen_range(0..parts.len())];
                let at = (0..=link.len())
                    .filter(|at| link.is_char_boundary(*at))
                    .nth(dice.gen_range(0..=link.len()))
                    .unwrap_or(0);
                match dice.gen_range(0..3) {
                    0 => link.insert_str(at, part),
                    1 => link.truncate(at),
                    _ => link.push_str(&format!("&{part}")),
                }
            }
            let Ok(url) = Url::parse(&link) else { continue };
            if is_at(&url, &address) && matches!(read_answer(&url, &expected), Visit::Answer(_)) {
                let said: HashMap<_, _> = url.query_pairs().collect();
                assert!(said["state"] == expected.state && said["iss"] == expected.issuer, "{link}");
                answers += 1;
            }
        }
        assert!(answers > 100, "the good one is still read: {answers}");
    }
}
