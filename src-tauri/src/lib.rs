//! The shell: a window around the face, a door to the client core, and what only an operating system can
//! give (the browser, deep links, one instance at a time). It holds no truth and no secret of its own:
//! every command is one line that hands a call to [`client::Client`], and every change the core announces
//! is passed to the window as the event [`bridge::CHANGED`].

#[macro_use]
mod commands;

mod access;
mod args;
mod case;
mod changes;
mod document;
mod exit;
mod home;
mod identity;
mod invite;
mod link;
mod log;
mod message;
mod opener;
mod party;
#[cfg(test)]
mod policy;
mod profile;
mod relation;
mod search;
mod sync;
mod task;
mod window;

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use bridge::{Call, Failure, FailureCode};
use client::{Client, KeyringVault, Setup, SystemClock};
use tauri::{App, AppHandle, Manager, RunEvent, WindowEvent, Wry};

use crate::args::Args;
use crate::opener::Browser;
use crate::profile::{Profile, ProfileError};

/// What a command gives back.
type Answer<C> = Result<<C as Call>::Reply, Failure>;

const EXIT_USAGE: u8 = 2;
const EXIT_BUSY: u8 = 3;

/// Where phones enter: no arguments, the default profile.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    start(std::iter::empty());
}

/// Runs the app until its window closes. `words` are the program's arguments without its name.
pub fn start(words: impl Iterator<Item = OsString>) -> ExitCode {
    log::start();
    let args = match Args::parse(words, std::env::var("DIGITEAM_BACKEND").ok()) {
        Ok(args) => args,
        Err(error) => return stop(&error, EXIT_USAGE),
    };
    match launch(args) {
        Ok(code) => code,
        Err(StartError::Profile(error @ ProfileError::Busy)) => stop(&error, EXIT_BUSY),
        Err(error) => stop(&error, 1),
    }
}

#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error("the window system could not be started: {0}")]
    Tauri(#[from] tauri::Error),
    #[error("the profile cannot be opened: {0:?}")]
    Client(FailureCode),
}

fn launch(args: Args) -> Result<ExitCode, StartError> {
    // A named profile is locked before anything is shown; the default one is found, and its second start
    // forwarded to the first, only with Tauri's help.
    let open = |folder: &Path| tauri::async_runtime::block_on(Profile::open_when_free(folder));
    let named = args.data.as_deref().map(open).transpose()?;
    let app = build(&args)?;
    let profile = match named {
        Some(profile) => profile,
        None => open(&default_folder(&app, &args)?)?,
    };
    let setup = Setup {
        folder: profile.store(),
        backend: args.backend,
        opener: Arc::new(Browser::new(app.handle().clone())),
        returns: link::returns(),
        vault: Arc::new(KeyringVault::new(profile.name())),
        clock: Arc::new(SystemClock::start()),
    };
    let client = tauri::async_runtime::block_on(async { Client::start(setup) });
    app.manage(client.map_err(|failure| StartError::Client(failure.code))?);
    app.manage(profile);
    Ok(drive(app))
}

fn build(args: &Args) -> tauri::Result<App> {
    let audience = args.audience;
    let backend = args.backend.clone();
    let builder = tauri::Builder::default();
    #[cfg(desktop)]
    let builder = on_desktop(builder, args);
    builder
        .plugin(tauri_plugin_deep_link::init())
        // Off: it would hand any link in the page to the browser, past `window::may_open`.
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .invoke_handler(handler())
        .setup(move |app| {
            window::open(app.handle(), audience, backend)?;
            link::listen(app.handle());
            tauri::async_runtime::spawn(changes::forward(app.handle().clone()));
            #[cfg(unix)]
            tauri::async_runtime::spawn(exit::on_signal(app.handle().clone()));
            Ok(())
        })
        .build(tauri::generate_context!())
}

#[cfg(desktop)]
fn on_desktop(mut builder: tauri::Builder<Wry>, args: &Args) -> tauri::Builder<Wry> {
    use tauri_plugin_window_state::StateFlags;

    if args.data.is_none() {
        // First of all plugins: a second start ends here, before it touches anything.
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| window::come_forward(app)));
    }
    // A driven window has the size that its driver gives it.
    if std::env::var_os("TAURI_AUTOMATION").is_none() {
        let flags = StateFlags::SIZE | StateFlags::POSITION;
        builder = builder.plugin(tauri_plugin_window_state::Builder::new().with_state_flags(flags).build());
    }
    builder
}

macro_rules! handlers {
    ($($feature:ident :: $name:ident,)*) => { tauri::generate_handler![$($feature::$name),*] };
}

fn handler() -> impl Fn(tauri::ipc::Invoke<Wry>) -> bool + Send + Sync + 'static {
    with_commands!(handlers)
}

/// Not the roaming folder: what is stored belongs to this device alone. Residents' and staff's stores
/// are kept apart, as one person can be both.
fn default_folder(app: &App, args: &Args) -> tauri::Result<PathBuf> {
    Ok(app.path().app_local_data_dir()?.join(args.audience.label()))
}

#[cfg(desktop)]
fn drive(app: App) -> ExitCode {
    let code = app.run_return(|app, event| on_event(app, &event));
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

#[cfg(mobile)]
fn drive(app: App) -> ExitCode {
    app.run(|app, event| on_event(app, &event));
    ExitCode::SUCCESS
}

fn on_event(app: &AppHandle, event: &RunEvent) {
    match event {
        RunEvent::WindowEvent { label, event: WindowEvent::Focused(focused), .. } => {
            let (focused, shown) = (*focused, *focused || window::is_shown(app, label));
            let client = app.state::<Client>().inner().clone();
            tauri::async_runtime::spawn(async move {
                client.set_shown(shown);
                if focused {
                    client.enter_foreground();
                }
            });
        }
        RunEvent::ExitRequested { .. } => exit::shut_down(app),
        _ => {}
    }
}

/// Says on standard error why the app does not start.
fn stop(error: &dyn std::error::Error, code: u8) -> ExitCode {
    // Nothing can be done where even standard error is closed; the code still tells.
    let _ = writeln!(std::io::stderr(), "{error}");
    ExitCode::from(code)
}
