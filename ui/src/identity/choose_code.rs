//! Choosing the code for this device, or a passphrase where it has no keyring, right after the first login.

use crate::identity::code::{CodeField, Draft, Edit, Fault};
use crate::kit::{Page, focus};
use crate::locale::use_words;
use crate::shell;
use bridge::identity::{Secret, UseOnce};
use yew::prelude::*;

/// Props of [`ChooseCodePage`].
#[derive(Properties, PartialEq)]
pub(crate) struct ChooseCodeProps {
    pub(crate) name: AttrValue,
    pub(crate) by: Secret,
}

/// The page.
#[component]
pub(crate) fn ChooseCodePage(props: &ChooseCodeProps) -> Html {
    let words = use_words();
    let by = props.by;
    let draft = use_reducer_eq(move || Draft::new(by));
    let field = use_node_ref();
    let on_code = {
        let dispatch = draft.dispatcher();
        Callback::from(move |text| dispatch.dispatch(Edit::Code(text)))
    };
    let on_again = {
        let dispatch = draft.dispatcher();
        Callback::from(move |text| dispatch.dispatch(Edit::Again(text)))
    };
    let on_submit = {
        let (draft, field) = (draft.clone(), field.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let dispatch = draft.dispatcher();
            match draft.choose() {
                Err(fault) => {
                    dispatch.dispatch(Edit::Refuse(fault));
                    focus(&field);
                }
                Ok(call) => {
                    dispatch.dispatch(Edit::Hand);
                    shell::send(call, move |chosen| {
                        if let Err(failure) = chosen {
                            dispatch.dispatch(Edit::Refuse(Fault::Failed(failure)));
                        }
                    });
                }
            }
        })
    };
    let on_once = {
        let dispatch = draft.dispatcher();
        Callback::from(move |_: MouseEvent| {
            let dispatch = dispatch.clone();
            dispatch.dispatch(Edit::Hand);
            shell::send(UseOnce {}, move |begun| {
                if let Err(failure) = begun {
                    dispatch.dispatch(Edit::Refuse(Fault::Failed(failure)));
                }
            });
        })
    };
    let fault = draft.fault.as_ref().map(|fault| fault.say(&words));
    let described_by = fault.is_some().then(|| AttrValue::from("code-fault"));
    let (title, why, label, again, hint, submit) = match by {
        Secret::Code => (
            words.say("identity-choose-code"),
            words.say("identity-choose-code-why"),
            words.say("identity-code"),
            words.say("identity-code-again"),
            words.say("identity-code-hint"),
            words.say("identity-code-submit"),
        ),
        Secret::Passphrase => (
            words.say("identity-choose-passphrase"),
            words.say("identity-choose-passphrase-why"),
            words.say("identity-passphrase"),
            words.say("identity-passphrase-again"),
            words.say("identity-passphrase-hint"),
            words.say("identity-passphrase-submit"),
        ),
    };
    html! {
        <Page id="choose-code" {title}>
            <p class="lead">{ words.say_with("identity-choose-code-lead", &[("name", props.name.as_str().into())]) }</p>
            <p>{ why }</p>
            <form onsubmit={on_submit}>
                if let Some(fault) = fault { <p class="fault" id="code-fault" role="alert">{ fault }</p> }
                <CodeField id="code" {by} {label} value={draft.code.clone()} on_write={on_code}
                    fault={described_by.clone()} {field} />
                <CodeField id="code-again" {by} label={again} value={draft.again.clone()}
                    on_write={on_again} fault={described_by} />
                <p class="hint">{ hint }</p>
                <button type="submit" id="code-submit" class="primary wide" disabled={draft.busy}>
                    { submit }
                </button>
            </form>
            <h2>{ words.say("identity-once") }</h2>
            <p>{ words.say("identity-once-why") }</p>
            <button type="button" id="use-once" class="quiet" disabled={draft.busy} onclick={on_once}>
                { words.say("identity-once-submit") }
            </button>
        </Page>
    }
}
