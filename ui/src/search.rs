//! Looking for words in everything that is on this device, while they are being written. Says what the search covers,
//! and never leaves the device.

use crate::call::{Asked, use_call};
use crate::kit::{Empty, Failed, Icon, Page, Sign, focus};
use crate::locale::{Key, Words, use_words};
use crate::moment::{Form, Moment};
use crate::route::Route;
use bridge::search::{Coverage, Found, HitView, Marked, Search, SearchView};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Longer questions are of no use.
const MAX: &str = "100";

/// The page.
#[component]
pub(crate) fn SearchPage() -> Html {
    let words = use_words();
    let written = use_state_eq(String::new);
    let answer = use_call(Search { words: (*written).clone() });
    // What was found before stays while the next letter is looked for, so that nothing flickers.
    let shown = use_mut_ref(|| None::<std::rc::Rc<SearchView>>);
    if let Some(found) = answer.asked.ready() {
        *shown.borrow_mut() = Some(found.clone());
    }
    let field = use_node_ref();
    {
        let field = field.clone();
        use_effect_with((), move |()| {
            focus(&field);
        });
    }
    let oninput = {
        let written = written.setter();
        Callback::from(move |event: InputEvent| {
            if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
                written.set(field.value());
            }
        })
    };
    let onsubmit = Callback::from(|event: SubmitEvent| event.prevent_default());
    html! {
        <Page id="search" title={words.say("search-title")}>
            <form role="search" {onsubmit}>
                <div class="field">
                    <label for="search-words">{ words.say("search-label") }</label>
                    <p class="hint" id="search-hint">{ words.say("search-hint") }</p>
                    <input id="search-words" type="search" dir="auto" autocomplete="off" spellcheck="false" maxlength={MAX} ref={field}
                        aria-describedby="search-hint" value={(*written).clone()} {oninput} />
                </div>
            </form>
            if let Asked::Failed(failure) = &answer.asked {
                <Failed failure={failure.clone()} on_retry={answer.retry.clone()} />
            } else if let Some(found) = &*shown.borrow() {
                { show_found(&words, found, !written.trim().is_empty()) }
            }
        </Page>
    }
}

fn show_found(words: &Words, found: &SearchView, is_asked: bool) -> Html {
    let count = found.hits.len();
    html! {
        <>
            // Said aloud when it changes; the list itself is for reading.
            <p class="hint" role="status">
                if is_asked && count > 0 {
                    { words.say_with("search-count", &[("count", count.into())]) }
                    if found.more { { " " }{ words.say("search-more") } }
                }
                { show_coverage(words, found.coverage) }
            </p>
            if is_asked && count == 0 {
                <Empty text={words.say("search-none")} />
            }
            if is_asked && count > 0 {
                <ul role="list" class="rows hits">{ for found.hits.iter().map(|hit| show_hit(words, hit)) }</ul>
            }
        </>
    }
}

fn show_coverage(words: &Words, coverage: Coverage) -> Html {
    if coverage.left == 0 {
        return Html::default();
    }
    let done = coverage.of.saturating_sub(coverage.left);
    let values = [("done", done.into()), ("all", coverage.of.into())];
    html! { <>{ " " }<span id="coverage">{ words.say_with("search-coverage", &values) }</span></> }
}

fn show_hit(words: &Words, hit: &HitView) -> Html {
    let (sign, kind, route) = place(&hit.found);
    html! {
        <li key={format!("{:?}", hit.found)}>
            <a class="row hit" href={route.to_string()}>
                <Icon {sign} />
                <span class="row-words">
                    <span class="row-title"><bdi>{ show_marked(&hit.title) }</bdi></span>
                    if let Some(snippet) = &hit.snippet {
                        <span class="row-detail" dir="auto">{ show_marked(snippet) }</span>
                    }
                    <span class="tag">{ words.say(kind) }</span>
                </span>
                if let Some(at) = hit.at {
                    <span class="row-side"><Moment {at} form={Form::Short} /></span>
                }
            </a>
        </li>
    }
}

/// What it is, and where it leads.
fn place(found: &Found) -> (Sign, Key, Route) {
    match found {
        Found::Message { thread, .. } => (Sign::Messages, Key("search-kind-message"), Route::Thread(thread.clone())),
        Found::Thread { thread, .. } => (Sign::Messages, Key("search-kind-thread"), Route::Thread(thread.clone())),
        Found::Note { case, .. } => (Sign::Note, Key("search-kind-note"), Route::Case(case.clone())),
        Found::Document { document } => {
            (Sign::Document, Key("search-kind-document"), Route::Document(document.clone()))
        }
        Found::Task { .. } => (Sign::Clock, Key("search-kind-task"), Route::Home),
        Found::Case { case, .. } => (Sign::Case, Key("search-kind-case"), Route::Case(case.clone())),
    }
}

fn show_marked(marked: &Marked) -> Html {
    html! {
        { for parts(marked).into_iter().map(|(part, is_mark)| if is_mark {
            html! { <mark>{ part.to_owned() }</mark> }
        } else {
            html! { { part.to_owned() } }
        }) }
    }
}

/// The text in parts, with whether each is a find. A place that does not fit the text marks nothing.
fn parts(marked: &Marked) -> Vec<(&str, bool)> {
    let (mut parts, mut done) = (Vec::new(), 0);
    for (from, to) in &marked.marks {
        let (Ok(from), Ok(to)) = (usize::try_from(*from), usize::try_from(*to)) else { continue };
        let (Some(before), Some(mark)) = (marked.text.get(done..from), marked.text.get(from..to)) else { continue };
        parts.extend([(before, false), (mark, true)]);
        done = to;
    }
    parts.push((&marked.text[done..], false));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_stand_out_and_no_letter_is_lost() {
        let marked = |text: &str, marks: &[(u32, u32)]| Marked { text: text.into(), marks: marks.to_vec() };
        let one = marked("försörjningsstöd", &[(14, 19)]);
        assert_eq!(parts(&one), [("försörjnings", false), ("stöd", true)]);
        for odd in
            [marked("åäö", &[(1, 2)]), marked("åäö", &[(4, 90)]), marked("abc", &[(2, 1)]), marked("", &[(0, 0)])]
        {
            let all: String = parts(&odd).into_iter().map(|(part, _)| part).collect();
            assert_eq!(all, odd.text);
        }
    }
}
