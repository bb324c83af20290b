//! Doors for measuring, open only with the feature `bench`, which no release has: a session that begins with
//! a refresh token instead of a login, a store with a key that needs no code, and the same store unencrypted
//! as the limit. What is measured behind them is the code that people run. Never asks for or keeps a secret.

use super::prover::{NONCE, Prover};
use super::provider::Endpoints;
use super::session::{Session, Stage};
use super::tokens::Tokens;
use crate::failure::{failure, internal};
use crate::seal::{KEY, Key};
use crate::store::{Meta, Store, StoreError};
use crate::sync::Open;
use crate::{Client, Setup};
use bridge::{Failure, FailureCode};
use http::{HeaderMap, HeaderName};
use protocol::id::{DeviceId, MunicipalityId, PersonId, ScopeId};
use protocol::identity::{Level, Me, Realm};
use std::sync::Arc;
use std::time::Instant;
use url::Url;
use uuid::Uuid;

/// Records that the index takes in at a time, as the driver lets it.
const STEP: usize = 64;

/// Whose device it is.
pub struct Seat {
    /// The resident.
    pub person: String,
    /// Their own scope.
    pub own_scope: String,
    /// Begins their session at the backend; without one the device stays offline.
    pub refresh: Option<String>,
    /// The key that the session is bound to; see [`make_key`].
    pub key: String,
}

/// Makes a device's key.
pub fn make_key() -> String {
    Prover::make(String::new()).keep().to_string()
}

/// The thumbprint of a key, as tokens are bound to it.
///
/// # Errors
/// `Internal` when it is none.
pub fn thumbprint(key: &str) -> Result<String, Failure> {
    Ok(prover(key)?.thumbprint())
}

/// The headers of a GET request of whoever asks without a client.
///
/// # Errors
/// `Internal` when the key is none.
pub fn headers(key: &str, address: &Url, access: &str, nonce: Option<&str>) -> Result<String, Failure> {
    let prover = prover(key)?;
    if let Some(nonce) = nonce.and_then(|nonce| nonce.parse().ok()) {
        prover.learn(&HeaderMap::from_iter([(HeaderName::from_static(NONCE), nonce)]));
    }
    let proof = prover.prove("GET", address.as_str(), Some(access));
    Ok(format!("Authorization: DPoP {access}\r\nDPoP: {proof}\r\n"))
}

fn prover(key: &str) -> Result<Prover, Failure> {
    Prover::read(key, String::new()).ok_or_else(|| failure(FailureCode::Internal))
}

/// How the store lies on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// As everybody's does.
    Sealed,
    /// Readable.
    Plain,
}

/// Makes a store for `seat`, or gives the one that is there to them, and closes it again.
///
/// # Errors
/// What the store says.
pub async fn prepare(setup: &Setup, seat: Seat, cipher: Cipher) -> Result<(), Failure> {
    let store = open_store(setup, cipher).await?;
    let me = Me {
        person: PersonId::new(seat.person),
        name: "Anna Ek".to_owned(),
        realm: Realm::Resident,
        municipality: MunicipalityId::new("bench"),
        municipality_name: "Bench".to_owned(),
        municipality_phone: "0".to_owned(),
        own_scope: ScopeId::new(seat.own_scope),
        level: Level::Eid,
        leads: false,
    };
    let token = setup.backend.join("identity/token").map_err(|error| internal(&error))?;
    let mut tx = store.write().await?;
    Meta::Me.keep(&mut tx, &me).await?;
    if Meta::Device.load::<DeviceId>(&mut tx).await?.is_none() {
        Meta::Device.keep(&mut tx, &DeviceId::from(Uuid::new_v4())).await?;
    }
    let issuer = Some(setup.backend.as_str().trim_end_matches('/').to_owned());
    Meta::Endpoints.keep(&mut tx, &Endpoints { issuer, token, revocation: None }).await?;
    Meta::DeviceKey.keep(&mut tx, &seat.key).await?;
    match seat.refresh {
        Some(refresh) => Meta::Refresh.keep(&mut tx, &refresh).await?,
        None => {
            Meta::Refresh.forget(&mut tx).await?;
        }
    }
    tx.commit().await.map_err(StoreError::from)?;
    store.close().await;
    Ok(())
}

/// Opens what [`prepare`] made and begins to sync, as unlocking does once the key is known.
///
/// # Errors
/// What the store says.
pub async fn open(setup: Setup, cipher: Cipher) -> Result<Client, Failure> {
    start(setup)?.open(cipher).await
}

/// An app that runs and is locked: what it needs to ask the backend is there, the store is not open.
pub struct Started(Session);

/// Starts as the app does, before anybody unlocks.
///
/// # Errors
/// What the folder says.
pub fn start(setup: Setup) -> Result<Started, Failure> {
    Session::start(setup).map(Started)
}

impl Started {
    /// As [`open`].
    ///
    /// # Errors
    /// What the store says.
    pub async fn open(self, cipher: Cipher) -> Result<Client, Failure> {
        let Self(session) = self;
        let store = open_store(&session.setup, cipher).await?;
        let clock = Arc::clone(&session.setup.clock);
        let open = Open::start(store, Tokens::new(), session.wire.clone(), session.changes.clone(), clock).await?;
        session.enter(Stage::Open(open));
        Ok(Client { inner: Arc::new(session) })
    }
}

/// How many records are here.
///
/// # Errors
/// `NotOpen`, or what the store says.
pub async fn count(client: &Client) -> Result<i64, Failure> {
    let open = client.open()?;
    let counted = sqlx::query_scalar("SELECT count(*) FROM record").fetch_one(open.store.read()).await;
    Ok(counted.map_err(StoreError::from)?)
}

/// The highest number among a scope's messages; as cheap as a question can be, for asking often.
///
/// # Errors
/// `NotOpen`, or what the store says.
pub async fn newest(client: &Client, scope: &str) -> Result<i64, Failure> {
    let open = client.open()?;
    let newest = sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM record WHERE scope = ?1 AND kind = 'message'")
        .bind(scope)
        .fetch_one(open.store.read())
        .await;
    Ok(newest.map_err(StoreError::from)?)
}

/// Takes a scope's grant away and wipes it, as the answer to a pull does that does not name it.
///
/// # Errors
/// `NotOpen`, or what the store says.
pub async fn wipe(client: &Client, scope: &str) -> Result<(), Failure> {
    let open = client.open()?;
    let mut tx = open.store.write().await?;
    sqlx::query("DELETE FROM grants WHERE scope = ?1").bind(scope).execute(&mut *tx).await.map_err(StoreError::from)?;
    tx.commit().await.map_err(StoreError::from)?;
    open.store.end_leases(open.now()).await?;
    Ok(())
}

/// Cleans away what a wipe leaves in index and pages.
///
/// # Errors
/// `NotOpen`, or what the store says.
pub async fn purge(client: &Client) -> Result<(), Failure> {
    let open = client.open()?;
    while open.store.purge_some().await? {}
    Ok(())
}

/// Throws the index of a closed store away and makes it anew; gives the milliseconds of the making.
///
/// # Errors
/// What the store says.
pub async fn index(setup: &Setup, cipher: Cipher) -> Result<f64, Failure> {
    let store = open_store(setup, cipher).await?;
    let mut tx = store.write().await?;
    let emptied = "INSERT INTO part (part) VALUES ('delete-all'); DELETE FROM entry; DELETE FROM stale";
    sqlx::raw_sql(emptied).execute(&mut *tx).await.map_err(StoreError::from)?;
    Meta::Indexed.forget(&mut tx).await?;
    tx.commit().await.map_err(StoreError::from)?;
    let begin = Instant::now();
    while store.index_some(STEP).await? {}
    let took = begin.elapsed();
    store.close().await;
    Ok(took.as_secs_f64() * 1000.0)
}

async fn open_store(setup: &Setup, cipher: Cipher) -> Result<Store, Failure> {
    let key = Key::read(&[7; KEY]).map_err(|_| failure(FailureCode::Internal))?;
    Ok(match cipher {
        Cipher::Sealed => Store::open(&setup.folder, &key).await?,
        Cipher::Plain => Store::open_plain(&setup.folder).await?,
    })
}
