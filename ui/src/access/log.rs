//! Who has looked: the log in plain words, by day. It is asked for anew each time and never kept on the device.

use super::purpose_key;
use crate::app::use_me;
use crate::call::use_call;
use crate::kit::{Empty, Failed, Icon, Page, Sign, awaited};
use crate::locale::{Key, Words, use_words};
use crate::moment::{self, Form, Moment};
use crate::route::Route;
use crate::shell;
use bridge::Failure;
use bridge::access::{LogAct, LogLineView, LogThing, LogWho, ShowAccessLog};
use bridge::document::DocumentSort;
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn AccessLogPage() -> Html {
    let words = use_words();
    let me = use_me();
    let answer = use_call(ShowAccessLog { before: None });
    html! {
        <Page id="access-log" title={words.say("access-log")} back={(Route::Me, words.say("identity-me"))}>
            <p>{ words.say("access-log-lead") }</p>
            { awaited(&answer, |first| if first.lines.is_empty() {
                html! { <Empty text={words.say("access-log-none")} /> }
            } else {
                html! { <Lines first={first.lines.clone()} next={first.next.clone()} /> }
            }) }
            <section>
                <p class="hint">{ words.say("access-log-wrong") }</p>
                if !me.phone.is_empty() {
                    <a class="button" href={format!("tel:{}", me.phone)}>
                        <Icon sign={Sign::Phone} />{ words.say("kit-call") }{ " " }<bdi dir="ltr">{ &me.phone }</bdi>
                    </a>
                }
            </section>
        </Page>
    }
}

#[derive(Properties, PartialEq)]
struct LinesProps {
    first: Vec<LogLineView>,
    next: Option<String>,
}

/// The lines by day, and the way to older ones.
#[component]
fn Lines(props: &LinesProps) -> Html {
    let words = use_words();
    let older = use_state(Vec::<LogLineView>::new);
    let next = use_state(|| props.next.clone());
    let busy = use_state_eq(|| false);
    let failed = use_state_eq(|| None::<Failure>);
    let on_more = {
        let (older, next, busy, failed) = (older.clone(), next.clone(), busy.clone(), failed.clone());
        Callback::from(move |_: MouseEvent| {
            busy.set(true);
            failed.set(None);
            let (older, next, busy, failed) = (older.clone(), next.clone(), busy.clone(), failed.clone());
            shell::send(ShowAccessLog { before: (*next).clone() }, move |answer| {
                busy.set(false);
                match answer {
                    Ok(page) => {
                        older.set(older.iter().cloned().chain(page.lines).collect());
                        next.set(page.next);
                    }
                    Err(failure) => failed.set(Some(failure)),
                }
            });
        })
    };
    html! {
        <>
            { for days(props.first.iter().chain(older.iter())).into_iter().map(|day| html! {
                <section key={moment::day_of(day[0].at)}>
                    <h2>{ moment::say(&words, day[0].at, Form::Day) }</h2>
                    <ul role="list" class="rows log">{ for day.into_iter().map(|line| show_line(&words, line)) }</ul>
                </section>
            }) }
            if let Some(failure) = &*failed {
                <Failed failure={failure.clone()} />
            }
            if next.is_some() {
                <button type="button" id="access-log-more" disabled={*busy} onclick={on_more}>
                    { words.say("access-log-more") }
                </button>
            }
        </>
    }
}

/// The lines of each day, in the order that they come in.
fn days<'l>(lines: impl Iterator<Item = &'l LogLineView>) -> Vec<Vec<&'l LogLineView>> {
    let mut days: Vec<Vec<&LogLineView>> = Vec::new();
    for line in lines {
        match days.last_mut() {
            Some(day) if moment::day_of(day[0].at) == moment::day_of(line.at) => day.push(line),
            _ => days.push(vec![line]),
        }
    }
    days
}

fn show_line(words: &Words, line: &LogLineView) -> Html {
    let purpose = line.purpose.map(|purpose| words.say(purpose_key(purpose)));
    let concerns = line.concerns.as_deref().map(|name| words.say_with("access-log-concerns", &[("name", name.into())]));
    let unassigned = line.unassigned.then(|| words.say("access-log-unassigned"));
    html! {
        <li class="log-line">
            <p>{ sentence(words, line) }</p>
            <p class="row-detail">
                <Moment at={line.at} form={Form::Time} />
                { for concerns.into_iter().chain(purpose).chain(unassigned).map(|more| html! { <>{ " · " }{ more }</> }) }
            </p>
        </li>
    }
}

fn sentence(words: &Words, line: &LogLineView) -> AttrValue {
    let key = match line.act {
        LogAct::Opened => Key("access-log-opened"),
        LogAct::Read => Key("access-log-read"),
        LogAct::Received => Key("access-log-received"),
        LogAct::Wrote => Key("access-log-wrote"),
        LogAct::Changed => Key("access-log-changed"),
        LogAct::LetIn => Key("access-log-let-in"),
        LogAct::ShutOut => Key("access-log-shut-out"),
        LogAct::Assigned => Key("access-log-assigned"),
        LogAct::Asked => Key("access-log-asked"),
        LogAct::Reviewed => Key("access-log-reviewed"),
        LogAct::Unknown => Key("access-log-did"),
    };
    let (who, what) = (who(words, &line.who), what(words, &line.what));
    let about = line.about.as_deref().unwrap_or_default();
    words.say_with(key, &[("who", who.as_str().into()), ("what", what.as_str().into()), ("about", about.into())])
}

/// Name and title; title and unit where staff show by those.
fn who(words: &Words, who: &LogWho) -> AttrValue {
    match who {
        LogWho::Me => words.say("access-log-you"),
        LogWho::Guardian { name } => words.say_with("access-log-guardian", &[("name", name.as_str().into())]),
        LogWho::Proxy { name } => words.say_with("access-log-proxy", &[("name", name.as_str().into())]),
        LogWho::Staff { name, title, unit } => {
            let title = title.as_ref().map(|title| if name.is_some() { title.to_lowercase() } else { title.clone() });
            match (name.as_ref().or(title.as_ref()), if name.is_some() { title.as_ref() } else { unit.as_ref() }) {
                (Some(first), Some(second)) => {
                    let values = [("name", first.as_str().into()), ("title", second.as_str().into())];
                    words.say_with("access-log-staff", &values)
                }
                (Some(only), None) => only.clone().into(),
                (None, _) => words.say("access-log-someone"),
            }
        }
    }
}

fn what(words: &Words, what: &LogThing) -> AttrValue {
    let (key, title) = match what {
        LogThing::Case { title } => (Key("access-log-case"), title),
        LogThing::Thread { subject } => (Key("access-log-thread"), subject),
        LogThing::Document { sort: DocumentSort::Decision, title } => (Key("access-log-decision"), title),
        LogThing::Document { sort: DocumentSort::Investigation, title } => (Key("access-log-investigation"), title),
        LogThing::Document { sort: DocumentSort::Letter | DocumentSort::Unknown, title } => {
            (Key("access-log-letter"), title)
        }
        LogThing::Note { heading } => (Key("access-log-note"), heading),
        LogThing::Other => return words.say("access-log-other"),
    };
    words.say_with(key, &[("title", title.as_str().into())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Locale;

    fn line(who: LogWho) -> LogLineView {
        LogLineView {
            at: 1,
            who,
            act: LogAct::Read,
            what: LogThing::Document { sort: DocumentSort::Investigation, title: "Stöd i hemmet".into() },
            purpose: None,
            unassigned: false,
            concerns: None,
            about: None,
        }
    }

    fn plain(words: &Words, line: &LogLineView) -> String {
        sentence(words, line).replace(['\u{2068}', '\u{2069}'], "")
    }

    #[test]
    fn a_line_says_who_did_what_with_what() {
        let words = Words::new(Locale::Swedish);
        let staff = |name: Option<&str>| LogWho::Staff {
            name: name.map(str::to_owned),
            title: Some("Socialsekreterare".into()),
            unit: Some("Barn och familj".into()),
        };
        let by_name = line(staff(Some("Sara Lind")));
        assert_eq!(plain(&words, &by_name), "Sara Lind, socialsekreterare, läste utredningen ”Stöd i hemmet”.");
        let by_role = line(staff(None));
        assert_eq!(plain(&words, &by_role), "Socialsekreterare, Barn och familj, läste utredningen ”Stöd i hemmet”.");
        assert_eq!(plain(&words, &line(LogWho::Me)), "Du läste utredningen ”Stöd i hemmet”.");
    }
}
