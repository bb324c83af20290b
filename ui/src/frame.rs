//! What stands around every page of an open session: the way past the navigation, whose service this is, how
//! fresh it is, the places, and what was told.

use crate::access::{AccessLogPage, ReviewPage, ReviewPlace};
use crate::app::use_me;
use crate::case::{CasePage, CaseloadPage, CasesPage};
use crate::document::DocumentPage;
use crate::home::HomePage;
use crate::identity::{DeskMePage, IdleChoice, LeaveButtons, LoginNeeded, MePage};
use crate::kit::{Icon, Sign};
use crate::locale::{Key, Words, use_words};
use crate::message::{InboxPage, ThreadPage, ThreadsPage};
use crate::notice::NoticePlace;
use crate::relation::RelationsPage;
use crate::route::{Route, use_route};
use crate::search::SearchPage;
use crate::sync::Freshness;
use wasm_bindgen::JsCast;
use yew::prelude::*;

const PLACES: [(Route, &str, Sign, Key); 4] = [
    (Route::Home, "nav-home", Sign::Home, Key("kit-nav-home")),
    (Route::Messages, "nav-messages", Sign::Messages, Key("kit-nav-messages")),
    (Route::Cases, "nav-case", Sign::Case, Key("kit-nav-case")),
    (Route::Me, "nav-me", Sign::Me, Key("kit-nav-me")),
];

const DESK_PLACES: [(Route, &str, Sign, Key); 3] = [
    (Route::Messages, "nav-inbox", Sign::Messages, Key("kit-nav-inbox")),
    (Route::Cases, "nav-caseload", Sign::Case, Key("kit-nav-caseload")),
    (Route::Search, "nav-search", Sign::Search, Key("kit-nav-search")),
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
                <a id="nav-search" class="search-way" href={Route::Search.to_string()}
                    aria-current={(route == Route::Search).then_some("page")}>
                    <Icon sign={Sign::Search} /><span>{ words.say("kit-nav-search") }</span>
                </a>
            </header>
            <nav class="places" aria-label={words.say("kit-nav")}>{ places(&words, &PLACES, &route.place()) }</nav>
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
    let words = use_words();
    let route = use_route();
    let me = use_me();
    let here = if route == Route::Home { Route::Messages } else { route.place() };
    html! {
        <div class="frame desk">
            <SkipLink />
            <header class="bar">
                <p class="whose"><bdi>{ &me.municipality }</bdi>
                    <a class="who" id="nav-me" href={Route::Me.to_string()}
                        aria-current={(here == Route::Me).then_some("page")}>
                        <bdi>{ &me.name }</bdi><span class="visually-hidden">{ ": " }{ words.say("identity-me-desk") }</span>
                    </a>
                </p>
                <nav class="desk-places" aria-label={words.say("kit-nav")}>
                    { places(&words, &DESK_PLACES, &here) }
                    if me.leads { <ReviewPlace is_here={here == Route::Review} /> }
                </nav>
                <Freshness />
                <IdleChoice brief=true />
                <LeaveButtons />
            </header>
            <div class="content" id="content">
                if props.login_needed { <LoginNeeded /> }
                <NoticePlace />
                { desk_page(&route) }
            </div>
        </div>
    }
}

fn places(words: &Words, places: &[(Route, &'static str, Sign, Key)], here: &Route) -> Html {
    html! {
        { for places.iter().map(|(place, id, sign, key)| html! {
            <a id={*id} href={place.to_string()} aria-current={(here == place).then_some("page")}>
                <Icon sign={*sign} /><span>{ words.say(*key) }</span>
            </a>
        }) }
    }
}

/// The inbox is where a caseworker's day begins. A list stays as it is while one after the other in it is chosen.
fn desk_page(route: &Route) -> Html {
    match route.clone() {
        Route::Thread(thread) => html! { <InboxPage key="inbox" {thread} /> },
        Route::Cases => html! { <CaseloadPage key="caseload" /> },
        Route::Case(case) => html! { <CaseloadPage key="caseload" {case} /> },
        Route::Document(document) => html! { <DocumentPage key={route.to_string()} {document} /> },
        Route::Search => html! { <SearchPage key="search" /> },
        Route::Review => html! { <ReviewPage key="review" /> },
        Route::Me => html! { <DeskMePage key="me" /> },
        Route::Home | Route::Messages | Route::Relations | Route::AccessLog => html! { <InboxPage key="inbox" /> },
    }
}

fn page(route: &Route) -> Html {
    // Keyed by the place, so that another thread or case is another page and its heading takes the focus.
    let key = route.to_string();
    match route.clone() {
        // The lead of a unit has no place for it in a resident's window.
        Route::Home | Route::Review => html! { <HomePage {key} /> },
        Route::Messages => html! { <ThreadsPage {key} /> },
        Route::Thread(thread) => html! { <ThreadPage {key} {thread} /> },
        Route::Cases => html! { <CasesPage {key} /> },
        Route::Case(case) => html! { <CasePage {key} {case} /> },
        Route::Document(document) => html! { <DocumentPage {key} {document} /> },
        Route::Me => html! { <MePage {key} /> },
        Route::Relations => html! { <RelationsPage {key} /> },
        Route::Search => html! { <SearchPage {key} /> },
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
