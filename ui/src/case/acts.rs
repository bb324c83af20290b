//! What staff decided in a case and is not done: it waits to be sent, or was refused. It stands above the case, also of
//! one that is not on the desk any more, so that nothing refused goes untold.

use crate::call::use_call;
use crate::kit::{Icon, Refused, Sign};
use crate::locale::{Key, use_words};
use bridge::case::{CaseAct, ListCaseActs};
use yew::prelude::*;

/// Props of [`Acts`].
#[derive(Properties, PartialEq)]
pub(super) struct ActsProps {
    pub(super) case: AttrValue,
}

/// The list; nothing where all is done.
#[component]
pub(super) fn Acts(props: &ActsProps) -> Html {
    let words = use_words();
    let answer = use_call(ListCaseActs { case: props.case.to_string() });
    let Some(acts) = answer.asked.ready().filter(|acts| !acts.is_empty()) else { return Html::default() };
    html! {
        <ul role="list" class="case-acts">
            { for acts.iter().map(|one| {
                let (waits, refused) = keys(one.act);
                html! {
                    <li>
                        if let Some(why) = &one.refused {
                            <Refused said={refused} refused={why.clone()} />
                        } else {
                            <p class="tag"><Icon sign={Sign::Clock} />{ words.say(waits) }</p>
                        }
                    </li>
                }
            }) }
        </ul>
    }
}

fn keys(act: CaseAct) -> (Key, Key) {
    match act {
        CaseAct::Assign => (Key("case-assign-waiting"), Key("case-assign-refused")),
        CaseAct::Mask => (Key("case-mask-waiting"), Key("case-mask-refused")),
        CaseAct::HideStaff => (Key("case-hide-waiting"), Key("case-hide-refused")),
    }
}
