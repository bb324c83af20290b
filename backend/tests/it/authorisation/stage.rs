//! The people of the table and the records that they try.

use crate::acts::{attached, open_case, open_case_to, start_thread, write_note};
use crate::town::Town;
use axum::body::{Body, Bytes, to_bytes};
use digiteam_backend::{document, router};
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};
use protocol::document::{BlobRef, DocumentSort, Section, SignDocument};
use protocol::id::{CaseId, DocumentId, PersonId, RecordId, ScopeId};
use protocol::refusal::Refusal;
use protocol::relation::{Invite, hash_code};
use protocol::task::AskFor;
use tower::ServiceExt as _;

/// With it a power of attorney can be given to Agnes.
pub(super) const CODE: &str = "0123456789ABCDEFGHJKMNPQRS";

/// Somebody who tries.
pub(super) struct Actor {
    /// The name of their column.
    pub(super) column: &'static str,
    /// Who they are in the registry; nobody logged in without.
    pub(super) person: Option<&'static str>,
    /// They are staff.
    pub(super) staff: bool,
}

const fn actor(column: &'static str, person: &'static str, staff: bool) -> Actor {
    Actor { column, person: Some(person), staff }
}

/// Everybody, in order of columns.
pub(super) const ACTORS: [Actor; 11] = [
    Actor { column: "nobody", person: None, staff: false },
    actor("resident", "barn", false),
    actor("guardian", "moa", false),
    actor("proxy", "ombud", false),
    actor("apart", "granne", false),
    actor("elsewhere", "bo", false),
    actor("caseworker", "sara", true),
    actor("colleague", "samir", true),
    actor("lead", "leif", true),
    actor("unit", "ulf", true),
    actor("town", "stina", true),
];

/// A record that is tried: a case with what belongs to it.
pub(super) struct Record {
    /// How the table calls it.
    pub(super) name: &'static str,
    /// The case; its note, document, thread and task are named after it.
    pub(super) case: &'static str,
    /// Whom it concerns.
    pub(super) person: &'static str,
    /// Who works on it.
    pub(super) caseworker: &'static str,
    /// Who could work on it instead.
    pub(super) colleague: &'static str,
    /// Who is let in for them.
    pub(super) proxy: &'static str,
    /// As what.
    pub(super) relation: &'static str,
    /// The personal number of somebody who lives there.
    pub(super) number: &'static str,
}

/// All of them.
pub(super) const RECORDS: [Record; 3] = [
    record("own", "c1", ("barn", "moa", "r-moa"), ("sara", "samir"), "199904219848"),
    record("other", "c2", ("agnes", "gustav", "r-agnes"), ("ulf", "una"), "199904219848"),
    record("elsewhere", "c3", ("bo", "gustav", "r-bo"), ("stina", "sten"), "196301189863"),
];

/// `(person, proxy, relation)` and `(caseworker, colleague)`.
pub(super) const fn record(
    name: &'static str,
    case: &'static str,
    (person, proxy, relation): (&'static str, &'static str, &'static str),
    (caseworker, colleague): (&'static str, &'static str),
    number: &'static str,
) -> Record {
    Record { name, case, person, caseworker, colleague, proxy, relation, number }
}

impl Record {
    /// The note.
    pub(super) fn note(&self) -> String {
        format!("{}-n", self.case)
    }

    /// The document.
    pub(super) fn document(&self) -> String {
        format!("{}-d", self.case)
    }

    /// The thread.
    pub(super) fn thread(&self) -> String {
        format!("{}-t", self.case)
    }

    /// That somebody opened it to whom it was not assigned.
    pub(super) fn opening(&self) -> String {
        format!("{}-o", self.case)
    }

    /// The file of the thread's first message.
    pub(super) fn sent(&self) -> String {
        format!("{}-f", self.case)
    }

    /// The task.
    pub(super) fn task(&self) -> String {
        format!("{}-k", self.case)
    }
}

/// A town with the records in it.
pub(super) struct Stage {
    pub(super) town: Town,
}

impl Stage {
    pub(super) async fn make(town: Town) -> Self {
        for record in &RECORDS {
            let (case, by) = (record.case, record.caseworker);
            let mut opened = open_case(case, record.person, true);
            opened.title = case.into();
            town.must(by, opened).await;
            town.must(by, open_case_to(case, record.proxy)).await;
            town.must(by, write_note(case, &record.note(), &[])).await;
            town.must(by, document(&town, record).await).await;
            let mut started = start_thread(case, &record.thread(), record.person);
            started.files = vec![attached(&town, by, &record.sent()).await];
            town.must(by, started).await;
            town.must(
                by,
                AskFor {
                    case: CaseId::new(case),
                    task: RecordId::new(record.task()),
                    person: PersonId::new(record.person),
                    title: "Ta med intyget".into(),
                    detail: None,
                    due_at: None,
                },
            )
            .await;
        }
        town.must("sara", open_case_to("c1", "ombud")).await;
        town.sql(
            "INSERT INTO flagged_opening (id, municipality, case_id, by_person, purpose, reason, at)
             SELECT id || '-o', municipality, id, 'samir', 'stand_in', 'Jag vikarierar.', 0 FROM case_file WHERE $1 > 0",
        )
        .await;
        town.must("agnes", Invite { code_hash: hash_code(CODE).expect("is a code") }).await;
        Self { town }
    }

    /// The scopes about `fact`, of whatever audience.
    pub(super) async fn scopes(&self, fact: &str) -> Vec<ScopeId> {
        let mut snapshot = self.town.app.db.snapshot().await.expect("reads");
        let rows: Vec<(String,)> = sqlx::query_as("SELECT id FROM scope WHERE fact = $1 ORDER BY audience")
            .bind(fact)
            .fetch_all(&mut *snapshot)
            .await
            .expect("reads");
        rows.into_iter().map(|(id,)| ScopeId::new(id)).collect()
    }

    /// The scope in which staff have the case.
    pub(super) async fn staff_scope(&self, record: &Record) -> ScopeId {
        let mut snapshot = self.town.app.db.snapshot().await.expect("reads");
        let (id,): (String,) = sqlx::query_as("SELECT id FROM scope WHERE fact = $1 AND audience = 'staff'")
            .bind(record.case)
            .fetch_one(&mut *snapshot)
            .await
            .expect("is there");
        ScopeId::new(id)
    }

    /// What `actor` is answered over HTTP.
    pub(super) async fn ask(&self, actor: &Actor, method: &str, path: &str, body: String) -> Answer {
        self.ask_as(actor, (method, path), (method, path), body).await
    }

    /// As [`Stage::ask`], of what asks nobody who they are: the proof is one for another address.
    pub(super) async fn ask_open(&self, actor: &Actor, method: &str, path: &str, body: String) -> Answer {
        self.ask_as(actor, (method, path), ("GET", "/me"), body).await
    }

    async fn ask_as(&self, actor: &Actor, (method, path): (&str, &str), proof: (&str, &str), body: String) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(person) = actor.person {
            for (name, value) in self.town.headers(person, proof.0, proof.1).await {
                request = request.header(name, value);
            }
        }
        let request = request.header(CONTENT_TYPE, "application/json").body(Body::from(body)).expect("is a request");
        let answer = router(self.town.app.clone()).oneshot(request).await.expect("is answered");
        let status = answer.status();
        // An event stream has no end.
        let body = if path == "/sync/events" && status.is_success() {
            Bytes::new()
        } else {
            to_bytes(answer.into_body(), 1 << 20).await.expect("has a body")
        };
        Answer { status, body }
    }

    /// Closes what anybody opened.
    pub(super) async fn close_all(&self) {
        self.town.sql("DELETE FROM lease WHERE $1 > 0").await;
    }
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

impl Answer {
    /// Whether it was given.
    pub(super) fn is_given(&self) -> bool {
        self.status.is_success() || self.status.is_redirection()
    }

    /// As the table says it.
    pub(super) fn cell(&self) -> String {
        if self.is_given() {
            return "yes".into();
        }
        match serde_json::from_slice::<Refusal>(&self.body) {
            Ok(refusal) => word(&refusal),
            Err(_) => self.status.as_str().to_owned(),
        }
    }

    /// Whether it holds `text`.
    pub(super) fn holds(&self, text: &str) -> bool {
        String::from_utf8_lossy(&self.body).contains(text)
    }
}

/// A refusal as the table says it.
pub(super) fn word(refusal: &Refusal) -> String {
    match digiteam_backend::feed::code(&refusal.code).expect("is a word").as_str() {
        "access" => "no".into(),
        "unauthenticated" => "login".into(),
        other => other.to_owned(),
    }
}

async fn document(town: &Town, record: &Record) -> SignDocument {
    let stored = document::store(&town.app, &town.caller(record.caseworker), Bytes::from("Beslut")).await;
    let stored = stored.expect("is stored");
    SignDocument {
        case: CaseId::new(record.case),
        document: DocumentId::new(record.document()),
        sort: DocumentSort::Decision,
        title: "Beslut".into(),
        sections: vec![Section { heading: "Beslut".into(), text: "Ja.".into(), masked: None }],
        file: Some(BlobRef {
            blob: stored.blob,
            name: "beslut.pdf".into(),
            media_type: "application/pdf".into(),
            size: stored.size,
            sha256: stored.sha256,
        }),
        appeal_until: None,
        hidden_from: Vec::new(),
    }
}
