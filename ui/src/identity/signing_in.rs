//! While the login goes on in the browser.

use crate::kit::Page;
use crate::locale::use_words;
use crate::notice::{Notice, use_tell};
use crate::shell;
use bridge::identity::CancelSignIn;
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn SigningInPage() -> Html {
    let words = use_words();
    let tell = use_tell();
    let cancel = Callback::from(move |_: MouseEvent| {
        let tell = tell.clone();
        shell::send(CancelSignIn {}, move |done| {
            if let Err(failure) = done {
                tell.emit(Notice::Failed(failure));
            }
        });
    });
    html! {
        <Page id="signing-in" title={words.say("identity-signing-in")}>
            <p class="lead">{ words.say("identity-signing-in-lead") }</p>
            <div class="waiting-line" aria-hidden="true"><span /></div>
            <p>{ words.say("identity-signing-in-help") }</p>
            <button type="button" id="cancel-sign-in" onclick={cancel}>{ words.say("identity-signing-in-cancel") }</button>
        </Page>
    }
}
