//! From starting the app to a painted list out of a cache of 50,000 records, beside an empty window of the
//! same webview. A person writes their code in between, so there are two parts: from the start of the process
//! to the painted lock page, seen on the display; and from the click that unlocks to the painted list, by the
//! page's own clock. Deriving the key from the code is in the second part.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use digiteam_tests::browser::{self, HandOver};
use digiteam_tests::desktop::Desktop;
use digiteam_tests::person::{CODE, ask_to_sign_in, confirm_on_this_device, write_new_code};
use digiteam_tests::process::{Process, own};
use digiteam_tests::say;
use digiteam_tests::stage::{RESIDENT, Role, Stage};
use digiteam_tests::window::{Program, Window};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::corpus::Corpus;
use crate::row::{Row, millis};
use crate::{idle, screen, world};

/// What Home says once nothing is missing.
const FRESH: &str = "Uppdaterat";
const FIRST_SYNC: Duration = Duration::from_secs(120);
/// Clicks, and tells after how many milliseconds the list has been painted.
const UNLOCK: &str = "return new Promise(done => { const begin = performance.now(); const painted = act => \
                      requestAnimationFrame(() => requestAnimationFrame(act)); const look = () => \
                      document.querySelector('main#home .news a') ? painted(() => done(performance.now() - begin)) : \
                      requestAnimationFrame(look); document.querySelector('#unlock').click(); look(); })";

/// Measures all of it.
pub(crate) async fn measure(reps: usize) -> Result<()> {
    idle::measure().await?.say(1);
    start_to_list(reps).await?.say(reps);
    Ok(())
}

async fn start_to_list(reps: usize) -> Result<Row> {
    let mut stage = Stage::start().await?;
    stage.stop_backend().await?;
    let reader = person(stage.folder()).await?;
    world::lay_in(stage.folder(), &Corpus::large(), Some(&reader)).await?;
    stage.start_backend().await?;
    let desktop = Desktop::start(stage.folder()).await?;
    let links = HandOver::new(stage.folder(), "resident")?;
    let app = stage.app(Role::Resident, "resident", &links)?;
    fill(&desktop, &stage, &app, &links).await?;
    say("the cache is filled");

    let bare_folder = stage.folder().join("bare");
    let mut row = Row::millis("start_to_list");
    for rep in 0..reps {
        let mut ours = Command::new(&app.path);
        ours.args(&app.words);
        let start = paint(&desktop, stage.folder(), &mut ours).await?;
        let unlock = unlock(&desktop, stage.folder(), &app).await?;
        let mut bare = own("examples/bare_window")?;
        bare.arg(&bare_folder);
        let limit = paint(&desktop, stage.folder(), &mut bare).await?;
        say(&format!("start {}: lock page {start:.0}, then list {unlock:.0}; empty window {limit:.0} ms", rep + 1));
        row.ours.push(start + unlock);
        row.limit.push(limit);
    }
    Ok(row)
}

/// Logs in once and waits until everything has arrived.
async fn fill(desktop: &Desktop, stage: &Stage, app: &Program, links: &HandOver) -> Result<()> {
    let window = Window::open(desktop, stage.folder(), app).await?;
    ask_to_sign_in(&window).await?;
    let browser = browser::open(desktop, stage.folder(), &links.address().await?).await?;
    confirm_on_this_device(&browser, RESIDENT).await?;
    browser.close().await?;
    write_new_code(&window).await?;
    window.click("#code-submit").await?;
    window.see("main#home .news a").await?;
    window.see_words("#freshness", FRESH, FIRST_SYNC).await?;
    window.close().await
}

/// From the start of a program to its painted window.
async fn paint(desktop: &Desktop, folder: &Path, command: &mut Command) -> Result<f64> {
    let screen = desktop.screen();
    desktop.host(command);
    let begin = Instant::now();
    let process = Process::start("painted", folder, command)?;
    let painted = tokio::task::spawn_blocking(move || screen::painted(&screen)).await??;
    process.kill().await?;
    Ok(millis(painted.duration_since(begin)))
}

async fn unlock(desktop: &Desktop, folder: &Path, app: &Program) -> Result<f64> {
    let window = Window::open(desktop, folder, app).await?;
    window.write("#code", CODE).await?;
    let took = window.run(UNLOCK, Vec::new()).await?;
    window.close().await?;
    took.as_f64().context("the page tells no time")
}

/// The resident of the stories.
async fn person(folder: &Path) -> Result<String> {
    let options = SqliteConnectOptions::new().filename(folder.join("digiteam.db"));
    let mut conn = options.disable_statement_logging().connect().await?;
    let id = sqlx::query_scalar("SELECT id FROM person WHERE personal_number = ?1 AND realm = 'resident'");
    Ok(id.bind(RESIDENT).fetch_one(&mut conn).await?)
}
