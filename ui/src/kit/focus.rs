//! Moving the focus. An element that is gone or takes no focus leaves it where it is.

use yew::NodeRef;

/// Moves the focus, and the page so far that it can be seen.
pub(crate) fn focus(node: &NodeRef) {
    if let Some(element) = node.cast::<web_sys::HtmlElement>() {
        drop(element.focus());
    }
}

/// Moves the focus and leaves the page where it is.
pub(crate) fn focus_quietly(node: &NodeRef) {
    if let Some(element) = node.cast::<web_sys::HtmlElement>() {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        drop(element.focus_with_options(&options));
    }
}
