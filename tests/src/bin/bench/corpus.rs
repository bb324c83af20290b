//! The records that everybody is measured on: threads with messages of about 333 bytes each, the same ones
//! for our backend, for the limit and for the peer. Made by counting, so that every run has the same.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// Bytes of one record's body.
const BODY: usize = 333;
/// Records of an ordinary thread, its own one among them.
const THREAD: usize = 500;
/// Records of the long thread, where there is one.
pub(crate) const LONG_THREAD: usize = 12_000;
/// When the first message was sent.
const BEGIN: i64 = 1_760_000_000_000;

/// The resident whose records these are, and somebody who is in every thread with them.
pub(crate) const PERSON: &str = "anna";
/// The other one.
pub(crate) const OTHER: &str = "bo";

const WORDS: &[&str] = &[
    "ansökan",
    "barnet",
    "beslut",
    "besök",
    "bidrag",
    "dag",
    "du",
    "eftermiddag",
    "familjen",
    "försörjningsstöd",
    "förskola",
    "god",
    "handläggare",
    "hej",
    "hyra",
    "hör",
    "idag",
    "intyg",
    "kan",
    "kommer",
    "kontakt",
    "läkare",
    "möte",
    "och",
    "planering",
    "räkning",
    "samtal",
    "skola",
    "stöd",
    "svar",
    "tack",
    "tid",
    "underlag",
    "uppföljning",
    "utredning",
    "vad",
    "vecka",
    "vi",
    "återkommer",
    "ärendet",
    "önskar",
    "är",
];

/// Words to look for: whole ones, parts of some, short ones, and one that is nowhere.
pub(crate) const SOUGHT: &[&str] =
    &["stöd", "försörj", "möte", "hår", "är", "uppföljning", "12345", "läkare", "xylofon"];

/// All records.
pub(crate) struct Corpus {
    /// Names it, for files.
    pub(crate) name: &'static str,
    /// The threads, each a scope of its own.
    pub(crate) threads: Vec<Thread>,
}

/// One thread.
pub(crate) struct Thread {
    /// Its id.
    pub(crate) id: String,
    /// Its scope's.
    pub(crate) scope: String,
    /// Its records in order of their numbers, which begin at 1.
    pub(crate) records: Vec<Record>,
}

/// One record.
pub(crate) struct Record {
    /// Its kind.
    pub(crate) kind: &'static str,
    /// Its id.
    pub(crate) id: String,
    /// Its content.
    pub(crate) body: String,
}

impl Corpus {
    /// Ten thousand in twenty threads.
    pub(crate) fn small() -> Self {
        Self::of("10k", &[THREAD; 20])
    }

    /// Fifty thousand, of which twelve thousand are in one thread.
    pub(crate) fn large() -> Self {
        let mut sizes = vec![LONG_THREAD];
        sizes.extend([THREAD; 76]);
        Self::of("50k", &sizes)
    }

    fn of(name: &'static str, sizes: &[usize]) -> Self {
        let mut dice = Dice(0x5eed);
        let threads = sizes.iter().enumerate().map(|(at, size)| Thread::new(at, *size, &mut dice)).collect();
        Self { name, threads }
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.threads.iter().map(|thread| thread.records.len()).sum()
    }

    /// All of them as a JSON list, or of the first threads only the newest of each, as a first window would be.
    pub(crate) fn json(&self, window: Option<(usize, usize)>) -> String {
        let mut list = String::from("[");
        let (threads, newest) = window.unwrap_or((usize::MAX, usize::MAX));
        for thread in self.threads.iter().take(threads) {
            let from = thread.records.len().saturating_sub(newest);
            // The thread's own record comes first and is always wanted.
            for (at, record) in thread.records.iter().enumerate().filter(|(at, _)| *at == 0 || *at >= from) {
                let comma = if list.len() > 1 { "," } else { "" };
                let Record { kind, id, body } = record;
                let seq = at + 1;
                let scope = &thread.scope;
                write!(list, r#"{comma}{{"scope":"{scope}","kind":"{kind}","id":"{id}","seq":{seq},"body":{body}}}"#)
                    .expect("writing to a string cannot fail");
            }
        }
        list.push(']');
        list
    }
}

impl Thread {
    fn new(at: usize, size: usize, dice: &mut Dice) -> Self {
        let (id, scope) = (format!("thread-{at:03}"), format!("scope-{at:03}"));
        let participant = |person: &str, name: &str| json!({"person": person, "name": name, "staff": false});
        let own = json!({
            "thread": id, "case": null, "subject": format!("Samtal {at}"), "started_at": BEGIN,
            "participants": [participant(PERSON, "Anna Ek"), participant(OTHER, "Bo Ek")],
        });
        let mut records = vec![Record { kind: "thread", id: id.clone(), body: own.to_string() }];
        records.extend((1..size).map(|n| Record {
            kind: "message",
            id: format!("message-{at:03}-{n:05}"),
            body: message(if n % 2 == 0 { PERSON } else { OTHER }, BEGIN + 60_000 * sent(at, n), dice).to_string(),
        }));
        Self { id, scope, records }
    }
}

/// Words for one message, different each time.
pub(crate) fn text(bytes: usize, number: u64) -> String {
    Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5eed).text(bytes)
}

fn message(from: &str, sent_at: i64, dice: &mut Dice) -> Value {
    let frame = json!({"from": from, "text": "", "sent_at": sent_at}).to_string().len();
    json!({"from": from, "text": dice.text(BODY - frame), "sent_at": sent_at})
}

fn sent(thread: usize, n: usize) -> i64 {
    i64::try_from(thread + n * 80).unwrap_or(i64::MAX)
}

/// Chance that is the same in every run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn text(&mut self, bytes: usize) -> String {
        let mut text = format!("{}", self.throw());
        while text.len() < bytes {
            let word = WORDS[usize::try_from(self.throw()).unwrap_or(0) % WORDS.len()];
            text.push(' ');
            text.push_str(word);
        }
        while text.len() > bytes {
            text.pop();
        }
        text.trim().to_owned()
    }
}
