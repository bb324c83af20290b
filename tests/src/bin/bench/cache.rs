//! The encrypted store with 50,000 records in it, without a network: opening, lists, words and wiping. The limit
//! is the same code on the same store, unencrypted.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use bridge::message::{ListThreads, ShowThread};
use bridge::search::Search;
use client::Client;
use client::bench::{self, Cipher};
use digiteam_tests::device::told;
use digiteam_tests::say;
use serde_json::json;

use crate::corpus::{Corpus, LONG_THREAD, PERSON, SOUGHT};
use crate::peer::Peer;
use crate::row::{Row, time};
use crate::world::{Device, World, complete, soon};

/// Threads that are looked at in each repetition.
const LOOKED_AT: usize = 20;

/// How long the index may follow at most.
const INDEXING: Duration = Duration::from_secs(300);

/// Both stores, closed and cut off.
struct Stores {
    sealed: Device,
    plain: Device,
}

/// Measures all of it.
pub(crate) async fn measure(reps: usize, peer: &Path) -> Result<()> {
    let corpus = Corpus::large();
    let mut peer = Peer::start(peer).await?;
    peer.load(corpus.name, &corpus.json(None))?;
    peer.ask(&json!({"verb": "fill", "database": corpus.name}))?;
    let mut world = World::start(&corpus).await?;
    let stores =
        Stores { sealed: filled(&mut world, Cipher::Sealed).await?, plain: filled(&mut world, Cipher::Plain).await? };
    drop(world);
    say("the stores are filled");
    open(reps, &stores, &mut peer).await?.say(reps);
    list(reps, &corpus, &stores, &mut peer).await?.say(reps);
    search(reps, &stores).await?.say(reps);
    for row in wipe(reps, &corpus, &stores).await? {
        row.say(reps);
    }
    let mut world = World::start(&Corpus::small()).await?;
    let stores =
        Stores { sealed: filled(&mut world, Cipher::Sealed).await?, plain: filled(&mut world, Cipher::Plain).await? };
    drop(world);
    index(reps, &stores).await?.say(reps);
    Ok(())
}

impl Stores {
    fn all(&self) -> [(&Device, Cipher); 2] {
        [(&self.sealed, Cipher::Sealed), (&self.plain, Cipher::Plain)]
    }
}

async fn filled(world: &mut World, cipher: Cipher) -> Result<Device> {
    let device = world.device(PERSON, cipher).await?;
    let client = device.open(cipher).await?;
    complete(&client).await?;
    soon("the index to follow", INDEXING, async || {
        let found = client.search(Search { words: "xylofon".to_owned() }).await.map_err(told)?;
        Ok((found.coverage.left == 0).then_some(()))
    })
    .await?;
    client.shutdown().await;
    device.cut_off(cipher).await?;
    Ok(device)
}

/// Where samples of a store of this kind belong.
fn samples(row: &mut Row, cipher: Cipher) -> &mut Vec<f64> {
    match cipher {
        Cipher::Sealed => &mut row.ours,
        Cipher::Plain => &mut row.limit,
    }
}

/// From the key being known to the first list on the screen.
async fn open(reps: usize, stores: &Stores, peer: &mut Peer) -> Result<Row> {
    let mut row = Row::millis("open_50_rows");
    for _ in 0..reps {
        for (device, cipher) in stores.all() {
            let started = device.start()?;
            let (took, client) = time(async {
                let client = started.open(cipher).await.map_err(told)?;
                client.list_threads(ListThreads {}).await.map_err(told)?;
                Ok(client)
            })
            .await?;
            samples(&mut row, cipher).push(took);
            client.shutdown().await;
        }
        row.peer.extend(peer.ask(&json!({"verb": "open"}))?);
    }
    Ok(row)
}

/// The screens: the list of threads, and a thread.
async fn list(reps: usize, corpus: &Corpus, stores: &Stores, peer: &mut Peer) -> Result<Row> {
    let mut row = Row::millis("list_p95");
    let threads: Vec<_> = corpus.threads.iter().take(LOOKED_AT).collect();
    for _ in 0..reps {
        for (device, cipher) in stores.all() {
            let client = device.open(cipher).await?;
            for thread in &threads {
                let list = time(async { client.list_threads(ListThreads {}).await.map_err(told) }).await?;
                let show = time(show(&client, &thread.id)).await?;
                samples(&mut row, cipher).extend([list.0, show.0]);
            }
            client.shutdown().await;
        }
        let scopes: Vec<_> = threads.iter().map(|thread| &thread.scope).collect();
        row.peer.extend(peer.ask(&json!({"verb": "list", "scopes": scopes}))?);
    }
    Ok(row)
}

async fn show(client: &Client, thread: &str) -> Result<()> {
    client.show_thread(ShowThread { thread: thread.to_owned() }).await.map(drop).map_err(told)
}

/// Words in everything that is there.
async fn search(reps: usize, stores: &Stores) -> Result<Row> {
    let mut row = Row::millis("search_p95");
    for _ in 0..reps {
        for (device, cipher) in stores.all() {
            let client = device.open(cipher).await?;
            for words in SOUGHT {
                let look = async { client.search(Search { words: (*words).to_owned() }).await.map_err(told) };
                samples(&mut row, cipher).push(time(look).await?.0);
            }
            client.shutdown().await;
        }
    }
    Ok(row)
}

/// Ten thousand records enter the index, in the steps in which it follows.
async fn index(reps: usize, stores: &Stores) -> Result<Row> {
    let mut row = Row::millis("index_10k");
    for _ in 0..reps {
        for (device, cipher) in stores.all() {
            samples(&mut row, cipher).push(device.index(cipher).await?);
        }
    }
    Ok(row)
}

/// A scope of 12,000 records leaves a store of 50,000: its rows, and then all that is left of them.
async fn wipe(reps: usize, corpus: &Corpus, stores: &Stores) -> Result<[Row; 2]> {
    let (mut gone, mut clean) = (Row::millis("wipe_12k"), Row::millis("purge_12k"));
    for _ in 0..reps {
        for (device, cipher) in stores.all() {
            let copy = device.copy()?;
            let client = copy.open(cipher).await?;
            let wiped = time(async { bench::wipe(&client, &corpus.threads[0].scope).await.map_err(told) }).await?.0;
            let purged = time(async { bench::purge(&client).await.map_err(told) }).await?.0;
            let left = bench::count(&client).await.map_err(told)?;
            ensure!(left == i64::try_from(corpus.count() - LONG_THREAD)?, "{left} records are left");
            samples(&mut gone, cipher).push(wiped);
            samples(&mut clean, cipher).push(wiped + purged);
            client.shutdown().await;
        }
    }
    Ok([gone, clean])
}
