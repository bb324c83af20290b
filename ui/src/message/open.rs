//! Why content is opened. It is asked before the first word is fetched, and the resident can read it in the log.

use crate::kit::{Failed, focus};
use crate::locale::{Key, use_words};
use crate::shell;
use bridge::access::{OpenScope, Purpose};
use bridge::{Failure, FailureCode};
use web_sys::HtmlTextAreaElement;
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
    // Asked for once the backend has said that it is needed.
    let reason = use_state_eq(|| None::<String>);
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
        let asked = reason.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            busy.set(true);
            let (on_open, busy, failed) = (on_open.clone(), busy.clone(), failed.clone());
            let reason = asked.as_deref().map(str::trim).filter(|reason| !reason.is_empty()).map(str::to_owned);
            let asked = asked.clone();
            shell::send(OpenScope { scope: scope.clone(), purpose, reason }, move |opened| {
                busy.set(false);
                match opened {
                    Ok(()) => on_open.emit(()),
                    Err(failure) if failure.code == FailureCode::Reason && asked.is_none() => {
                        asked.set(Some(String::new()));
                        failed.set(None);
                    }
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
            if let Some(written) = &*reason {
                <Reason value={written.clone()} on_change={{
                    let set = reason.setter();
                    Callback::from(move |written| set.set(Some(written)))
                }} />
            }
            <p class="hint">{ words.say("access-logged") }</p>
            if let Some(failure) = &*failed {
                <Failed failure={failure.clone()} />
            }
            <button type="submit" id="open-content" class="primary" ref={button} disabled={*busy}>{ words.say("access-open") }</button>
        </form>
    }
}

#[derive(Properties, PartialEq)]
struct ReasonProps {
    value: String,
    on_change: Callback<String>,
}

/// Why, in words of their own. It takes the focus, as it was not there before.
#[component]
fn Reason(props: &ReasonProps) -> Html {
    let words = use_words();
    let field = use_node_ref();
    {
        let field = field.clone();
        use_effect_with((), move |()| {
            focus(&field);
        });
    }
    let oninput = props.on_change.reform(|event: InputEvent| {
        event.target_dyn_into::<HtmlTextAreaElement>().map(|field| field.value()).unwrap_or_default()
    });
    html! {
        <div class="field">
            <label for="open-reason">{ words.say("access-reason") }</label>
            <p class="hint" id="open-reason-hint">{ words.say("access-reason-hint") }</p>
            <textarea id="open-reason" ref={field} rows="3" maxlength="300" required=true
                aria-describedby="open-reason-hint" value={props.value.clone()} {oninput} />
        </div>
    }
}
