//! What a person does in the app and in the browser, in the steps that many stories share.

use anyhow::Result;

use crate::browser::{self, HandOver};
use crate::desktop::Desktop;
use crate::stage::Stage;
use crate::wait::LONG;
use crate::window::Window;

/// The code that everybody in the stories chooses for their device.
pub const CODE: &str = "274918";

/// Chooses Helsingborg and asks to log in.
///
/// # Errors
/// When the window does not follow.
pub async fn ask_to_sign_in(app: &Window) -> Result<()> {
    ask_to_sign_in_at(app, "helsingborg").await
}

/// Chooses a municipality and asks to log in.
///
/// # Errors
/// When the window does not follow.
pub async fn ask_to_sign_in_at(app: &Window, municipality: &str) -> Result<()> {
    app.click(&format!("input[name=municipality][value={municipality}]")).await?;
    app.click("#sign-in").await?;
    app.see("#signing-in").await
}

/// Goes from the provider's first page to its last one, on this device.
///
/// # Errors
/// When the browser does not follow.
pub async fn confirm_on_this_device(browser: &Window, number: &str) -> Result<()> {
    browser.click("#this-device").await?;
    browser.click("#open-app").await?;
    choose_person(browser, number).await?;
    browser.click("#confirm").await?;
    see_way_back(browser).await
}

/// Picks a test person on the imitated phone.
///
/// # Errors
/// When the page does not follow.
pub async fn choose_person(phone: &Window, number: &str) -> Result<()> {
    phone.click(&format!("button[data-person=\"{number}\"]")).await?;
    phone.see("#confirm").await
}

/// Waits until the browser says that one can go back to the app.
///
/// # Errors
/// When it does not.
pub async fn see_way_back(browser: &Window) -> Result<()> {
    browser.see_words("body", "gå tillbaka", LONG).await
}

/// Chooses the code for a new device.
///
/// # Errors
/// When the window does not follow.
pub async fn write_new_code(app: &Window) -> Result<()> {
    app.write("#code", CODE).await?;
    app.write("#code-again", CODE).await
}

/// Logs a resident or guardian in, from the first page to Home.
///
/// # Errors
/// When a step of it fails.
pub async fn log_in(
    app: &Window,
    links: &HandOver,
    desktop: &Desktop,
    stage: &Stage,
    (municipality, number): (&str, &str),
) -> Result<()> {
    ask_to_sign_in_at(app, municipality).await?;
    let browser = browser::open(desktop, stage.folder(), &links.address().await?).await?;
    confirm_on_this_device(&browser, number).await?;
    browser.close().await?;
    write_new_code(app).await?;
    app.click("#code-submit").await?;
    app.see("main#home").await
}

/// Opens what is stored on the device.
///
/// # Errors
/// When the window does not follow.
pub async fn unlock(app: &Window) -> Result<()> {
    app.write("#code", CODE).await?;
    app.click("#unlock").await
}
