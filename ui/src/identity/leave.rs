//! Locking and logging out. Logging out erases what is on the device, so it is asked about first, with what
//! would be lost.

use crate::app::use_me;
use crate::call::use_call;
use crate::identity::invite::InviteForm;
use crate::kit::{Confirm, Icon, Sign};
use crate::locale::{Key, use_words};
use crate::notice::{Notice, use_tell};
use crate::shell;
use bridge::identity::{ListMunicipalities, Lock, SignIn, SignOut};
use bridge::sync::ShowSync;
use bridge::{Call, Failure};
use yew::prelude::*;

/// Both buttons, as they stand on a desk and on the person's own page.
#[component]
pub(crate) fn LeaveButtons() -> Html {
    let words = use_words();
    let tell = use_tell();
    let asking = use_state_eq(|| false);
    let lock = Callback::from(move |_: MouseEvent| act(Lock {}, tell.clone()));
    let ask = {
        let set = asking.setter();
        Callback::from(move |_: MouseEvent| set.set(true))
    };
    let keep = {
        let set = asking.setter();
        Callback::from(move |()| set.set(false))
    };
    html! {
        <div class="leave">
            <div class="actions">
                <button type="button" id="lock" onclick={lock}><Icon sign={Sign::Lock} />{ words.say("identity-lock") }</button>
                <button type="button" id="sign-out" aria-expanded={asking.to_string()} onclick={ask}>
                    <Icon sign={Sign::Leave} />{ words.say("identity-sign-out") }
                </button>
            </div>
            if *asking { <LeaveQuestion on_no={keep} /> }
        </div>
    }
}

/// Props of [`LeaveQuestion`].
#[derive(Properties, PartialEq)]
pub(super) struct LeaveProps {
    pub(super) on_no: Callback<()>,
    /// Whether it is to log in again.
    #[prop_or_default]
    pub(super) again: bool,
}

/// What logging out takes away, and whether to.
#[component]
pub(super) fn LeaveQuestion(props: &LeaveProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    // While locked this cannot be told, and the words allow for both.
    let waiting = use_call(ShowSync {}).asked.ready().map(|sync| sync.waiting);
    let detail = match waiting {
        Some(0) => words.say("identity-leave-nothing-waits"),
        Some(count) => words.say_with("identity-leave-waits", &[("count", count.into())]),
        None => words.say("identity-leave-detail"),
    };
    let yes = if props.again { Key("identity-leave-again-yes") } else { Key("identity-leave-yes") };
    let on_yes = Callback::from(move |()| act(SignOut {}, tell.clone()));
    html! {
        <Confirm id="sign-out-confirm" question={words.say("identity-leave")} {detail} yes={words.say(yes)} {on_yes}
            on_no={props.on_no.clone()} />
    }
}

/// The session at the service has ended: what is stored can be read, and a new login brings the rest. What is
/// stored and what waits stay where they are.
#[component]
pub(crate) fn LoginNeeded() -> Html {
    let words = use_words();
    let tell = use_tell();
    let me = use_me();
    let municipalities = use_call(ListMunicipalities {});
    let here = municipalities.asked.ready().and_then(|all| all.iter().find(|one| one.name == me.municipality).cloned());
    let log_in = here.map(|here| {
        let call = SignIn { municipality: here.id, realm: me.realm, provider: None };
        Callback::from(move |_: MouseEvent| act(call.clone(), tell.clone()))
    });
    html! {
        <div class="notice login-needed" role="status" id="login-needed">
            <Icon sign={Sign::Warning} />
            <div>
                if me.invited {
                    <p>{ words.say("identity-login-needed-invited") }</p>
                    <InviteForm />
                } else {
                    <p>{ words.say("identity-login-needed") }</p>
                    <button type="button" id="login-again" onclick={log_in}>{ words.say("identity-login-again") }</button>
                }
            </div>
        </div>
    }
}

fn act<C: Call<Reply = ()>>(call: C, tell: Callback<Notice>) {
    shell::send(call, move |done: Result<(), Failure>| {
        if let Err(failure) = done {
            tell.emit(Notice::Failed(failure));
        }
    });
}
