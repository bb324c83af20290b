//! `stage --data FOLDER --as resident|guardian|caseworker`: provider, backend with demo content, and the
//! app in a window of this desktop. The folder keeps everything for next time. Started again meanwhile, it joins, and
//! provider and backend run until the last window is closed.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use digiteam_tests::process::own;
use digiteam_tests::say;
use digiteam_tests::sharing::Shared;
use digiteam_tests::stage::Ports;
use tokio::process::Command;
use tokio::signal::ctrl_c;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tokio::select! {
        ended = show() => ended.unwrap_or_else(|error| {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }),
        _ = ctrl_c() => ExitCode::from(130),
    }
}

async fn show() -> Result<ExitCode> {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ["--data", folder, "--as", role] = words.as_slice() else {
        bail!("usage: stage --data FOLDER --as resident|guardian|caseworker");
    };
    let (person, desk) = match *role {
        "resident" => ("Maja Sjögren", false),
        "guardian" => ("Johan Bergström", false),
        "caseworker" => ("Helena Forsberg", true),
        other => bail!("nobody is here as {other}"),
    };
    let folder = Path::new(folder);
    let stage = Shared::open(folder, Ports::DEMO).await?;
    if !stage.is_host() {
        say("A demo runs there already; this window joins it.");
    }
    say(&format!("The backend answers at {}.", stage.backend()));
    say(&format!("Choose Helsingborg; in the browser, choose {person}."));

    let mut app = Command::from(own("digiteam-app")?);
    app.args(["--backend", stage.backend().as_str(), "--data"]).arg(folder.join(format!("device-{role}")));
    app.args(desk.then_some("--desk")).kill_on_drop(true);
    let status = app.status().await.context("the app could not be started")?;
    if stage.is_host() {
        say("The demo runs on while other windows of it are open; Ctrl-C ends it.");
    }
    stage.leave().await?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}
