//! A page: one main region with one heading. When it appears the heading takes the focus, so that a screen
//! reader says where one is, and the window's title follows.

use crate::kit::{Icon, Sign, focus_quietly};
use crate::locale::use_words;
use crate::route::Route;
use yew::prelude::*;

/// Props of [`Page`].
#[derive(Properties, PartialEq)]
pub(crate) struct PageProps {
    /// The main region's id.
    pub(crate) id: AttrValue,
    pub(crate) title: AttrValue,
    /// The language of the title, where it is not the face's.
    #[prop_or_default]
    pub(crate) title_lang: Option<AttrValue>,
    /// Where the way back leads, and its words.
    #[prop_or_default]
    pub(crate) back: Option<(Route, AttrValue)>,
    pub(crate) children: Html,
}

/// A page.
#[component]
pub(crate) fn Page(props: &PageProps) -> Html {
    let words = use_words();
    let heading = use_node_ref();
    {
        let heading = heading.clone();
        use_effect_with((), move |()| {
            to_top(&heading);
            focus_quietly(&heading);
        });
    }
    let title = words.say_with("kit-title", &[("title", props.title.as_str().into())]);
    use_effect_with(title, |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(title);
        }
    });
    html! {
        <main id={props.id.clone()}>
            if let Some((route, label)) = &props.back {
                <a class="back" href={route.to_string()}><Icon sign={Sign::Back} />{ label }</a>
            }
            // Isolated within the heading, so that a title in another script stands where headings stand.
            <h1 ref={heading} tabindex="-1"><bdi lang={props.title_lang.clone()}>{ &props.title }</bdi></h1>
            { props.children.clone() }
        </main>
    }
}

/// A new page begins at its top, whether the window scrolls or the part of it that holds the page.
fn to_top(node: &NodeRef) {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
    let content = node.cast::<web_sys::Element>().and_then(|heading| heading.closest(".content").ok().flatten());
    if let Some(content) = content {
        content.set_scroll_top(0);
    }
}
