//! What of a note or document is kept from whom: shown with it on the desk, decided and lifted there.

mod draft;
mod form;

use crate::call::use_call;
use crate::kit::{Confirm, Icon, Sign, awaited};
use crate::locale::{Key, Words, use_words};
use crate::notice::{Notice, use_tell};
use crate::shell;
use bridge::mask::{KeptView, ShowAgain, ShowMasking};
use form::Form;
use yew::prelude::*;

/// Props of [`Masking`].
#[derive(Properties, PartialEq)]
pub(super) struct MaskingProps {
    pub(super) case: String,
    pub(super) fact: String,
    /// What it is called, for whoever hears the button alone.
    pub(super) name: String,
    pub(super) kept: Vec<KeptView>,
}

/// From whom it is kept, and the way to change that.
#[component]
pub(super) fn Masking(props: &MaskingProps) -> Html {
    let words = use_words();
    let open = use_state_eq(|| false);
    let toggle = {
        let (set, is_open) = (open.setter(), *open);
        Callback::from(move |_: MouseEvent| set.set(!is_open))
    };
    let label = words.say_with("case-mask-which", &[("name", props.name.as_str().into())]);
    html! {
        <div class="masking">
            if !props.kept.is_empty() {
                <ul role="list" class="kept">
                    { for props.kept.iter().flat_map(lines).map(|line| html! {
                        <li class="tag"><Icon sign={Sign::Lock} />{ say_line(&words, &line) }</li>
                    }) }
                </ul>
            }
            <button type="button" class="quiet mask" aria-label={label} aria-expanded={open.to_string()} onclick={toggle}>
                { words.say("case-mask") }
            </button>
            if *open { <Panel case={props.case.clone()} fact={props.fact.clone()} /> }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct PanelProps {
    case: String,
    fact: String,
}

#[component]
fn Panel(props: &PanelProps) -> Html {
    let answer = use_call(ShowMasking { case: props.case.clone(), fact: props.fact.clone() });
    html! {
        <div class="panel">
            { awaited(&answer, |masking| html! {
                <>
                    { for masking.kept.iter().flat_map(lines).map(|line| {
                        let key = line.key();
                        html! { <Lift {key} case={props.case.clone()} fact={props.fact.clone()} {line} /> }
                    }) }
                    <Form case={props.case.clone()} fact={props.fact.clone()} masking={masking.clone()} />
                </>
            }) }
        </div>
    }
}

/// One thing that is kept from one person.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    person: String,
    name: String,
    /// The passage and its ground; none for the whole.
    passage: Option<(u32, String)>,
}

impl Line {
    fn key(&self) -> String {
        format!("{} {:?}", self.person, self.passage.as_ref().map(|(passage, _)| passage))
    }
}

fn lines(one: &KeptView) -> Vec<Line> {
    let line = |passage| Line { person: one.person.clone(), name: one.name.clone(), passage };
    let whole = one.whole.then(|| line(None));
    let passages = one.passages.iter().map(|passage| line(Some((passage.passage, passage.ground.clone()))));
    whole.into_iter().chain(passages).collect()
}

fn say_line(words: &Words, line: &Line) -> AttrValue {
    match &line.passage {
        None => words.say_with("case-mask-kept", &[("name", line.name.as_str().into())]),
        Some((passage, ground)) => {
            let values = [
                ("part", (passage + 1).into()),
                ("name", line.name.as_str().into()),
                ("ground", ground.as_str().into()),
            ];
            words.say_with("case-mask-kept-part", &values)
        }
    }
}

#[derive(Properties, PartialEq)]
struct LiftProps {
    case: String,
    fact: String,
    line: Line,
}

/// What is kept, and the way to show it again.
#[component]
fn Lift(props: &LiftProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let asking = use_state_eq(|| false);
    let set = |to: bool| {
        let set = asking.setter();
        Callback::from(move |()| set.set(to))
    };
    let on_yes = {
        let call = ShowAgain {
            case: props.case.clone(),
            fact: props.fact.clone(),
            person: props.line.person.clone(),
            passage: props.line.passage.as_ref().map(|(passage, _)| *passage),
        };
        let done = set(false);
        Callback::from(move |()| {
            let (tell, done) = (tell.clone(), done.clone());
            shell::send(call.clone(), move |stored| {
                done.emit(());
                tell.emit(match stored {
                    Ok(()) => Notice::Done(Key("case-mask-stored")),
                    Err(failure) => Notice::Failed(failure),
                });
            });
        })
    };
    let values = [("name", props.line.name.as_str().into())];
    html! {
        <div class="lift">
            <p>{ say_line(&words, &props.line) }</p>
            if *asking {
                <Confirm id="lift-confirm" question={words.say_with("case-mask-lift-question", &values)}
                    detail={words.say_with("case-mask-lift-detail", &values)} yes={words.say("case-mask-lift")}
                    {on_yes} on_no={set(false)} />
            } else {
                <button type="button" class="lift-mask" onclick={set(true).reform(|_: MouseEvent| ())}>{ words.say("case-mask-lift") }</button>
            }
        </div>
    }
}
