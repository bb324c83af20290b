//! A certificate without a hand: ordered by ACME (RFC 8555) at the first start, and again after two thirds of its life.
//!
//! The authority looks at the door itself (`tls-alpn-01`, RFC 8737): whoever asks for `acme-tls/1`, and nobody else, is
//! shown a certificate that holds the answer to its question. What was got lies in one file with its key, so that the
//! two always fit; the next start takes it from there.

use super::tls::{Files, Shown, TlsError};
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::Request;
use instant_acme::{
    Account, AuthorizationStatus, BodyWrapper, BytesResponse, ChallengeType, Error, HttpClient, Identifier, NewAccount,
    NewOrder, OrderStatus, RetryPolicy,
};
use p256::pkcs8::der::asn1::{AnyRef, GeneralizedTime, UtcTime};
use p256::pkcs8::der::{Decode as _, Reader as _, SliceReader, Tag, Tagged as _};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::sign::CertifiedKey;
use serde::Deserialize;
use std::fs::OpenOptions;
use std::future::Future;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

/// The protocol by which an authority asks at the door.
pub(super) const ASKS: &[u8] = b"acme-tls/1";

/// How long an order may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// When it did not come about; authorities count failures by the hour.
const RETRY: Duration = Duration::from_secs(60 * 60);
/// How often it is looked whether it is time.
const LOOK: Duration = Duration::from_secs(60 * 60);
/// No answer of an authority is near as long.
const MAX_ANSWER: usize = 1024 * 1024;

/// Whom to order a certificate from, and for which name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcmeConfig {
    /// The host's name, as in `public_url`.
    pub domain: String,
    /// Whom the authority writes to when something is wrong.
    pub email: String,
    /// The authority's directory.
    pub directory: Url,
    /// A folder for what was got, and for the account.
    pub cache: PathBuf,
    /// A PEM file with the root of the authority's own address, where the system does not know it.
    #[serde(default)]
    pub root: Option<PathBuf>,
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
enum AcmeError {
    #[error("the authority: {0}")]
    Authority(#[from] Error),
    #[error("the authority does not ask at the door, or did not like the answer")]
    Proof,
    #[error("the answer to its question cannot be made")]
    Answer(#[from] rcgen::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("the cache: {0}")]
    Cache(#[from] io::Error),
    #[error("the account's file has a bad form")]
    Account(#[from] serde_json::Error),
    #[error("the way to the authority cannot be made")]
    Http(#[from] reqwest::Error),
}

impl AcmeConfig {
    /// Where certificate and key lie.
    pub(super) fn files(&self) -> Files {
        let file = self.cache.join("certificate.pem");
        Files { certificate: file.clone(), key: file }
    }

    /// Orders when it is time, for ever, and has `shown` show it.
    pub(super) async fn keep(&self, shown: &Shown) {
        loop {
            let mut wait = LOOK;
            if self.is_due() {
                match self.order(shown).await {
                    Ok(()) => tracing::info!("a certificate was got"),
                    Err(error) => {
                        tracing::error!(%error, "no certificate was got");
                        wait = RETRY;
                    }
                }
                shown.answer(None);
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether there is none, or the one that is there has a third of its life left or less.
    fn is_due(&self) -> bool {
        let Ok(leaf) = CertificateDer::from_pem_file(self.files().certificate) else { return true };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        life(&leaf).is_none_or(|(begins, ends)| now >= begins + ends.saturating_sub(begins) * 2 / 3)
    }

    async fn order(&self, shown: &Shown) -> Result<(), AcmeError> {
        std::fs::create_dir_all(&self.cache)?;
        let account = self.account().await?;
        let names = [Identifier::Dns(self.domain.clone())];
        let mut order = account.new_order(&NewOrder::new(&names)).await?;
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let mut question = authorization.challenge(ChallengeType::TlsAlpn01).ok_or(AcmeError::Proof)?;
            shown.answer(Some(answer(&self.domain, question.key_authorization().digest().as_ref())?));
            question.set_ready().await?;
        }
        let patience = RetryPolicy::new().timeout(PATIENCE);
        if order.poll_ready(&patience).await? != OrderStatus::Ready {
            return Err(AcmeError::Proof);
        }
        let key = order.finalize().await?;
        let chain = order.poll_certificate(&patience).await?;
        keep(&self.files().certificate, format!("{chain}\n{key}").as_bytes())?;
        shown.read(&self.files())?;
        Ok(())
    }

    async fn account(&self) -> Result<Account, AcmeError> {
        let file = self.cache.join("account.json");
        match std::fs::read(&file) {
            Ok(kept) => {
                let kept = serde_json::from_slice(&kept)?;
                Ok(Account::builder_with_http(self.http()?).from_credentials(kept).await?)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let contact = format!("mailto:{}", self.email);
                let new =
                    NewAccount { contact: &[&contact], terms_of_service_agreed: true, only_return_existing: false };
                let builder = Account::builder_with_http(self.http()?);
                let (account, made) = builder.create(&new, self.directory.to_string(), None).await?;
                keep(&file, &serde_json::to_vec(&made)?)?;
                Ok(account)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn http(&self) -> Result<Box<dyn HttpClient>, AcmeError> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .https_only(true)
            .timeout(Duration::from_secs(30));
        if let Some(root) = &self.root {
            builder = builder.tls_certs_merge([reqwest::Certificate::from_pem(&std::fs::read(root)?)?]);
        }
        Ok(Box::new(Http(builder.build()?)))
    }
}

/// What the door shows to an authority that asks. Not looked at as other certificates are: the mark that makes it an
/// answer must be unknown to whoever does not ask.
fn answer(domain: &str, digest: &[u8]) -> Result<CertifiedKey, AcmeError> {
    let mut params = CertificateParams::new([domain.to_owned()])?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?.der().clone();
    let key = any_supported_type(&key.into()).map_err(TlsError::Pair)?;
    Ok(CertifiedKey::new(vec![certificate], key))
}

/// Puts a file in place, whole, for its owner alone.
fn keep(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = file.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&draft)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    std::fs::rename(draft, file)
}

/// When a certificate begins and ends, since 1970.
fn life(der: &[u8]) -> Option<(Duration, Duration)> {
    let signed = parts(der)?.into_iter().next()?;
    let parts_of_it = parts(signed.value())?;
    let body = parts(parts_of_it.first()?.value())?;
    // A version in front, or none; then number, algorithm, issuer, validity.
    let first = usize::from(matches!(body.first()?.tag(), Tag::ContextSpecific { .. }));
    let validity = parts(body.get(first + 3)?.value())?;
    Some((time(validity.first()?)?, time(validity.get(1)?)?))
}

fn parts(der: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let mut reader = SliceReader::new(der).ok()?;
    let mut parts = Vec::new();
    while !reader.is_finished() {
        parts.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(parts)
}

fn time(part: &AnyRef<'_>) -> Option<Duration> {
    match part.tag() {
        Tag::UtcTime => part.decode_as::<UtcTime>().ok().map(|time| time.to_unix_duration()),
        Tag::GeneralizedTime => part.decode_as::<GeneralizedTime>().ok().map(|time| time.to_unix_duration()),
        _ => None,
    }
}

/// Our own way out for the library, bounded as all of them are.
struct Http(reqwest::Client);

impl HttpClient for Http {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let client = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = to_bytes(Body::new(body), MAX_ANSWER).await.map_err(other)?;
            let request = reqwest::Request::try_from(Request::from_parts(parts, body)).map_err(other)?;
            let mut answer = client.execute(request).await.map_err(other)?;
            let mut bytes = Vec::new();
            while let Some(chunk) = answer.chunk().await.map_err(other)? {
                if bytes.len() + chunk.len() > MAX_ANSWER {
                    return Err(Error::Str("the answer is too long"));
                }
                bytes.extend_from_slice(&chunk);
            }
            let mut response = http::Response::new(());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            Ok(BytesResponse { parts: response.into_parts().0, body: Box::new(Bytes::from(bytes)) })
        })
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Other(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_certificate_is_read() {
        let mut params = CertificateParams::new(["a.example".to_owned()]).expect("has a name");
        params.not_before = rcgen::date_time_ymd(2026, 9, 1);
        params.not_after = rcgen::date_time_ymd(2055, 1, 1);
        let made = params.self_signed(&KeyPair::generate().expect("is made")).expect("is made");
        let (begins, ends) = life(made.der()).expect("is read");
        assert_eq!((begins.as_secs(), ends.as_secs()), (1_788_220_800, 2_682_374_400));
        assert_eq!(life(b"no certificate"), None);
    }
}
