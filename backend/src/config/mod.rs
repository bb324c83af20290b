//! Configuration: one TOML file, and environment variables that win over it.

mod environment;
mod preset;
mod provider;
mod secret;

pub use provider::{
    AcrPolicy, AcrRequest, AuthTime, ClaimMap, ClientAuth, IdentityFrom, Par, Provider, RequestForm, UserinfoForm,
};
pub use secret::Secret;

use crate::rate::Rates;
use crate::serve::tls::TlsConfig;
use anyhow::Context as _;
use serde::Deserialize;
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use url::Url;

/// Everything that an installation decides.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address to listen on (`DIGITEAM_LISTEN`).
    pub listen: SocketAddr,
    /// The address that clients use, without a trailing slash; also the issuer (`DIGITEAM_PUBLIC_URL`).
    pub public_url: Url,
    /// `sqlite:FILE` or `postgres://…` (`DIGITEAM_DATABASE`); without it an SQLite file in the working folder.
    #[serde(default = "embedded")]
    pub database: String,
    /// Folder for blobs (`DIGITEAM_BLOBS`).
    pub blobs: PathBuf,
    /// Folder for the backend's own signing keys, made at the first start (`DIGITEAM_KEYS`).
    pub keys: PathBuf,
    /// For how many days it is remembered that a record is gone. A device that was away for longer fetches its scope
    /// anew (`DIGITEAM_KEEP_DELETED_DAYS`).
    #[serde(default = "ninety")]
    pub keep_deleted_days: u32,
    /// For how many days the content of the access log is kept; then only its digests are.
    #[serde(default = "ten_years")]
    pub keep_log_days: u32,
    /// What is answered before somebody is told to wait.
    #[serde(default)]
    pub limits: Rates,
    /// The certificate, where nobody in front has one.
    #[serde(default)]
    pub tls: Option<TlsConfig>,
    /// The proxies in front, which alone are believed when they say for whom they ask, and with whom alone plain HTTP
    /// is spoken outside this machine.
    #[serde(default)]
    pub trusted_proxies: Vec<IpAddr>,
    /// Addresses under https that belong to the app on phones: a login may lead back there.
    #[serde(default)]
    pub app_links: Vec<Url>,
    /// The municipalities' OpenID providers (`DIGITEAM_PROVIDERS`: the `[[provider]]` tables, or a file with them).
    #[serde(default, rename = "provider")]
    pub providers: Vec<Provider>,
}

impl Config {
    /// Reads `file` if given, then the environment.
    ///
    /// # Errors
    /// When the file cannot be read, a needed value is missing or one has a bad form; the text says which.
    pub fn read(file: Option<&Path>) -> anyhow::Result<Self> {
        let text = match file {
            Some(file) => std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?,
            None => String::new(),
        };
        // Not the parser's own words: they quote the line, and it may hold a secret.
        let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
            anyhow::anyhow!("the configuration file is not valid TOML: {} at line {line}", error.message())
        })?;
        environment::lay_over(&mut table, |name| std::env::var(name).ok())?;
        let config: Self = table.try_into().context("the configuration is not complete")?;
        let loopback = config.public_url.host_str() == Some("127.0.0.1");
        anyhow::ensure!(
            config.public_url.scheme() == "https" || loopback,
            "public_url must be https, except on 127.0.0.1"
        );
        anyhow::ensure!(
            config.app_links.iter().all(is_app_link),
            "app_links must be https, without query and fragment"
        );
        anyhow::ensure!(
            config.tls.is_some() || !config.trusted_proxies.is_empty() || config.listen.ip().is_loopback(),
            "listen = {} would take plain HTTP from other machines. Name a certificate and its key in [tls], or the \
             proxies that have one in trusted_proxies, or listen on 127.0.0.1",
            config.listen
        );
        let mut ids = HashSet::new();
        if let Some(twice) = config.providers.iter().find(|provider| !ids.insert(&provider.id)) {
            anyhow::bail!("two providers are called {}", twice.id);
        }
        Ok(config)
    }

    /// The issuer as a string without a trailing slash.
    pub fn issuer(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }
}

fn is_app_link(link: &Url) -> bool {
    link.scheme() == "https" && link.query().is_none() && link.fragment().is_none()
}

fn embedded() -> String {
    "sqlite:digiteam.db".to_owned()
}

fn ninety() -> u32 {
    90
}

fn ten_years() -> u32 {
    3_650
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Config> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(&file, text)?;
        Config::read(Some(file.path()))
    }

    #[test]
    fn a_file_is_read_with_an_embedded_database_by_default() {
        let config =
            read("listen = '127.0.0.1:1'\npublic_url = 'https://a.example/'\nblobs = 'b'\nkeys = 'k'").expect("reads");
        assert_eq!((config.database.as_str(), config.issuer()), ("sqlite:digiteam.db", "https://a.example"));
    }

    const BASE: &str = "listen = '127.0.0.1:1'\nblobs = 'b'\nkeys = 'k'\n";
    const RESIDENTS: &str = "public_url = 'https://a.example'\n[[provider]]\nid = 'residents'\nrealm = 'resident'\n\
        municipalities = ['bjuv']\nissuer = 'https://idp.example/'\nclient_id = 'c'\n";

    fn provider(keys: &str) -> Provider {
        read(&format!("{BASE}{RESIDENTS}{keys}")).expect("reads").providers.remove(0)
    }

    #[test]
    fn what_is_missing_unknown_or_unsafe_is_said() {
        let with = |keys: &str| format!("{RESIDENTS}{keys}");
        for (more, said) in [
            (String::new(), "public_url"),
            ("public_url = 'https://a.example'\ncolour = 'blue'".into(), "colour"),
            ("public_url = 'http://a.example'".into(), "https"),
            ("public_url = 'https://a.example'\napp_links = ['http://a.example/callback']".into(), "app_links"),
            ("public_url = 'https://a.example'\n[limits]\nlogin = 3".into(), "login"),
            (with("issuer_url = 'x'"), "issuer_url"),
            (with("client_secret = 'inline'"), "client_secret"),
            (with("client_secret = { env = 'X' }"), "private_key_jwt"),
            (with("client_auth = 'client_secret_basic'"), "client_secret"),
            (
                with("client_auth = 'client_secret_post'\nclient_secret = { env = 'DIGITEAM_NO_SUCH_SECRET' }"),
                "NO_SUCH",
            ),
            (with("parameters = { state = 'x' }"), "state"),
            (with("acr = []"), "acr"),
            (with("preset = 'plain'\nclient_auth = 'private_key_jwt'"), "claim"),
            (RESIDENTS.replace("https://idp", "http://idp"), "https"),
            (RESIDENTS.replace("'residents'", "'Our Residents'"), "id"),
            (format!("{RESIDENTS}{}", RESIDENTS.split_once('\n').expect("has lines").1), "two providers"),
        ] {
            let error = read(&format!("{BASE}{more}")).err().unwrap_or_else(|| panic!("{more} is read"));
            let error = format!("{error:#}");
            assert!(error.contains(said) && !error.contains("inline\""), "{error}");
        }
    }

    #[test]
    fn plain_http_is_not_taken_from_other_machines_unless_a_proxy_is_named() {
        let base = "public_url = 'https://a.example'\nblobs = 'b'\nkeys = 'k'\n";
        for listen in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80"] {
            let base = format!("{base}listen = '{listen}'\n");
            let error = read(&base).err().expect("is refused");
            for said in ["[tls]", "trusted_proxies", "127.0.0.1"] {
                assert!(format!("{error:#}").contains(said), "{error:#}");
            }
            assert!(read(&format!("{base}trusted_proxies = ['192.0.2.9']")).is_ok());
            assert!(read(&format!("{base}[tls]\ncertificate = 'c.pem'\nkey = 'k.pem'")).is_ok());
            assert!(read(&format!("{base}[tls]\ncertificate = 'c.pem'")).is_err());
        }
        assert!(read(&format!("{base}listen = '[::1]:80'")).is_ok());
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_never_quoted() {
        let error = read("listen = '127.0.0.1:1'\ndatabase = 'postgres://a:Vinterregn@host").err().expect("is refused");
        let said = format!("{error:?}");
        assert!(said.contains("line 2") && !said.contains("Vinterregn"), "{said}");
    }

    #[test]
    fn without_a_preset_the_swedish_profile_is_meant() {
        let provider = provider("acr = 'loa4'\nclaim = 'number'\nscopes = ['openid']");
        assert_eq!((provider.issuer.as_str(), provider.request), ("https://idp.example", RequestForm::Plain));
        assert_eq!((provider.userinfo, provider.auth_time), (UserinfoForm::Signed, AuthTime::Required));
        assert_eq!((provider.acr.ask, &provider.acr.values), (AcrRequest::Claims, &vec!["loa4".to_owned()]));
        assert_eq!(provider.claims.person, ["number"]);
        assert!(matches!(provider.auth, ClientAuth::PrivateKeyJwt));
    }

    #[test]
    fn a_preset_fills_in_what_is_usual_and_a_key_wins_over_it() {
        let secret = tempfile::NamedTempFile::new().expect("a file can be made");
        std::fs::write(&secret, "s").expect("is written");
        let secret = format!("client_secret = {{ file = '{}' }}\n", secret.path().display());
        let idura = provider(&format!("preset = 'idura'\n{secret}login_hint = 'sub:x'"));
        assert!(matches!(idura.auth, ClientAuth::SecretBasic(_)));
        assert_eq!((idura.acr.ask, idura.acr.values.len(), idura.acr.accepted.len()), (AcrRequest::AcrValues, 1, 3));
        assert_eq!(
            (idura.parameters["login_hint"].as_str(), idura.claims.strip.as_slice()),
            ("sub:x", &["-".to_owned()][..])
        );
        let signicat = provider(&format!(
            "preset = 'signicat'\n{secret}client_auth = 'client_secret_post'\nrequire = {{ idp = 'sbid' }}"
        ));
        assert!(matches!(signicat.auth, ClientAuth::SecretPost(_)));
        assert_eq!((signicat.identity_from, signicat.require["idp"].as_str()), (IdentityFrom::Userinfo, "sbid"));
        let connect = provider("preset = 'sweden-connect'\npar = 'never'");
        assert_eq!((connect.request, connect.par), (RequestForm::Signed, Par::Never));
        let plain = provider(&format!("preset = 'plain'\n{secret}claim = ['a', 'b']"));
        assert_eq!((plain.acr.ask, plain.claims.person.len()), (AcrRequest::None, 2));
    }
}
