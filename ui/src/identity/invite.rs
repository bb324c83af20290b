//! Codes for people without e-identification: the form of whoever got one, and the panel of the staff who give one.

use crate::failure;
use crate::kit::{Failed, focus};
use crate::locale::{Key, use_words};
use crate::moment::{self, Form};
use crate::shell;
use bridge::Failure;
use bridge::invite::{Checked, GiveInvite, InviteView, TakeBackInvite, UseInvite};
use std::rc::Rc;
use yew::prelude::*;

const WAYS: [(Checked, &str, Key); 3] = [
    (Checked::Document, "document", Key("identity-give-document")),
    (Checked::Known, "known", Key("identity-give-known")),
    (Checked::Vouched, "vouched", Key("identity-give-vouched")),
];

/// A code being written. Without `Debug`, as it is a secret.
#[derive(Clone, Default, PartialEq)]
struct Draft {
    code: String,
    busy: bool,
    failure: Option<Failure>,
}

enum Edit {
    Write(String),
    Hand,
    Answered(Option<Failure>),
}

impl Reducible for Draft {
    type Action = Edit;

    // What was written stays when it is refused: most often it is one letter.
    fn reduce(self: Rc<Self>, edit: Edit) -> Rc<Self> {
        let code = self.code.clone();
        Rc::new(match edit {
            Edit::Write(code) => Self { code, ..Self::default() },
            Edit::Hand => Self { code, busy: true, failure: None },
            Edit::Answered(failure) => Self { code, busy: false, failure },
        })
    }
}

/// The form of whoever got a code.
#[component]
pub(super) fn InviteForm() -> Html {
    let words = use_words();
    let draft = use_reducer_eq(Draft::default);
    let field = use_node_ref();
    let oninput = {
        let dispatch = draft.dispatcher();
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                dispatch.dispatch(Edit::Write(field.value()));
            }
        })
    };
    let on_submit = {
        let (draft, field) = (draft.clone(), field.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let (dispatch, field) = (draft.dispatcher(), field.clone());
            dispatch.dispatch(Edit::Hand);
            shell::send(UseInvite { code: draft.code.clone() }, move |done| {
                let failed = done.is_err();
                dispatch.dispatch(Edit::Answered(done.err()));
                if failed {
                    focus(&field);
                }
            });
        })
    };
    let fault = draft.failure.as_ref().map(|failure| failure::say(&words, failure));
    html! {
        <form id="invite" onsubmit={on_submit}>
            if let Some(fault) = &fault { <p class="fault" id="invite-fault" role="alert">{ fault }</p> }
            <div class="field">
                <label for="invite-code">{ words.say("identity-invite-code") }</label>
                <input id="invite-code" ref={field} class="invite" type="text" dir="ltr" autocomplete="one-time-code"
                    autocapitalize="characters" spellcheck="false" value={draft.code.clone()} {oninput}
                    aria-invalid={fault.is_some().then_some("true")}
                    aria-describedby={if fault.is_some() { "invite-fault invite-hint" } else { "invite-hint" }} />
            </div>
            <p class="hint" id="invite-hint">{ words.say("identity-invite-hint") }</p>
            <button type="submit" id="use-invite" class="primary wide" disabled={draft.busy}>
                { words.say("identity-invite-submit") }
            </button>
        </form>
    }
}

/// The way to the form, on the first page.
#[component]
pub(super) fn InviteSection() -> Html {
    let words = use_words();
    let open = use_state_eq(|| false);
    let show = {
        let set = open.setter();
        Callback::from(move |_: MouseEvent| set.set(true))
    };
    html! {
        if *open {
            <section aria-labelledby="invite-heading">
                <h2 id="invite-heading">{ words.say("identity-invite") }</h2>
                <InviteForm />
            </section>
        } else {
            <button type="button" id="have-invite" class="quiet" onclick={show}>{ words.say("identity-invite") }</button>
        }
    }
}

/// Props of [`GiveInvitePanel`].
#[derive(Properties, PartialEq)]
pub(crate) struct GiveInviteProps {
    pub(crate) thread: AttrValue,
}

/// Staff give the person whom they write with a code. Folded away, as it is seldom needed.
#[component]
pub(crate) fn GiveInvitePanel(props: &GiveInviteProps) -> Html {
    let words = use_words();
    let checked = use_state_eq(|| None::<Checked>);
    let given = use_state_eq(|| None::<InviteView>);
    let failed = use_state_eq(|| None::<Failure>);
    let give = checked.map(|checked| {
        let (thread, given, failed) = (props.thread.to_string(), given.setter(), failed.setter());
        Callback::from(move |_: MouseEvent| {
            let (given, failed) = (given.clone(), failed.clone());
            shell::send(GiveInvite { thread: thread.clone(), checked }, move |done| match done {
                Ok(view) => {
                    failed.set(None);
                    given.set(Some(view));
                }
                Err(failure) => failed.set(Some(failure)),
            });
        })
    });
    let take_back = given.as_ref().map(|view| {
        let (invite, given, failed) = (view.invite.clone(), given.setter(), failed.setter());
        Callback::from(move |_: MouseEvent| {
            let (given, failed) = (given.clone(), failed.clone());
            shell::send(TakeBackInvite { invite: invite.clone() }, move |done| match done {
                Ok(()) => given.set(None),
                Err(failure) => failed.set(Some(failure)),
            });
        })
    });
    html! {
        <details class="give-invite">
            <summary id="give-invite">{ words.say("identity-give") }</summary>
            if let Some(failure) = &*failed { <Failed failure={failure.clone()} /> }
            if let Some(view) = &*given {
                <div class="panel" role="status">
                    <p>{ words.say_with("identity-give-for", &[("name", view.name.as_str().into())]) }</p>
                    <p class="invite-code" id="given-code"><bdi dir="ltr">{ &view.code }</bdi></p>
                    { picture(&view.picture, words.say("identity-give-picture")) }
                    <p class="hint">
                        { words.say_with("identity-give-until", &[("at", moment::say(&words, view.expires_at, Form::Stamp).as_str().into())]) }
                    </p>
                    <button type="button" id="take-back-invite" onclick={take_back}>{ words.say("identity-give-back") }</button>
                </div>
            } else {
                <fieldset>
                    <legend>{ words.say("identity-give-how") }</legend>
                    { for WAYS.iter().map(|(way, value, key)| {
                        let (way, set) = (*way, checked.setter());
                        html! {
                            <label class="choice">
                                <input type="radio" name="checked" value={*value} checked={*checked == Some(way)}
                                    onchange={Callback::from(move |_| set.set(Some(way)))} />
                                <span>{ words.say(*key) }</span>
                            </label>
                        }
                    }) }
                </fieldset>
                <p class="hint">{ words.say("identity-give-hint") }</p>
                <button type="button" id="make-invite" class="primary" disabled={give.is_none()} onclick={give}>
                    { words.say("identity-give-submit") }
                </button>
            }
        </details>
    }
}

/// The code as a picture. Dark on light in every look, as cameras need it, with the margin that they look for.
fn picture(rows: &[String], label: AttrValue) -> Html {
    let size = rows.len() + 8;
    html! {
        <svg class="qr" viewBox={format!("0 0 {size} {size}")} role="img" aria-label={label} shape-rendering="crispEdges">
            <path d={path(rows)} />
        </svg>
    }
}

fn path(rows: &[String]) -> String {
    let dots = rows.iter().enumerate().flat_map(|(y, row)| {
        row.bytes()
            .enumerate()
            .filter(|(_, dot)| *dot == b'1')
            .map(move |(x, _)| format!("M{} {}h1v1h-1z", x + 4, y + 4))
    });
    dots.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bridge::{FailureCode, Retry};

    #[test]
    fn what_was_refused_stays_to_be_mended() {
        let failure = Failure { code: FailureCode::BadInvite, retry: Retry::Never, details: None };
        let draft = Rc::new(Draft::default()).reduce(Edit::Write("K7QF".into())).reduce(Edit::Hand);
        assert!(draft.busy);
        let draft = draft.reduce(Edit::Answered(Some(failure)));
        assert!(draft.code == "K7QF" && draft.failure.is_some() && !draft.busy);
        assert!(draft.reduce(Edit::Write("K7QG".into())).failure.is_none());
    }

    #[test]
    fn each_dark_dot_is_drawn_once_within_the_margin() {
        assert_eq!(path(&["10".into(), "01".into()]), "M4 4h1v1h-1zM5 5h1v1h-1z");
    }
}
