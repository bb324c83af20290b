//! Looking for words in everything that is on this device, with the newest first.
//!
//! Asks the index where the parts of the words stand, and checks every record it is led to. What waits to be sent
//! is looked through as it is. Never leaves the device, and never tells what it was asked for.

mod fold;
mod words;

pub(crate) use fold::{Folded, Question};
pub(crate) use words::words;

use crate::Client;
use crate::store::{Match, Store, StoreError};
use bridge::Failure;
use bridge::search::{Found, HitView, Marked, Search, SearchView};
use protocol::Millis;
use std::collections::HashSet;
use std::ops::Range;

/// The most hits that are shown.
const MOST: usize = 50;
/// How many records are looked at in one go.
const LOOK: i64 = 64;
/// How much of a text is shown before and after a find, in bytes at most.
const AROUND: usize = 80;

impl Client {
    /// Where these words stand.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn search(&self, call: Search) -> Result<SearchView, Failure> {
        let open = self.open()?;
        let coverage = open.store.coverage().await?;
        let Some(question) = Question::read(&call.words) else {
            return Ok(SearchView { hits: Vec::new(), more: false, coverage });
        };
        let mut hits = open.store.find_pending(&question).await?;
        hits.extend(open.store.find(&question).await?);
        let more = hits.len() > MOST;
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.at));
        hits.truncate(MOST);
        Ok(SearchView { hits, more, coverage })
    }
}

impl Store {
    /// At most one more hit than are shown, from the newest day on.
    pub(crate) async fn find(&self, question: &Question) -> Result<Vec<HitView>, StoreError> {
        let (mut hits, mut before, mut shown) = (Vec::new(), i64::MAX, HashSet::new());
        let parts = question.parts();
        while hits.len() <= MOST {
            let matches = self.matches(&parts, before, LOOK).await?;
            let Some(last) = matches.last() else { break };
            before = last.no;
            // A case and a thread can stand on a desk and be open as well.
            let checked = matches.into_iter().filter_map(|found| hit_of_record(question, found));
            hits.extend(checked.filter(|hit| shown.insert(place(&hit.found))));
        }
        Ok(hits)
    }

    /// Own messages that are not in the records yet.
    async fn find_pending(&self, question: &Question) -> Result<Vec<HitView>, StoreError> {
        let rows: Vec<(String, String, String, Millis, Option<String>)> = sqlx::query_as(
            "SELECT pending.about, act ->> '$.message', act ->> '$.text', made_at, thread.body ->> '$.subject' FROM pending
             LEFT JOIN record AS thread ON thread.kind = 'thread' AND thread.about = pending.about
             WHERE sort = 'send_message' AND NOT EXISTS (SELECT 1 FROM record AS m
                 WHERE m.kind = 'message' AND m.id = act ->> '$.message') LIMIT 500",
        )
        .fetch_all(self.read())
        .await?;
        let hit = |(thread, message, text, at, subject): (String, String, String, Millis, Option<String>)| {
            hit(question, Found::Message { thread, message }, None, &[text], subject, Some(at))
        };
        Ok(rows.into_iter().filter_map(hit).collect())
    }
}

fn hit_of_record(question: &Question, found: Match) -> Option<HitView> {
    let words = words(&found.kind, &found.id, &found.body, found.thread.as_deref().unwrap_or_default())?;
    hit(question, words.found, words.title, &words.texts, found.subject, found.at)
}

// `None` when some word does not stand in it. `subject` is shown for what has no title of its own.
fn hit(
    question: &Question,
    found: Found,
    title: Option<String>,
    texts: &[String],
    subject: Option<String>,
    at: Option<Millis>,
) -> Option<HitView> {
    let mut there = vec![false; question.len()];
    let title = match title {
        Some(text) => {
            let marks = question.marks(&text, &mut there);
            marked(text, marks)
        }
        None => Marked { text: subject.unwrap_or_default(), marks: Vec::new() },
    };
    let mut best: Option<(&String, Vec<Range<usize>>)> = None;
    for text in texts {
        let marks = question.marks(text, &mut there);
        if best.as_ref().is_none_or(|(_, most)| marks.len() > most.len()) {
            best = Some((text, marks));
        }
    }
    if !there.iter().all(|word| *word) {
        return None;
    }
    let snippet = best.filter(|(_, marks)| !marks.is_empty()).map(|(text, marks)| snippet(text, &marks));
    Some(HitView { found, title, snippet, at })
}

// The words around the first find, cut between words where there are spaces, on one line.
fn snippet(text: &str, marks: &[Range<usize>]) -> Marked {
    let first = marks.first().map_or(0, |mark| mark.start);
    let from = match first.checked_sub(AROUND) {
        Some(from) => {
            let from = text.ceil_char_boundary(from);
            text[from..first].find(char::is_whitespace).map_or(from, |space| from + space)
        }
        None => 0,
    };
    let to = text.floor_char_boundary(text.len().min(first.saturating_add(3 * AROUND)));
    let to = match to {
        to if to == text.len() => to,
        to => text[first..to].rfind(char::is_whitespace).map_or(to, |space| first + space),
    };
    let mut shown = String::with_capacity(to - from + 2 * '…'.len_utf8());
    let mut kept = Vec::new();
    if from > 0 {
        shown.push('…');
    }
    let (mut at, mut marks) = (from, marks.iter().filter(|mark| mark.end <= to).peekable());
    for part in text[from..to].split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        let begins = shown.len();
        while let Some(mark) = marks.next_if(|mark| mark.start < at + part.len()) {
            kept.push(begins + (mark.start - at)..begins + (mark.end - at).min(word.len()));
        }
        shown.push_str(word);
        if word.len() < part.len() && !shown.is_empty() && !shown.ends_with(' ') {
            shown.push(' ');
        }
        at += part.len();
    }
    shown.truncate(shown.trim_end().len());
    if to < text.len() {
        shown.push('…');
    }
    marked(shown, kept)
}

fn marked(text: String, marks: Vec<Range<usize>>) -> Marked {
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Marked { text, marks: marks.into_iter().map(|mark| (number(mark.start), number(mark.end))).collect() }
}

// What two hits are the same by.
fn place(found: &Found) -> (u8, String) {
    match found {
        Found::Message { message, .. } => (0, message.clone()),
        Found::Thread { thread, .. } => (1, thread.clone()),
        Found::Note { note, .. } => (2, note.clone()),
        Found::Document { document } => (3, document.clone()),
        Found::Task { task, .. } => (4, task.clone()),
        Found::Case { case, .. } => (5, case.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(marked: &Marked) -> Vec<&str> {
        let place = |at: u32| usize::try_from(at).expect("fits");
        marked.marks.iter().map(|(start, end)| &marked.text[place(*start)..place(*end)]).collect()
    }

    fn look(words: &str, title: Option<&str>, texts: &[&str]) -> Option<HitView> {
        let question = Question::read(words).expect("has letters");
        let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        let found = Found::Document { document: "d".to_owned() };
        hit(&question, found, title.map(str::to_owned), &texts, Some("Ämnet".to_owned()), None)
    }

    #[test]
    fn all_words_must_be_there_wherever_they_stand() {
        let hit = look("hyra beslut", Some("Beslut"), &["inget", "Om hyran."]).expect("is found");
        assert_eq!(shown(&hit.title), ["Beslut"]);
        assert_eq!(shown(hit.snippet.as_ref().expect("a snippet")), ["hyra"]);
        assert!(look("hyra avslag", Some("Beslut"), &["Om hyran."]).is_none());
        let hit = look("beslut", Some("Beslut"), &["inget"]).expect("is found");
        assert_eq!(hit.snippet, None);
        let hit = look("hyra", None, &["Om hyran."]).expect("is found");
        assert_eq!(hit.title, Marked { text: "Ämnet".to_owned(), marks: Vec::new() });
    }

    #[test]
    fn a_snippet_is_one_line_around_the_find_with_marks_that_fit() {
        let text = format!("{}\n\nFÖRSÖRJNINGSSTÖD\u{a0}och  åter stöd {}", "åäö ".repeat(100), "ord ".repeat(200));
        let hit = look("stöd", None, &[&text]).expect("is found");
        let snippet = hit.snippet.expect("a snippet");
        assert_eq!(shown(&snippet), ["STÖD", "stöd"]);
        assert!(snippet.text.contains("FÖRSÖRJNINGSSTÖD och åter stöd ord"), "{}", snippet.text);
        assert!(snippet.text.starts_with('…') && snippet.text.ends_with('…'));
        assert!(snippet.text.len() < 5 * AROUND, "{}", snippet.text.len());
        let whole = look("b", None, &[" a b "]).expect("is found").snippet.expect("a snippet");
        assert_eq!((whole.text.as_str(), shown(&whole)), ("a b", vec!["b"]));
        let long = look("x", None, &[&format!("x{}", "å".repeat(500))]).expect("is found").snippet.expect("a snippet");
        assert_eq!(shown(&long), ["x"]);
    }
}
