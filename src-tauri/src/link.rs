//! Deep links, `digiteam://…`. Anybody can forge one, so a link carries nothing: the only one there is
//! brings the window forward. Links are never logged, shown or passed on.

use tauri::AppHandle;
use tauri_plugin_deep_link::DeepLinkExt;
use url::Url;

use crate::window;

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
        if event.urls().iter().any(|url| Link::parse(url) == Some(Link::Open)) {
            window::come_forward(&handle);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::Link;

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
