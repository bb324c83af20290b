//! A question before something that cannot be undone, or has weight. It stands in the page, not over it.

use crate::kit::focus;
use crate::locale::use_words;
use yew::prelude::*;

/// Props of [`Confirm`].
#[derive(Properties, PartialEq)]
pub(crate) struct ConfirmProps {
    /// The id of the button that does it.
    pub(crate) id: AttrValue,
    pub(crate) question: AttrValue,
    /// What will happen.
    pub(crate) detail: AttrValue,
    /// The words on the button that does it.
    pub(crate) yes: AttrValue,
    /// Whether something is lost by it.
    #[prop_or(true)]
    pub(crate) loses: bool,
    pub(crate) on_yes: Callback<()>,
    pub(crate) on_no: Callback<()>,
}

/// The question and its two answers. The heading takes the focus.
#[component]
pub(crate) fn Confirm(props: &ConfirmProps) -> Html {
    let words = use_words();
    let heading = use_node_ref();
    {
        let heading = heading.clone();
        use_effect_with((), move |()| {
            focus(&heading);
        });
    }
    let on_yes = props.on_yes.reform(|_: MouseEvent| ());
    let on_no = props.on_no.reform(|_: MouseEvent| ());
    let (panel, yes) = if props.loses { ("panel confirm loses", "danger") } else { ("panel confirm", "primary") };
    html! {
        <section class={panel}>
            <h2 ref={heading} tabindex="-1">{ &props.question }</h2>
            <p>{ &props.detail }</p>
            <div class="actions">
                <button type="button" class={yes} id={props.id.clone()} onclick={on_yes}>{ &props.yes }</button>
                <button type="button" onclick={on_no}>{ words.say("kit-cancel") }</button>
            </div>
        </section>
    }
}
