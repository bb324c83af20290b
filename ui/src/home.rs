//! The first page: what is expected of the person, and what is new.

use crate::call::use_call;
use crate::kit::{Empty, Icon, Newer, Page, Refused, Sign, awaited};
use crate::locale::{Key, Words, use_words};
use crate::moment::{self, Form, Moment};
use crate::notice::{Notice, use_tell};
use crate::relation::{Acting, RelationNotices};
use crate::route::Route;
use crate::shell;
use bridge::home::{News, NewsView, ShowHome};
use bridge::relation::ActingAt;
use bridge::task::{CompleteTask, TaskView};
use yew::prelude::*;

/// The page.
#[component]
pub(crate) fn HomePage() -> Html {
    let words = use_words();
    let answer = use_call(ShowHome {});
    let title = match answer.asked.ready() {
        Some(home) => words.say_with("home-greeting", &[("name", home.given_name.as_str().into())]),
        None => words.say("home-title"),
    };
    html! {
        <Page id="home" {title}>
            <Acting at={ActingAt::Anywhere} />
            <RelationNotices />
            { awaited(&answer, |home| html! {
                <>
                    <section class="tasks" aria-labelledby="tasks-heading">
                        <h2 id="tasks-heading">{ words.say("home-tasks") }</h2>
                        if home.tasks.is_empty() {
                            <Empty text={words.say("home-no-tasks")} />
                        } else {
                            <ul role="list">{ for home.tasks.iter().map(|task| html! {
                                <Task key={task.task.clone()} task={task.clone()} />
                            }) }</ul>
                        }
                    </section>
                    <section aria-labelledby="news-heading">
                        <h2 id="news-heading">{ words.say("home-news") }</h2>
                        if home.news.is_empty() {
                            <Empty text={words.say("home-no-news")} />
                        } else {
                            <ul role="list" class="news rows">{ for home.news.iter().map(|news| show_news(&words, news)) }</ul>
                        }
                    </section>
                </>
            }) }
        </Page>
    }
}

#[derive(Properties, PartialEq)]
struct TaskProps {
    task: TaskView,
}

#[component]
fn Task(props: &TaskProps) -> Html {
    let words = use_words();
    let tell = use_tell();
    let busy = use_state_eq(|| false);
    let task = &props.task;
    let complete = {
        let (busy, id) = (busy.clone(), task.task.clone());
        Callback::from(move |_: MouseEvent| {
            busy.set(true);
            let (busy, tell) = (busy.clone(), tell.clone());
            shell::send(CompleteTask { task: id.clone() }, move |done| {
                busy.set(false);
                tell.emit(match done {
                    Ok(()) => Notice::Done(Key("task-thanks")),
                    Err(failure) => Notice::Failed(failure),
                });
            });
        })
    };
    if task.newer {
        return html! { <li class="task card"><Newer /></li> };
    }
    let done = words.say_with("task-done-label", &[("title", task.title.as_str().into())]);
    html! {
        <li class="task card">
            <div class="task-words">
                <h3 lang="sv"><bdi>{ &task.title }</bdi></h3>
                if let Some(detail) = &task.detail {
                    <p lang="sv" dir="auto">{ detail }</p>
                }
                if let Some(due) = task.due_at {
                    <p class="due">
                        <Icon sign={Sign::Clock} />
                        { words.say_with("task-due", &[("day", moment::say(&words, due, Form::Date).as_str().into())]) }
                    </p>
                }
            </div>
            if let Some(refused) = &task.refused {
                <Refused said={Key("task-refused")} refused={refused.clone()} />
            } else if task.done_waiting {
                <p class="tag"><Icon sign={Sign::Clock} />{ words.say("task-waiting") }</p>
            } else {
                <button type="button" class="complete" aria-label={done} onclick={complete} disabled={*busy}>
                    <Icon sign={Sign::Done} />{ words.say("task-done") }
                </button>
            }
        </li>
    }
}

fn show_news(words: &Words, news: &NewsView) -> Html {
    let (route, sign, kind) = match &news.what {
        News::Message { thread } => (Route::Thread(thread.clone()), Sign::Messages, words.say("home-new-message")),
        News::Document { document, decision: true } => {
            (Route::Document(document.clone()), Sign::Decision, words.say("home-new-decision"))
        }
        News::Document { document, decision: false } => {
            (Route::Document(document.clone()), Sign::Document, words.say("home-new-document"))
        }
        News::Note { case } => (Route::Case(case.clone()), Sign::Note, words.say("home-new-note")),
    };
    html! {
        <li>
            <a class={classes!("row", news.unread.then_some("unread"))} href={route.to_string()}>
                <Icon {sign} />
                <span class="row-words">
                    <span class="row-title" lang="sv"><bdi>{ &news.title }</bdi></span>
                    <span class="row-detail">
                        { kind }{ " · " }<bdi>{ &news.from }</bdi>
                    </span>
                </span>
                <span class="row-side">
                    <Moment at={news.at} form={Form::Short} />
                    if news.unread {
                        <span class="badge">{ words.say("home-unread") }</span>
                    }
                </span>
            </a>
        </li>
    }
}
