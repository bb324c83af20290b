//! A desktop without a screen: a display, a message bus and a keyring of its own, in a folder of its own,
//! so that a story never meets what belongs to the person who runs it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::look::Theme;
use crate::process::Process;
use crate::system::make_private_folder;
use crate::wait::{LONG, until};

/// Width and height of the display.
pub const SCREEN: (usize, usize) = (1600, 1200);

/// A desktop. It ends, with all windows on it, when it is dropped.
pub struct Desktop {
    folder: PathBuf,
    display: String,
    bus: String,
    keyring: Option<Process>,
    _bus: Process,
    _display: Process,
}

impl Desktop {
    /// Starts one below the folder.
    ///
    /// # Errors
    /// When a part of it does not start.
    pub async fn start(folder: &Path) -> Result<Self> {
        let folder = folder.join("desktop");
        for name in ["run", "data/keyrings", "config", "cache"] {
            make_private_folder(&folder.join(name))?;
        }
        let mut words = Command::new("Xvfb");
        let screen = format!("{}x{}x24", SCREEN.0, SCREEN.1);
        words.args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset"]);
        words.arg("-fbdir").arg(&folder);
        let mut display = Process::start("display", &folder, &words)?;
        // It also complains of every number that is taken.
        let is_number = |line: &str| line.parse::<u32>().ok();
        let number = display.hears("its number", is_number, LONG).await?;

        let mut words = Command::new("dbus-daemon");
        words.args(["--session", "--nofork", "--nopidfile", "--nosyslog", "--print-address=1"]);
        // What the bus starts by itself must find this desktop, too.
        add_folders(&folder, &mut words);
        words.env("DISPLAY", format!(":{number}"));
        let mut bus = Process::start("bus", &folder, &words)?;
        let address = bus.says("unix:", LONG).await?;

        let mut desktop = Self {
            folder,
            display: format!(":{number}"),
            bus: format!("unix:{address}"),
            keyring: None,
            _bus: bus,
            _display: display,
        };
        desktop.unlock_keyring().await?;
        Ok(desktop)
    }

    /// Sets what everything prefers that opens from now on.
    ///
    /// # Errors
    /// When the settings cannot be written.
    pub fn prefer(&self, theme: Theme) -> Result<()> {
        let wish = match theme {
            Theme::Light => "",
            Theme::Dark => "gtk-application-prefer-dark-theme=true\n",
            Theme::Contrast => "gtk-theme-name=HighContrast\ngtk-enable-animations=false\n",
        };
        let settings = self.folder.join("config/gtk-3.0");
        fs::create_dir_all(&settings)?;
        Ok(fs::write(settings.join("settings.ini"), format!("[Settings]\n{wish}"))?)
    }

    /// For the environment of a program that is to find no keyring.
    #[must_use]
    pub fn no_keyring() -> (String, String) {
        ("DBUS_SESSION_BUS_ADDRESS".to_owned(), "unix:path=/nonexistent/bus".to_owned())
    }

    /// Where what the display shows can be read: its end is [`SCREEN`] pixels of four bytes.
    pub fn screen(&self) -> PathBuf {
        self.folder.join("Xvfb_screen0")
    }

    /// Lets a command run on this desktop.
    pub fn host<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        add_folders(&self.folder, command);
        command.env("DISPLAY", &self.display).env("DBUS_SESSION_BUS_ADDRESS", &self.bus).env_remove("WAYLAND_DISPLAY")
    }

    /// Throws away all that the keyring holds, as if somebody had removed it.
    ///
    /// # Errors
    /// When the keyring does not come back.
    pub async fn empty_keyring(&mut self) -> Result<()> {
        self.keyring.take().context("there is no keyring")?.kill().await?;
        let owned = async || Ok((!self.has_secrets()?).then_some(()));
        until("the keyring to end", LONG, owned).await?;
        let kept = self.folder.join("data/keyrings");
        fs::remove_dir_all(&kept)?;
        make_private_folder(&kept)?;
        self.unlock_keyring().await
    }

    async fn unlock_keyring(&mut self) -> Result<()> {
        let mut words = Command::new("gnome-keyring-daemon");
        words.args(["--foreground", "--unlock", "--components=secrets"]);
        self.host(&mut words);
        // A keyring with an empty password refuses to store anything.
        let (read, mut write) = std::io::pipe()?;
        writeln!(write, "test")?;
        drop(write);
        let keyring = Process::start_with_input("keyring", &self.folder, &words, Stdio::from(read))?;
        self.keyring = Some(keyring);
        until("the keyring", LONG, async || Ok(self.has_secrets()?.then_some(()))).await
    }

    fn has_secrets(&self) -> Result<bool> {
        let mut ask = Command::new("dbus-send");
        ask.args(["--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"]);
        ask.args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"]);
        let answer = self.host(&mut ask).output()?;
        ensure!(answer.status.success(), "the bus does not answer");
        Ok(String::from_utf8_lossy(&answer.stdout).contains("true"))
    }
}

fn add_folders(folder: &Path, command: &mut Command) {
    command.env("XDG_RUNTIME_DIR", folder.join("run"));
    for (name, below) in [("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache")] {
        command.env(name, folder.join(below));
    }
}
