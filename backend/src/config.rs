//! Configuration: one TOML file, and environment variables that win over it.

use anyhow::Context as _;
use protocol::id::MunicipalityId;
use protocol::identity::Realm;
use serde::Deserialize;
use std::net::SocketAddr;
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
    /// anew.
    #[serde(default = "ninety")]
    pub keep_deleted_days: u32,
    /// For how many days the content of the access log is kept; then only its digests are.
    #[serde(default = "ten_years")]
    pub keep_log_days: u32,
    /// The municipalities' OpenID providers.
    #[serde(default, rename = "provider")]
    pub providers: Vec<Provider>,
}

/// One OpenID provider and how it wants to be asked. All of it is data, as providers differ.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// A short word that names it in addresses and logs.
    pub id: String,
    /// Who logs in there.
    pub realm: Realm,
    /// The municipalities that use it.
    pub municipalities: Vec<MunicipalityId>,
    /// Its issuer.
    pub issuer: Url,
    /// Our client id there.
    pub client_id: String,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// The level that must be reached.
    pub acr: String,
    /// The claim that says who it is: a personal identity number, or `<number>@<orgnr>` for staff.
    pub claim: String,
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
        let mut table: toml::Table = text.parse().context("the configuration file is not valid TOML")?;
        for key in ["listen", "public_url", "database", "blobs", "keys"] {
            if let Ok(value) = std::env::var(format!("DIGITEAM_{}", key.to_uppercase())) {
                table.insert(key.to_owned(), toml::Value::String(value));
            }
        }
        let config: Self = table.try_into().context("the configuration is not complete")?;
        let loopback = config.public_url.host_str() == Some("127.0.0.1");
        anyhow::ensure!(
            config.public_url.scheme() == "https" || loopback,
            "public_url must be https, except on 127.0.0.1"
        );
        Ok(config)
    }

    /// The issuer as a string without a trailing slash.
    pub fn issuer(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }
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

    #[test]
    fn what_is_missing_unknown_or_unsafe_is_said() {
        let base = "listen = '127.0.0.1:1'\nblobs = 'b'\nkeys = 'k'\n";
        for (more, said) in [
            ("", "public_url"),
            ("public_url = 'https://a.example'\ncolour = 'blue'", "colour"),
            ("public_url = 'http://a.example'", "https"),
        ] {
            let error = read(&format!("{base}{more}")).err().expect("is refused");
            assert!(format!("{error:#}").contains(said), "{error:#}");
        }
    }
}
