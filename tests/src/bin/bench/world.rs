//! Our side: a real backend process on an SQLite database that holds the corpus before it starts, and real
//! clients with encrypted stores. Nobody logs in: sessions stand in the database beforehand, and a client
//! begins with the refresh token of one, which it renews at its first request as after any start.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use client::bench::{self, Cipher, Seat, Started};
use client::{Client, MemoryVault, Opener, Return, Setup, SystemClock};
use digiteam_tests::device::told;
use digiteam_tests::process::{Process, own};
use digiteam_tests::stage::free_port;
use digiteam_tests::wait::{LONG, until};
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use url::Url;

use crate::corpus::{Corpus, OTHER, PERSON};

/// Sessions of each person that stand ready.
const SEATS: usize = 100;
/// Further than any run goes.
const FOR_EVER: i64 = 4_000_000_000_000;

/// The key that every session here is bound to.
static KEY: LazyLock<String> = LazyLock::new(bench::make_key);

/// A backend with its corpus.
pub(crate) struct World {
    backend: Option<Process>,
    port: u16,
    seats: [usize; 2],
    folder: TempDir,
}

/// A device. Its folder goes with it.
pub(crate) struct Device {
    folder: TempDir,
    backend: Url,
}

impl World {
    /// Makes the database, puts the corpus in and starts the backend.
    pub(crate) async fn start(corpus: &Corpus) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("digiteam-bench-").tempdir()?;
        let mut world = Self { backend: None, port: free_port()?, seats: [0; 2], folder };
        fs::write(world.config(), world.configuration())?;
        // The first start makes the tables.
        world.start_backend().await?;
        world.stop_backend().await?;
        lay_in(world.folder(), corpus, None).await?;
        world.start_backend().await?;
        Ok(world)
    }

    /// Its address.
    pub(crate) fn url(&self) -> Url {
        format!("http://127.0.0.1:{}", self.port).parse().expect("it has the form of an address")
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> Result<u32> {
        Ok(self.backend.as_ref().context("the backend does not run")?.id())
    }

    /// Where its database is.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it, if it does not run.
    pub(crate) async fn start_backend(&mut self) -> Result<()> {
        let mut command = own("digiteam-backend")?;
        command.arg("--config").arg(self.config()).env("DIGITEAM_LOG", "warn");
        let ready = self.url().join("health/ready")?;
        let backend = self.backend.insert(Process::start("backend", self.folder.path(), &command)?);
        until("the backend to be ready", LONG, async || {
            backend.check()?;
            Ok(reqwest::get(ready.clone()).await?.status().is_success().then_some(()))
        })
        .await
    }

    /// Asks it to end and waits until it has.
    pub(crate) async fn stop_backend(&mut self) -> Result<()> {
        self.backend.take().context("the backend does not run")?.stop(LONG).await
    }

    /// A new device of the corpus's person, or of the other one; nothing has arrived on it.
    pub(crate) async fn device(&mut self, person: &str, cipher: Cipher) -> Result<Device> {
        let seats = &mut self.seats[usize::from(person == OTHER)];
        *seats += 1;
        let refresh = Some(token(person, "refresh", *seats - 1));
        let device = Device { folder: tempfile::tempdir()?, backend: self.url() };
        let seat = Seat { person: person.to_owned(), own_scope: own_scope(person), refresh, key: KEY.clone() };
        bench::prepare(&device.setup(), seat, cipher).await.map_err(told)?;
        Ok(device)
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("backend.toml")
    }

    fn configuration(&self) -> String {
        let (folder, port) = (self.folder.path().display(), self.port);
        // Two people at a hundred devices each, at full speed.
        let free = "{ at_once = 4294967295, per_minute = 4294967295 }";
        let kinds = ["login", "request"]
            .map(|what| ["address", "account", "municipality"].map(|by| format!("{what}_{by} = {free}\n")));
        let limits = kinds.concat().concat();
        format!(
            "listen = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}\"\n\
             database = \"sqlite:{folder}/digiteam.db\"\nblobs = \"{folder}/blobs\"\nkeys = \"{folder}/keys\"\n[limits]\n{limits}"
        )
    }
}

impl Device {
    /// Opens its store and lets it sync.
    pub(crate) async fn open(&self, cipher: Cipher) -> Result<Client> {
        bench::open(self.setup(), cipher).await.map_err(told)
    }

    /// Starts the app on it, which waits to be unlocked.
    pub(crate) fn start(&self) -> Result<Started> {
        bench::start(self.setup()).map_err(told)
    }

    /// Where its store lies.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// As [`Device::open`], of a device that another process made in `folder`.
    pub(crate) async fn open_there(folder: &Path, backend: Url, cipher: Cipher) -> Result<Client> {
        bench::open(setup(folder, backend), cipher).await.map_err(told)
    }

    /// As [`Device::open`], by another address.
    pub(crate) async fn open_at(&self, backend: Url) -> Result<Client> {
        bench::open(Setup { backend, ..self.setup() }, Cipher::Sealed).await.map_err(told)
    }

    /// Takes its session away: from now on it works without the backend, and quietly.
    pub(crate) async fn cut_off(&self, cipher: Cipher) -> Result<()> {
        let own_scope = own_scope(PERSON);
        let seat = Seat { person: PERSON.to_owned(), own_scope, refresh: None, key: KEY.clone() };
        bench::prepare(&self.setup(), seat, cipher).await.map_err(told)
    }

    /// Throws the index of its closed store away and makes it anew; gives the milliseconds.
    pub(crate) async fn index(&self, cipher: Cipher) -> Result<f64> {
        bench::index(&self.setup(), cipher).await.map_err(told)
    }

    /// Another device with the same closed store on it.
    pub(crate) fn copy(&self) -> Result<Self> {
        let copy = Self { folder: tempfile::tempdir()?, backend: self.backend.clone() };
        for entry in fs::read_dir(self.folder.path())? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), copy.folder.path().join(entry.file_name()))?;
            }
        }
        Ok(copy)
    }

    fn setup(&self) -> Setup {
        setup(self.folder.path(), self.backend.clone())
    }
}

fn setup(folder: &Path, backend: Url) -> Setup {
    let clock = Arc::new(SystemClock::start());
    Setup {
        folder: folder.to_owned(),
        backend,
        opener: Arc::new(Nobody),
        returns: Return::Loopback,
        vault: Arc::new(MemoryVault::new()),
        clock,
    }
}

/// Waits until everything has arrived.
pub(crate) async fn complete(client: &Client) -> Result<()> {
    soon("everything to arrive", Duration::from_secs(120), async || {
        let sync = client.show_sync(bridge::sync::ShowSync {}).await.map_err(told)?;
        Ok((sync.as_of.is_some() && !sync.catching_up).then_some(()))
    })
    .await
}

/// Asks every millisecond or so, which is often enough for what takes many.
pub(crate) async fn soon<T>(what: &str, limit: Duration, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    tokio::time::timeout(limit, async {
        loop {
            if let Some(answer) = ask().await? {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await
    .with_context(|| format!("waited for {what}"))?
}

/// The headers of a GET request in one of the sessions that stand in the database, for whoever asks without a client.
pub(crate) fn headers(address: &Url, number: usize, nonce: Option<&str>) -> Result<String> {
    let person = [PERSON, OTHER][number % 2];
    bench::headers(&KEY, address, &token(person, "access", number / 2 % SEATS), nonce).map_err(told)
}

/// Puts the corpus into the database of a backend that does not run; `reader` is a person of that database
/// who is let into all of it.
pub(crate) async fn lay_in(folder: &Path, corpus: &Corpus, reader: Option<&str>) -> Result<()> {
    let options = SqliteConnectOptions::new().filename(folder.join("digiteam.db"));
    let mut conn = options.disable_statement_logging().connect().await?;
    fill(&mut conn, corpus, reader).await.context("the corpus does not fit into the backend's tables")?;
    Ok(conn.close().await?)
}

/// A token of a session that stands in the database. Its form is that of a real one.
fn token(person: &str, kind: &str, number: usize) -> String {
    format!("{:A<43}", format!("bench-{person}-{kind}-{number}-"))
}

fn own_scope(person: &str) -> String {
    format!("scope-{person}")
}

async fn fill(conn: &mut SqliteConnection, corpus: &Corpus, reader: Option<&str>) -> Result<()> {
    let mut tx = conn.begin().await?;
    sqlx::raw_sql("INSERT INTO municipality (id, name, phone, orgnr) VALUES ('bench', 'Bench', '0', '0')")
        .execute(&mut *tx)
        .await?;
    for person in [PERSON, OTHER] {
        // The number is no number, so that it cannot be anybody's.
        let row = "INSERT INTO person (id, municipality, realm, personal_number, given_name, family_name)
                   VALUES (?1, 'bench', 'resident', ?1, ?1, 'Ek')";
        sqlx::query(row).bind(person).execute(&mut *tx).await?;
        let scope = own_scope(person);
        add_scope(&mut tx, &scope, "person", person, person, 0).await?;
        add_grant(&mut tx, person, &scope).await?;
        for number in 0..SEATS {
            add_session(&mut tx, person, number).await?;
        }
    }
    for thread in &corpus.threads {
        let head = i64::try_from(thread.records.len())?;
        add_scope(&mut tx, &thread.scope, "thread", &thread.id, "*", head).await?;
        sqlx::query(
            "INSERT INTO thread (id, municipality, subject, started_at, last_n) VALUES (?1, 'bench', '', 0, ?2)",
        )
        .bind(&thread.id)
        .bind(head - 1)
        .execute(&mut *tx)
        .await?;
        if let Some(reader) = reader {
            add_grant(&mut tx, reader, &thread.scope).await?;
        }
        for person in [PERSON, OTHER] {
            add_grant(&mut tx, person, &thread.scope).await?;
            sqlx::query("INSERT INTO participant (thread, municipality, person) VALUES (?1, 'bench', ?2)")
                .bind(&thread.id)
                .bind(person)
                .execute(&mut *tx)
                .await?;
        }
    }
    sqlx::query(
        "INSERT INTO record (scope, kind, id, seq, body)
         SELECT value ->> '$.scope', value ->> '$.kind', value ->> '$.id', value ->> '$.seq', value -> '$.body'
         FROM json_each(?1)",
    )
    .bind(corpus.json(None))
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO message (id, municipality, thread, n, sender, text, sent_at)
         SELECT value ->> '$.id', 'bench', scope.fact, value ->> '$.seq' - 1, value ->> '$.body.from',
             value ->> '$.body.text', value ->> '$.body.sent_at'
         FROM json_each(?1) JOIN scope ON scope.id = value ->> '$.scope' WHERE value ->> '$.kind' = 'message'",
    )
    .bind(corpus.json(None))
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn add_scope(
    conn: &mut SqliteConnection,
    id: &str,
    kind: &str,
    fact: &str,
    audience: &str,
    head: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO scope (id, municipality, kind, fact, audience, head) VALUES (?1, 'bench', ?2, ?3, ?4, ?5)",
    )
    .bind(id)
    .bind(kind)
    .bind(fact)
    .bind(audience)
    .bind(head)
    .execute(conn)
    .await?;
    Ok(())
}

async fn add_grant(conn: &mut SqliteConnection, person: &str, scope: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO access_grant (municipality, subject, scope, role, sync, epoch, starts, ground)
         VALUES ('bench', ?1, ?2, 'resident', 'auto', 1, 1, 'bench')",
    )
    .bind(person)
    .bind(scope)
    .execute(conn)
    .await?;
    Ok(())
}

async fn add_session(conn: &mut SqliteConnection, person: &str, number: usize) -> Result<()> {
    let family = format!("session-{person}-{number}");
    let hash = |kind| BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token(person, kind, number)));
    sqlx::query(
        "INSERT INTO token_family (id, municipality, person, realm, jkt, started_at, used_at, expires_at)
         VALUES (?1, 'bench', ?2, 'resident', ?3, 1, ?4, ?4)",
    )
    .bind(&family)
    .bind(person)
    .bind(bench::thumbprint(&KEY).map_err(told)?)
    .bind(FOR_EVER)
    .execute(&mut *conn)
    .await?;
    sqlx::query("INSERT INTO refresh_token (hash, municipality, family) VALUES (?1, 'bench', ?2)")
        .bind(hash("refresh"))
        .bind(&family)
        .execute(&mut *conn)
        .await?;
    sqlx::query("INSERT INTO access_token (hash, municipality, family, expires_at) VALUES (?1, 'bench', ?2, ?3)")
        .bind(hash("access"))
        .bind(&family)
        .bind(FOR_EVER)
        .execute(conn)
        .await?;
    Ok(())
}

struct Nobody;

impl Opener for Nobody {
    fn open(&self, _: &Url) -> std::io::Result<()> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}
