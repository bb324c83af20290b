//! First sync, first window, one record from device to device, and a flush of what was written offline.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bridge::message::{ListThreads, SendMessage};
use bridge::sync::ShowSync;
use client::Client;
use client::bench::{self, Cipher};
use digiteam_tests::device::told;
use digiteam_tests::say;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::bare::{Bare, Listener};
use crate::corpus::{Corpus, OTHER, PERSON, text};
use crate::gate::Gate;
use crate::memory;
use crate::peer::Peer;
use crate::row::{Row, millis, time};
use crate::world::{Device, World, complete, soon};

/// Rows that fill a screen.
const SCREEN: usize = 50;
/// Mutations that were written offline.
const QUEUED: usize = 500;
/// Records that go from one to the other in each repetition.
const SENT: usize = 50;
/// Bytes of a message that somebody writes.
const WRITTEN: usize = 250;
/// Between two looks into the other's store: more often, and looking itself is what is measured.
const LOOK: Duration = Duration::from_micros(400);
const LIMIT: Duration = Duration::from_secs(60);

/// Measures all of it.
pub(crate) async fn measure(reps: usize, peer: &Path) -> Result<()> {
    let bare = Bare::start().await?;
    let mut peer = Peer::start(peer).await?;
    let small = Corpus::small();
    let mut world = World::start(&small).await?;
    first_sync("first_sync_10k", reps, &small, &mut world, &bare, &mut peer).await?.say(reps);
    for row in delta(reps, &small, &mut world, &bare, &mut peer).await? {
        row.say(reps);
    }
    flush(reps, &small, &mut world, &bare, &mut peer).await?.say(reps);
    let mut memory = Row::new("sync_memory", "kB");
    for _ in 0..reps {
        memory.limit.push(memory::peak(&mut world).await?);
    }
    drop(world);

    let large = Corpus::large();
    let mut world = World::start(&large).await?;
    first_window(reps, &large, &mut world, &bare).await?.say(reps);
    first_sync("first_sync_50k", reps, &large, &mut world, &bare, &mut peer).await?.say(reps);
    for _ in 0..reps {
        memory.ours.push(memory::peak(&mut world).await?);
    }
    memory.say(reps);
    Ok(())
}

/// From an empty store that is opened to one that has everything.
async fn first_sync(
    name: &'static str,
    reps: usize,
    corpus: &Corpus,
    world: &mut World,
    bare: &Bare,
    peer: &mut Peer,
) -> Result<Row> {
    let json = corpus.json(None);
    bare.lay_out(corpus.name, &json)?;
    peer.load(corpus.name, &json)?;
    let mut row = Row::millis(name);
    for rep in 0..reps {
        row.ours.push(sync_all(corpus, world).await?);
        row.limit.push(bare.fetch(corpus.name).await?);
        let wish = json!({"verb": "first_sync", "database": corpus.name, "count": corpus.count()});
        row.peer.extend(peer.ask(&wish)?);
        progress(name, rep, &row);
    }
    Ok(row)
}

async fn sync_all(corpus: &Corpus, world: &mut World) -> Result<f64> {
    let device = world.device(PERSON, Cipher::Sealed).await?;
    let arrive = async {
        let client = device.open(Cipher::Sealed).await?;
        complete(&client).await?;
        Ok(client)
    };
    let (took, client) = time(arrive).await?;
    ensure!(bench::count(&client).await.map_err(told)? == i64::try_from(corpus.count())?, "records are missing");
    client.shutdown().await;
    Ok(took)
}

/// From an empty store that is opened to a list that fills the screen.
async fn first_window(reps: usize, corpus: &Corpus, world: &mut World, bare: &Bare) -> Result<Row> {
    bare.lay_out("window", &corpus.json(Some((SCREEN, SCREEN))))?;
    let mut row = Row::millis("first_window");
    for rep in 0..reps {
        let device = world.device(PERSON, Cipher::Sealed).await?;
        let appear = async {
            let client = device.open(Cipher::Sealed).await?;
            timeout(LIMIT, fill_screen(&client)).await.context("no screen of rows")??;
            Ok(client)
        };
        let (took, client) = time(appear).await?;
        row.ours.push(took);
        client.shutdown().await;
        row.limit.push(bare.fetch("window").await?);
        progress("first_window", rep, &row);
    }
    Ok(row)
}

/// Asks for the list whenever something is announced, as a window does, until a screen is full.
async fn fill_screen(client: &Client) -> Result<()> {
    let mut changes = client.changes();
    loop {
        let rows = client.list_threads(ListThreads {}).await.map_err(told)?;
        if rows.iter().filter(|row| row.preview.is_some()).count() >= SCREEN {
            return Ok(());
        }
        // Lagging behind is a change too.
        let _ = changes.recv().await;
    }
}

/// From one person's call to the other's store. The same samples make two rows.
async fn delta(reps: usize, corpus: &Corpus, world: &mut World, bare: &Bare, peer: &mut Peer) -> Result<[Row; 2]> {
    let thread = &corpus.threads[0];
    let (one, other) = (ready(world, PERSON).await?, ready(world, OTHER).await?);
    let mut listener = bare.listen().await?;
    let mut row = Row::millis("delta_p50");
    // Connections and caches are warm after the first ones.
    for number in 0..5 {
        send(&one.1, &other.1, thread, number).await?;
        echo(bare, &mut listener, number).await?;
    }
    for rep in 0..reps {
        let numbers = (rep * SENT + 100)..((rep + 1) * SENT + 100);
        for number in numbers.clone() {
            row.ours.push(send(&one.1, &other.1, thread, number).await?);
        }
        for number in numbers.clone() {
            row.limit.push(echo(bare, &mut listener, number).await?);
        }
        let texts: Vec<String> = numbers.map(written).collect();
        row.peer.extend(peer.ask(&json!({"verb": "delta", "texts": texts}))?);
        progress("delta", rep, &row);
    }
    one.1.shutdown().await;
    other.1.shutdown().await;
    let mut tail = Row::millis("delta_p99");
    (tail.ours, tail.limit, tail.peer) = (row.ours.clone(), row.limit.clone(), row.peer.clone());
    Ok([row, tail])
}

async fn send(from: &Client, to: &Client, thread: &crate::corpus::Thread, number: usize) -> Result<f64> {
    let before = bench::newest(to, &thread.scope).await.map_err(told)?;
    let (client, scope, at) = (to.clone(), thread.scope.clone(), Handle::current());
    // A thread of its own, as the runtime's clock is too coarse for this.
    let arrive = tokio::task::spawn_blocking(move || {
        let end = Instant::now() + LIMIT;
        while at.block_on(bench::newest(&client, &scope)).map_err(told)? <= before {
            ensure!(Instant::now() < end, "it never arrived");
            thread::park_timeout(LOOK);
        }
        Ok(Instant::now())
    });
    let begin = Instant::now();
    from.send_message(SendMessage { thread: thread.id.clone(), text: written(number) }).await.map_err(told)?;
    let took = millis(arrive.await??.duration_since(begin));
    // Its own way back is no part of the next one's.
    settled(from).await?;
    Ok(took)
}

async fn echo(bare: &Bare, listener: &mut Listener, number: usize) -> Result<f64> {
    Ok(time(bare.echo(listener, &written(number))).await?.0)
}

/// From the moment the network is back to the last of them being known as done and standing in the store.
async fn flush(reps: usize, corpus: &Corpus, world: &mut World, bare: &Bare, peer: &mut Peer) -> Result<Row> {
    let thread = &corpus.threads[1];
    let gate = Gate::before(&world.url()).await?;
    let device = world.device(PERSON, Cipher::Sealed).await?;
    let client = device.open_at(gate.url()).await?;
    complete(&client).await?;
    let mut row = Row::millis("flush_500");
    for rep in 0..reps {
        let texts: Vec<String> = (0..QUEUED).map(|at| written(1_000_000 + rep * QUEUED + at)).collect();
        gate.set_open(false);
        offline(&client).await?;
        let before =
            (bench::count(&client).await.map_err(told)?, bench::newest(&client, &thread.scope).await.map_err(told)?);
        for text in &texts {
            let send = SendMessage { thread: thread.id.clone(), text: text.clone() };
            client.send_message(send).await.map_err(told)?;
        }
        let (took, ()) = time(async {
            gate.set_open(true);
            client.enter_foreground();
            settled(&client).await
        })
        .await?;
        row.ours.push(took);
        // Each made one record, and each took one number: nothing is lost, nothing is there twice.
        let added = i64::try_from(QUEUED)?;
        let after =
            (bench::count(&client).await.map_err(told)?, bench::newest(&client, &thread.scope).await.map_err(told)?);
        ensure!(after == (before.0 + added, before.1 + added), "{before:?} became {after:?}");
        row.limit.push(time(bare.flush(&texts)).await?.0);
        row.peer.extend(peer.ask(&json!({"verb": "flush", "texts": texts}))?);
        progress("flush_500", rep, &row);
    }
    client.shutdown().await;
    Ok(row)
}

async fn ready(world: &mut World, person: &str) -> Result<(Device, Client)> {
    let device = world.device(person, Cipher::Sealed).await?;
    let client = device.open(Cipher::Sealed).await?;
    complete(&client).await?;
    Ok((device, client))
}

async fn settled(client: &Client) -> Result<()> {
    soon("all to be sent", LIMIT, async || {
        let sync = client.show_sync(ShowSync {}).await.map_err(told)?;
        ensure!(sync.refused == 0, "{} were refused", sync.refused);
        Ok((sync.waiting == 0).then_some(()))
    })
    .await
}

async fn offline(client: &Client) -> Result<()> {
    client.enter_foreground();
    soon("the client to notice", LIMIT, async || {
        let sync = client.show_sync(ShowSync {}).await.map_err(told)?;
        Ok((!sync.online).then_some(()))
    })
    .await
    .context("it is still online")
}

fn written(number: usize) -> String {
    text(WRITTEN, u64::try_from(number).unwrap_or(u64::MAX))
}

fn progress(name: &str, rep: usize, row: &Row) {
    let last = |samples: &[f64]| samples.last().map_or_else(|| "–".to_owned(), |it| format!("{it:.1}"));
    let (ours, limit, peer) = (last(&row.ours), last(&row.limit), last(&row.peer));
    say(&format!("{name} {}: ours {ours}, limit {limit}, peer {peer} ms", rep + 1));
}
