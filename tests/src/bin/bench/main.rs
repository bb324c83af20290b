//! `bench sync|cache|startup REPS [PEER]`: measures one area with real parts, in turns with the limit and the
//! peer, whose installed folder is PEER. `cargo xtask bench` builds all that is needed, starts this and makes
//! a table of the samples. One file an area.

mod bare;
mod cache;
mod corpus;
mod gate;
mod idle;
mod memory;
mod peer;
mod row;
mod screen;
mod startup;
mod sync;
mod world;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use digiteam_tests::say;

#[tokio::main]
async fn main() -> ExitCode {
    // Somebody else in the process may have chosen a provider before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn start() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        // The limit's own process.
        ["bare", folder] => bare::server::serve(Path::new(folder)).await,
        [memory::ONCE, folder, backend] => memory::once(Path::new(folder), backend.parse()?).await,
        ["sync", reps, peer] => Box::pin(sync::measure(reps.parse()?, Path::new(peer))).await,
        ["cache", reps, peer] => Box::pin(cache::measure(reps.parse()?, Path::new(peer))).await,
        ["startup", reps] => Box::pin(startup::measure(reps.parse()?)).await,
        _ => bail!("usage: bench sync|cache REPS PEER, or bench startup REPS"),
    }
}
