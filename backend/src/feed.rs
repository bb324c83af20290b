//! The feed: records of scopes, each at its latest sequence number.
//!
//! A write gathers what every audience shall see in a buffer; [`flush`] runs at the end of the transaction.
//! Only there are heads taken, in order of scope id, inside the transaction: so commit order is sequence
//! order within a scope, and no reader can pass a number whose transaction has not committed. What would
//! not change a record is left out before heads are taken: a change that an audience cannot see moves
//! nothing that it can see.

use crate::db::Tx;
use crate::db::bulk::{crowds, statement};
use crate::error::Error;
use protocol::access::{Grant, ScopeKind};
use protocol::id::{MunicipalityId, PersonId, RecordId, ScopeId, ThreadId};
use protocol::mutation::Place;
use protocol::record::{Content, Json, Record};
use protocol::sync::{INLINE_BYTES, Page, Span};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Audience of a scope that staff on the case share.
pub const STAFF: &str = "staff";
/// Audience of a scope that all its participants share.
pub const ALL: &str = "*";

/// What a transaction has to say to the feeds.
#[derive(Default)]
pub struct Feed {
    puts: Vec<Put>,
    threads: Vec<Thread>,
    mutation: usize,
    touched: BTreeMap<ScopeId, News>,
    persons: BTreeSet<PersonId>,
}

struct Put {
    scope: ScopeId,
    kind: &'static str,
    id: String,
    body: Option<String>,
    mutation: usize,
}

/// A thread whose rows on desks are to be made anew.
pub struct Thread {
    /// Which.
    pub thread: ThreadId,
    /// Its scope.
    pub scope: ScopeId,
    mutation: usize,
}

/// A place in the buffer to go back to.
pub struct Mark {
    puts: usize,
    threads: usize,
    persons: BTreeSet<PersonId>,
}

/// Who has to hear of a commit, and of what.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// Scopes with new records.
    pub scopes: BTreeMap<ScopeId, News>,
    /// Persons whose set of served scopes changed.
    pub persons: BTreeSet<PersonId>,
    /// Anything may have changed: more than could be told, or something was missed.
    pub anything: bool,
    /// Heard from another node, and not to be told on.
    pub foreign: bool,
}

/// What a commit did to a scope.
#[derive(Clone, Debug)]
pub struct News {
    /// Its head since then.
    pub head: i64,
    /// What changed, where that is small.
    pub delta: Option<Delta>,
}

/// All records that changed after a head.
#[derive(Clone, Debug)]
pub struct Delta {
    /// The head before.
    after: i64,
    /// In order of `seq`.
    records: Vec<Record>,
}

impl News {
    /// What an event may carry of it for the holder of `grant`, which must be served.
    pub fn page(&self, grant: &Grant) -> Option<Page> {
        self.delta.as_ref().map(|delta| Page {
            scope: grant.scope.clone(),
            epoch: grant.epoch,
            head: self.head,
            span: Span::Tail { after: delta.after, upto: self.head },
            records: delta.records.clone(),
        })
    }
}

impl Touched {
    /// Nobody knows what changed.
    pub fn anything() -> Self {
        Self { anything: true, ..Self::default() }
    }

    /// Both.
    pub fn absorb(&mut self, other: &Self) {
        for (scope, news) in &other.scopes {
            let both = self.scopes.get(scope).map(|before| News { head: news.head.max(before.head), delta: None });
            self.scopes.insert(scope.clone(), both.unwrap_or_else(|| news.clone()));
        }
        self.persons.extend(other.persons.iter().cloned());
        self.anything |= other.anything;
    }

    /// Whether nobody has to hear of it.
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty() && self.persons.is_empty() && !self.anything
    }
}

impl Feed {
    /// `scope` shows `content` as record `id` from now on.
    pub fn put<T: Content>(&mut self, scope: &ScopeId, id: &str, content: &T) -> Result<(), Error> {
        let body = Some(serde_json::to_string(content)?);
        self.puts.push(Put { scope: scope.clone(), kind: T::KIND, id: id.to_owned(), body, mutation: self.mutation });
        Ok(())
    }

    /// `scope` shows record `id` no more.
    pub fn remove<T: Content>(&mut self, scope: &ScopeId, id: &str) {
        self.puts.push(Put {
            scope: scope.clone(),
            kind: T::KIND,
            id: id.to_owned(),
            body: None,
            mutation: self.mutation,
        });
    }

    /// The ids of what was said of `scope` in this transaction, of one kind.
    pub fn named<T: Content>(&self, scope: &ScopeId) -> impl Iterator<Item = String> {
        self.puts.iter().filter(move |put| put.kind == T::KIND && put.scope == *scope).map(|put| put.id.clone())
    }

    /// The rows of `thread` on desks are made anew at the end, once, however much is said in it until then.
    pub fn touch_thread(&mut self, thread: &ThreadId, scope: &ScopeId) {
        self.threads.push(Thread { thread: thread.clone(), scope: scope.clone(), mutation: self.mutation });
    }

    /// The threads that were touched, each once. What is put for one then belongs to the last mutation that touched it.
    pub fn take_threads(&mut self) -> Vec<Thread> {
        let last: BTreeMap<ThreadId, Thread> =
            self.threads.drain(..).map(|touched| (touched.thread.clone(), touched)).collect();
        last.into_values().collect()
    }

    /// What follows belongs to the mutation that touched `thread`.
    pub fn resume(&mut self, thread: &Thread) {
        self.mutation = thread.mutation;
    }

    /// What `person` is served changed: a grant, a lease.
    pub fn regrant(&mut self, person: &PersonId) {
        self.persons.insert(person.clone());
    }

    /// What follows belongs to another mutation; returns its number.
    pub fn next_mutation(&mut self) -> usize {
        self.mutation += 1;
        self.mutation
    }

    /// For [`Feed::rewind`].
    pub fn mark(&self) -> Mark {
        Mark { puts: self.puts.len(), threads: self.threads.len(), persons: self.persons.clone() }
    }

    /// Forgets what came after `mark`.
    pub fn rewind(&mut self, mark: Mark) {
        self.puts.truncate(mark.puts);
        self.threads.truncate(mark.threads);
        self.persons = mark.persons;
    }

    /// Who has to hear of it once it is committed.
    pub fn take_touched(&mut self) -> Touched {
        Touched {
            scopes: std::mem::take(&mut self.touched),
            persons: std::mem::take(&mut self.persons),
            ..Touched::default()
        }
    }
}

/// Writes the buffer: one sequence number for each mutation and scope. Returns them by mutation.
///
/// # Errors
/// When the database fails.
pub async fn flush(tx: &mut Tx<'_>) -> Result<BTreeMap<usize, Vec<Place>>, Error> {
    crate::message::project_touched(tx).await?;
    let mut by_scope: BTreeMap<ScopeId, Vec<Put>> = BTreeMap::new();
    for put in std::mem::take(&mut tx.feed.puts) {
        by_scope.entry(put.scope.clone()).or_default().push(put);
    }
    let mut places: BTreeMap<usize, Vec<Place>> = BTreeMap::new();
    for (scope, puts) in by_scope {
        let puts = changing(tx, puts).await?;
        let mutations: BTreeSet<usize> = puts.iter().map(|put| put.mutation).collect();
        if mutations.is_empty() {
            continue;
        }
        let steps = i64::try_from(mutations.len()).map_err(|_| Error::Internal("too many mutations".into()))?;
        let (head, municipality): (i64, String) =
            sqlx::query_as("UPDATE scope SET head = head + $1 WHERE id = $2 RETURNING head, municipality")
                .bind(steps)
                .bind(scope.as_str())
                .fetch_one(&mut *tx.conn)
                .await?;
        let seq_of: BTreeMap<usize, i64> = mutations.into_iter().zip(head - steps + 1..).collect();
        write_records(tx, &municipality, &puts, &seq_of).await?;
        let delta = delta(head - steps, puts, &seq_of)?;
        for (mutation, seq) in seq_of {
            places.entry(mutation).or_default().push(Place { scope: scope.clone(), seq });
        }
        let again = tx.feed.touched.contains_key(&scope);
        tx.feed.touched.insert(scope, News { head, delta: delta.filter(|_| !again) });
    }
    Ok(places)
}

/// What `puts` come to, each record once, if it is small enough for an event.
fn delta(after: i64, puts: Vec<Put>, seq_of: &BTreeMap<usize, i64>) -> Result<Option<Delta>, Error> {
    // Besides its body a record has names and a number, and the page has a head of its own.
    let size = |put: &Put| 100 + put.kind.len() + put.id.len() + put.body.as_ref().map_or(4, String::len);
    if 400 + puts.iter().map(size).sum::<usize>() > INLINE_BYTES {
        return Ok(None);
    }
    let mut last = BTreeMap::new();
    for Put { kind, id, body, mutation, .. } in puts {
        let (seq, deleted) = (seq_of[&mutation], body.is_none());
        let body = body.map(Json::new).transpose()?.unwrap_or_default();
        last.insert((kind, id.clone()), Record { id: RecordId::new(id), kind: kind.to_owned(), seq, deleted, body });
    }
    let mut records: Vec<Record> = last.into_values().collect();
    records.sort_by_key(|record| record.seq);
    Ok(Some(Delta { after, records }))
}

/// The puts that change what stands there, given those before them.
async fn changing(tx: &mut Tx<'_>, puts: Vec<Put>) -> Result<Vec<Put>, Error> {
    let mut shown = read_bodies(tx, &puts).await?;
    let mut kept = Vec::with_capacity(puts.len());
    for put in puts {
        let key = (put.kind.to_owned(), put.id.clone());
        let before = shown.get(&key).and_then(Option::as_deref);
        if !is_same(before, put.body.as_deref())? {
            shown.insert(key, put.body.clone());
            kept.push(put);
        }
    }
    Ok(kept)
}

/// Whether two bodies say the same, in whatever order their fields stand.
fn is_same(one: Option<&str>, other: Option<&str>) -> Result<bool, Error> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => {
            Ok(serde_json::from_str::<Value>(one)? == serde_json::from_str::<Value>(other)?)
        }
        (one, other) => Ok(one == other),
    }
}

/// What stands at the places of `puts`, all of one scope; nothing where nothing is shown.
async fn read_bodies(tx: &mut Tx<'_>, puts: &[Put]) -> Result<HashMap<(String, String), Option<String>>, Error> {
    let ids: BTreeSet<&str> = puts.iter().map(|put| put.id.as_str()).collect();
    let mut bodies = HashMap::new();
    for ids in crowds(&ids.into_iter().collect::<Vec<_>>()) {
        let sql = "SELECT kind, id, body FROM record WHERE scope = $1 AND deleted = 0 AND id IN {}";
        let mut query = sqlx::query_as::<_, (String, String, String)>(statement(sql, 2, 1, ids.len()));
        query = query.bind(puts[0].scope.as_str());
        for id in ids {
            query = query.bind(*id);
        }
        let rows = query.fetch_all(&mut *tx.conn).await?;
        bodies.extend(rows.into_iter().map(|(kind, id, body)| ((kind, id), Some(body))));
    }
    Ok(bodies)
}

/// Writes what `puts`, all of one scope, come to: the last for each record.
async fn write_records(
    tx: &mut Tx<'_>,
    municipality: &str,
    puts: &[Put],
    seq_of: &BTreeMap<usize, i64>,
) -> Result<(), Error> {
    let last: BTreeMap<(&str, &str), &Put> = puts.iter().map(|put| ((put.kind, put.id.as_str()), put)).collect();
    for puts in crowds(&last.into_values().collect::<Vec<_>>()) {
        let sql = "INSERT INTO record (scope, kind, id, seq, deleted, body, gone_at, municipality) VALUES {}
             ON CONFLICT (scope, kind, id) DO UPDATE
             SET seq = excluded.seq, deleted = excluded.deleted, body = excluded.body, gone_at = excluded.gone_at";
        let mut query = sqlx::query(statement(sql, 1, puts.len(), 8));
        for put in puts {
            query = query
                .bind(put.scope.as_str())
                .bind(put.kind)
                .bind(put.id.as_str())
                .bind(seq_of[&put.mutation])
                .bind(i64::from(put.body.is_none()))
                .bind(put.body.as_deref().unwrap_or("null"))
                .bind(put.body.is_none().then_some(tx.now))
                .bind(municipality);
        }
        query.execute(&mut *tx.conn).await?;
    }
    Ok(())
}

/// The scope of `kind` about `fact` for `audience`, made if it is not there.
///
/// # Errors
/// When the database fails.
pub async fn scope_for(
    tx: &mut Tx<'_>,
    municipality: &MunicipalityId,
    kind: ScopeKind,
    fact: &str,
    audience: &str,
) -> Result<ScopeId, Error> {
    if let Some(scope) = find_scope(tx, kind, fact, audience).await? {
        return Ok(scope);
    }
    sqlx::query(
        "INSERT INTO scope (id, municipality, kind, fact, audience) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(uuid::Uuid::new_v4().to_string())
    .bind(municipality.as_str())
    .bind(code(&kind)?)
    .bind(fact)
    .bind(audience)
    .execute(&mut *tx.conn)
    .await?;
    find_scope(tx, kind, fact, audience).await?.ok_or_else(|| Error::Internal("a scope vanished".into()))
}

/// The scope of `kind` about `fact` for `audience`, if it is there.
///
/// # Errors
/// When the database fails.
pub async fn find_scope(
    tx: &mut Tx<'_>,
    kind: ScopeKind,
    fact: &str,
    audience: &str,
) -> Result<Option<ScopeId>, Error> {
    let row: Option<(String,)> = sqlx::query_as("SELECT id FROM scope WHERE kind = $1 AND fact = $2 AND audience = $3")
        .bind(code(&kind)?)
        .bind(fact)
        .bind(audience)
        .fetch_optional(&mut *tx.conn)
        .await?;
    Ok(row.map(|(id,)| ScopeId::new(id)))
}

/// A wire enum's word, as stored in TEXT columns.
///
/// # Errors
/// Never for enums without data.
pub fn code<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    match serde_json::to_value(value)? {
        Value::String(word) => Ok(word),
        _ => Err(Error::Internal("not a word".into())),
    }
}

/// Reads back what [`code`] wrote.
///
/// # Errors
/// When the word is unknown and the enum has no catch-all.
pub fn decode<T: serde::de::DeserializeOwned>(word: &str) -> Result<T, Error> {
    Ok(serde_json::from_value(Value::String(word.to_owned()))?)
}
