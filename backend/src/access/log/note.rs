//! What is noted of acts, of openings and of what proxies are sent.

use super::Entry;
use crate::App;
use crate::access::Held;
use crate::db::Tx;
use crate::error::Error;
use crate::feed::decode;
use crate::identity::Caller;
use protocol::Millis;
use protocol::access::{Role, ScopeKind};
use protocol::id::{CaseId, MunicipalityId, PersonId, ScopeId, ThreadId};
use protocol::identity::Realm;
use protocol::mutation::Act;
use protocol::sync::Page;
use sqlx::AnyConnection;

/// How often it is noted again that somebody is sent what is new in a scope.
const AGAIN: Millis = 24 * 60 * 60 * 1000;
/// The act of being sent it.
const RECEIVE: &str = "receive";

/// Whose records something was done with, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose log it stands in.
    pub municipality: MunicipalityId,
    /// Whom they concern.
    pub concerns: PersonId,
    /// In which case.
    pub case: Option<CaseId>,
    /// In which thread.
    pub thread: Option<ThreadId>,
}

impl Place {
    /// The case.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_case(conn: &mut AnyConnection, case: &str) -> Result<Option<Self>, Error> {
        let row: Option<(String, String)> = sqlx::query_as("SELECT municipality, person FROM case_file WHERE id = $1")
            .bind(case)
            .fetch_optional(conn)
            .await?;
        Ok(row.map(|(municipality, concerns)| Self {
            municipality: MunicipalityId::new(municipality),
            concerns: PersonId::new(concerns),
            case: Some(CaseId::new(case)),
            thread: None,
        }))
    }

    /// The thread: it concerns whom its case concerns, or else the resident in it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_thread(conn: &mut AnyConnection, thread: &str) -> Result<Option<Self>, Error> {
        let row: Option<(String, Option<String>, Option<String>)> = sqlx::query_as(
            "SELECT t.municipality, t.case_id, COALESCE(c.person, (SELECT MIN(r.id) FROM participant p
                 JOIN person r ON r.id = p.person WHERE p.thread = t.id AND r.realm = 'resident'))
             FROM thread t LEFT JOIN case_file c ON c.id = t.case_id WHERE t.id = $1",
        )
        .bind(thread)
        .fetch_optional(conn)
        .await?;
        let Some((municipality, case, Some(concerns))) = row else { return Ok(None) };
        Ok(Some(Self {
            municipality: MunicipalityId::new(municipality),
            concerns: PersonId::new(concerns),
            case: case.map(CaseId::new),
            thread: Some(ThreadId::new(thread)),
        }))
    }

    /// What is the person's and no case's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_person(conn: &mut AnyConnection, person: &PersonId) -> Result<Option<Self>, Error> {
        let row: Option<(String,)> = sqlx::query_as("SELECT municipality FROM person WHERE id = $1")
            .bind(person.as_str())
            .fetch_optional(conn)
            .await?;
        Ok(row.map(|(municipality,)| Self {
            municipality: MunicipalityId::new(municipality),
            concerns: person.clone(),
            case: None,
            thread: None,
        }))
    }

    /// Whatever `scope` is about; none for what is about nobody, such as a desk.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_scope(conn: &mut AnyConnection, scope: &ScopeId) -> Result<Option<Self>, Error> {
        let row: Option<(String, String)> = sqlx::query_as("SELECT kind, fact FROM scope WHERE id = $1")
            .bind(scope.as_str())
            .fetch_optional(&mut *conn)
            .await?;
        let Some((kind, fact)) = row else { return Ok(None) };
        match decode(&kind)? {
            ScopeKind::Case => Self::of_case(conn, &fact).await,
            ScopeKind::Thread => Self::of_thread(conn, &fact).await,
            ScopeKind::Person => Self::of_person(conn, &PersonId::new(fact)).await,
            ScopeKind::Desk | ScopeKind::Unit | ScopeKind::Unknown => Ok(None),
        }
    }
}

/// What an act writes, and where.
pub struct Written {
    act: &'static str,
    at: Where,
    fact: Option<String>,
    about: Option<PersonId>,
}

enum Where {
    Case(CaseId),
    Thread(ThreadId),
    Person(PersonId),
}

impl Written {
    /// Nothing for what writes in nobody's record: a read mark, an own task, an own power of attorney, and what notes itself.
    pub fn of(act: &Act) -> Option<Self> {
        let case = |act, case: &CaseId| Self { act, at: Where::Case(case.clone()), fact: None, about: None };
        let thread = |act, thread: &ThreadId| Self { act, at: Where::Thread(thread.clone()), fact: None, about: None };
        Some(match act {
            Act::StartThread(act) => thread("start_thread", &act.thread),
            Act::SendMessage(act) => thread("send_message", &act.thread),
            Act::OpenCase(act) => case("open_case", &act.case),
            Act::MoveCase(act) => case("move_case", &act.case),
            Act::AssignCase(act) => case("assign_case", &act.case).about(&act.person),
            Act::WriteNote(act) => case("write_note", &act.case).fact(act.note.as_str()),
            Act::OpenCaseTo(act) => case("open_case_to", &act.case).about(&act.person),
            Act::CloseCaseTo(act) => case("close_case_to", &act.case).about(&act.person),
            Act::Mask(act) => case("mask", &act.case).fact(act.fact.as_str()),
            Act::SignDocument(act) => case("sign_document", &act.case).fact(act.document.as_str()),
            Act::AskFor(act) => case("ask_for", &act.case).about(&act.person),
            Act::HideStaff(act) => case("hide_staff", &act.case).about(&act.person),
            Act::RecordRelation(act) => case("record_relation", &act.case).about(&act.person),
            Act::EndRelation(act) => case("end_relation", &act.case),
            Act::CheckRelation(act) => case("check_relation", &act.case),
            Act::KeepApart(act) => case("keep_apart", &act.case).about(&act.person),
            Act::EndKeepApart(act) => case("end_keep_apart", &act.case).about(&act.person),
            Act::ConfirmProxy(act) => case("confirm_proxy", &act.case).about(&act.person),
            Act::MarkProtected(act) => {
                Self { act: "mark_protected", at: Where::Person(act.person.clone()), fact: None, about: None }
            }
            Act::EndProtected(act) => {
                Self { act: "end_protected", at: Where::Person(act.person.clone()), fact: None, about: None }
            }
            Act::MarkRead(_)
            | Act::CompleteTask(_)
            | Act::Seen(_)
            | Act::ReviewOpening(_)
            | Act::Invite(_)
            | Act::GivePowerOfAttorney(_)
            | Act::WithdrawPowerOfAttorney(_)
            | Act::Unknown => return None,
        })
    }

    fn fact(self, fact: &str) -> Self {
        Self { fact: Some(fact.to_owned()), ..self }
    }

    fn about(self, about: &PersonId) -> Self {
        Self { about: Some(about.clone()), ..self }
    }
}

/// Notes what `caller` wrote in somebody's record. What a resident does in what concerns themself is not noted.
///
/// # Errors
/// When the database fails.
pub async fn written(tx: &mut Tx<'_>, caller: &Caller, written: Written) -> Result<(), Error> {
    let place = match &written.at {
        Where::Case(case) => Place::of_case(tx.conn, case.as_str()).await?,
        Where::Thread(thread) => Place::of_thread(tx.conn, thread.as_str()).await?,
        Where::Person(person) => Place::of_person(tx.conn, person).await?,
    };
    let Some(place) = place.filter(|place| place.concerns != caller.person) else { return Ok(()) };
    let role = role(tx, caller, &place).await?;
    let entry = Entry::of(tx, caller, role, place, written.act).await?;
    tx.log.push(Entry { fact: written.fact, about: written.about, ..entry })
}

/// As what `caller` acts in `place`.
async fn role(tx: &mut Tx<'_>, caller: &Caller, place: &Place) -> Result<Role, Error> {
    if caller.realm == Realm::Staff {
        return Ok(Role::Caseworker);
    }
    let row: Option<(String,)> = sqlx::query_as("SELECT role FROM case_party WHERE case_id = $1 AND person = $2")
        .bind(place.case.as_ref().map(CaseId::as_str))
        .bind(caller.person.as_str())
        .fetch_optional(&mut *tx.conn)
        .await?;
    row.map_or(Ok(Role::Guest), |(role,)| decode(&role))
}

/// Whether what is served to `role` is noted: to whoever it does not concern themself.
fn is_noted(role: Role) -> bool {
    role != Role::Resident
}

/// Notes that `caller` is about to be sent the file of the document `fact`.
///
/// # Errors
/// When it cannot be noted: then nothing may be sent.
pub async fn fetched(app: &App, caller: &Caller, role: Role, scope: ScopeId, fact: String) -> Result<(), Error> {
    if !is_noted(role) {
        return Ok(());
    }
    let caller = caller.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(place) = Place::of_scope(tx.conn, &scope).await? else { return Ok(()) };
                let entry = Entry::of(tx, &caller, role, place, "download").await?;
                tx.log.push(Entry { fact: Some(fact), ..entry })
            })
        })
        .await
}

/// Notes that `caller` is about to be sent `pages` of what they have as somebody's proxy: once a day for each scope.
/// Staff are not noted here: they opened it.
///
/// # Errors
/// When it cannot be noted: then nothing may be sent.
pub async fn received(app: &App, caller: &Caller, held: &[Held], pages: &[Page]) -> Result<(), Error> {
    let proxied = |page: &&Page| {
        let role = held.iter().find(|held| held.grant.scope == page.scope).map(|held| held.grant.role);
        let content = page.records.iter().any(|record| !record.deleted);
        content && role.is_some_and(|role| !matches!(role, Role::Resident | Role::Caseworker))
    };
    let mut scopes = Vec::new();
    let mut snapshot = app.db.snapshot().await?;
    for page in pages.iter().filter(proxied) {
        if let Some(place) = Place::of_scope(&mut snapshot, &page.scope).await?
            && !is_recent(&mut snapshot, &caller.person, &place, app.db.now()).await?
        {
            scopes.push(place);
        }
    }
    drop(snapshot);
    if scopes.is_empty() {
        return Ok(());
    }
    let caller = caller.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                for place in scopes {
                    let role = role(tx, &caller, &place).await?;
                    let entry = Entry::of(tx, &caller, role, place, RECEIVE).await?;
                    tx.log.push(entry)?;
                }
                Ok(())
            })
        })
        .await
}

async fn is_recent(conn: &mut AnyConnection, person: &PersonId, place: &Place, now: Millis) -> Result<bool, Error> {
    let (count,): (i64,) = sqlx::query_as(
        "SELECT COUNT(*) FROM log_entry WHERE by_person = $1 AND at > $2 AND act = $3
         AND COALESCE(case_id, '') = $4 AND COALESCE(thread, '') = $5 AND concerns = $6",
    )
    .bind(person.as_str())
    .bind(now - AGAIN)
    .bind(RECEIVE)
    .bind(place.case.as_ref().map_or("", CaseId::as_str))
    .bind(place.thread.as_ref().map_or("", ThreadId::as_str))
    .bind(place.concerns.as_str())
    .fetch_one(conn)
    .await?;
    Ok(count > 0)
}
