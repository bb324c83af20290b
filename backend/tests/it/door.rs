//! The door: what it speaks, with whom, and whom it lets go.

use crate::town::{Town, towns};
use digiteam_backend::serve::tls::{Files, Tls, TlsConfig};
use digiteam_backend::serve::{Patience, serve};
use http::StatusCode;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, SupportedProtocolVersion, version};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub(crate) const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

const QUICK: Duration = Duration::from_millis(300);

/// Puts a new certificate for this machine into `folder`; what a client must trust.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).expect("can be made");
    std::fs::write(folder.join("certificate.pem"), cert.pem()).expect("is written");
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).expect("is written");
    cert.der().clone()
}

fn files(folder: &Path) -> TlsConfig {
    TlsConfig::Files(Files { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") })
}

/// A door to `town`, by TLS if there is a certificate.
async fn open(town: &mut Town, tls: Option<TlsConfig>, patience: Patience) -> SocketAddr {
    open_at(town, "127.0.0.1:0".parse().expect("is an address"), tls, patience).await
}

/// As [`open`], at an address that somebody else was told.
pub(crate) async fn open_at(
    town: &mut Town,
    address: SocketAddr,
    tls: Option<TlsConfig>,
    patience: Patience,
) -> SocketAddr {
    let listener = TcpListener::bind(address).await.expect("binds");
    let address = listener.local_addr().expect("has an address");
    town.restart_with(|config| config.tls = tls).await;
    let app = town.app.clone();
    tokio::spawn(async move { serve(&app, listener, patience).await.expect("serves") });
    address
}

pub(crate) async fn connect(
    address: SocketAddr,
    name: &'static str,
    trusted: &CertificateDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("is a certificate");
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("are versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(name).expect("is a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Says `words` and hears everything until the other end closes.
pub(crate) async fn hear(mut stream: impl AsyncRead + AsyncWrite + Unpin, words: &str) -> String {
    stream.write_all(words.as_bytes()).await.expect("is sent");
    let mut heard = Vec::new();
    // Some close without the last word of TLS; what came before is heard all the same.
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut heard)).await.expect("ends soon");
    String::from_utf8_lossy(&heard).into_owned()
}

pub(crate) fn said(answer: &str) -> Option<StatusCode> {
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_modern_versions_are_spoken_and_no_older_one_and_no_plain_word() {
    let mut town = towns().await.remove(0);
    let folder = tempfile::tempdir().expect("a temp folder can be made");
    let certificate = certify(folder.path());
    let address = open(&mut town, Some(files(folder.path())), Patience::default()).await;
    for (version, spoken) in [(&version::TLS13, ProtocolVersion::TLSv1_3), (&version::TLS12, ProtocolVersion::TLSv1_2)]
    {
        let stream = connect(address, "localhost", &certificate, &[version]).await.expect("shakes hands");
        let connection: &ClientConnection = stream.get_ref().1;
        assert_eq!(connection.protocol_version(), Some(spoken));
        assert_eq!(said(&hear(stream, HEALTH).await), Some(StatusCode::OK));
    }
    // A greeting of TLS 1.1 with a suite of its time.
    let mut greeting = vec![22, 3, 1, 0, 47, 1, 0, 0, 43, 3, 2];
    greeting.extend([7; 32]);
    greeting.extend([0, 0, 4, 0xc0, 0x13, 0, 0x2f, 1, 0]);
    let mut old = TcpStream::connect(address).await.expect("connects");
    old.write_all(&greeting).await.expect("is sent");
    let mut answer = Vec::new();
    let _ = old.read_to_end(&mut answer).await;
    assert_eq!(answer.first().copied(), Some(21), "no alert: {answer:?}");
    let plain = hear(TcpStream::connect(address).await.expect("connects"), HEALTH).await;
    assert_eq!(said(&plain), None, "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_shown_without_a_restart_and_a_bad_one_never() {
    let folder = tempfile::tempdir().expect("a temp folder can be made");
    let first = certify(folder.path());
    let tls = Arc::new(Tls::open(&files(folder.path())).expect("opens"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = listener.local_addr().expect("has an address");
    let door = Arc::clone(&tls);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = door.accept(stream).await;
        }
    });
    let shows = async |certificate: &CertificateDer<'static>| {
        connect(address, "localhost", certificate, &[&version::TLS13]).await.is_ok()
    };
    assert!(shows(&first).await);

    std::fs::write(folder.path().join("key.pem"), "no key").expect("is written");
    assert!(tls.reload().is_err());
    assert!(shows(&first).await, "the old one does not stand");

    let second = certify(folder.path());
    assert!(!shows(&second).await);
    tls.reload().expect("reloads");
    assert!(shows(&second).await && !shows(&first).await);

    // The key of another certificate, as half way through being exchanged.
    let key = std::fs::read(folder.path().join("key.pem")).expect("is there");
    certify(folder.path());
    std::fs::write(folder.path().join("key.pem"), key).expect("is written");
    let error = tls.reload().expect_err("does not fit").to_string();
    assert!(error.contains("do not fit"), "{error}");
    assert!(shows(&second).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_get_to_the_point_is_let_go() {
    let mut town = towns().await.remove(0);
    let patience = Patience { head: QUICK, handshake: QUICK, ..Patience::default() };
    let address = open(&mut town, None, patience).await;
    let slow = TcpStream::connect(address).await.expect("connects");
    assert_eq!(said(&hear(slow, "GET /health HTTP/1.1\r\nHost: loc").await), None, "half a head was answered");
    let idle = TcpStream::connect(address).await.expect("connects");
    assert_eq!(hear(idle, "").await, "");

    let folder = tempfile::tempdir().expect("a temp folder can be made");
    certify(folder.path());
    let address = open(&mut town, Some(files(folder.path())), patience).await;
    let mute = TcpStream::connect(address).await.expect("connects");
    assert_eq!(hear(mute, "").await, "", "a handshake was waited for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_has_an_end() {
    let mut town = towns().await.remove(0);
    let address = open(&mut town, None, Patience::default()).await;
    for head in [
        format!("GET /health?{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "a".repeat(20_000)),
        format!("GET /health HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\n\r\n", "a".repeat(20_000)),
        format!("GET /health HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "A: b\r\n".repeat(200)),
    ] {
        let answer = hear(TcpStream::connect(address).await.expect("connects"), &head).await;
        assert_eq!(said(&answer), Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE), "{answer}");
    }
    let answer = hear(TcpStream::connect(address).await.expect("connects"), HEALTH).await;
    assert_eq!(said(&answer), Some(StatusCode::OK));
}

#[tokio::test(flavor = "multi_thread")]
async fn newcomers_wait_until_there_is_a_place() {
    let mut town = towns().await.remove(0);
    let patience = Patience { head: QUICK, connections: 2, ..Patience::default() };
    let address = open(&mut town, None, patience).await;
    let sitting =
        [TcpStream::connect(address).await.expect("connects"), TcpStream::connect(address).await.expect("connects")];
    let answer = hear(TcpStream::connect(address).await.expect("connects"), HEALTH).await;
    assert_eq!(said(&answer), Some(StatusCode::OK), "places are never free again");
    drop(sitting);
}
