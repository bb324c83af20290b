//! `POST /sync/pull`: grants, parts of their scopes as far as the cursors lack them, and results, all from one
//! snapshot.
//!
//! What changed and the first screens of what is new come before anything older: a person sees something at once,
//! and the rest arrives while they look.

use super::page::{Budget, back, tail, window};
use crate::App;
use crate::access::{Held, held};
use crate::error::{Body, Error};
use crate::identity::Caller;
use crate::text::hex;
use axum::Json;
use axum::extract::State;
use protocol::access::Grant;
use protocol::id::{MutationId, ScopeId};
use protocol::mutation::MutationResult;
use protocol::sync::{Back, Cursor, MAX_PUSH, PullRequest, PullResponse};
use sha2::{Digest as _, Sha256};
use sqlx::AnyConnection;
use std::collections::HashMap;
use std::sync::Arc;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(asked): Body<PullRequest>,
) -> Result<Json<PullResponse>, Error> {
    answer(&app, &caller, &asked).await.map(Json)
}

/// What `caller` is given for `asked`.
///
/// # Errors
/// When the database fails.
pub async fn answer(app: &App, caller: &Caller, asked: &PullRequest) -> Result<PullResponse, Error> {
    let now = app.db.now();
    let mut snapshot = app.db.snapshot().await?;
    let held = held(&mut snapshot, &caller.person, now).await?;
    let plan = Plan::make(&held, &asked.cursors);
    let mut pages = Vec::new();
    let mut more = false;
    // What the first screens need.
    let mut budget = Budget::new(2_000, 1 << 20);
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
        let page = window(&mut snapshot, grant, head, replaces, &mut budget).await?;
        // Whatever it left out comes with the next answers: this one shall be on the screen soon.
        more |= !page.is_last() || !plan.backs.is_empty();
        pages.push(page);
    }
    // Nobody waits for these, so fewer and larger answers are better.
    let mut budget = Budget::new(4_000, 2 << 20);
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
    for mid in waiting {
        let row: Option<(String,)> = sqlx::query_as("SELECT outcome FROM mutation WHERE mid = $1 AND person = $2")
            .bind(mid.as_str())
            .bind(caller.person.as_str())
            .fetch_optional(&mut *conn)
            .await?;
        if let Some((outcome,)) = row {
            results.push(MutationResult { mid: mid.clone(), outcome: serde_json::from_str(&outcome)? });
        }
    }
    Ok(results)
}
