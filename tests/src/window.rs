//! A window that is driven as a person would: look, click, write. One WebDriver process for each window,
//! as one drives only one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::desktop::Desktop;
use crate::process::Process;
use crate::stage::free_port;
use crate::wait::{LONG, until};

/// Width and height in CSS pixels.
pub type Size = (u32, u32);

/// What to open a window of.
pub struct Program {
    /// Names the logs.
    pub name: String,
    /// The program.
    pub path: PathBuf,
    /// Its arguments.
    pub words: Vec<String>,
    /// What its environment holds besides.
    pub env: Vec<(String, String)>,
    /// How large its window shall be.
    pub size: Size,
}

/// A driven window. It closes when it is dropped.
pub struct Window {
    client: Client,
    driver: Process,
    size: Size,
}

impl Window {
    /// Opens it on the desktop; `folder` is for logs.
    ///
    /// # Errors
    /// When the driver or the program does not start.
    pub async fn open(desktop: &Desktop, folder: &Path, program: &Program) -> Result<Self> {
        let port = free_port()?;
        let mut command = Command::new("WebKitWebDriver");
        command.args([format!("--port={port}"), "--host=127.0.0.1".to_owned()]);
        desktop.host(&mut command).envs(program.env.iter().map(|(name, value)| (name, value)));
        command.env("TAURI_AUTOMATION", "true").env("TAURI_WEBVIEW_AUTOMATION", "true");
        let mut driver = Process::start(&program.name, folder, &command)?;
        let up = async || {
            driver.check()?;
            Ok(Some(TcpStream::connect(("127.0.0.1", port)).await?))
        };
        until("the driver", LONG, up).await?;

        let options = json!({ "binary": program.path, "args": program.words });
        let capabilities = [("webkitgtk:browserOptions".to_owned(), options)];
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities.into_iter().collect());
        let address = format!("http://127.0.0.1:{port}");
        let connect = async { anyhow::Ok(timeout(LONG, builder.connect(&address)).await??) };
        let client = connect
            .await
            .with_context(|| format!("{} does not open: {}", program.name, driver.words().unwrap_or_default()))?;
        let mut window = Self { client, driver, size: program.size };
        window.resize(program.size).await?;
        Ok(window)
    }

    /// How large it is.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Closes it as its close button would, and waits until the program has ended.
    ///
    /// # Errors
    /// When the driver does not obey.
    pub async fn close(self) -> Result<()> {
        // The driver may wait for ever for a program that has ended already; killing it ends both.
        if let Ok(closed) = timeout(LONG, self.client.close()).await {
            closed.context("the window does not close")?;
        }
        self.driver.kill().await
    }

    /// Goes to an address, as if it had been written in the address field.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub async fn visit(&self, address: &str) -> Result<()> {
        timeout(LONG, self.client.goto(address))
            .await
            .context("the address takes too long")?
            .context("the address does not load")
    }

    /// Gives the page another size. The frame around it has one as well, so the first answer tells how much to add.
    ///
    /// # Errors
    /// When it does not get that size.
    pub async fn resize(&mut self, size: Size) -> Result<()> {
        let mut outer = size;
        let mut last = None;
        self.client.set_window_rect(0, 0, outer.0, outer.1).await?;
        until("the window's size", LONG, async || {
            let inner = self.run("return [innerWidth, innerHeight]", Vec::new()).await?;
            let inner = [0, 1].map(|at| u32::try_from(inner[at].as_u64().unwrap_or(0)).unwrap_or(0));
            // The page follows the window with some delay, so only what stays is believed.
            if last.replace(inner) != Some(inner) {
                return Ok(None);
            }
            if inner == [size.0, size.1] {
                return Ok(Some(()));
            }
            last = None;
            let wished =
                |outer: u32, size: u32, inner: u32| (outer + size).saturating_sub(inner).clamp(size, size + 200);
            outer = (wished(outer.0, size.0, inner[0]), wished(outer.1, size.1, inner[1]));
            self.client.set_window_rect(0, 0, outer.0, outer.1).await?;
            Ok(None)
        })
        .await?;
        self.size = size;
        Ok(())
    }

    /// Waits until it shows what the selector names.
    ///
    /// # Errors
    /// When it does not within [`LONG`].
    pub async fn see(&self, selector: &str) -> Result<()> {
        self.see_within(selector, LONG).await
    }

    /// As [`Window::see`], with a limit.
    ///
    /// # Errors
    /// When it does not within the limit.
    pub async fn see_within(&self, selector: &str, limit: Duration) -> Result<()> {
        until(&format!("{selector} to be seen"), limit, async || Ok(self.shown(selector).await?.map(drop))).await
    }

    /// Waits until something that the selector names holds these words.
    ///
    /// # Errors
    /// When it does not within the limit.
    pub async fn see_words(&self, selector: &str, words: &str, limit: Duration) -> Result<()> {
        let what = format!("{selector} to say {words:?}");
        until(&what, limit, async || Ok((self.count_words(selector, words).await? > 0).then_some(()))).await
    }

    /// How many of what the selector names hold these words.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn count_words(&self, selector: &str, words: &str) -> Result<u64> {
        let script = "return [...document.querySelectorAll(arguments[0])]\
                      .filter(it => it.innerText.includes(arguments[1])).length";
        let count = self.run(script, vec![json!(selector), json!(words)]).await?;
        count.as_u64().context("a count is a number")
    }

    /// Clicks what the selector names, as soon as it can be clicked.
    ///
    /// # Errors
    /// When it cannot within [`LONG`].
    pub async fn click(&self, selector: &str) -> Result<()> {
        let click = async || match self.shown(selector).await? {
            Some(element) => Ok(Some(element.click().await?)),
            None => Ok(None),
        };
        until(&format!("{selector} to be clicked"), LONG, click).await
    }

    /// Clicks the first of what the selector names that holds these words.
    ///
    /// # Errors
    /// When it cannot within [`LONG`].
    pub async fn click_words(&self, selector: &str, words: &str) -> Result<()> {
        let click = async || {
            for element in self.client.find_all(Locator::Css(selector)).await? {
                if element.text().await?.contains(words) {
                    element.click().await?;
                    return Ok(Some(()));
                }
            }
            Ok(None)
        };
        until(&format!("{selector} with {words:?} to be clicked"), LONG, click).await
    }

    /// Writes into a field, after what is there.
    ///
    /// # Errors
    /// When it cannot within [`LONG`].
    pub async fn write(&self, selector: &str, words: &str) -> Result<()> {
        let field = until(&format!("the field {selector}"), LONG, async || self.shown(selector).await).await?;
        let written = timeout(LONG, field.send_keys(words)).await.context("no answer in time")?;
        written.with_context(|| format!("{selector} takes no words"))
    }

    /// Puts words into a field in the place of what is there, at once and whatever signs they hold.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn paste(&self, selector: &str, words: &str) -> Result<()> {
        let script = "const field = document.querySelector(arguments[0]); field.value = arguments[1]; \
                      field.dispatchEvent(new InputEvent('input', { bubbles: true }))";
        self.run(script, vec![json!(selector), json!(words)]).await.map(drop)
    }

    /// Runs a script in the page and hands back what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub async fn run(&self, script: &str, words: Vec<Value>) -> Result<Value> {
        timeout(LONG, self.client.execute(script, words))
            .await
            .context("the script hangs")?
            .context("the script failed")
    }

    /// A picture of what it shows, as PNG.
    ///
    /// # Errors
    /// When there is none, or it is not of the window's size.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        let still = "return document.fonts.ready.then(() => new Promise(done => \
                     requestAnimationFrame(() => requestAnimationFrame(() => done(true)))))";
        self.run(still, Vec::new()).await?;
        let picture = self.raw_picture().await?;
        ensure!(png_size(&picture) == Some(self.size), "the picture is {:?}, not {:?}", png_size(&picture), self.size);
        Ok(picture)
    }

    /// A picture whatever state the window is in, for when something went wrong.
    ///
    /// # Errors
    /// When there is none.
    pub async fn raw_picture(&self) -> Result<Vec<u8>> {
        timeout(LONG, self.client.screenshot()).await.context("no picture in time")?.context("no picture")
    }

    async fn shown(&self, selector: &str) -> Result<Option<Element>> {
        for element in self.client.find_all(Locator::Css(selector)).await? {
            if element.is_displayed().await? {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }
}

/// Width and height stand at a fixed place in every PNG.
fn png_size(png: &[u8]) -> Option<Size> {
    let at = |from: usize| Some(u32::from_be_bytes(png.get(from..from + 4)?.try_into().ok()?));
    Some((at(16)?, at(20)?))
}

#[cfg(test)]
mod tests {
    use super::png_size;

    #[test]
    fn a_pictures_size_is_read() {
        let head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x86\0\0\x03\x4c\x08\x06";
        assert_eq!(png_size(head), Some((390, 844)));
        assert_eq!(png_size(b"GIF89a"), None);
    }
}
