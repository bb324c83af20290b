//! Which words of a record are searched, and what a find in it is called.
//!
//! Only kinds that this build can read have any, and of those only what a person reads on a screen.

use bridge::search::Found;
use protocol::case::{Case, CaseRow, Note};
use protocol::document::Document;
use protocol::message::{Message, Thread, ThreadRow};
use protocol::record::Content;
use protocol::task::Task;

/// A record's words.
pub(crate) struct Words {
    /// What it is, and where it is shown.
    pub(crate) found: Found,
    /// Its heading; a message has its thread's.
    pub(crate) title: Option<String>,
    /// All else that is searched, in the order that it is read.
    pub(crate) texts: Vec<String>,
}

/// The words of a record; a message does not say which thread it stands in.
pub(crate) fn words(kind: &str, id: &str, body: &str, thread: &str) -> Option<Words> {
    match kind {
        Message::KIND => read(body).map(|message: Message| Words {
            found: Found::Message { thread: thread.to_owned(), message: id.to_owned() },
            title: None,
            texts: vec![message.text],
        }),
        Thread::KIND => read(body).map(|thread: Thread| Words {
            found: Found::Thread { thread: thread.thread.to_string(), scope: None },
            title: Some(thread.subject),
            texts: thread.participants.into_iter().map(|participant| participant.name).collect(),
        }),
        ThreadRow::KIND => read(body).map(|row: ThreadRow| Words {
            found: Found::Thread { thread: row.thread.to_string(), scope: Some(row.scope.to_string()) },
            title: Some(row.subject),
            texts: vec![row.with],
        }),
        Note::KIND => read(body).map(|note: Note| Words {
            found: Found::Note { case: note.case.to_string(), note: id.to_owned() },
            title: Some(note.heading),
            texts: vec![note.text, note.author],
        }),
        Document::KIND => read(body).map(|document: Document| Words {
            found: Found::Document { document: id.to_owned() },
            title: Some(document.title),
            texts: document
                .sections
                .into_iter()
                .flat_map(|section| [section.heading, section.text])
                .chain([document.author])
                .collect(),
        }),
        Task::KIND => read(body).map(|task: Task| Words {
            found: Found::Task { task: id.to_owned(), case: task.case.map(|case| case.to_string()) },
            title: Some(task.title),
            texts: task.detail.into_iter().collect(),
        }),
        Case::KIND => read(body).map(|case: Case| Words {
            found: Found::Case { case: case.case.to_string(), scope: None },
            title: Some(case.title),
            texts: [case.number, case.concerns]
                .into_iter()
                .chain(case.next_step)
                .chain([case.caseworker.name])
                .collect(),
        }),
        CaseRow::KIND => read(body).map(|row: CaseRow| Words {
            found: Found::Case { case: row.case.to_string(), scope: Some(row.scope.to_string()) },
            title: Some(row.title),
            texts: vec![row.number, row.concerns],
        }),
        _ => None,
    }
}

fn read<T: Content>(body: &str) -> Option<T> {
    serde_json::from_str(body).ok()
}
