//! `digiteam-backend`: serves, or loads content from data files.

use anyhow::Context as _;
use digiteam_backend::access::log;
use digiteam_backend::{App, collect, config::Config, document, identity, load, serve, system_clock};
use jiff::civil::Date;
use protocol::id::{MunicipalityId, PersonId};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

const USAGE: &str = "usage: digiteam-backend [--config FILE]
       digiteam-backend load [--config FILE] FOLDER
       digiteam-backend restored [--config FILE]
       digiteam-backend collect [--config FILE]
       digiteam-backend rotate-keys [--config FILE]
       digiteam-backend verify-log [--config FILE]
       digiteam-backend log-out PERSON [--config FILE]
       digiteam-backend take-out PERSON [--config FILE]
       digiteam-backend check-provider NAME [--config FILE]
       digiteam-backend export-log [--config FILE] --municipality ID --from DATE --until DATE

`load` fills an empty database from data files. `restored` is to be run once after the database came back
from a backup, before the backend starts: clients then send again what it may have forgotten. `collect`
forgets what was deleted more than `keep_deleted_days` (90) ago, and erases the content of the access log after
`keep_log_days` (3650); a running backend does so daily. `verify-log` walks the chain of each municipality's access log,
names the first entry that does not hold and then fails. Note the last link that it names somewhere else: it shows later
that the chain was not made anew. `export-log` writes the log of the days from DATE up to before DATE (2026-09-01), one
line of JSON an entry. `rotate-keys` makes the next signing keys: published at once, signing a day later,
while the old ones stay published for as long as something may be signed with them. `check-provider` reads
what a provider says about itself and tells what fits, what is missing and what that means; it ends
with 1 if something is missing that is needed. `log-out` ends every session of the person with that id in the registry, and
their devices erase what they have; `take-out` also takes them out of the registry, so that no login succeeds any more.

Without --config, and over what the file says, settings come from the environment: DIGITEAM_LISTEN,
DIGITEAM_PUBLIC_URL, DIGITEAM_DATABASE (sqlite:FILE or postgres://…), DIGITEAM_BLOBS, DIGITEAM_KEYS,
DIGITEAM_KEEP_DELETED_DAYS, DIGITEAM_PROVIDERS (the [[provider]] tables as TOML, or the path of a file with them).";

const VERBS: [&str; 9] =
    ["check-provider", "load", "restored", "collect", "rotate-keys", "verify-log", "export-log", "log-out", "take-out"];

/// How long answers that are under way may still take when the backend stops.
const GRACE: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let wish = Wish::parse(std::env::args().skip(1))?;
    let filter = EnvFilter::try_from_env("DIGITEAM_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    let config = Config::read(wish.config.as_deref())?;
    if matches!(wish.act, Act::RotateKeys) {
        say(&identity::rotate_keys(&config, system_clock()())?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Act::CheckProvider(name) = &wish.act {
        let checked = identity::check_provider(&config, name, system_clock()()).await?;
        say(&checked.lines)?;
        return Ok(if checked.is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let (stop, stopping) = watch::channel(false);
    let app = App::open(config, system_clock(), stopping).await?;
    match wish.act {
        Act::RotateKeys | Act::CheckProvider(_) => {}
        Act::Serve => serve(&app, stop).await?,
        Act::Load(folder) => {
            let steps = load::load(&app, &folder, jiff::Zoned::now().date()).await?;
            tracing::info!(steps, "loaded");
        }
        Act::Restored => app.db.renew_epoch().await?,
        Act::Collect => {
            let collected = collect::collect(&app.db, app.config.keep_deleted_days).await?;
            let erased = log::erase(&app.db, app.config.keep_log_days).await?;
            let forgotten = document::forget_unused(&app).await?;
            tracing::info!(collected, erased, forgotten, "tombstones collected, log entries erased, uploads forgotten");
        }
        Act::LogOut(person) => {
            let sessions = identity::log_out(&app.db, person).await?;
            tracing::info!(sessions, "logged out");
        }
        Act::TakeOut(person) => {
            let sessions = identity::take_out(&app.db, person).await?;
            tracing::info!(sessions, "taken out of the registry and logged out");
        }
        Act::VerifyLog => {
            let verified = log::verify(&app.db).await?;
            for one in &verified {
                writeln!(std::io::stdout(), "{one}")?;
            }
            anyhow::ensure!(verified.iter().all(|one| one.broken.is_none()), "the access log does not hold");
        }
        Act::ExportLog(wish) => {
            log::export(&app.db, &wish.municipality, wish.span()?, std::io::stdout()).await?;
        }
    }
    app.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Answers until asked to stop, and what is under way then for [`GRACE`].
async fn serve(app: &Arc<App>, stop: watch::Sender<bool>) -> anyhow::Result<()> {
    let listener = TcpListener::bind(app.config.listen).await.context("cannot listen")?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("stopping");
        let _ = stop.send(true);
    });
    let mut stopping = app.stopping.clone();
    tokio::select! {
        ended = serve::serve(app, listener, serve::Patience::default()) => ended?,
        () = async {
            let _ = stopping.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(GRACE).await;
        } => tracing::warn!("some answers were cut off"),
    }
    Ok(())
}

/// Tells whoever called.
fn say(lines: &[String]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

struct Wish {
    config: Option<PathBuf>,
    act: Act,
}

enum Act {
    Serve,
    Load(PathBuf),
    Restored,
    Collect,
    RotateKeys,
    CheckProvider(String),
    VerifyLog,
    ExportLog(Export),
    LogOut(PersonId),
    TakeOut(PersonId),
}

struct Export {
    municipality: MunicipalityId,
    from: Date,
    until: Date,
}

impl Export {
    /// From the beginning of one day to the beginning of the other, in Sweden.
    fn span(&self) -> anyhow::Result<(i64, i64)> {
        let begins = |day: Date| anyhow::Ok(day.in_tz("Europe/Stockholm")?.timestamp().as_millisecond());
        Ok((begins(self.from)?, begins(self.until)?))
    }
}

impl Wish {
    fn parse(args: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut args = args.peekable();
        let verb = args.next_if(|arg| VERBS.contains(&arg.as_str()));
        let mut config = None;
        let mut folder = None;
        let mut export = BTreeMap::new();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--config" => config = Some(args.next().context(USAGE)?.into()),
                "--municipality" | "--from" | "--until" if verb.as_deref() == Some("export-log") => {
                    export.insert(arg, args.next().context(USAGE)?);
                }
                name if folder.is_none() && !name.starts_with('-') => folder = Some(name.to_owned()),
                _ => anyhow::bail!(USAGE),
            }
        }
        let act = match (verb.as_deref(), folder) {
            (None, None) => Act::Serve,
            (Some("load"), Some(folder)) => Act::Load(folder.into()),
            (Some("restored"), None) => Act::Restored,
            (Some("collect"), None) => Act::Collect,
            (Some("rotate-keys"), None) => Act::RotateKeys,
            (Some("verify-log"), None) => Act::VerifyLog,
            (Some("export-log"), None) => {
                let mut given = |name: &str| export.remove(name).context(USAGE);
                Act::ExportLog(Export {
                    municipality: MunicipalityId::new(given("--municipality")?),
                    from: given("--from")?.parse().context(USAGE)?,
                    until: given("--until")?.parse().context(USAGE)?,
                })
            }
            (Some("check-provider"), Some(name)) => Act::CheckProvider(name),
            (Some("log-out"), Some(person)) => Act::LogOut(PersonId::new(person)),
            (Some("take-out"), Some(person)) => Act::TakeOut(PersonId::new(person)),
            _ => anyhow::bail!(USAGE),
        };
        Ok(Self { config, act })
    }
}

async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).expect("a handler can be set once");
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
}
