//! A case that goes to another caseworker, and what staff decided in a case and is not done.

use crate::Client;
use crate::failure::{failure, refused};
use crate::store::{StoreError, queue};
use crate::sync::Open;
use crate::wire::read;
use bridge::case::{AssignCase, AssignableView, CaseAct, CaseActView, ListAssignable, ListCaseActs};
use bridge::{Failure, FailureCode, Topic};
use protocol::case::Assignable;
use protocol::id::{CaseId, PersonId, ScopeId};
use protocol::mutation::Act;
use reqwest::Method;
use sqlx::SqliteConnection;

/// The longest ground, in Unicode scalar values.
const MAX_GROUND: usize = 300;

impl Client {
    /// Whom a case can be given to.
    ///
    /// # Errors
    /// `Offline` when it cannot be asked for; `Access` for whoever may not give it away.
    pub async fn list_assignable(&self, call: ListAssignable) -> Result<Vec<AssignableView>, Failure> {
        let open = self.open()?;
        let path = ["cases", call.case.as_str(), "assignable"];
        let answer = open.ask(|wire| wire.request(Method::GET, &path)).await?;
        let found: Vec<Assignable> = read(answer).await?;
        let view = |one: Assignable| AssignableView {
            person: one.person.to_string(),
            name: one.name,
            title: one.title,
            unit: one.unit,
        };
        Ok(found.into_iter().map(view).collect())
    }

    /// Gives a case to another caseworker; stored first, sent as soon as can be.
    ///
    /// # Errors
    /// `Invalid` without a ground, `TooLong`, `Access` when the case is not on the desk.
    pub async fn assign_case(&self, call: AssignCase) -> Result<(), Failure> {
        let ground = ground(&call.ground)?;
        let act =
            protocol::case::AssignCase { case: CaseId::new(&call.case), person: PersonId::new(call.person), ground };
        self.open()?.decide(&call.case, act.into()).await
    }

    /// What was decided in a case and is not done.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn list_case_acts(&self, call: ListCaseActs) -> Result<Vec<CaseActView>, Failure> {
        let open = self.open()?;
        let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
            "SELECT sort, mid, refusal FROM pending WHERE act ->> '$.case' = ?1 AND sort IN ('assign_case', 'mask', 'hide_staff') ORDER BY no",
        )
        .bind(&call.case)
        .fetch_all(open.store.read())
        .await
        .map_err(StoreError::from)?;
        let view = |(sort, mid, refusal): (String, String, Option<String>)| {
            let act = match sort.as_str() {
                "assign_case" => CaseAct::Assign,
                "mask" => CaseAct::Mask,
                "hide_staff" => CaseAct::HideStaff,
                _ => return None,
            };
            Some(CaseActView { act, refused: refusal.map(|refusal| refused(&refusal, mid)) })
        };
        Ok(rows.into_iter().filter_map(view).collect())
    }
}

/// What somebody gives as ground.
///
/// # Errors
/// `Invalid` when empty, `TooLong`.
pub(super) fn ground(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(failure(FailureCode::Invalid)),
        1..=MAX_GROUND => Ok(text.to_owned()),
        _ => Err(failure(FailureCode::TooLong)),
    }
}

impl Open {
    /// Puts what staff decided in a case in the case's lane, so that it follows what they wrote there before.
    ///
    /// # Errors
    /// `Access` when the case is not on the desk.
    pub(super) async fn decide(&self, case: &str, act: Act) -> Result<(), Failure> {
        let mut tx = self.store.write_intent().await?;
        let lane = lane(&mut tx, case).await?;
        queue(&mut tx, &lane, &act, self.now()).await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.queued(Topic::Case);
        Ok(())
    }
}

/// The lane of what staff decide in a case: its staff scope.
///
/// # Errors
/// `Access` when the case is not on the desk.
pub(super) async fn lane(conn: &mut SqliteConnection, case: &str) -> Result<ScopeId, Failure> {
    let lane: Option<String> = sqlx::query_scalar(
        "SELECT scope FROM (
             SELECT 0 AS way, body ->> '$.scope' AS scope FROM record WHERE kind = 'case_row' AND about = ?1
             UNION ALL SELECT 1, scope FROM record WHERE kind = 'case' AND about = ?1)
         ORDER BY way, scope LIMIT 1",
    )
    .bind(case)
    .fetch_optional(conn)
    .await
    .map_err(StoreError::from)?;
    lane.map(ScopeId::new).ok_or_else(|| failure(FailureCode::Access))
}
