//! Locked: the code or passphrase opens what is stored, with or without a network. Who has forgotten it logs in anew.

use crate::identity::code::{CodeField, Draft, Edit, Fault};
use crate::identity::leave::LeaveQuestion;
use crate::kit::{Page, focus};
use crate::locale::use_words;
use crate::shell;
use bridge::identity::Secret;
use yew::prelude::*;

/// Props of [`LockedPage`].
#[derive(Properties, PartialEq)]
pub(crate) struct LockedProps {
    pub(crate) by: Secret,
    pub(crate) tries_left: u32,
}

/// From here on the person should know how many tries are left.
const FEW: u32 = 3;

/// The page.
#[component]
pub(crate) fn LockedPage(props: &LockedProps) -> Html {
    let words = use_words();
    let by = props.by;
    let draft = use_reducer_eq(move || Draft::new(by));
    let asking = use_state_eq(|| false);
    let field = use_node_ref();
    let on_code = {
        let dispatch = draft.dispatcher();
        Callback::from(move |text| dispatch.dispatch(Edit::Code(text)))
    };
    let on_submit = {
        let (draft, field) = (draft.clone(), field.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let (dispatch, field) = (draft.dispatcher(), field.clone());
            let refuse = move |fault| {
                dispatch.dispatch(Edit::Refuse(fault));
                focus(&field);
            };
            match draft.unlock() {
                Err(fault) => refuse(fault),
                Ok(call) => {
                    draft.dispatch(Edit::Hand);
                    shell::send(call, move |opened| {
                        if let Err(failure) = opened {
                            refuse(Fault::Failed(failure));
                        }
                    });
                }
            }
        })
    };
    let ask = {
        let set = asking.setter();
        Callback::from(move |_: MouseEvent| set.set(true))
    };
    let keep = {
        let set = asking.setter();
        Callback::from(move |()| set.set(false))
    };
    let fault = draft.fault.as_ref().map(|fault| fault.say(&words));
    let described_by = fault.is_some().then(|| AttrValue::from("code-fault"));
    let (lead, label, again) = match by {
        Secret::Code => (words.say("identity-locked-lead"), words.say("identity-code"), words.say("identity-again")),
        Secret::Passphrase => (
            words.say("identity-locked-lead-passphrase"),
            words.say("identity-passphrase"),
            words.say("identity-again-passphrase"),
        ),
    };
    html! {
        <Page id="locked" title={words.say("identity-locked")}>
            <p class="lead">{ lead }</p>
            <form onsubmit={on_submit}>
                if let Some(fault) = fault {
                    <p class="fault" id="code-fault" role="alert">{ fault }</p>
                } else if props.tries_left <= FEW {
                    <p class="hint" id="tries-left">
                        { words.say_with("identity-tries-left", &[("count", props.tries_left.into())]) }
                    </p>
                }
                <CodeField id="code" {by} {label} value={draft.code.clone()} on_write={on_code}
                    fault={described_by} {field} />
                <button type="submit" id="unlock" class="primary wide" disabled={draft.busy}>{ words.say("identity-unlock") }</button>
            </form>
            if *asking {
                <LeaveQuestion on_no={keep} again=true />
            } else {
                <button type="button" id="sign-in-again" class="quiet" onclick={ask}>{ again }</button>
            }
        </Page>
    }
}
