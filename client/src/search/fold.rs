//! Words as they are compared: small letters without accents, but å, ä and ö are letters of their own.
//!
//! "har" is not "hår", "idé" is "ide", and Danish and Norwegian æ and ø are ä and ö, as in a Swedish
//! dictionary. Every folded letter remembers where it stood, so that a find can be marked in the text as written.

use std::collections::HashSet;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The letters that a part of the index has at most.
const PART: usize = 3;
/// The most words of a question that are looked for; nobody remembers more of a text.
const MOST_WORDS: usize = 8;

/// A text's words, folded.
pub(crate) struct Folded {
    letters: Vec<char>,
    /// Where each letter stood, in bytes.
    places: Vec<Range<usize>>,
    /// The words, as ranges of letters.
    words: Vec<Range<usize>>,
}

impl Folded {
    /// Folds `text`.
    pub(crate) fn of(text: &str) -> Self {
        let mut folded = Self { letters: Vec::with_capacity(text.len()), places: Vec::new(), words: Vec::new() };
        let mut rest = text.char_indices().peekable();
        let mut cluster = String::new();
        let mut began = None;
        while let Some((at, letter)) = rest.next() {
            let mut end = at + letter.len_utf8();
            let before = folded.letters.len();
            if letter.is_ascii() && rest.peek().is_none_or(|(_, next)| next.is_ascii()) {
                if letter.is_ascii_alphanumeric() {
                    folded.letters.push(letter.to_ascii_lowercase());
                }
            } else {
                cluster.clear();
                cluster.push(letter);
                while let Some((at, mark)) = rest.next_if(|(_, next)| is_combining_mark(*next)) {
                    cluster.push(mark);
                    end = at + mark.len_utf8();
                }
                fold(&cluster, &mut folded.letters);
            }
            let after = folded.letters.len();
            folded.places.extend(std::iter::repeat_n(at..end, after - before));
            match (began, after > before) {
                (None, true) => began = Some(before),
                (Some(start), false) => {
                    folded.words.push(start..before);
                    began = None;
                }
                _ => {}
            }
        }
        folded.words.extend(began.map(|start| start..folded.letters.len()));
        folded
    }

    fn word(&self, word: &Range<usize>) -> &[char] {
        &self.letters[word.clone()]
    }

    /// The parts that it is found by, each once, with a space in between.
    pub(crate) fn parts(&self) -> String {
        let mut seen = HashSet::new();
        let mut parts = String::new();
        for word in &self.words {
            let word = self.word(word);
            let beginnings = (1..PART).filter_map(|length| word.get(..length));
            for part in beginnings.chain(word.windows(PART)) {
                if seen.insert(part) {
                    parts.extend(part);
                    parts.push(' ');
                }
            }
        }
        parts
    }
}

/// What is looked for: all of these words, anywhere in a text and in any order.
pub(crate) struct Question {
    words: Vec<Vec<char>>,
}

impl Question {
    /// Reads what somebody wrote; `None` when there is no letter in it.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let folded = Folded::of(text);
        let mut words: Vec<Vec<char>> = folded.words.iter().map(|word| folded.word(word).to_vec()).collect();
        words.truncate(MOST_WORDS);
        (!words.is_empty()).then_some(Self { words })
    }

    /// As the index is asked: every part of every word. It may give texts where the parts stand apart.
    pub(crate) fn parts(&self) -> String {
        let mut asked = String::new();
        let mut seen = HashSet::new();
        for word in &self.words {
            for part in word.windows(PART.min(word.len())) {
                if seen.insert(part) {
                    asked.push('"');
                    asked.extend(part);
                    asked.push_str("\" ");
                }
            }
        }
        asked
    }

    /// Where its words stand in `text`, in bytes and in order, and which of them do: `found[i]` for the word `i`.
    /// A word of one or two letters must begin one in the text, a longer one may stand inside.
    pub(crate) fn marks(&self, text: &str, found: &mut [bool]) -> Vec<Range<usize>> {
        let folded = Folded::of(text);
        let mut marks = Vec::new();
        for range in &folded.words {
            let word = folded.word(range);
            for (wanted, found) in self.words.iter().zip(&mut *found) {
                let within = match wanted.len() {
                    length if length < PART => word.starts_with(wanted).then_some(0),
                    length => word.windows(length).position(|part| part == wanted),
                };
                if let Some(offset) = within {
                    *found = true;
                    let first = range.start + offset;
                    marks.push(folded.places[first].start..folded.places[first + wanted.len() - 1].end);
                }
            }
        }
        marks.sort_by_key(|mark| mark.start);
        marks.dedup_by(|next, kept| {
            let overlaps = next.start < kept.end;
            if overlaps {
                kept.end = kept.end.max(next.end);
            }
            overlaps
        });
        marks
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }
}

// One letter with its marks. What is no letter or digit gives nothing.
fn fold(cluster: &str, into: &mut Vec<char>) {
    for composed in cluster.nfc().flat_map(char::to_lowercase) {
        match composed {
            'å' | 'ä' | 'ö' => into.push(composed),
            'æ' => into.push('ä'),
            'ø' => into.push('ö'),
            other => into.extend(
                std::iter::once(other)
                    .nfkd()
                    .filter(|letter| letter.is_alphanumeric() && !is_combining_mark(*letter))
                    .flat_map(char::to_lowercase),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(words: &str, text: &str) -> bool {
        let question = Question::read(words).expect("has letters");
        let mut found = vec![false; question.len()];
        question.marks(text, &mut found);
        let by_check = found.iter().all(|found| *found);
        let parts = Folded::of(text).parts();
        let parts: HashSet<&str> = parts.split(' ').collect();
        let by_index = question.parts().split_whitespace().all(|part| parts.contains(part.trim_matches('"')));
        assert!(by_index || !by_check, "the index would not lead to {text:?} for {words:?}");
        by_check
    }

    #[test]
    fn words_are_compared_as_in_swedish() {
        for (words, text, expected) in [
            ("har", "Du hår", false),
            ("hår", "Du har", false),
            ("HÅR", "ett hårstrå", true),
            ("ha\u{30a}r", "ett hårstrå", true),
            ("idé", "en ide", true),
            ("ide", "en idé, ett e-brev", true),
            ("muller", "Herr Müller", true),
            ("søren", "Sören", true),
            ("stöd", "försörjningsstöd", true),
            ("stod", "försörjningsstöd", false),
            ("t", "försörjningsstöd", false),
            ("f", "försörjningsstöd", true),
            ("fö stöd", "försörjningsstöd", true),
            ("stöd fö", "inget stöd", false),
            ("2026-01432", "Ärende 2026-01432", true),
            ("0143", "Ärende 2026-01432", true),
            ("abcd", "abc bcd", false),
            ("مرحبا", "قال مَرْحَبًا", true),
        ] {
            assert_eq!(finds(words, text), expected, "{words:?} in {text:?}");
        }
        assert!(Question::read(" – !").is_none());
    }

    #[test]
    fn marks_stand_on_the_text_as_written() {
        let text = "Före: FÖRSO\u{308}RJNING, för Åsa";
        let question = Question::read("för åsa").expect("has letters");
        let mut found = [false; 2];
        let marked: Vec<&str> = question.marks(text, &mut found).into_iter().map(|mark| &text[mark]).collect();
        assert_eq!(marked, ["För", "FÖR", "för", "Åsa"]);
        let question = Question::read("sör").expect("has letters");
        let marked: Vec<&str> = question.marks(text, &mut [false]).into_iter().map(|mark| &text[mark]).collect();
        assert_eq!(marked, ["SO\u{308}R"]);
    }
}
