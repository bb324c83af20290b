//! Where in the app the person is, as the part of the address after `#`.
//!
//! Links are ordinary links and the way back is the webview's own history. An address that means nothing
//! leads home.

use gloo_events::EventListener;
use std::fmt;
use yew::prelude::*;

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Home,
    Messages,
    Thread(String),
    Cases,
    Case(String),
    Document(String),
    Me,
    Relations,
    Search,
    AccessLog,
    Review,
}

impl Route {
    fn parse(hash: &str) -> Self {
        let path = hash.trim_start_matches('#').trim_start_matches('/');
        match path.split_once('/') {
            None if path == "messages" => Self::Messages,
            None if path == "cases" => Self::Cases,
            None if path == "me" => Self::Me,
            None if path == "relations" => Self::Relations,
            None if path == "search" => Self::Search,
            None if path == "review" => Self::Review,
            Some(("me", "log")) => Self::AccessLog,
            Some(("messages", id)) if !id.is_empty() => Self::Thread(id.to_owned()),
            Some(("cases", id)) if !id.is_empty() => Self::Case(id.to_owned()),
            Some(("documents", id)) if !id.is_empty() => Self::Document(id.to_owned()),
            _ => Self::Home,
        }
    }

    /// The place in the navigation that this belongs to.
    pub(crate) fn place(&self) -> Self {
        match self {
            Self::Thread(_) => Self::Messages,
            Self::Case(_) | Self::Document(_) => Self::Cases,
            Self::Relations | Self::AccessLog => Self::Me,
            other => other.clone(),
        }
    }

    /// Goes there.
    pub(crate) fn go(&self) {
        if let Some(window) = web_sys::window() {
            // Only a malformed address can fail, and ours are not.
            drop(window.location().set_hash(&self.to_string()));
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => write!(out, "#/"),
            Self::Messages => write!(out, "#/messages"),
            Self::Thread(id) => write!(out, "#/messages/{id}"),
            Self::Cases => write!(out, "#/cases"),
            Self::Case(id) => write!(out, "#/cases/{id}"),
            Self::Document(id) => write!(out, "#/documents/{id}"),
            Self::Me => write!(out, "#/me"),
            Self::Relations => write!(out, "#/relations"),
            Self::Search => write!(out, "#/search"),
            Self::AccessLog => write!(out, "#/me/log"),
            Self::Review => write!(out, "#/review"),
        }
    }
}

/// Where we are, followed as it changes.
#[hook]
pub(crate) fn use_route() -> Route {
    let route = use_state_eq(current);
    {
        let set = route.setter();
        use_effect_with((), move |()| {
            let listener =
                web_sys::window().map(|window| EventListener::new(&window, "hashchange", move |_| set.set(current())));
            move || drop(listener)
        });
    }
    (*route).clone()
}

fn current() -> Route {
    let hash = web_sys::window().and_then(|window| window.location().hash().ok());
    Route::parse(&hash.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_again_by_its_address() {
        let id = "0195-ab".to_owned();
        for route in [
            Route::Home,
            Route::Messages,
            Route::Thread(id.clone()),
            Route::Cases,
            Route::Case(id.clone()),
            Route::Document(id),
            Route::Me,
            Route::Relations,
            Route::Search,
            Route::AccessLog,
            Route::Review,
        ] {
            assert_eq!(Route::parse(&route.to_string()), route);
        }
    }

    #[test]
    fn nonsense_leads_home() {
        for hash in ["", "#", "#/nowhere", "#/messages/", "#main"] {
            assert_eq!(Route::parse(hash), Route::Home, "{hash}");
        }
    }
}
