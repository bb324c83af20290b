//! `GET /access/log`: the log as somebody may read it, newest first.
//!
//! A line follows the reader's own grants. It shows where they are let into what it is about, and there the very note
//! or document; other proxies' lines and what is about somebody else's access are for the one it concerns alone; people
//! kept apart never stand in each other's lines. What a mask changed, who is kept apart and who was looked up shows to nobody here: a review
//! has it, and whoever reads it could tell that there is a case. Where a threat
//! was decided staff show by title and unit; to whoever acts for somebody with protected identity by title alone.

use crate::App;
use crate::error::Error;
use crate::feed::decode;
use crate::identity::Caller;
use axum::Json;
use axum::extract::{RawQuery, State};
use protocol::access::{LogAct, LogLine, LogPage, LogReader, LogThing, Role};
use protocol::identity::Realm;
use protocol::refusal::RefusalCode;
use std::sync::Arc;
use url::form_urlencoded;

/// Lines of a page.
const LINES: usize = 50;

pub(in crate::access) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<LogPage>, Error> {
    let query = query.unwrap_or_default();
    let before = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "before");
    answer(&app, &caller, before.as_ref().map(|(_, before)| before.as_ref())).await.map(Json)
}

/// The page of `caller`'s log that ends before `before`; the newest without it.
///
/// # Errors
/// [`RefusalCode::Access`] for staff and without an e-identification, [`RefusalCode::Invalid`] for a `before` that no
/// page gave.
pub async fn answer(app: &App, caller: &Caller, before: Option<&str>) -> Result<LogPage, Error> {
    if caller.realm != Realm::Resident || !caller.level.is_eid() {
        return Err(RefusalCode::Access.into());
    }
    let from = before.map_or(Ok(Place { at: i64::MAX, skip: 0 }), Place::read)?;
    let mut snapshot = app.db.snapshot().await?;
    let mut rows: Vec<Row> = sqlx::query_as(VISIBLE)
        .bind(caller.person.as_str())
        .bind(app.db.now())
        .bind(from.at)
        .bind(i64::try_from(LINES + 1).unwrap_or(i64::MAX))
        .bind(from.skip)
        .fetch_all(&mut *snapshot)
        .await?;
    let more = rows.len() > LINES;
    rows.truncate(LINES);
    let next = rows.last().filter(|_| more).map(|last| {
        let same = rows.iter().filter(|row| row.at == last.at).count();
        let skip = i64::try_from(same).unwrap_or(i64::MAX) + if last.at == from.at { from.skip } else { 0 };
        Place { at: last.at, skip }.write()
    });
    let lines = rows.into_iter().map(|row| row.line(caller)).collect::<Result<_, _>>()?;
    Ok(LogPage { lines, next })
}

/// Where a page begins: behind the first `skip` lines of the moment `at`. Entries' own numbers would tell how much
/// goes on in the municipality.
struct Place {
    at: i64,
    skip: i64,
}

impl Place {
    fn read(text: &str) -> Result<Self, Error> {
        let parts = text.split_once('.').and_then(|(at, skip)| Some((at.parse().ok()?, skip.parse().ok()?)));
        let (at, skip) = parts.filter(|(_, skip)| *skip >= 0).ok_or(RefusalCode::Invalid)?;
        Ok(Self { at, skip })
    }

    fn write(&self) -> String {
        format!("{}.{}", self.at, self.skip)
    }
}

/// What $1 may read at $2, from $3 back.
const VISIBLE: &str = "
    SELECT e.at, e.act, e.role, e.purpose, e.unassigned, e.by_person, e.concerns, e.thread,
           b.given_name AS by_given, b.family_name AS by_family, b.title AS by_title, u.name AS by_unit,
           c.given_name AS concerns_given, c.family_name AS concerns_family,
           a.given_name AS about_given, a.family_name AS about_family,
           CASE WHEN a.realm = 'staff' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS about_staff,
           f.title AS case_title, t.subject, d.sort, d.title AS document_title, n.heading,
           CAST((SELECT COUNT(*) FROM staff_hidden h WHERE h.person IN ($1, e.concerns)) AS BIGINT) AS hidden,
           CASE WHEN c.protected <> 0 AND c.id <> $1 THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS veiled
    FROM log_entry e
    JOIN person b ON b.id = e.by_person
    JOIN person c ON c.id = e.concerns
    LEFT JOIN person a ON a.id = e.about
    LEFT JOIN unit u ON u.id = e.unit
    LEFT JOIN case_file f ON f.id = e.case_id
    LEFT JOIN thread t ON t.id = e.thread
    LEFT JOIN document d ON d.id = e.fact
    LEFT JOIN note n ON n.id = e.fact
    WHERE e.at <= $3 AND e.act NOT IN ('mask', 'keep_apart', 'end_keep_apart', 'hide_staff', 'look_up')
      AND (e.act NOT IN ('end_relation', 'check_relation') OR e.concerns = $1)
      AND e.concerns IN (SELECT $1 UNION SELECT cf.person FROM case_file cf
                         JOIN scope cs ON cs.kind = 'case' AND cs.fact = cf.id AND cs.audience = $1)
      AND (e.role = 'caseworker' OR e.concerns = $1 OR e.by_person = $1)
      AND (e.about IS NULL OR e.about = $1 OR e.concerns = $1)
      AND NOT EXISTS (SELECT 1 FROM kept_apart k WHERE k.person = $1 AND k.other IN (e.by_person, e.concerns, e.about))
      AND (e.case_id IS NOT NULL OR e.thread IS NOT NULL OR e.concerns = $1)
      AND (e.thread IS NULL OR EXISTS (
          SELECT 1 FROM scope s JOIN access_grant g ON g.scope = s.id AND g.subject = $1
          WHERE s.kind = 'thread' AND s.fact = e.thread AND g.starts <= $2 AND (g.until IS NULL OR g.until > $2)))
      AND (e.case_id IS NULL OR e.thread IS NOT NULL OR EXISTS (
          SELECT 1 FROM scope s JOIN access_grant g ON g.scope = s.id AND g.subject = $1
          WHERE s.kind = 'case' AND s.fact = e.case_id AND s.audience = $1
            AND g.starts <= $2 AND (g.until IS NULL OR g.until > $2)
            AND (e.fact IS NULL OR EXISTS (
                SELECT 1 FROM record r WHERE r.scope = s.id AND r.id = e.fact AND r.deleted = 0))))
    ORDER BY e.at DESC, e.municipality, e.n DESC LIMIT $4 OFFSET $5";

#[derive(sqlx::FromRow)]
struct Row {
    at: i64,
    act: String,
    role: String,
    purpose: Option<String>,
    unassigned: i64,
    by_person: String,
    concerns: String,
    thread: Option<String>,
    by_given: String,
    by_family: String,
    by_title: Option<String>,
    by_unit: Option<String>,
    concerns_given: String,
    concerns_family: String,
    about_given: Option<String>,
    about_family: Option<String>,
    about_staff: i64,
    case_title: Option<String>,
    subject: Option<String>,
    sort: Option<String>,
    document_title: Option<String>,
    heading: Option<String>,
    hidden: i64,
    veiled: i64,
}

impl Row {
    fn line(self, reader: &Caller) -> Result<LogLine, Error> {
        let role: Role = decode(&self.role)?;
        let (veiled, staff) = (self.veiled != 0, role == Role::Caseworker);
        let nameless = veiled || self.hidden > 0;
        let hidden = staff && nameless;
        let by = LogReader {
            role,
            name: (!hidden).then(|| format!("{} {}", self.by_given, self.by_family)),
            title: self.by_title,
            unit: self.by_unit.filter(|_| !veiled),
            you: self.by_person == reader.person.as_str(),
        };
        let what = match (self.thread, self.subject, self.sort, self.document_title, self.heading, self.case_title) {
            (Some(_), Some(subject), ..) => LogThing::Thread { subject },
            (_, _, Some(sort), Some(title), ..) => LogThing::Document { sort: decode(&sort)?, title },
            (.., Some(heading), _) => LogThing::Note { heading },
            (.., Some(title)) => LogThing::Case { title },
            _ => LogThing::Other,
        };
        let name = |given, family| format!("{given} {family}");
        Ok(LogLine {
            at: self.at,
            by,
            act: act(&self.act),
            what,
            purpose: self.purpose.as_deref().map(decode).transpose()?,
            unassigned: self.unassigned != 0,
            concerns: (self.concerns != reader.person.as_str())
                .then(|| name(self.concerns_given, self.concerns_family)),
            about: self
                .about_given
                .zip(self.about_family)
                .filter(|_| !(nameless && self.about_staff != 0))
                .map(|(given, family)| name(given, family)),
        })
    }
}

fn act(stored: &str) -> LogAct {
    match stored {
        "open" => LogAct::Opened,
        "seen" | "download" => LogAct::Read,
        "receive" => LogAct::Received,
        "start_thread" | "send_message" | "write_note" | "sign_document" => LogAct::Wrote,
        "open_case" | "move_case" => LogAct::Changed,
        "open_case_to" | "confirm_proxy" => LogAct::LetIn,
        "close_case_to" => LogAct::ShutOut,
        "assign_case" => LogAct::Assigned,
        "ask_for" => LogAct::Asked,
        "review_opening" => LogAct::Reviewed,
        _ => LogAct::Unknown,
    }
}
