//! Why content is opened. It is asked before the first word is fetched, and the resident can read it in the log.

use crate::kit::{Failed, focus};
use crate::locale::{Key, use_words};
use crate::shell;
use bridge::Failure;
use bridge::access::{OpenScope, Purpose};
use yew::prelude::*;

const PURPOSES: [(Purpose, &str, Key); 4] = [
    (Purpose::Reply, "reply", Key("access-reply")),
    (Purpose::Handle, "handle", Key("access-handle")),
    (Purpose::StandIn, "stand_in", Key("access-stand-in")),
    (Purpose::Review, "review", Key("access-review")),
];

/// Props of [`OpenPanel`].
#[derive(Properties, PartialEq)]
pub(crate) struct OpenProps {
    pub(crate) scope: AttrValue,
    pub(crate) subject: AttrValue,
    /// What it is opened for as a rule.
    pub(crate) usual: Purpose,
    pub(crate) on_open: Callback<()>,
}

/// The question, with the usual reason chosen.
#[component]
pub(crate) fn OpenPanel(props: &OpenProps) -> Html {
    let words = use_words();
    let purpose = use_state_eq(|| props.usual);
    let busy = use_state_eq(|| false);
    let failed = use_state_eq(|| None::<Failure>);
    let button = use_node_ref();
    {
        let button = button.clone();
        use_effect_with((), move |()| {
            focus(&button);
        });
    }
    let on_submit = {
        let (scope, on_open) = (props.scope.to_string(), props.on_open.clone());
        let (purpose, busy, failed) = (*purpose, busy.clone(), failed.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            busy.set(true);
            let (on_open, busy, failed) = (on_open.clone(), busy.clone(), failed.clone());
            shell::send(OpenScope { scope: scope.clone(), purpose }, move |opened| {
                busy.set(false);
                match opened {
                    Ok(()) => on_open.emit(()),
                    Err(failure) => failed.set(Some(failure)),
                }
            });
        })
    };
    html! {
        <form class="panel open" onsubmit={on_submit}>
            <h2><bdi>{ &props.subject }</bdi></h2>
            <fieldset>
                <legend>{ words.say("access-why") }</legend>
                { for PURPOSES.iter().map(|(one, value, key)| {
                    let (one, set) = (*one, purpose.setter());
                    html! {
                        <label class="choice">
                            <input type="radio" name="purpose" value={*value} checked={*purpose == one}
                                onchange={Callback::from(move |_| set.set(one))} />
                            <span>{ words.say(*key) }</span>
                        </label>
                    }
                }) }
            </fieldset>
            <p class="hint">{ words.say("access-logged") }</p>
            if let Some(failure) = &*failed {
                <Failed failure={failure.clone()} />
            }
            <button type="submit" id="open-content" class="primary" ref={button} disabled={*busy}>{ words.say("access-open") }</button>
        </form>
    }
}
