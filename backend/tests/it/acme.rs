//! A certificate from an authority: Pebble, the ACME server that its makers test clients with, asks at the real door.

use crate::door::{HEALTH, connect, hear, open_at, said};
use crate::town::towns;
use digiteam_backend::serve::Patience;
use digiteam_backend::serve::acme::AcmeConfig;
use digiteam_backend::serve::tls::TlsConfig;
use http::StatusCode;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::version::TLS13;
use serde_json::json;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::TcpListener;

const NAME: &str = "digiteam.example";

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.expect("binds").local_addr().expect("has an address")
}

/// A root and, under it, the certificate of the authority's own address.
fn certify(root: &str, own: &str, own_key: &str) -> Result<(), rcgen::Error> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = Issuer::new(params.clone(), KeyPair::generate()?);
    std::fs::write(root, params.self_signed(issuer.key())?.pem()).expect("is written");
    let key = KeyPair::generate()?;
    let params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    std::fs::write(own, params.signed_by(&key, &issuer)?.pem()).expect("is written");
    std::fs::write(own_key, key.serialize_pem()).expect("is written");
    Ok(())
}

/// The authority, which finds every name on this machine, and what to trust it by.
async fn authority(folder: &Path, door: SocketAddr) -> (Vec<Running>, SocketAddr, SocketAddr) {
    let (listen, management, names) = (free().await, free().await, free().await);
    let file = |name: &str| folder.join(name).display().to_string();
    certify(&file("root.pem"), &file("own.pem"), &file("own-key.pem")).expect("can be made");
    let config = json!({"pebble": {
        "listenAddress": listen, "managementListenAddress": management, "certificate": file("own.pem"),
        "privateKey": file("own-key.pem"), "httpPort": 5002, "tlsPort": door.port(), "ocspResponderURL": "",
        "externalAccountBindingRequired": false,
    }});
    std::fs::write(file("pebble.json"), config.to_string()).expect("is written");
    let names = names.to_string();
    let start = |program: &str, words: &[&str]| {
        let mut command = Command::new(program);
        command.args(words).stdout(Stdio::null()).stderr(Stdio::null()).env("PEBBLE_VA_NOSLEEP", "1");
        Running(command.spawn().expect("starts"))
    };
    let running = vec![
        start(
            "pebble-challtestsrv",
            &[
                "-defaultIPv6",
                "",
                "-defaultIPv4",
                "127.0.0.1",
                "-dns01",
                &names,
                "-http01",
                "",
                "-https01",
                "",
                "-tlsalpn01",
                "",
                "-management",
                &free().await.to_string(),
            ],
        ),
        start("pebble", &["-config", &file("pebble.json"), "-dnsserver", &names]),
    ];
    (running, listen, management)
}

/// The root under which the authority signs.
async fn root(folder: &Path, management: SocketAddr) -> CertificateDer<'static> {
    let trusted = std::fs::read(folder.join("root.pem")).expect("is there");
    let trusted = reqwest::Certificate::from_pem(&trusted).expect("is a certificate");
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([trusted]).build().expect("is a client");
    until(async || {
        let answer = client.get(format!("https://{management}/roots/0")).send().await.ok()?;
        CertificateDer::from_pem_slice(&answer.bytes().await.ok()?).ok()
    })
    .await
}

async fn until<T>(look: impl AsyncFn() -> Option<T>) -> T {
    let found = async {
        let mut looks = tokio::time::interval(Duration::from_millis(100));
        loop {
            looks.tick().await;
            if let Some(found) = look().await {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(90), found).await.expect("comes about")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_got_from_an_authority_and_kept() {
    let there = Command::new("pebble").arg("-help").stderr(Stdio::null()).status().is_ok();
    if !there {
        // `cargo xtask test` installs it where it can be had.
        return;
    }
    let mut town = towns().await.remove(0);
    let folder = tempfile::tempdir().expect("a temp folder can be made");
    let door = free().await;
    let (running, listen, management) = authority(folder.path(), door).await;
    let root = root(folder.path(), management).await;
    let config = AcmeConfig {
        domain: NAME.into(),
        email: "drift@digiteam.example".into(),
        directory: format!("https://{listen}/dir").parse().expect("is a URL"),
        cache: folder.path().join("cache"),
        root: Some(folder.path().join("root.pem")),
    };
    open_at(&mut town, door, Some(TlsConfig::Acme(config.clone())), Patience::default()).await;
    let stream = until(async || connect(door, NAME, &root, &[&TLS13]).await.ok()).await;
    assert_eq!(said(&hear(stream, HEALTH).await), Some(StatusCode::OK));
    #[cfg(unix)]
    for file in ["certificate.pem", "account.json"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("cache").join(file)).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }

    // The authority is gone; what was got is not.
    drop(running);
    let again = free().await;
    open_at(&mut town, again, Some(TlsConfig::Acme(config)), Patience::default()).await;
    let stream = connect(again, NAME, &root, &[&TLS13]).await.expect("shakes hands");
    assert_eq!(said(&hear(stream, HEALTH).await), Some(StatusCode::OK));
}
