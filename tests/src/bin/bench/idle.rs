//! What a device costs the backend that only listens: its memory before and after ten thousand event streams
//! are opened that nothing happens on. The limit is the bare server's.

use std::fs;
use std::sync::Arc;

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
use crate::world::{World, access_tokens};

const STREAMS: u32 = 10_000;
/// Streams that are opened and closed before memory is first looked at.
const WARM: u32 = 500;
/// Opened at the same time.
const AT_ONCE: usize = 50;
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Measures it, once: memory that was given back is not to be told from memory that was never used.
pub(crate) async fn measure() -> Result<Row> {
    let all = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, rustix::process::Rlimit { current: all.maximum, ..all })?;
    ensure!(all.maximum.is_none_or(|most| most > u64::from(STREAMS) + 1_000), "too few files may be open here");
    let mut row = Row::new("idle_stream", "kB");
    let world = World::start(&Corpus::small()).await?;
    let (host, port) = ("127.0.0.1", world.url().port().context("a port")?);
    let requests = access_tokens()
        .into_iter()
        .map(|token| format!("GET /sync/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n"));
    // A heartbeat is a line that begins with a colon: idle for that long, and still there.
    row.ours.push(cost(world.pid()?, port, requests.collect(), "stale", Some("\n:")).await?);
    drop(world);
    let bare = Bare::start().await?;
    let requests = vec![format!("GET /events HTTP/1.1\r\nHost: {host}\r\n\r\n")];
    row.limit.push(cost(bare.pid(), bare.port(), requests, "welcome", None).await?);
    Ok(row)
}

/// Kilobytes a stream.
async fn cost(pid: u32, port: u16, requests: Vec<String>, hello: &str, beat: Option<&str>) -> Result<f64> {
    let requests: Arc<[String]> = requests.into();
    let open = |count: u32| {
        stream::iter(0..count)
            .map(|at| {
                let requests = requests.clone();
                async move {
                    let request = &requests[usize::try_from(at)? % requests.len()];
                    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
                    stream.write_all(request.as_bytes()).await?;
                    hear(&mut stream, hello).await?;
                    anyhow::Ok(stream)
                }
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
