//! `POST /sync/pull`: grants, parts of their scopes as far as the cursors lack them, and results, all from one
//! snapshot.
//!
//! What changed and the first screens of what is new come before anything older: a person sees something at once,
//! and the rest arrives while they look.

use super::page::{Budget, back, tail, window};
use crate::App;
use crate::access::{Held, held, log};
use crate::db::bulk::numbered;
use crate::error::{Body, Error};
use crate::identity::Caller;
use crate::text::hex;
use axum::Json;
use axum::extract::State;
use protocol::access::Grant;
use protocol::id::{MutationId, ScopeId};
use protocol::mutation::MutationResult;
use protocol::refusal::RefusalCode;
use protocol::sync::{Back, Cursor, MAX_CURSORS, MAX_PUSH, PullRequest, PullResponse, WINDOW};
use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe};
use std::collections::HashMap;
use std::sync::Arc;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(asked): Body<PullRequest>,
) -> Result<Json<PullResponse>, Error> {
    answer(&app, &caller, &asked).await.map(Json)
}

/// How much one answer holds, give or take the last number.
pub struct Limits {
    /// The most records of each kind in a window.
    pub window: i64,
    /// Records and bytes of what changed and of windows.
    pub first: (usize, usize),
    /// Records and bytes of what is older. Nobody waits for these, so fewer and larger answers are better.
    pub back: (usize, usize),
}

impl Default for Limits {
    fn default() -> Self {
        Self { window: WINDOW, first: (2_000, 1 << 20), back: (4_000, 2 << 20) }
    }
}

/// What `caller` is given for `asked`.
///
/// # Errors
/// [`RefusalCode::TooLong`] for too many cursors, or when the database fails.
pub async fn answer(app: &App, caller: &Caller, asked: &PullRequest) -> Result<PullResponse, Error> {
    answer_within(app, caller, asked, &Limits::default()).await
}

/// As [`answer`], with other limits.
///
/// # Errors
/// When the database fails.
pub async fn answer_within(
    app: &App,
    caller: &Caller,
    asked: &PullRequest,
    limits: &Limits,
) -> Result<PullResponse, Error> {
    if asked.cursors.len() > MAX_CURSORS {
        return Err(RefusalCode::TooLong.into());
    }
    let now = app.db.now();
    let mut snapshot = app.db.snapshot().await?;
    let held = held(&mut snapshot, caller.reader(), now, None).await?;
    let plan = Plan::make(&held, &asked.cursors);
    let mut pages = Vec::new();
    let mut more = false;
    let mut budget = Budget::new(limits.first);
    for (grant, head, after) in plan.tails {
        if budget.is_spent() {
            more = true;
            break;
        }
        let page = tail(&mut snapshot, grant, head, after, &mut budget).await?;
        more |= !page.is_last();
        pages.push(page);
    }
    for (grant, head, replaces) in plan.windows {
        if budget.is_spent() {
            more = true;
            break;
        }
        let page = window(&mut snapshot, grant, head, replaces, limits.window, &mut budget).await?;
        // Whatever it left out comes with the next answers: this one shall be on the screen soon.
        more |= !page.is_last() || !plan.backs.is_empty();
        pages.push(page);
    }
    let mut budget = Budget::new(limits.back);
    for (grant, head, part) in plan.backs {
        if more || budget.is_spent() {
            more = true;
            break;
        }
        let page = back(&mut snapshot, grant, head, part, &mut budget).await?;
        more |= !page.is_last();
        pages.push(page);
    }
    let waiting = &asked.waiting[..asked.waiting.len().min(MAX_PUSH)];
    let results = results(&mut snapshot, caller, waiting).await?;
    drop(snapshot);
    log::received(app, caller, &held, &pages).await?;
    let grants: Vec<Grant> = held.into_iter().map(|held| held.grant).collect();
    let grants_hash = hash(&grants)?;
    let grants = (asked.grants.as_ref() != Some(&grants_hash)).then_some(grants);
    Ok(PullResponse { db_epoch: app.db.epoch().to_owned(), now, grants_hash, grants, pages, results, more })
}

/// What each served scope lacks: with its head, and from where.
#[derive(Default)]
struct Plan<'h> {
    tails: Vec<(&'h Grant, i64, i64)>,
    windows: Vec<(&'h Grant, i64, Option<i64>)>,
    backs: Vec<(&'h Grant, i64, Back)>,
}

impl<'h> Plan<'h> {
    fn make(held: &'h [Held], cursors: &[Cursor]) -> Self {
        let cursors: HashMap<&ScopeId, &Cursor> = cursors.iter().map(|cursor| (&cursor.scope, cursor)).collect();
        let mut plan = Self::default();
        for Held { grant, floor } in held {
            let Some(head) = grant.head else { continue };
            match cursors.get(&grant.scope) {
                None if head == 0 => {}
                None => plan.windows.push((grant, head, None)),
                Some(cursor) if !is_good(cursor, grant, head, *floor) => {
                    plan.windows.push((grant, head, Some(cursor.seq)));
                }
                Some(cursor) => {
                    if cursor.seq < head {
                        plan.tails.push((grant, head, cursor.seq));
                    }
                    plan.backs.extend(cursor.back.map(|back| (grant, head, back)));
                }
            }
        }
        plan
    }
}

/// Whether `cursor` can be gone on from. An older part that is still to be fetched lies below the floor as a rule,
/// and nothing is lost by that: what was deleted there was never fetched.
fn is_good(cursor: &Cursor, grant: &Grant, head: i64, floor: i64) -> bool {
    let back_is_good = cursor.back.is_none_or(|back| 0 <= back.at && back.at < back.to && back.to <= cursor.seq);
    cursor.epoch == grant.epoch && floor <= cursor.seq && cursor.seq <= head && back_is_good
}

/// Names the set without its heads: those move all the time, and pages tell them.
fn hash(grants: &[Grant]) -> Result<String, Error> {
    let mut set: Vec<_> = grants
        .iter()
        .map(|grant| {
            (&grant.scope, grant.kind, grant.role, grant.sync, grant.epoch, grant.head.is_some(), grant.lease_until)
        })
        .collect();
    set.sort_by_key(|(scope, ..)| *scope);
    Ok(hex(&Sha256::digest(serde_json::to_vec(&set)?)[..16]))
}

async fn results(
    conn: &mut AnyConnection,
    caller: &Caller,
    waiting: &[MutationId],
) -> Result<Vec<MutationResult>, Error> {
    let mut results = Vec::new();
    for some in waiting.chunks(100) {
        let sql =
            format!("SELECT mid, outcome FROM mutation WHERE person = $1 AND mid IN ({})", numbered(2, some.len()));
        let mut query = sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql)).bind(caller.person.as_str());
        for mid in some {
            query = query.bind(mid.as_str());
        }
        for (mid, outcome) in query.fetch_all(&mut *conn).await? {
            results.push(MutationResult { mid: MutationId::new(mid), outcome: serde_json::from_str(&outcome)? });
        }
    }
    Ok(results)
}
