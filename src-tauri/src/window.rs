//! The one window: narrow for residents, wide for a caseworker's desk. Its label picks the capability,
//! that is, which commands it may call. It shows only the app's own pages: all else is refused, except
//! telephone and e-mail links and the municipality's own pages, which go to the system.

use std::sync::Arc;

use client::Opener;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindowBuilder};
use url::Url;

use crate::opener::Browser;
use crate::profile::Profile;

/// Whom the window is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Residents and guardians.
    Resident,
    /// Caseworkers.
    Desk,
}

impl Audience {
    /// The window's label, and the name of its capability and of its profile.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Desk => "desk",
        }
    }

    /// Width and height at the first start, then at least.
    #[cfg(desktop)]
    fn sizes(self) -> [(f64, f64); 2] {
        match self {
            Self::Resident => [(420.0, 860.0), (320.0, 480.0)],
            Self::Desk => [(1280.0, 800.0), (900.0, 600.0)],
        }
    }
}

/// Opens the window. `backend` is the service, whose own pages may be opened in the browser.
pub(crate) fn open(app: &AppHandle, audience: Audience, backend: Url) -> tauri::Result<()> {
    let outside = Arc::new(move |browser: &Browser, url: &Url| {
        if may_open(url, &backend)
            && let Err(error) = browser.open(url)
        {
            tracing::warn!(kind = ?error.kind(), "a link could not be opened");
        }
    });
    let builder = WebviewWindowBuilder::new(app, audience.label(), WebviewUrl::App("index.html".into()))
        .data_directory(app.state::<Profile>().webview())
        .on_navigation({
            let (outside, browser) = (outside.clone(), Browser::new(app.clone()));
            move |url| {
                let own = is_own(url);
                if !own {
                    outside(&browser, url);
                }
                own
            }
        })
        .on_new_window({
            let browser = Browser::new(app.clone());
            move |url, _| {
                outside(&browser, &url);
                NewWindowResponse::Deny
            }
        });
    #[cfg(desktop)]
    let builder = {
        let [(width, height), (min_width, min_height)] = audience.sizes();
        // Neutral: it says nothing of what the app is for.
        builder.title("Digiteam").inner_size(width, height).min_inner_size(min_width, min_height)
    };
    builder.build().map(drop)
}

/// Shows the window in front of all others.
pub(crate) fn come_forward(app: &AppHandle) {
    for window in app.webview_windows().values() {
        #[cfg(desktop)]
        let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        #[cfg(mobile)]
        let shown = window.set_focus();
        if let Err(error) = shown {
            tracing::debug!(%error, "the window did not come forward");
        }
    }
}

/// Has the webview forget all that pages have stored, and everything else in its folder by the next start at the
/// latest: what is open there cannot be removed.
pub(crate) fn forget(app: &AppHandle) {
    if let Err(error) = app.state::<Profile>().forget_webview() {
        tracing::warn!(%error, "the webview's folder will not be removed");
    }
    for window in app.webview_windows().values() {
        if let Err(error) = window.clear_all_browsing_data() {
            tracing::warn!(%error, "the webview has not forgotten what was stored");
        }
    }
}

/// Whether the window can be seen, behind others too. On phones an app that is not in front is not seen.
pub(crate) fn is_shown(app: &AppHandle, label: &str) -> bool {
    #[cfg(desktop)]
    let minimized = app.get_webview_window(label).is_none_or(|window| window.is_minimized().unwrap_or(false));
    #[cfg(mobile)]
    let minimized = app.get_webview_window(label).is_some();
    !minimized
}

/// The app's own pages: `tauri://localhost`, or the form that Windows and Android give it.
fn is_own(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost") && url.port().is_none(),
        _ => false,
    }
}

/// A page that has been tampered with must not be able to send words out by opening a link, so what may
/// be opened has no room for any.
fn may_open(url: &Url, backend: &Url) -> bool {
    let bare = url.query().is_none() && url.fragment().is_none();
    match url.scheme() {
        "tel" | "mailto" => bare,
        "https" => bare && url.origin() == backend.origin(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{is_own, may_open};

    fn url(text: &str) -> Url {
        text.parse().expect("a url")
    }

    #[test]
    fn only_own_pages_are_shown() {
        for own in ["tauri://localhost/index.html", "http://tauri.localhost/", "https://tauri.localhost/#/x"] {
            assert!(is_own(&url(own)), "{own}");
        }
        for other in [
            "https://example.org/",
            "http://tauri.localhost:81/",
            "tauri://other/",
            "file:///etc/hosts",
            "data:text/html,x",
            "about:blank",
        ] {
            assert!(!is_own(&url(other)), "{other}");
        }
    }

    #[test]
    fn little_may_be_opened_outside() {
        let backend = url("https://digiteam.example.org/api/");
        for fine in ["tel:+4642105000", "mailto:kontakt@example.org", "https://digiteam.example.org/om"] {
            assert!(may_open(&url(fine), &backend), "{fine}");
        }
        for not in [
            "https://example.org/",
            "https://digiteam.example.org/om?words=stolen",
            "mailto:a@example.org?body=stolen",
            "http://digiteam.example.org/",
            "file:///etc/hosts",
            "javascript:alert(1)",
        ] {
            assert!(!may_open(&url(not), &backend), "{not}");
        }
    }
}
