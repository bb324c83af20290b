//! `POST /sync/push`: mutations, each done once, its effect and its result in one transaction.

use crate::App;
use crate::access::{log, require, served};
use crate::db::bulk::{crowds, statement};
use crate::db::{Tx, attempt};
use crate::error::{Body, Error};
use crate::feed::flush;
use crate::identity::Caller;
use crate::refused::RefusedAct;
use crate::text::hex;
use crate::{access, case, document, message, relation, task};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use protocol::Millis;
use protocol::id::{BlobId, DeviceId, ScopeId};
use protocol::identity::Level;
use protocol::message::MAX_FILES;
use protocol::mutation::{Act, MAX_NEEDS, Mutation, MutationResult, Outcome, Place};
use protocol::refusal::{Refusal, RefusalCode};
use protocol::sync::{MAX_PUSH, PushRequest, PushResponse};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Lane numbers are counted by clients; no device ever gets near.
const MAX_N: i64 = 1 << 53;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(asked): Body<PushRequest>,
) -> Result<Response, Error> {
    let answer = push_at(&app, caller, asked, app.db.now()).await?;
    let is_refused = |result: &MutationResult| matches!(&result.outcome, Outcome::Refused { refusal } if refusal.code == RefusalCode::Access);
    let refused = answer.results.iter().any(is_refused).then_some(Extension(RefusedAct));
    Ok((refused, Json(answer)).into_response())
}

/// Does what was asked, once, as at `now`.
///
/// # Errors
/// [`RefusalCode::TooLong`] for too many mutations, or when the database fails. A refused mutation is no
/// error: it is a result.
pub async fn push_at(app: &App, caller: Caller, asked: PushRequest, now: Millis) -> Result<PushResponse, Error> {
    if asked.mutations.len() > MAX_PUSH {
        return Err(RefusalCode::TooLong.into());
    }
    let results = app.db.write_at(now, move |tx| Box::pin(async move { push_in(tx, &caller, asked).await })).await?;
    Ok(PushResponse { db_epoch: app.db.epoch().to_owned(), results })
}

/// What is known of a mutation before the heads are taken.
enum Step {
    /// Its result, from now or from before; nothing more is written.
    Known(Outcome),
    /// Tried now: its number in the feed's buffer, and the refusal if it was refused.
    Tried { number: usize, refused: Option<Refusal>, hash: String },
}

/// Does what was asked in a transaction that is under way.
///
/// # Errors
/// When the database fails.
pub async fn push_in(tx: &mut Tx<'_>, caller: &Caller, asked: PushRequest) -> Result<Vec<MutationResult>, Error> {
    let mut steps = Vec::with_capacity(asked.mutations.len());
    // The number that is awaited next in each lane that this push has come to.
    let mut lanes: BTreeMap<ScopeId, i64> = BTreeMap::new();
    let stored = stored(tx, &asked.mutations).await?;
    for mutation in &asked.mutations {
        let step = step(tx, caller, &asked.device, mutation, &stored, &mut lanes).await?;
        steps.push(step);
    }
    let places = flush(tx).await?;
    let scopes: BTreeSet<&ScopeId> = places.values().flatten().map(|place| &place.scope).collect();
    let mut mine = BTreeSet::new();
    for scope in scopes {
        if served(tx.conn, caller.reader(), scope, tx.now).await?.is_some() {
            mine.insert(scope.clone());
        }
    }
    let mut results = Vec::with_capacity(steps.len());
    let mut done = Vec::new();
    for (mutation, step) in asked.mutations.iter().zip(steps) {
        let outcome = match step {
            Step::Known(outcome) => outcome,
            Step::Tried { number, refused, hash } => {
                let outcome = match refused {
                    Some(refusal) => Outcome::Refused { refusal },
                    None => Outcome::Applied { at: visible(places.get(&number), &mine) },
                };
                done.push((mutation, hash, serde_json::to_string(&outcome)?));
                outcome
            }
        };
        results.push(MutationResult { mid: mutation.mid.clone(), outcome });
    }
    remember(tx, caller, &asked.device, &done).await?;
    Ok(results)
}

/// Places that the sender is served: others must not even be heard of.
fn visible(places: Option<&Vec<Place>>, mine: &BTreeSet<ScopeId>) -> Vec<Place> {
    places.into_iter().flatten().filter(|place| mine.contains(&place.scope)).cloned().collect()
}

async fn step(
    tx: &mut Tx<'_>,
    caller: &Caller,
    device: &DeviceId,
    mutation: &Mutation,
    known: &HashMap<String, (String, String)>,
    lanes: &mut BTreeMap<ScopeId, i64>,
) -> Result<Step, Error> {
    let hash = hash(caller, device, mutation)?;
    match known.get(mutation.mid.as_str()) {
        None => {}
        Some((before, outcome)) if *before == hash => return Ok(Step::Known(serde_json::from_str(outcome)?)),
        Some(_) => return Ok(refused(RefusalCode::Reused)),
    }
    if !(1..=MAX_N).contains(&mutation.n) {
        return Ok(refused(RefusalCode::Invalid));
    }
    if mutation.needs.len() > MAX_NEEDS {
        return Ok(refused(RefusalCode::TooLong));
    }
    let awaited = match lanes.get(&mutation.lane) {
        Some(awaited) => Some(*awaited),
        None => next_in_lane(tx, caller, device, &mutation.lane).await?,
    };
    match awaited {
        // Below it too: what a restored database forgot comes again after what it took meanwhile.
        Some(awaited) if mutation.n != awaited => {
            // Sent twice at once, the other one may have been done since this one looked.
            let now = stored(tx, std::slice::from_ref(mutation)).await?.remove(mutation.mid.as_str());
            if let Some((_, outcome)) = now.filter(|(before, _)| *before == hash) {
                return Ok(Step::Known(serde_json::from_str(&outcome)?));
            }
            return Ok(refused(Refusal { code: RefusalCode::OutOfOrder, details: Some(awaited.to_string()) }));
        }
        // A lane that this database has never seen may begin anywhere: the device is older than the database.
        _ => {}
    }
    // Without a grant on the lane it will never be there: then the act itself says so.
    if let Some(blob) = missing(tx, caller, mutation).await?
        && require(tx.conn, &caller.person, &mutation.lane, tx.now).await.is_ok()
    {
        lanes.insert(mutation.lane.clone(), mutation.n);
        return Ok(refused(Refusal { code: RefusalCode::Missing, details: Some(blob.to_string()) }));
    }
    lanes.insert(mutation.lane.clone(), mutation.n + 1);
    let number = tx.feed.next_mutation();
    let (caller, lane, act) = (caller.clone(), mutation.lane.clone(), mutation.act.clone());
    let tried = attempt(tx, move |tx| {
        Box::pin(async move {
            require(tx.conn, &caller.person, &lane, tx.now).await?;
            if !is_for(caller.level, &act) {
                return Err(RefusalCode::Access.into());
            }
            apply(tx, &caller, act).await
        })
    })
    .await?;
    Ok(Step::Tried { number, refused: tried.err(), hash })
}

/// Whether an act is for a session of this level: without an e-identification one answers and reports, no more.
fn is_for(level: Level, act: &Act) -> bool {
    level.is_eid() || matches!(act, Act::SendMessage(_) | Act::MarkRead(_) | Act::CompleteTask(_))
}

/// Does one act, and notes it. Every act checks for itself whether the caller may.
async fn apply(tx: &mut Tx<'_>, caller: &Caller, act: Act) -> Result<(), Error> {
    let written = log::Written::of(&act);
    match act {
        Act::StartThread(act) => message::start(tx, caller, act).await,
        Act::SendMessage(act) => message::send(tx, caller, act).await,
        Act::MarkRead(act) => message::mark_read(tx, caller, &act).await,
        Act::OpenCase(act) => case::open(tx, caller, act).await,
        Act::MoveCase(act) => case::move_to(tx, caller, act).await,
        Act::AssignCase(act) => case::assign(tx, caller, act).await,
        Act::WriteNote(act) => case::write_note(tx, caller, act).await,
        Act::OpenCaseTo(act) => case::open_to(tx, caller, act).await,
        Act::CloseCaseTo(act) => case::close_to(tx, caller, act).await,
        Act::Mask(act) => case::mask(tx, caller, act).await,
        Act::SignDocument(act) => document::sign(tx, caller, act).await,
        Act::AskFor(act) => task::ask(tx, caller, act).await,
        Act::CompleteTask(act) => task::complete(tx, caller, &act).await,
        Act::Seen(act) => access::seen(tx, caller, &act).await,
        Act::ReviewOpening(act) => access::review_opening(tx, caller, &act).await,
        Act::HideStaff(act) => access::hide_staff(tx, caller, &act).await,
        Act::RecordRelation(act) => relation::record(tx, caller, act).await,
        Act::EndRelation(act) => relation::end(tx, caller, act).await,
        Act::CheckRelation(act) => relation::check(tx, caller, act).await,
        Act::Invite(act) => relation::invite(tx, caller, act).await,
        Act::GivePowerOfAttorney(act) => relation::give(tx, caller, act).await,
        Act::WithdrawPowerOfAttorney(act) => relation::withdraw(tx, caller, act).await,
        Act::KeepApart(act) => relation::keep_apart(tx, caller, act).await,
        Act::EndKeepApart(act) => relation::end_keep_apart(tx, caller, act).await,
        Act::MarkProtected(act) => relation::mark_protected(tx, caller, act).await,
        Act::EndProtected(act) => relation::end_protected(tx, caller, act).await,
        Act::ConfirmProxy(act) => case::confirm_proxy(tx, caller, act).await,
        Act::Unknown => Err(RefusalCode::Invalid.into()),
    }?;
    match written {
        Some(written) => log::written(tx, caller, written).await,
        None => Ok(()),
    }
}

/// Hash and outcome of those that came before.
async fn stored(tx: &mut Tx<'_>, mutations: &[Mutation]) -> Result<HashMap<String, (String, String)>, Error> {
    let mut stored = HashMap::new();
    for mutations in crowds(mutations) {
        let sql = "SELECT mid, hash, outcome FROM mutation WHERE mid IN {}";
        let mut query = sqlx::query_as::<_, (String, String, String)>(statement(sql, 1, 1, mutations.len()));
        for mutation in mutations {
            query = query.bind(mutation.mid.as_str());
        }
        let rows = query.fetch_all(&mut *tx.conn).await?;
        stored.extend(rows.into_iter().map(|(mid, hash, outcome)| (mid, (hash, outcome))));
    }
    Ok(stored)
}

/// The number after the last one that the lane has taken; `None` when it has taken none.
async fn next_in_lane(
    tx: &mut Tx<'_>,
    caller: &Caller,
    device: &DeviceId,
    lane: &ScopeId,
) -> Result<Option<i64>, Error> {
    let sql = "SELECT MAX(n) FROM mutation WHERE person = $1 AND device = $2 AND lane = $3";
    let (last,): (Option<i64>,) = sqlx::query_as(sql)
        .bind(caller.person.as_str())
        .bind(device.as_str())
        .bind(lane.as_str())
        .fetch_one(&mut *tx.conn)
        .await?;
    Ok(last.map(|last| last + 1))
}

/// The first upload that the mutation needs and its sender has not stored.
async fn missing(tx: &mut Tx<'_>, caller: &Caller, mutation: &Mutation) -> Result<Option<BlobId>, Error> {
    let named = mutation.act.files().iter().map(|file| &file.blob);
    for blob in mutation.needs.iter().chain(named.take(MAX_FILES)) {
        if !document::is_stored(tx, caller, blob).await? {
            return Ok(Some(blob.clone()));
        }
    }
    Ok(None)
}

fn refused(refusal: impl Into<Refusal>) -> Step {
    Step::Known(Outcome::Refused { refusal: refusal.into() })
}

/// Each mutation with its hash and outcome. One that another transaction has written since this one looked was sent
/// twice at once: whoever asks again is told what became of it.
async fn remember(
    tx: &mut Tx<'_>,
    caller: &Caller,
    device: &DeviceId,
    done: &[(&Mutation, String, String)],
) -> Result<(), Error> {
    for done in crowds(done) {
        let sql = "INSERT INTO mutation (mid, municipality, person, device, lane, n, hash, outcome, at) VALUES {}";
        let mut query = sqlx::query(statement(sql, 1, done.len(), 9));
        for (mutation, hash, outcome) in done {
            query = query
                .bind(mutation.mid.as_str())
                .bind(caller.municipality.as_str())
                .bind(caller.person.as_str())
                .bind(device.as_str())
                .bind(mutation.lane.as_str())
                .bind(mutation.n)
                .bind(hash.as_str())
                .bind(outcome.as_str())
                .bind(tx.now);
        }
        query.execute(&mut *tx.conn).await.map_err(|error| match &error {
            sqlx::Error::Database(inner) if inner.is_unique_violation() => RefusalCode::Busy.into(),
            _ => Error::from(error),
        })?;
    }
    Ok(())
}

/// Of everything that makes it this wish and no other, the sender included.
fn hash(caller: &Caller, device: &DeviceId, mutation: &Mutation) -> Result<String, Error> {
    let mut hasher = Sha256::new();
    hasher.update(serde_json::to_vec(&(&caller.person, device, &mutation.lane, mutation.n, &mutation.act))?);
    Ok(hex(&hasher.finalize()))
}
