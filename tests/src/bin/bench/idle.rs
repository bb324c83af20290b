//! What a device costs the backend that only listens: its memory before and after ten thousand event streams
//! are opened that nothing happens on. The limit is the bare server's.

use std::fs;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use digiteam_tests::say;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::bare::Bare;
use crate::corpus::Corpus;
use crate::row::Row;
use crate::world::{World, headers};

const STREAMS: u32 = 10_000;
/// Streams that are opened and closed before memory is first looked at.
const WARM: u32 = 500;
/// Opened at the same time.
const AT_ONCE: usize = 50;
const PATIENCE: Duration = Duration::from_secs(60);
const HOST: &str = "127.0.0.1";
/// For how long a nonce is used.
const FRESH: Duration = Duration::from_secs(60);

/// Measures it, once: memory that was given back is not to be told from memory that was never used.
pub(crate) async fn measure() -> Result<Row> {
    let all = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, rustix::process::Rlimit { current: all.maximum, ..all })?;
    ensure!(all.maximum.is_none_or(|most| most > u64::from(STREAMS) + 1_000), "too few files may be open here");
    let mut row = Row::new("idle_stream", "kB");
    let world = World::start(&Corpus::small()).await?;
    let (port, events) = (world.url().port().context("a port")?, world.url().join("sync/events")?);
    // Every stream shows a proof of its own, with a nonce that is not old.
    let nonce = Mutex::new(None);
    let ask = async |number| {
        let known = nonce.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let known = match known {
            Some((nonce, at)) if Instant::elapsed(&at) < FRESH => nonce,
            _ => {
                let newer = ask_nonce(port, &headers(&events, number, None)?).await?;
                *nonce.lock().unwrap_or_else(PoisonError::into_inner) = Some((newer.clone(), Instant::now()));
                newer
            }
        };
        let headers = headers(&events, number, Some(&known))?;
        Ok(format!("GET /sync/events HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n"))
    };
    // A heartbeat is a line that begins with a colon: idle for that long, and still there.
    row.ours.push(cost(world.pid()?, port, ask, "stale", Some("\n:")).await?);
    drop(world);
    let bare = Bare::start().await?;
    let ask = async |_| Ok(format!("GET /events HTTP/1.1\r\nHost: {HOST}\r\n\r\n"));
    row.limit.push(cost(bare.pid(), bare.port(), ask, "welcome", None).await?);
    Ok(row)
}

/// Kilobytes a stream.
async fn cost(
    pid: u32,
    port: u16,
    ask: impl AsyncFn(usize) -> Result<String>,
    hello: &str,
    beat: Option<&str>,
) -> Result<f64> {
    let ask = &ask;
    let open = |count: u32| {
        stream::iter(0..count)
            .map(|at| async move {
                let request = ask(usize::try_from(at)?).await?;
                let mut stream = TcpStream::connect((HOST, port)).await?;
                stream.write_all(request.as_bytes()).await?;
                hear(&mut stream, hello).await?;
                anyhow::Ok(stream)
            })
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<_>>()
    };
    drop(open(WARM).await?);
    let before = memory(pid)?;
    let mut streams = open(STREAMS).await?;
    if let Some(beat) = beat {
        for stream in &mut streams {
            hear(stream, beat).await?;
        }
    }
    let after = memory(pid)?;
    say(&format!("{} streams: {before} kB became {after} kB", streams.len()));
    Ok((after - before) / f64::from(STREAMS))
}

/// What the answer to a proof without a nonce brings.
async fn ask_nonce(port: u16, headers: &str) -> Result<String> {
    let mut stream = TcpStream::connect((HOST, port)).await?;
    let request = format!("GET /sync/events HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.context("no answer")??;
    let nonce = answer.lines().find_map(|line| line.strip_prefix("dpop-nonce: "));
    Ok(nonce.context("no nonce is given")?.to_owned())
}

async fn hear(stream: &mut TcpStream, words: &str) -> Result<()> {
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains(words) {
        let read = timeout(PATIENCE, stream.read_buf(&mut heard)).await.context("a stream is silent")??;
        ensure!(read > 0, "a stream ended: {}", String::from_utf8_lossy(&heard));
    }
    Ok(())
}

/// Kilobytes that a process has in memory.
fn memory(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no size is told")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
