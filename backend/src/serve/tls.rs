//! TLS at the door: 1.2 and 1.3 by rustls, with a certificate that can be exchanged while everything runs.
//!
//! It comes from files, or from an authority by [ACME](super::acme). Files are read anew once a minute and at SIGHUP; one that cannot be used is said and not taken,
//! and the last good one stays. Nobody's connection ends because of it.

use super::acme::{self, AcmeConfig};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use serde::Deserialize;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(60);

/// Where the certificate comes from: two files, or an authority.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Table")]
pub enum TlsConfig {
    /// Files that somebody else exchanges.
    Files(Files),
    /// An authority.
    Acme(AcmeConfig),
}

/// Where the certificate is.
#[derive(Clone, Debug)]
pub struct Files {
    /// A PEM file with the certificate and those between it and a root.
    pub certificate: PathBuf,
    /// A PEM file with its private key.
    pub key: PathBuf,
}

/// As it stands in the configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    acme: Option<AcmeConfig>,
}

impl TryFrom<Table> for TlsConfig {
    type Error = &'static str;

    fn try_from(table: Table) -> Result<Self, &'static str> {
        match (table.certificate, table.key, table.acme) {
            (Some(certificate), Some(key), None) => Ok(Self::Files(Files { certificate, key })),
            (None, None, Some(acme)) => Ok(Self::Acme(acme)),
            _ => Err("tls needs certificate and key, or acme"),
        }
    }
}

/// Why a certificate cannot be used. Says nothing of what stands in the files.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is missing or no PEM.
    #[error("cannot read {what} from {}", file.display())]
    File {
        /// What should be there.
        what: &'static str,
        /// The file.
        file: PathBuf,
    },
    /// Of a kind that is not supported, or the key is of another certificate.
    #[error("the certificate and its key do not fit each other")]
    Pair(#[source] rustls::Error),
    /// The library does not do what it should.
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
}

/// The lock on the door.
pub struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
    config: TlsConfig,
}

impl Tls {
    /// Reads the certificate. One that is still to be got from an authority may be missing.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn open(config: &TlsConfig) -> Result<Self, TlsError> {
        let shown = Arc::<Shown>::default();
        let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(TlsError::Setup)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Shown>::clone(&shown));
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        match config {
            TlsConfig::Files(files) => shown.read(files)?,
            TlsConfig::Acme(acme) => {
                server.alpn_protocols.push(acme::ASKS.to_vec());
                // Otherwise there is none yet, or it is damaged and got anew.
                let _ = shown.read(&acme.files());
            }
        }
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(server)), shown, config: config.clone() })
    }

    /// Shakes hands; `None` when that was all that was wanted.
    ///
    /// # Errors
    /// When the other end does not speak TLS as we do.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> io::Result<Option<TlsStream<S>>> {
        let stream = self.acceptor.accept(stream).await?;
        Ok((stream.get_ref().1.alpn_protocol() != Some(acme::ASKS)).then_some(stream))
    }

    /// Takes the certificate in, if there is a new one.
    ///
    /// # Errors
    /// When it cannot be used; the old one stays.
    pub fn reload(&self) -> Result<(), TlsError> {
        match &self.config {
            TlsConfig::Files(files) => self.shown.read(files),
            TlsConfig::Acme(acme) => self.shown.read(&acme.files()),
        }
    }

    /// Keeps the certificate good from now on, for ever.
    pub async fn keep(&self) {
        match &self.config {
            TlsConfig::Files(_) => self.look().await,
            TlsConfig::Acme(acme) => acme.keep(&self.shown).await,
        }
    }

    async fn look(&self) {
        let mut ticks = tokio::time::interval(LOOK);
        #[cfg(unix)]
        let mut hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())
            .expect("a handler can be set at any time");
        loop {
            #[cfg(unix)]
            tokio::select! {
                _ = ticks.tick() => {}
                _ = hangup.recv() => {}
            }
            #[cfg(not(unix))]
            ticks.tick().await;
            if let Err(error) = self.reload() {
                tracing::error!(%error, "the certificate was not read anew");
            }
        }
    }
}

fn read(files: &Files) -> Result<CertifiedKey, TlsError> {
    let unread = |what, file: &Path| TlsError::File { what, file: file.to_owned() };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| unread("a certificate", &files.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|_| unread("a private key", &files.key))?;
    CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(TlsError::Pair)
}

/// What is shown to whoever comes now.
#[derive(Default)]
pub(super) struct Shown {
    certificate: RwLock<Option<Arc<CertifiedKey>>>,
    answer: RwLock<Option<Arc<CertifiedKey>>>,
}

impl Shown {
    /// Shows what lies in `files` from now on.
    pub(super) fn read(&self, files: &Files) -> Result<(), TlsError> {
        let found = read(files)?;
        let mut shown = self.certificate.write().unwrap_or_else(PoisonError::into_inner);
        if shown.as_ref().is_none_or(|shown| shown.cert != found.cert) {
            *shown = Some(Arc::new(found));
            tracing::info!("a new certificate is shown");
        }
        Ok(())
    }

    /// Shows this to an authority that asks.
    pub(super) fn answer(&self, answer: Option<CertifiedKey>) {
        *self.answer.write().unwrap_or_else(PoisonError::into_inner) = answer.map(Arc::new);
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let asks = hello.alpn().is_some_and(|mut offered| offered.any(|protocol| protocol == acme::ASKS));
        let shown = if asks { &self.answer } else { &self.certificate };
        shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Shown")
    }
}
