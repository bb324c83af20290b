//! Making a code by which somebody can give one a power of attorney. It is shown once and kept nowhere.

use crate::kit::{Icon, Sign};
use crate::locale::use_words;
use crate::notice::{Notice, use_tell};
use crate::shell;
use bridge::relation::{InvitationView, MakeInvitation};
use yew::prelude::*;

/// The button, and then the code.
#[component]
pub(super) fn Invite() -> Html {
    let words = use_words();
    let tell = use_tell();
    let busy = use_state_eq(|| false);
    let made = use_state_eq(|| None::<InvitationView>);
    let make = {
        let (busy, made) = (busy.clone(), made.clone());
        Callback::from(move |_: MouseEvent| {
            busy.set(true);
            let (busy, made, tell) = (busy.clone(), made.clone(), tell.clone());
            shell::send(MakeInvitation {}, move |answer| {
                busy.set(false);
                match answer {
                    Ok(invitation) => made.set(Some(invitation)),
                    Err(failure) => tell.emit(Notice::Failed(failure)),
                }
            });
        })
    };
    let hide = {
        let made = made.clone();
        Callback::from(move |_: MouseEvent| made.set(None))
    };
    html! {
        <div class="invite" role="status">
            if let Some(invitation) = &*made {
                <p id="invitation-label">{ words.say("relation-invite-code") }</p>
                <output class="invitation" id="invitation" dir="ltr" aria-labelledby="invitation-label">{ &invitation.code }</output>
                <p class="hint">{ words.say_with("relation-invite-once", &[("days", invitation.days.into())]) }</p>
                <button type="button" id="invitation-hide" onclick={hide}>
                    <Icon sign={Sign::Close} />{ words.say("kit-close") }
                </button>
            } else {
                <button type="button" id="invitation-make" onclick={make} disabled={*busy}>
                    { words.say("relation-invite-make") }
                </button>
            }
        </div>
    }
}
