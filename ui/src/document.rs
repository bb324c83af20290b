//! A document: first as readable text, then, if there is a file, its pages as pictures.

use crate::call::use_call;
use crate::kit::{Icon, Page, Paragraphs, Sign, awaited};
use crate::locale::{Key, Words, use_words};
use crate::moment::{self, Form};
use crate::route::Route;
use bridge::document::{DocumentSort, DocumentView, FileAt, FileView, PassageView, ShowDocument, ShowPage};
use yew::prelude::*;

/// What a document is, in words.
pub(crate) fn sort_key(sort: DocumentSort) -> Key {
    match sort {
        DocumentSort::Decision => Key("document-decision"),
        DocumentSort::Investigation => Key("document-investigation"),
        DocumentSort::Letter => Key("document-letter"),
        DocumentSort::Unknown => Key("document-other"),
    }
}

/// Props of [`DocumentPage`].
#[derive(Properties, PartialEq)]
pub(crate) struct DocumentProps {
    pub(crate) document: AttrValue,
}

/// The page.
#[component]
pub(crate) fn DocumentPage(props: &DocumentProps) -> Html {
    let words = use_words();
    let answer = use_call(ShowDocument { document: props.document.to_string() });
    let ready = answer.asked.ready();
    let title = ready.map_or_else(|| words.say("document-title"), |document| document.title.clone().into());
    let title_lang = ready.map(|_| AttrValue::from("sv"));
    let back = ready.map_or(Route::Cases, |document| Route::Case(document.case.clone()));
    html! {
        <Page id="document" {title} {title_lang} back={(back, words.say("document-back"))}>
            { awaited(&answer, |document| show_document(&words, document)) }
        </Page>
    }
}

fn show_document(words: &Words, document: &DocumentView) -> Html {
    let signed = moment::say(words, document.signed_at, Form::Date);
    let signed = words
        .say_with("document-signed", &[("author", document.author.as_str().into()), ("day", signed.as_str().into())]);
    html! {
        <>
            <p class="signed"><span class="tag">{ words.say(sort_key(document.sort)) }</span>{ " " }{ signed }</p>
            <article class="paper" lang="sv" dir="ltr">
                { for document.sections.iter().map(|section| html! {
                    <section>
                        if !section.heading.is_empty() {
                            <h2>{ &section.heading }</h2>
                        }
                        { show_passage(words, &section.passage) }
                    </section>
                }) }
            </article>
            if let Some(until) = document.appeal_until {
                <section class="card appeal" aria-labelledby="appeal-heading">
                    <h2 id="appeal-heading">{ words.say("document-appeal") }</h2>
                    <p>{ words.say_with("document-appeal-until",
                        &[("day", moment::say(words, until, Form::Date).as_str().into())]) }</p>
                    <p>{ words.say("document-appeal-how") }</p>
                </section>
            }
            if let Some(file) = &document.file {
                <File document={document.document.clone()} file={file.clone()} />
            }
        </>
    }
}

/// Words of a note or document, or that some are not shown, and by which law.
pub(crate) fn show_passage(words: &Words, passage: &PassageView) -> Html {
    match passage {
        PassageView::Words { text } => html! { <Paragraphs text={text.clone()} lang="sv" /> },
        PassageView::Masked { ground } => html! {
            <div class="masked" lang={words.locale.tag()} dir={words.locale.dir()}>
                <Icon sign={Sign::Lock} />
                <p>
                    <strong>{ words.say("document-masked") }</strong>{ " " }{ words.say("document-masked-why") }
                    { " " }<bdi lang="sv">{ ground }</bdi>
                </p>
            </div>
        },
    }
}

#[derive(Properties, PartialEq)]
struct FileProps {
    document: AttrValue,
    file: FileView,
}

/// The file, opened only when asked for.
#[component]
fn File(props: &FileProps) -> Html {
    let words = use_words();
    let open = use_state_eq(|| false);
    let show = {
        let open = open.setter();
        Callback::from(move |_: MouseEvent| open.set(true))
    };
    let size = i64::try_from(props.file.size.div_ceil(1024)).unwrap_or(i64::MAX);
    html! {
        <section class="file" aria-labelledby="file-heading">
            <h2 id="file-heading">{ words.say("document-file") }</h2>
            <p><bdi>{ &props.file.name }</bdi>{ " " }{ words.say_with("document-size", &[("size", size.into())]) }</p>
            if *open {
                <Pages id="page" file={FileAt::Document { document: props.document.to_string() }} />
            } else {
                if !props.file.here {
                    <p class="hint">{ words.say("document-not-here") }</p>
                }
                <button type="button" id="show-file" onclick={show}><Icon sign={Sign::Document} />{ words.say("document-show") }</button>
            }
        </section>
    }
}

/// Props of [`Pages`].
#[derive(Properties, PartialEq)]
pub(crate) struct PagesProps {
    /// What its buttons are called, beside those of other files.
    pub(crate) id: AttrValue,
    pub(crate) file: FileAt,
}

/// A file, one page at a time.
#[component]
pub(crate) fn Pages(props: &PagesProps) -> Html {
    let words = use_words();
    let page = use_state_eq(|| 0_u32);
    let large = use_state_eq(|| false);
    let resize = {
        let (large, is_large) = (large.setter(), *large);
        Callback::from(move |_: MouseEvent| large.set(!is_large))
    };
    let width = use_memo(*large, |large| device_width(*large));
    let answer = use_call(ShowPage { file: props.file.clone(), page: *page, width: *width });
    let id = |part: &str| format!("{}-{part}", props.id);
    let turn = |to: Option<u32>| {
        let page = page.setter();
        Callback::from(move |_: MouseEvent| {
            if let Some(to) = to {
                page.set(to);
            }
        })
    };
    awaited(&answer, |view| {
        if let Some(text) = &view.text {
            return html! { <div class="pages text"><Paragraphs text={text.clone()} /></div> };
        }
        let (earlier, later) = (page.checked_sub(1), Some(*page + 1).filter(|next| *next < view.pages));
        let name = words.say_with("document-page", &[("page", (*page + 1).into()), ("pages", view.pages.into())]);
        html! {
            <div class="pages">
                <div class={classes!("page-frame", (*large).then_some("large"))} tabindex="0" role="group" aria-label={name.clone()}>
                    <img class="page" alt={name.clone()} src={format!("data:image/png;base64,{}", view.png)} />
                </div>
                <button type="button" id={id("size")} aria-pressed={large.to_string()} onclick={resize}>
                    { words.say("document-enlarge") }
                </button>
                <div class="actions">
                    if view.pages > 1 {
                        <button type="button" id={id("earlier")} disabled={earlier.is_none()} onclick={turn(earlier)}>
                            <Icon sign={Sign::Back} />{ words.say("document-earlier") }
                        </button>
                    }
                    <p role="status">{ name }</p>
                    if view.pages > 1 {
                        <button type="button" id={id("later")} disabled={later.is_none()} onclick={turn(later)}>
                            { words.say("document-later") }<Icon sign={Sign::Forward} />
                        </button>
                    }
                </div>
            </div>
        }
    })
}

/// A page as wide as the screen lets it be read, in device pixels; twice that when it was enlarged.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a few thousand before")]
fn device_width(large: bool) -> u32 {
    let Some(window) = web_sys::window() else { return 1_200 };
    let width = window.inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(800.0);
    let scale = if large { 2.0 } else { 1.0 };
    (width.min(900.0) * window.device_pixel_ratio() * scale).clamp(800.0, 2_400.0) as u32
}
