//! Threads and messages.
//!
//! A thread is one scope that all its participants share; staff see a summary row on their desk and open
//! the words with a purpose. Messages are only ever added; a read mark only moves forward.

mod hand_over;

pub use hand_over::hand_over;

use crate::access::{NewGrant, grant, granted_until, require, require_case_staff};
use crate::case::CaseFile;
use crate::db::Tx;
use crate::error::Error;
use crate::feed::{ALL, find_scope, scope_for};
use crate::identity::Caller;
use crate::person::{self, Person};
use crate::{case, document, relation, text};
use protocol::access::{Role, ScopeKind, SyncMode};
use protocol::document::BlobRef;
use protocol::id::{MunicipalityId, PersonId, ScopeId, ThreadId};
use protocol::identity::Realm;
use protocol::message::{
    MAX_FILE, MAX_FILES, MAX_SUBJECT, MAX_TEXT, MarkRead, Message, Participant, ReadMark, SendMessage, StartThread,
    Thread, ThreadRow,
};
use protocol::refusal::RefusalCode;

/// Begins a thread: a party of a case with its caseworker, or the other way round.
///
/// # Errors
/// [`RefusalCode::Access`] unless one of the two works on the case and the other is a party of it.
pub async fn start(tx: &mut Tx<'_>, caller: &Caller, act: StartThread) -> Result<(), Error> {
    let subject = text::line(&act.subject, MAX_SUBJECT)?;
    let sender = person::find(tx, &caller.person).await?;
    let other = person::find(tx, &act.with).await?;
    let (staff, party) = match (sender.realm, other.realm) {
        (Realm::Staff, Realm::Resident) => (&sender, &other),
        (Realm::Resident, Realm::Staff) => (&other, &sender),
        _ => return Err(RefusalCode::Access.into()),
    };
    let works_on_it = require_case_staff(tx, &staff.id, act.case.as_str()).await;
    if let Err(refused) = works_on_it {
        // A colleague who would have to say why they open it is nobody to write to.
        return Err(if sender.realm == Realm::Staff { refused } else { RefusalCode::Access.into() });
    }
    let case_scope = find_scope(tx, ScopeKind::Case, act.case.as_str(), party.id.as_str()).await?;
    let case_scope = case_scope.ok_or(RefusalCode::Access)?;
    let role = require(tx.conn, &party.id, &case_scope, tx.now).await?;
    // Whoever may see the case for a time may write about it for that time.
    let until = granted_until(tx, &party.id, &case_scope).await?;
    let file = case::find(tx, &act.case).await?;
    if !case::may_write(tx, &file, &party.id).await? || relation::are_apart(tx, &party.id, &staff.id).await? {
        return Err(RefusalCode::Access.into());
    }

    sqlx::query("INSERT INTO thread (id, municipality, case_id, subject, started_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(act.thread.as_str())
        .bind(file.municipality.as_str())
        .bind(act.case.as_str())
        .bind(&subject)
        .bind(tx.now)
        .execute(&mut *tx.conn)
        .await
        .map_err(text::reused)?;
    let scope = scope_for(tx, &file.municipality, ScopeKind::Thread, act.thread.as_str(), ALL).await?;
    for (person, role, sync, until) in
        [(party, role, SyncMode::Auto, until), (staff, Role::Caseworker, SyncMode::OnOpen, None)]
    {
        sqlx::query("INSERT INTO participant (thread, municipality, person) VALUES ($1, $2, $3)")
            .bind(act.thread.as_str())
            .bind(staff.municipality.as_str())
            .bind(person.id.as_str())
            .execute(&mut *tx.conn)
            .await?;
        let new = NewGrant { subject: person.id.as_str(), scope: &scope, role, sync, until, ground: "participant" };
        grant(tx, &file.municipality, new).await?;
    }
    show_participants_of(tx, &file, &act.thread).await?;
    send(tx, caller, SendMessage { thread: act.thread, message: act.message, text: act.text, files: act.files }).await
}

/// Shows who takes part in every thread about `case` anew, after who may know whom has changed.
///
/// # Errors
/// When the database fails.
pub async fn show_participants(tx: &mut Tx<'_>, case: &CaseFile) -> Result<(), Error> {
    let threads: Vec<(String,)> = sqlx::query_as("SELECT id FROM thread WHERE case_id = $1 ORDER BY id")
        .bind(case.id.as_str())
        .fetch_all(&mut *tx.conn)
        .await?;
    for (thread,) in threads {
        show_participants_of(tx, case, &ThreadId::new(thread)).await?;
    }
    Ok(())
}

/// What a thread is about and who takes part, the resident first. Staff stand in it by name, unless the resident must not
/// know who and where they are.
async fn show_participants_of(tx: &mut Tx<'_>, case: &CaseFile, thread: &ThreadId) -> Result<(), Error> {
    let (subject, started_at): (String, i64) = sqlx::query_as("SELECT subject, started_at FROM thread WHERE id = $1")
        .bind(thread.as_str())
        .fetch_one(&mut *tx.conn)
        .await?;
    let mut people = participants(tx, thread).await?;
    people.sort_by_key(|one| (one.person.realm == Realm::Staff, one.left));
    let concerned = person::find(tx, &case.person).await?;
    let mut veiled = false;
    for one in people.iter().filter(|one| one.person.realm == Realm::Resident) {
        veiled |= relation::is_veiled(tx, case, &concerned, &one.person.id).await?;
    }
    let name = if veiled { Person::veiled_participant } else { Person::participant };
    let shown = Thread {
        thread: thread.clone(),
        case: Some(case.id.clone()),
        subject,
        participants: people.iter().map(|one| Participant { left: one.left, ..name(&one.person) }).collect(),
        started_at,
    };
    let scope = scope_for(tx, &case.municipality, ScopeKind::Thread, thread.as_str(), ALL).await?;
    tx.feed.put(&scope, thread.as_str(), &shown)
}

/// Adds a message.
///
/// # Errors
/// [`RefusalCode::Access`] for whoever does not take part, [`RefusalCode::Invalid`] or
/// [`RefusalCode::TooLong`] for the text or a file, [`RefusalCode::Reused`] when the id is taken, [`RefusalCode::Closed`]
/// when the others are to be kept apart from the sender.
pub async fn send(tx: &mut Tx<'_>, caller: &Caller, act: SendMessage) -> Result<(), Error> {
    let scope = require_participant(tx, &caller.person, &act.thread).await?;
    // A picture may say it all.
    let wordless = act.text.trim().is_empty() && !act.files.is_empty();
    let text = if wordless { String::new() } else { text::body(&act.text, MAX_TEXT)? };
    let row: Option<(i64, String)> = sqlx::query_as(
        "UPDATE thread SET last_n = last_n + 1 WHERE id = $1 AND NOT EXISTS
             (SELECT 1 FROM participant p JOIN kept_apart k ON k.person = p.person
                         WHERE p.thread = $1 AND p.left_at IS NULL AND k.other = $2)
         RETURNING last_n, municipality",
    )
    .bind(act.thread.as_str())
    .bind(caller.person.as_str())
    .fetch_optional(&mut *tx.conn)
    .await?;
    // Whoever should answer has been taken out of it.
    let (n, municipality) = row.ok_or(RefusalCode::Closed)?;
    let files = checked_files(tx, caller, &MunicipalityId::new(municipality.as_str()), &act.files).await?;
    let stored_files = (!files.is_empty()).then(|| serde_json::to_string(&files)).transpose()?;
    sqlx::query(
        "INSERT INTO message (id, municipality, thread, n, sender, text, sent_at, files)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(act.message.as_str())
    .bind(&municipality)
    .bind(act.thread.as_str())
    .bind(n)
    .bind(caller.person.as_str())
    .bind(&text)
    .bind(tx.now)
    .bind(stored_files)
    .execute(&mut *tx.conn)
    .await
    .map_err(text::reused)?;
    let message = Message { from: caller.person.clone(), text, sent_at: tx.now, files };
    tx.feed.put(&scope, act.message.as_str(), &message)?;
    tx.feed.touch_thread(&act.thread, &scope);
    Ok(())
}

/// What a message's files are, each stored by its sender and as the act says.
async fn checked_files(
    tx: &mut Tx<'_>,
    caller: &Caller,
    municipality: &MunicipalityId,
    files: &[BlobRef],
) -> Result<Vec<BlobRef>, Error> {
    if files.len() > MAX_FILES {
        return Err(RefusalCode::TooLong.into());
    }
    let mut checked: Vec<BlobRef> = Vec::with_capacity(files.len());
    for file in files {
        let stored = document::named(tx, caller, municipality, file).await?;
        if stored.size > MAX_FILE {
            return Err(RefusalCode::TooLong.into());
        }
        // What its reader checks it by is what its sender meant.
        let meant = stored.size == file.size && stored.sha256 == file.sha256;
        if !meant || checked.iter().any(|other| other.blob == stored.blob) {
            return Err(RefusalCode::Invalid.into());
        }
        checked.push(stored);
    }
    Ok(checked)
}

/// Moves the caller's read mark forward; never back.
///
/// # Errors
/// [`RefusalCode::Access`] for whoever does not take part.
pub async fn mark_read(tx: &mut Tx<'_>, caller: &Caller, act: &MarkRead) -> Result<(), Error> {
    let scope = require_participant(tx, &caller.person, &act.thread).await?;
    // Locks the thread, so that the desk's row is made of what a message that comes now leaves behind.
    sqlx::query("UPDATE thread SET last_n = last_n WHERE id = $1")
        .bind(act.thread.as_str())
        .execute(&mut *tx.conn)
        .await?;
    let (read_n, upto_seq): (i64, i64) = sqlx::query_as(
        "SELECT COALESCE(MAX(m.n), 0), COALESCE(MAX(r.seq), 0) FROM message m
         JOIN record r ON r.scope = $1 AND r.kind = 'message' AND r.id = m.id
         WHERE m.thread = $2 AND r.seq <= $3",
    )
    .bind(scope.as_str())
    .bind(act.thread.as_str())
    .bind(act.upto_seq)
    .fetch_one(&mut *tx.conn)
    .await?;
    let moved = sqlx::query("UPDATE participant SET read_n = $1 WHERE thread = $2 AND person = $3 AND read_n < $1")
        .bind(read_n)
        .bind(act.thread.as_str())
        .bind(caller.person.as_str())
        .execute(&mut *tx.conn)
        .await?;
    if moved.rows_affected() == 0 {
        return Ok(());
    }
    let mark = ReadMark { reader: caller.person.clone(), upto_seq, at: tx.now };
    tx.feed.put(&scope, caller.person.as_str(), &mark)?;
    tx.feed.touch_thread(&act.thread, &scope);
    Ok(())
}

/// Shows every thread that was touched anew on the desks of those in it.
///
/// # Errors
/// When the database fails.
pub async fn project_touched(tx: &mut Tx<'_>) -> Result<(), Error> {
    for touched in tx.feed.take_threads() {
        tx.feed.resume(&touched);
        project_rows(tx, &touched.thread, &touched.scope).await?;
    }
    Ok(())
}

/// Shows the thread anew on the desk of every member of staff in it.
async fn project_rows(tx: &mut Tx<'_>, thread: &ThreadId, scope: &ScopeId) -> Result<(), Error> {
    let people = participants(tx, thread).await?;
    let (subject, last_at, last_sender): (String, i64, String) = sqlx::query_as(
        "SELECT t.subject, m.sent_at, m.sender FROM thread t JOIN message m ON m.thread = t.id AND m.n = t.last_n WHERE t.id = $1",
    )
    .bind(thread.as_str())
    .fetch_one(&mut *tx.conn)
    .await?;
    let apart = apart_from_others(tx, thread).await?;
    let staff = people.iter().filter(|one| one.person.realm == Realm::Staff && !one.left);
    for TakesPart { person: staff, read_n, .. } in
        staff.filter(|one| !apart.iter().any(|apart| apart == one.person.id.as_str()))
    {
        let (unread,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM message WHERE thread = $1 AND n > $2 AND sender <> $3")
                .bind(thread.as_str())
                .bind(*read_n)
                .bind(staff.id.as_str())
                .fetch_one(&mut *tx.conn)
                .await?;
        let others: Vec<String> = people
            .iter()
            .filter(|other| !other.left && other.person.id != staff.id)
            .map(|other| other.person.name())
            .collect();
        let row = ThreadRow {
            thread: thread.clone(),
            scope: scope.clone(),
            with: others.join(", "),
            subject: subject.clone(),
            last_at,
            last_from_other: last_sender != staff.id.as_str(),
            unread: u32::try_from(unread).unwrap_or(u32::MAX),
        };
        let desk = staff.own_scope(tx).await?;
        tx.feed.put(&desk, thread.as_str(), &row)?;
    }
    Ok(())
}

/// Those who are to be kept apart from somebody else in the thread.
async fn apart_from_others(tx: &mut Tx<'_>, thread: &ThreadId) -> Result<Vec<String>, Error> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT k.person FROM participant a JOIN kept_apart k ON k.person = a.person
         JOIN participant b ON b.thread = a.thread AND b.person = k.other AND b.left_at IS NULL
         WHERE a.thread = $1 AND a.left_at IS NULL",
    )
    .bind(thread.as_str())
    .fetch_all(&mut *tx.conn)
    .await?;
    Ok(rows.into_iter().map(|(person,)| person).collect())
}

async fn require_participant(tx: &mut Tx<'_>, person: &PersonId, thread: &ThreadId) -> Result<ScopeId, Error> {
    let scope = find_scope(tx, ScopeKind::Thread, thread.as_str(), ALL).await?.ok_or(RefusalCode::Access)?;
    require(tx.conn, person, &scope, tx.now).await?;
    Ok(scope)
}

/// Somebody in a thread.
struct TakesPart {
    person: Person,
    /// How far they have read.
    read_n: i64,
    /// They took part once.
    left: bool,
}

async fn participants(tx: &mut Tx<'_>, thread: &ThreadId) -> Result<Vec<TakesPart>, Error> {
    let rows: Vec<(String, i64, Option<i64>)> =
        sqlx::query_as("SELECT person, read_n, left_at FROM participant WHERE thread = $1 ORDER BY person")
            .bind(thread.as_str())
            .fetch_all(&mut *tx.conn)
            .await?;
    let mut people = Vec::with_capacity(rows.len());
    for (id, read_n, left_at) in rows {
        let person = person::find(tx, &PersonId::new(id)).await?;
        people.push(TakesPart { person, read_n, left: left_at.is_some() });
    }
    Ok(people)
}
