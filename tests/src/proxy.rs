//! A bad network between a client and the backend: it passes bytes on, slowly, in one direction only, not at all, or
//! only so many. It reads nothing of what it carries.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch::{self, Receiver, Sender};
use tokio::task::JoinHandle;
use tokio::time::sleep;
use url::Url;

/// What the network does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// It passes everything on.
    Fair,
    /// Everything comes so much later.
    Slow(Duration),
    /// Connections stay, and nothing passes.
    BlackHole,
    /// What is asked arrives, what is answered does not.
    HalfOpen,
    /// Every connection ends once so many bytes of answers have passed.
    CutAfter(usize),
    /// Nobody gets a connection, and those that there were are cut.
    Closed,
}

/// The network.
pub struct Proxy {
    port: u16,
    weather: Sender<Weather>,
    harm: Arc<AtomicU64>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// In front of `to`, a port of this machine.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(to: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (weather, now) = watch::channel(Weather::Fair);
        let harm = Arc::new(AtomicU64::new(0));
        let accepting = tokio::spawn(accept(listener, to, Road { now, harm: Arc::clone(&harm) }));
        Ok(Self { port, weather, harm, accepting })
    }

    /// Its address.
    pub fn url(&self) -> Url {
        format!("http://127.0.0.1:{}", self.port).parse().expect("it has the form of an address")
    }

    /// Changes the weather, for the connections that there are too.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// How often the weather has kept something from passing at once.
    pub fn harm(&self) -> u64 {
        self.harm.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.weather.send_replace(Weather::Closed);
    }
}

#[derive(Clone)]
struct Road {
    now: Receiver<Weather>,
    harm: Arc<AtomicU64>,
}

async fn accept(listener: TcpListener, to: u16, road: Road) {
    while let Ok((near, _)) = listener.accept().await {
        if *road.now.borrow() == Weather::Closed {
            road.harm.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        let road = road.clone();
        tokio::spawn(async move {
            // Whoever asks sees a connection that ends, as when the backend is away.
            if let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await {
                let (near_in, near_out) = near.into_split();
                let (far_in, far_out) = far.into_split();
                tokio::select! {
                    _ = carry(near_in, far_out, road.clone(), false) => {}
                    _ = carry(far_in, near_out, road, true) => {}
                }
            }
        });
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut road: Road, answers: bool) -> io::Result<()> {
    let mut chunk = vec![0; 4096];
    let mut passed = 0;
    loop {
        let count = tokio::select! {
            count = from.read(&mut chunk) => count?,
            // Gone with the one who made the weather, or closed.
            changed = road.now.changed() => {
                if changed.is_err() || *road.now.borrow() == Weather::Closed {
                    return Ok(());
                }
                continue;
            }
        };
        if count == 0 {
            return Ok(());
        }
        let weather = *road.now.borrow();
        if weather != Weather::Fair {
            road.harm.fetch_add(1, Ordering::Relaxed);
        }
        let passes = match weather {
            Weather::Fair => count,
            Weather::Slow(time) => {
                sleep(time).await;
                count
            }
            Weather::HalfOpen if !answers => count,
            Weather::BlackHole | Weather::HalfOpen => continue,
            Weather::CutAfter(most) if answers => count.min(most.saturating_sub(passed)),
            Weather::CutAfter(_) => count,
            Weather::Closed => return Ok(()),
        };
        to.write_all(&chunk[..passes]).await?;
        passed += passes;
        if passes < count {
            return Ok(());
        }
    }
}
