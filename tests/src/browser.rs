//! The system browser of a story. The app starts a small script as its browser; the script leaves the
//! address in a private folder, and a driven browser takes it from there.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::desktop::Desktop;
use crate::system::{mini_browser, write_script};
use crate::wait::{LONG, until};
use crate::window::{Program, Size, Window};

/// Its tool bar needs more room than a phone has.
pub const SIZE: Size = (480, 844);

// Moved into place, so that a half-written address is never read.
const SCRIPT: &str = "#!/bin/sh\nprintf '%s' \"$1\" > \"$0.part\" && mv \"$0.part\" \"$0.address\"\n";

/// What an app takes for the system browser.
pub struct HandOver {
    script: PathBuf,
}

impl HandOver {
    /// Makes one; the folder must be for the person alone, as login addresses pass through it.
    ///
    /// # Errors
    /// When the script cannot be written.
    pub fn new(folder: &Path, name: &str) -> Result<Self> {
        let script = folder.join(format!("{name}-browser"));
        write_script(&script, SCRIPT)?;
        Ok(Self { script })
    }

    /// For the app's environment.
    pub fn env(&self) -> (String, String) {
        ("BROWSER".to_owned(), self.script.to_string_lossy().into_owned())
    }

    /// The address that the app wanted to open next.
    ///
    /// # Errors
    /// When it asks for none.
    pub async fn address(&self) -> Result<String> {
        let mut left = self.script.clone().into_os_string();
        left.push(".address");
        let take = async || match fs::read_to_string(&left) {
            Ok(address) => {
                fs::remove_file(&left)?;
                Ok(Some(address))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        };
        until("the app to open the browser", LONG, take).await
    }
}

/// Opens the browser at an address.
///
/// # Errors
/// When it does not open or load.
pub async fn open(desktop: &Desktop, folder: &Path, address: &str) -> Result<Window> {
    let program = Program {
        name: "browser".to_owned(),
        path: mini_browser(),
        words: vec!["--automation".to_owned()],
        env: Vec::new(),
        size: SIZE,
    };
    let window = Window::open(desktop, folder, &program).await.context("the browser")?;
    window.visit(address).await?;
    Ok(window)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{HandOver, open};
    use crate::desktop::Desktop;
    use crate::wait::LONG;

    #[tokio::test]
    async fn a_driven_browser_shows_clicks_and_writes() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let mut desktop = Desktop::start(folder.path()).await.expect("a desktop");
        let page = "data:text/html,<input id=name><button id=greet onclick=\"document.getElementById('said').innerText=\
                    'Hej '+document.getElementById('name').value\">Hej</button><p id=said></p>";
        let window = open(&desktop, folder.path(), page).await.expect("a window");
        window.write("#name", "Åsa").await.expect("a field");
        window.click("#greet").await.expect("a button");
        window.see_words("#said", "Hej Åsa", LONG).await.expect("the page works");
        assert_eq!(window.count_words("p", "Bo").await.expect("an answer"), 0);
        window.picture().await.expect("a picture of the right size");
        window.close().await.expect("it closes");
        desktop.empty_keyring().await.expect("the keyring comes back");
    }

    #[tokio::test]
    async fn the_address_is_handed_over() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let browser = HandOver::new(folder.path(), "x").expect("a script");
        let address = "https://example.org/?a=1&b='%20$(x)";
        Command::new(browser.env().1).arg(address).status().expect("it runs");
        assert_eq!(browser.address().await.expect("it was opened"), address);
    }
}
