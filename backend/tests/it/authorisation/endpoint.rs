//! The rows of the endpoints.

use super::Row;
use super::stage::{ACTORS, Actor, Answer, RECORDS, Record, Stage};
use digiteam_backend::routes::{ROUTES, Who};
use protocol::id::ScopeId;
use serde_json::json;
use std::collections::BTreeSet;

/// What is sent to an endpoint.
enum Probe {
    /// The same by everybody, whatever record: this body.
    Plain(&'static str),
    /// For each record: what holds it, and how that is known.
    Of(Of),
}

/// How an endpoint is tried on a record.
#[derive(Clone, Copy)]
enum Of {
    /// Opening the case.
    Open,
    /// The lines of the log about the case.
    Log,
    /// Whom the case can be given to.
    Assignable,
    /// Looking for somebody in its municipality.
    LookUp,
    /// The file of its document, by whatever scope.
    File,
    /// A file of a message in its thread.
    Sent,
    /// An upload for an act in its thread.
    Upload,
    /// Anything of the case.
    Case(&'static str),
    /// Anything of the thread.
    Thread(&'static str),
}

/// Every endpoint; one that the backend's list has and this has not fails.
const ENDPOINTS: [(&str, &str, Probe); 39] = [
    ("GET", "/health", Probe::Plain("")),
    ("GET", "/health/ready", Probe::Plain("")),
    ("GET", "/health/live", Probe::Plain("")),
    ("GET", "/openapi.json", Probe::Plain("")),
    ("GET", "/.well-known/openid-configuration", Probe::Plain("")),
    ("GET", "/identity/jwks.json", Probe::Plain("")),
    ("GET", "/identity/client-jwks.json", Probe::Plain("")),
    ("GET", "/identity/authorize", Probe::Plain("")),
    ("GET", "/identity/callback", Probe::Plain("")),
    ("POST", "/identity/token", Probe::Plain("")),
    ("POST", "/identity/revoke", Probe::Plain("")),
    ("GET", "/identity/logout", Probe::Plain("")),
    ("POST", "/identity/logout", Probe::Plain("")),
    ("POST", "/identity/backchannel-logout/{provider}", Probe::Plain("")),
    ("GET", "/identity/frontchannel-logout/{provider}", Probe::Plain("")),
    ("GET", "/identity/devices", Probe::Plain("")),
    ("POST", "/identity/devices/{id}/sign-out", Probe::Plain("")),
    ("POST", "/identity/invites", Probe::Plain("{}")),
    ("POST", "/identity/invites/{invite}/revoke", Probe::Plain("")),
    ("GET", "/identity/userinfo", Probe::Plain("")),
    ("POST", "/identity/userinfo", Probe::Plain("")),
    ("GET", "/municipalities", Probe::Plain("")),
    ("GET", "/me", Probe::Plain("")),
    ("GET", "/mask-grounds", Probe::Plain("")),
    ("POST", "/blobs", Probe::Plain("bytes")),
    ("POST", "/sync/push", Probe::Plain(r#"{"device":"d","mutations":[]}"#)),
    ("GET", "/sync/events", Probe::Plain("")),
    ("POST", "/access/open", Probe::Of(Of::Open)),
    ("GET", "/access/log", Probe::Of(Of::Log)),
    ("GET", "/cases/{case}/assignable", Probe::Of(Of::Assignable)),
    ("POST", "/party/look-up", Probe::Of(Of::LookUp)),
    ("GET", "/blobs/{scope}/{document}", Probe::Of(Of::File)),
    ("PUT", "/uploads/{scope}/{blob}", Probe::Of(Of::Upload)),
    ("GET", "/blobs/{scope}/{message}/{blob}", Probe::Of(Of::Sent)),
    ("POST", "/sync/pull", Probe::Of(Of::Case(PULL))),
    ("POST", "/sync/pull", Probe::Of(Of::Thread(PULL))),
    ("GET", "/sync/digest", Probe::Of(Of::Case(""))),
    ("GET", "/sync/digest", Probe::Of(Of::Thread(""))),
    ("GET", "/nowhere", Probe::Plain("")),
];

const PULL: &str = r#"{"device":"d"}"#;

/// What everybody gets of every endpoint.
pub(super) async fn rows(stage: &Stage) -> Vec<Row> {
    let listed = ROUTES.iter().map(|route| (route.method.to_uppercase(), route.path)).collect::<BTreeSet<_>>();
    let probed = ENDPOINTS.iter().map(|(method, path, _)| ((*method).to_owned(), *path)).collect::<BTreeSet<_>>();
    let missing: Vec<_> = listed.difference(&probed).collect();
    assert!(missing.is_empty(), "say in ENDPOINTS how these are tried: {missing:?}");
    let gone: Vec<_> = probed.difference(&listed).filter(|(_, path)| *path != "/nowhere").collect();
    assert!(gone.is_empty(), "these are no endpoints any more: {gone:?}");

    let mut rows = Vec::new();
    for (method, path, probe) in &ENDPOINTS {
        match probe {
            Probe::Plain(body) => {
                let mut cells = Vec::new();
                let filled = path.replace(['{', '}'], "x");
                let asks = ROUTES.iter().any(|route| {
                    route.who == Who::Caller && route.path == *path && route.method.eq_ignore_ascii_case(method)
                });
                for actor in &ACTORS {
                    let answer = match asks {
                        true => stage.ask(actor, method, &filled, (*body).to_owned()).await,
                        false => stage.ask_open(actor, method, &filled, (*body).to_owned()).await,
                    };
                    cells.push(answer.cell());
                }
                rows.push(Row { what: format!("{method} {path}"), record: "", cells });
            }
            Probe::Of(of) => {
                let part = match of {
                    Of::Case(_) => ", case",
                    Of::Thread(_) => ", thread",
                    Of::Open | Of::Log | Of::Assignable | Of::LookUp | Of::File | Of::Sent | Of::Upload => "",
                };
                for record in &RECORDS {
                    let mut cells = Vec::new();
                    for actor in &ACTORS {
                        cells.push(cell(stage, actor, record, (method, path), *of).await);
                        stage.close_all().await;
                    }
                    rows.push(Row { what: format!("{method} {path}{part}"), record: record.name, cells });
                }
            }
        }
    }
    rows
}

async fn cell(stage: &Stage, actor: &Actor, record: &Record, at: (&str, &str), of: Of) -> String {
    if let Of::Open = of {
        return open(stage, actor, &stage.staff_scope(record).await, None).await.cell();
    }
    let closed = tried(stage, actor, record, at, of).await;
    if closed == "yes" || !actor.staff {
        return closed;
    }
    // Staff are given content once they have opened it.
    let fact = if let Of::Thread(_) | Of::Sent | Of::Upload = of { record.thread() } else { record.case.to_owned() };
    for scope in stage.scopes(&fact).await {
        if open(stage, actor, &scope, Some("Jag vikarierar.")).await.is_given() {
            let opened = tried(stage, actor, record, at, of).await;
            return if opened == "yes" { "opened".into() } else { opened };
        }
    }
    closed
}

async fn open(stage: &Stage, actor: &Actor, scope: &ScopeId, reason: Option<&str>) -> Answer {
    let body = json!({"scope": scope, "purpose": "handle", "reason": reason});
    stage.ask(actor, "POST", "/access/open", body.to_string()).await
}

async fn tried(stage: &Stage, actor: &Actor, record: &Record, (method, path): (&str, &str), of: Of) -> String {
    let (body, wanted) = match of {
        Of::Open => return open(stage, actor, &stage.staff_scope(record).await, None).await.cell(),
        Of::Assignable => {
            let path = path.replace("{case}", record.case);
            return stage.ask(actor, method, &path, String::new()).await.cell();
        }
        Of::LookUp => {
            let body = json!({"case": record.case, "personal_number": record.number, "purpose": "handle"});
            return stage.ask(actor, method, path, body.to_string()).await.cell();
        }
        Of::Log => ("", vec![format!(r#""title":"{}""#, record.case)]),
        Of::File => {
            let mut answer = None;
            for scope in stage.scopes(record.case).await {
                let path = format!("/blobs/{scope}/{}", record.document());
                let one = stage.ask(actor, method, &path, String::new()).await;
                if one.is_given() || answer.is_none() {
                    answer = Some(one);
                }
            }
            return answer.expect("the case has scopes").cell();
        }
        Of::Sent | Of::Upload => {
            let scope = stage.scopes(&record.thread()).await.remove(0);
            let (path, body) = match of {
                Of::Sent => (format!("/blobs/{scope}/{}-1/{}", record.thread(), record.sent()), String::new()),
                _ => (format!("/uploads/{scope}/{}", uuid::Uuid::new_v4()), "bytes".to_owned()),
            };
            return stage.ask(actor, method, &path, body).await.cell();
        }
        Of::Case(body) => (body, served_as(stage, record.case).await),
        Of::Thread(body) => (body, served_as(stage, &record.thread()).await),
    };
    let answer = stage.ask(actor, method, path, body.to_owned()).await;
    match answer.is_given() {
        true if wanted.iter().any(|wanted| answer.holds(wanted)) => "yes".into(),
        true => "-".into(),
        false => answer.cell(),
    }
}

/// How a page or digest of a scope about `fact` begins.
async fn served_as(stage: &Stage, fact: &str) -> Vec<String> {
    stage.scopes(fact).await.iter().map(|scope| format!(r#""scope":"{scope}","epoch""#)).collect()
}
