//! The provider and the backend with its demo content, as processes of their own. The backend can be
//! pulled from under the apps and put back; it keeps its address.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use url::Url;

use crate::browser::HandOver;
use crate::process::{Process, own};
use crate::system::make_private_folder;
use crate::wait::{LONG, until};
use crate::window::{Program, Size};

/// Maja Sjögren in Helsingborg, the resident of the story.
pub const RESIDENT: &str = "199403129803";
/// Ida Holm in Landskrona, a guardian of the story.
pub const GUARDIAN: &str = "198608169887";
/// Helena Forsberg, the resident's caseworker.
pub const CASEWORKER: &str = "198305179841";

/// A phone's size.
pub const PHONE: Size = (390, 844);
/// A desk's size.
pub const DESK: Size = (1280, 800);

/// Whose app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A resident, or somebody who acts for one.
    Resident,
    /// A caseworker.
    Caseworker,
}

/// The two servers' ports.
#[derive(Clone, Copy)]
pub struct Ports {
    /// The backend's.
    pub backend: u16,
    /// The provider's.
    pub provider: u16,
}

impl Ports {
    /// Where the backend answers.
    pub fn backend_url(self) -> Url {
        format!("http://127.0.0.1:{}", self.backend).parse().expect("it has the form of an address")
    }

    /// The ones that a person's own demo has: tokens and stored profiles hold the address.
    pub const DEMO: Self = Self { backend: 8787, provider: 8788 };

    /// Two that nobody uses now.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn free() -> Result<Self> {
        Ok(Self { backend: free_port()?, provider: free_port()? })
    }
}

/// Provider and backend. Both end when it is dropped.
pub struct Stage {
    folder: PathBuf,
    ports: Ports,
    provider: Option<Process>,
    backend: Option<Process>,
    temporary: Option<TempDir>,
}

impl Stage {
    /// A fresh one in a temporary folder, on free ports.
    ///
    /// # Errors
    /// When a part of it does not start.
    pub async fn start() -> Result<Self> {
        let temporary = tempfile::Builder::new().prefix("digiteam-").tempdir()?;
        let mut stage = Self::open(temporary.path(), Ports::free()?).await?;
        stage.temporary = Some(temporary);
        Ok(stage)
    }

    /// One in a folder that stays; what an earlier one left there is taken up.
    ///
    /// # Errors
    /// When a part of it does not start.
    pub async fn open(folder: &Path, ports: Ports) -> Result<Self> {
        // Another stage of the same program may have done it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        make_private_folder(folder)?;
        let mut stage =
            Self { folder: std::path::absolute(folder)?, ports, provider: None, backend: None, temporary: None };
        fs::write(stage.config(), configuration(&stage.folder, ports))?;
        stage.start_provider().await?;
        stage.load().await?;
        stage.start_backend().await?;
        Ok(stage)
    }

    /// Where logs and profiles of this stage stand.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The backend's address.
    pub fn backend(&self) -> Url {
        self.ports.backend_url()
    }

    /// Starts the backend again, at the same address.
    ///
    /// # Errors
    /// When it does not become ready.
    pub async fn start_backend(&mut self) -> Result<()> {
        ensure!(self.backend.is_none(), "the backend runs already");
        let mut command = own("digiteam-backend")?;
        command.arg("--config").arg(self.config());
        let backend = self.backend.insert(Process::start("backend", &self.folder, &command)?);
        let ready = format!("http://127.0.0.1:{}/health/ready", self.ports.backend);
        until("the backend to be ready", LONG, async || {
            backend.check()?;
            Ok(reqwest::get(&ready).await?.status().is_success().then_some(()))
        })
        .await
    }

    /// Kills the backend, as a power cut would.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn kill_backend(&mut self) -> Result<()> {
        self.backend.take().context("the backend does not run")?.kill().await
    }

    /// Asks the backend to end and waits until it has.
    ///
    /// # Errors
    /// When it does not run, or does not end well.
    pub async fn stop_backend(&mut self) -> Result<()> {
        self.backend.take().context("the backend does not run")?.stop(LONG).await
    }

    /// Starts the provider again.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_provider(&mut self) -> Result<()> {
        ensure!(self.provider.is_none(), "the provider runs already");
        let Ports { backend, provider } = self.ports;
        let mut command = own("digiteam-simulator")?;
        command.args(["--development", "--client-id", "digiteam-backend", "--client-name", "Digiteam"]);
        command.args(["--listen", &format!("127.0.0.1:{provider}")]);
        command.arg("--people").arg(demo_content().join("region.toml"));
        command.args(["--client-jwks", &format!("http://127.0.0.1:{backend}/identity/client-jwks.json")]);
        command.args(["--redirect-uri", &format!("http://127.0.0.1:{backend}/identity/callback")]);
        let process = self.provider.insert(Process::start("provider", &self.folder, &command)?);
        process.says("listening on ", LONG).await?;
        Ok(())
    }

    /// Takes the provider away.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn kill_provider(&mut self) -> Result<()> {
        self.provider.take().context("the provider does not run")?.kill().await
    }

    /// An app of this stage; the profile's name tells one device from another.
    ///
    /// # Errors
    /// When it is not built.
    pub fn app(&self, role: Role, profile: &str, browser: &HandOver) -> Result<Program> {
        let data = self.folder.join(profile);
        let mut words = vec!["--backend".to_owned(), self.backend().to_string()];
        words.extend(["--data".to_owned(), data.to_string_lossy().into_owned()]);
        words.extend((role == Role::Caseworker).then(|| "--desk".to_owned()));
        Ok(Program {
            name: profile.to_owned(),
            path: own("digiteam-app")?.get_program().into(),
            words,
            env: vec![browser.env()],
            size: if role == Role::Caseworker { DESK } else { PHONE },
        })
    }

    /// Loads the demo content; what is there already stays as it is.
    async fn load(&self) -> Result<()> {
        let mut command = own("digiteam-backend")?;
        command.arg("load").arg("--config").arg(self.config()).arg(demo_content());
        let loading = Process::start("load", &self.folder, &command)?;
        loading.end(LONG * 4).await
    }

    fn config(&self) -> PathBuf {
        self.folder.join("backend.toml")
    }
}

/// A port that nobody listens on now.
///
/// # Errors
/// When the system gives none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn demo_content() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/demo")
}

fn configuration(folder: &Path, ports: Ports) -> String {
    // A text in the file, where a backslash would mean something else.
    let folder = folder.to_string_lossy().replace('\\', "/");
    let Ports { backend, provider } = ports;
    let realm = |id: &str, realm: &str, path: &str, scope: &str, claim: &str| {
        format!(
            r#"
[[provider]]
id = "{id}"
realm = "{realm}"
municipalities = ["helsingborg", "landskrona", "angelholm", "bjuv"]
issuer = "http://127.0.0.1:{provider}/{path}"
client_id = "digiteam-backend"
scopes = ["openid", "https://id.oidc.se/scope/naturalPersonInfo", "https://id.oidc.se/scope/{scope}"]
acr = "http://id.elegnamnden.se/loa/1.0/loa3"
claim = "https://id.oidc.se/claim/{claim}"
"#
        )
    };
    let residents = realm("residents", "resident", "residents", "naturalPersonNumber", "personalIdentityNumber");
    let staff = realm("staff", "staff", "staff", "naturalPersonOrgId", "orgAffiliation");
    format!(
        r#"listen = "127.0.0.1:{backend}"
public_url = "http://127.0.0.1:{backend}"
database = "sqlite:{folder}/digiteam.db"
blobs = "{folder}/blobs"
keys = "{folder}/keys"
{residents}{staff}"#
    )
}
