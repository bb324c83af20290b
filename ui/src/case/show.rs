//! One case: its stage in plain words, the next step, the caseworker, and the history, newest first.

use crate::app::use_me;
use crate::call::use_call;
use crate::case::assign::Assign;
use crate::case::hide::StaffNames;
use crate::case::mask::Masking;
use crate::case::{STAGES, stage_key};
use crate::document::{show_passage, sort_key};
use crate::kit::{Empty, Icon, Page, Sign, awaited, focus_quietly};
use crate::locale::{Key, Words, use_words};
use crate::moment::{self, Form, Moment};
use crate::party::People;
use crate::relation::Acting;
use crate::route::Route;
use crate::shell::{self, WindowKind};
use bridge::case::{CaseView, CaseworkerView, ClosedBy, EntryView, ShowCase, Stage};
use bridge::document::DocumentSort;
use bridge::mask::KeptView;
use bridge::relation::ActingAt;
use yew::prelude::*;

/// Props of [`CasePage`].
#[derive(Properties, PartialEq)]
pub(crate) struct CaseProps {
    pub(crate) case: AttrValue,
    /// Whether it is the person's only case, so that there is no list to go back to.
    #[prop_or_default]
    pub(crate) is_only: bool,
}

/// The page.
#[component]
pub(crate) fn CasePage(props: &CaseProps) -> Html {
    let words = use_words();
    let answer = use_call(ShowCase { case: props.case.to_string() });
    let title = answer.asked.ready().map_or_else(|| words.say("case-title"), |case| case.row.title.clone().into());
    let title_lang = answer.asked.ready().map(|_| AttrValue::from("sv"));
    let back = (!props.is_only).then(|| (Route::Cases, words.say("case-list")));
    html! {
        <Page id="case" {title} {title_lang} {back}>
            <Acting at={ActingAt::Case { case: props.case.to_string() }} />
            { awaited(&answer, |case| show_case(&words, case, Html::default())) }
        </Page>
    }
}

/// The pane on a desk.
#[component]
pub(super) fn CasePane(props: &CaseProps) -> Html {
    let words = use_words();
    let me = use_me();
    let answer = use_call(ShowCase { case: props.case.to_string() });
    let heading = use_node_ref();
    let is_ready = answer.asked.ready().is_some();
    {
        let heading = heading.clone();
        use_effect_with(is_ready, move |_| {
            focus_quietly(&heading);
        });
    }
    html! {
        <section id="case" aria-labelledby="case-heading">
            if let Some(case) = answer.asked.ready() {
                <h2 id="case-heading" ref={heading} tabindex="-1" lang="sv"><bdi>{ &case.row.title }</bdi></h2>
            }
            { awaited(&answer, |case| show_case(&words, case, html! { <People case={props.case.clone()} /> })) }
            if let Some(case) = answer.asked.ready().filter(|case| case.yours || me.leads) {
                <Assign case={case.row.case.clone()} />
            }
            if let Some(case) = answer.asked.ready() { <StaffNames case={case.row.case.clone()} /> }
        </section>
    }
}

fn show_case(words: &Words, case: &CaseView, people: Html) -> Html {
    let opened = moment::say(words, case.opened_at, Form::Date);
    html! {
        <>
            <p class="case-facts">
                { words.say("case-concerns") }{ " " }<bdi>{ &case.row.concerns }</bdi>
                { " · " }{ words.say("case-number") }{ " " }<bdi class="number">{ &case.row.number }</bdi>
                { " · " }{ words.say_with("case-opened", &[("day", opened.as_str().into())]) }
            </p>
            <div class="case-top">
                <section class="card stage" aria-labelledby="stage-heading">
                    <h2 id="stage-heading">{ words.say("case-stage") }</h2>
                    { show_stage(words, case.row.stage) }
                    if let Some(next) = &case.next_step {
                        <h3>{ words.say("case-next") }</h3>
                        <p lang="sv" dir="auto">{ next }</p>
                    }
                </section>
                { show_caseworker(words, &case.caseworker) }
            </div>
            { people }
            <section aria-labelledby="entries-heading">
                <h2 id="entries-heading">{ words.say("case-entries") }</h2>
                if case.entries.is_empty() {
                    <Empty text={words.say("case-no-entries")} />
                } else {
                    <ol role="list" class="entries">{ for case.entries.iter().map(|entry| show_entry(words, &case.row.case, entry)) }</ol>
                }
            </section>
        </>
    }
}

fn show_stage(words: &Words, stage: Stage) -> Html {
    let Some(now) = STAGES.iter().position(|one| *one == stage) else {
        return html! { <p class="stage-now">{ words.say(stage_key(stage)) }</p> };
    };
    html! {
        <ol role="list" class="steps">
            { for STAGES.iter().enumerate().map(|(at, one)| html! {
                <li class={if at < now { "past" } else if at == now { "now" } else { "ahead" }}
                    aria-current={(at == now).then_some("step")}>
                    <span class="dot">if at < now { <Icon sign={Sign::Done} /> }</span>
                    <span>
                        { words.say(stage_key(*one)) }
                        if at < now { <span class="visually-hidden">{ " " }{ words.say("case-step-done") }</span> }
                    </span>
                </li>
            }) }
        </ol>
    }
}

fn show_caseworker(words: &Words, worker: &CaseworkerView) -> Html {
    html! {
        <section class="card worker" aria-labelledby="worker-heading">
            <h2 id="worker-heading">{ words.say(worker_key()) }</h2>
            <p class="worker-name"><bdi>{ &worker.name }</bdi></p>
            // Where somebody is protected, neither unit nor number is told.
            if !worker.unit.is_empty() {
                <p class="worker-unit"><bdi lang="sv">{ &worker.title }{ ", " }{ &worker.unit }</bdi></p>
            }
            if !worker.phone.is_empty() {
                <a class="button" href={format!("tel:{}", worker.phone)}>
                    <Icon sign={Sign::Phone} />{ words.say("kit-call") }{ " " }<bdi dir="ltr">{ &worker.phone }</bdi>
                </a>
            }
        </section>
    }
}

fn worker_key() -> Key {
    if shell::window_kind() == WindowKind::Desk { Key("case-desk-worker") } else { Key("case-worker") }
}

/// What is kept from whom, and the way to change it; on a desk.
fn show_masking(case: &str, fact: &str, name: &str, kept: &[KeptView]) -> Html {
    if shell::window_kind() != WindowKind::Desk {
        return Html::default();
    }
    html! { <Masking case={case.to_owned()} fact={fact.to_owned()} name={name.to_owned()} kept={kept.to_vec()} /> }
}

fn show_entry(words: &Words, case: &str, entry: &EntryView) -> Html {
    match entry {
        EntryView::Note { id, heading, passages, author, at, kept } => html! {
            <li key={id.clone()} class="entry note">
                <span class="entry-sign"><Icon sign={Sign::Note} /></span>
                <article>
                    { entry_head(words.say("case-note"), *at, author) }
                    <h3 lang="sv"><bdi>{ heading }</bdi></h3>
                    { for passages.iter().map(|passage| show_passage(words, passage)) }
                    { show_masking(case, id, heading, kept) }
                </article>
            </li>
        },
        EntryView::Document { document, sort, title, author, at, kept } => html! {
            <li key={document.clone()} class="entry document">
                <span class="entry-sign">
                    <Icon sign={if *sort == DocumentSort::Decision { Sign::Decision } else { Sign::Document }} />
                </span>
                <article>
                    { entry_head(words.say(sort_key(*sort)), *at, author) }
                    <h3>
                        <a class="document-link" lang="sv" href={Route::Document(document.clone()).to_string()}><bdi>{ title }</bdi></a>
                    </h3>
                    { show_masking(case, document, title, kept) }
                </article>
            </li>
        },
        EntryView::Closed { id, name, why, ground, at } => html! {
            <li key={id.clone()} class="entry closed">
                <span class="entry-sign"><Icon sign={Sign::Lock} /></span>
                <article>
                    { entry_head(words.say("relation-closed"), *at, name) }
                    <p>{ words.say(closed_key(*why)) }</p>
                    <p lang="sv" dir="auto">{ ground }</p>
                </article>
            </li>
        },
        EntryView::Newer { id } => html! {
            <li key={id.clone()} class="entry newer">
                <span class="entry-sign"><Icon sign={Sign::Warning} /></span>
                <p>{ words.say("kit-newer") }</p>
            </li>
        },
    }
}

fn closed_key(why: ClosedBy) -> Key {
    match why {
        ClosedBy::RelationEnded => Key("relation-closed-ended"),
        ClosedBy::KeptApart => Key("relation-closed-apart"),
        ClosedBy::Protected => Key("relation-closed-protected"),
        ClosedBy::Unknown => Key("relation-newer"),
    }
}

fn entry_head(kind: AttrValue, at: bridge::Millis, author: &str) -> Html {
    html! {
        <p class="entry-head">
            <span class="kind">{ kind }</span>{ " · " }<Moment {at} form={Form::Date} />{ " · " }<bdi>{ author.to_owned() }</bdi>
        </p>
    }
}
