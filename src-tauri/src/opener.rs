//! Opens links in the system browser. Where `BROWSER` is set, that program gets the link as its only
//! argument (no shell in between); elsewhere the system decides. Links carry login requests, so they are
//! never logged.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::{Child, Command, Stdio};
use std::thread;

use client::Opener;
use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt;
use url::Url;

/// The browser of the person who runs the app.
pub(crate) struct Browser {
    app: AppHandle,
    program: Option<OsString>,
}

impl Browser {
    /// Reads `BROWSER` once.
    pub(crate) fn new(app: AppHandle) -> Self {
        Self { app, program: std::env::var_os("BROWSER").filter(|program| !program.is_empty()) }
    }
}

impl Opener for Browser {
    fn open(&self, url: &Url) -> io::Result<()> {
        let Some(program) = &self.program else {
            return self.app.opener().open_url(url.as_str(), None::<&str>).map_err(io::Error::other);
        };
        let mut child = spawn(program, url)?;
        // Somebody has to wait for it, or it stays as a zombie for as long as the app runs.
        thread::spawn(move || child.wait());
        Ok(())
    }
}

fn spawn(program: &OsStr, url: &Url) -> io::Result<Child> {
    Command::new(program).arg(url.as_str()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::spawn;

    #[test]
    fn the_program_gets_the_link_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let program = folder.path().join("browser");
        fs::write(&program, "#!/bin/sh\nprintf '%s|%s' \"$#\" \"$1\" > \"$0.got\"\n").expect("can write");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("can set mode");
        let url = "https://example.org/?a=1&b=$(id)".parse().expect("a url");

        let mut child = spawn(program.as_os_str(), &url).expect("starts");

        assert!(child.wait().expect("ends").success());
        let got = fs::read_to_string(folder.path().join("browser.got")).expect("was written");
        assert_eq!(got, "1|https://example.org/?a=1&b=$(id)");
    }
}
