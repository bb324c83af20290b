//! Deep links: `digiteam://…`, and on phones the https link that the system gives to this app alone. Anybody can forge
//! one. The one that brings the window forward carries nothing; the answer to a login goes to the core, which takes it only
//! for the login that it belongs to. Links are never logged or shown.

use client::{Client, Return};
use tauri::{AppHandle, Manager};
use tauri_plugin_deep_link::DeepLinkExt;
use url::Url;

use crate::window;

/// The https link that the system gives to this app, where it was built with one; its host must say so (app links on
/// Android, universal links on iOS). Elsewhere the app's own scheme has to do.
const CLAIMED: Option<&str> = option_env!("DIGITEAM_APP_LINK");
const SCHEME: &str = "digiteam://callback";

/// Where the browser brings a person back to: a port on desktops, a link on phones, where no program may listen.
pub(crate) fn returns() -> Return {
    if cfg!(mobile) { link_of(CLAIMED).map_or(Return::Loopback, Return::Link) } else { Return::Loopback }
}

fn link_of(claimed: Option<&str>) -> Option<Url> {
    let claimed = claimed.and_then(|link| Url::parse(link).ok()).filter(|link| link.scheme() == "https");
    claimed.or_else(|| Url::parse(SCHEME).ok())
}

/// What a link asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Show the window.
    Open,
}

impl Link {
    /// Reads a link; `None` for all that is not exactly one of ours.
    pub(crate) fn parse(url: &Url) -> Option<Self> {
        (url.as_str() == "digiteam://open").then_some(Self::Open)
    }
}

/// Whether a program argument is a link that the system handed over.
pub(crate) fn is_link(word: &str) -> bool {
    word.starts_with("digiteam:")
}

/// Acts on links from now on.
pub(crate) fn listen(app: &AppHandle) {
    let handle = app.clone();
    app.deep_link().on_open_url(move |event| {
        for url in event.urls() {
            match Link::parse(&url) {
                Some(Link::Open) => window::come_forward(&handle),
                // When a login ends by it the window comes forward by that.
                None => handle.state::<Client>().take_link(url),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::Link;

    #[test]
    fn a_claimed_link_goes_before_the_scheme() {
        let link = |claimed| super::link_of(claimed).expect("there is one").to_string();
        assert_eq!(link(Some("https://app.example/callback")), "https://app.example/callback");
        for none in [None, Some("http://app.example/callback"), Some("no link")] {
            assert_eq!(link(none), "digiteam://callback");
        }
    }

    #[test]
    fn only_the_exact_link_is_read() {
        let read = |text: &str| Link::parse(&text.parse().expect("a url"));
        assert_eq!(read("digiteam://open"), Some(Link::Open));
        for other in
            ["digiteam://open?code=1", "digiteam://open/x", "digiteam://a@open", "digiteam:open", "https://open"]
        {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
