//! What stands around every page of an open session: the way past the navigation, whose service this is, how
//! fresh it is, the places, and what was told.

use crate::access::AccessLogPage;
use crate::app::use_me;
use crate::case::{CasePage, CasesPage};
use crate::document::DocumentPage;
use crate::home::HomePage;
use crate::identity::{IdleChoice, LeaveButtons, LoginNeeded, MePage};
use crate::kit::{Icon, Sign};
use crate::locale::{Key, use_words};
use crate::message::{InboxPage, ThreadPage, ThreadsPage};
use crate::notice::NoticePlace;
use crate::route::{Route, use_route};
use crate::sync::Freshness;
use wasm_bindgen::JsCast;
use yew::prelude::*;

const PLACES: [(Route, &str, Sign, Key); 4] = [
    (Route::Home, "nav-home", Sign::Home, Key("kit-nav-home")),
    (Route::Messages, "nav-messages", Sign::Messages, Key("kit-nav-messages")),
    (Route::Cases, "nav-case", Sign::Case, Key("kit-nav-case")),
    (Route::Me, "nav-me", Sign::Me, Key("kit-nav-me")),
];

/// Props of the frames.
#[derive(Properties, PartialEq)]
pub(crate) struct FrameProps {
    pub(crate) login_needed: bool,
}

/// Around a resident's pages.
#[component]
pub(crate) fn ResidentFrame(props: &FrameProps) -> Html {
    let words = use_words();
    let route = use_route();
    let me = use_me();
    html! {
        <div class="frame resident">
            <SkipLink />
            <header class="bar">
                <p class="whose"><bdi>{ &me.municipality }</bdi></p>
                <Freshness />
            </header>
            <nav class="places" aria-label={words.say("kit-nav")}>
                { for PLACES.iter().map(|(place, id, sign, key)| html! {
                    <a id={*id} href={place.to_string()} aria-current={(route.place() == *place).then_some("page")}>
                        <Icon sign={*sign} /><span>{ words.say(*key) }</span>
                    </a>
                }) }
            </nav>
            <div class="content" id="content">
                if props.login_needed { <LoginNeeded /> }
                <NoticePlace />
                { page(&route) }
            </div>
        </div>
    }
}

/// Around a caseworker's desk.
#[component]
pub(crate) fn DeskFrame(props: &FrameProps) -> Html {
    let me = use_me();
    html! {
        <div class="frame desk">
            <SkipLink />
            <header class="bar">
                <p class="whose"><bdi>{ &me.municipality }</bdi><span class="who"><bdi>{ &me.name }</bdi></span></p>
                <Freshness />
                <IdleChoice />
                <LeaveButtons />
            </header>
            <div class="content" id="content">
                if props.login_needed { <LoginNeeded /> }
                <NoticePlace />
                <InboxPage />
            </div>
        </div>
    }
}

fn page(route: &Route) -> Html {
    // Keyed by the place, so that another thread or case is another page and its heading takes the focus.
    let key = route.to_string();
    match route.clone() {
        Route::Home => html! { <HomePage {key} /> },
        Route::Messages => html! { <ThreadsPage {key} /> },
        Route::Thread(thread) => html! { <ThreadPage {key} {thread} /> },
        Route::Cases => html! { <CasesPage {key} /> },
        Route::Case(case) => html! { <CasePage {key} {case} /> },
        Route::Document(document) => html! { <DocumentPage {key} {document} /> },
        Route::Me => html! { <MePage {key} /> },
        Route::AccessLog => html! { <AccessLogPage {key} /> },
    }
}

/// The way past the navigation. Not an address, as the address says where in the app one is.
#[component]
fn SkipLink() -> Html {
    let words = use_words();
    let onclick = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        let document = web_sys::window().and_then(|window| window.document());
        let heading = document.and_then(|document| document.query_selector("main h1").ok().flatten());
        if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok()) {
            drop(heading.focus());
        }
    });
    html! { <a class="skip" href="#content" {onclick}>{ words.say("kit-skip") }</a> }
}
