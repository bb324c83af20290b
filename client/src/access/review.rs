//! Openings of what was not assigned to whoever opened it, on the desk of a unit's lead.

use super::log::purpose_of;
use crate::Client;
use crate::failure::{failure, refused};
use crate::store::{StoreError, queue};
use bridge::access::{ListOpenings, OpeningState, OpeningView, ReviewOpening};
use bridge::{Failure, FailureCode, Topic};
use protocol::access::{FlaggedOpening, MAX_REASON};
use protocol::id::RecordId;
use protocol::record::Content as _;
use sqlx::FromRow;

#[derive(FromRow)]
struct Line {
    id: String,
    body: String,
    mid: Option<String>,
    refusal: Option<String>,
}

impl Client {
    /// The openings in the units that the person leads.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn list_openings(&self, _: ListOpenings) -> Result<Vec<OpeningView>, Failure> {
        let open = self.open()?;
        let lines: Vec<Line> = sqlx::query_as(
            "SELECT record.id, record.body, pending.mid, pending.refusal FROM record
             LEFT JOIN pending ON pending.sort = 'review_opening' AND pending.act ->> '$.opening' = record.id
             WHERE record.kind = ?1
             ORDER BY record.body ->> '$.review' IS NOT NULL, coalesce(record.body ->> '$.at', 0) DESC, record.id LIMIT 500",
        )
        .bind(FlaggedOpening::KIND)
        .fetch_all(open.store.read())
        .await
        .map_err(StoreError::from)?;
        Ok(lines.into_iter().map(view).collect())
    }

    /// Says that the person has looked at an opening; stored first, sent as soon as can be. Saying it twice is saying
    /// it once.
    ///
    /// # Errors
    /// `Access` when there is no such opening, or it is their own; `TooLong` for the note.
    pub async fn review_opening(&self, call: ReviewOpening) -> Result<(), Failure> {
        let open = self.open()?;
        let note = call.note.as_deref().map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned);
        if note.as_ref().is_some_and(|note| note.chars().count() > MAX_REASON) {
            return Err(failure(FailureCode::TooLong));
        }
        let mut tx = open.store.write_intent().await?;
        let (there, said): (bool, bool) = sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM record WHERE kind = ?1 AND id = ?2 AND NOT coalesce(body ->> '$.own', 0)),
                    EXISTS (SELECT 1 FROM pending WHERE sort = 'review_opening' AND act ->> '$.opening' = ?2
                        AND state <> 'refused')",
        )
        .bind(FlaggedOpening::KIND)
        .bind(&call.opening)
        .fetch_one(&mut *tx)
        .await
        .map_err(StoreError::from)?;
        if !there {
            return Err(failure(FailureCode::Access));
        }
        if !said {
            // Said once more, it is tried once more.
            sqlx::query("DELETE FROM pending WHERE sort = 'review_opening' AND act ->> '$.opening' = ?1")
                .bind(&call.opening)
                .execute(&mut *tx)
                .await
                .map_err(StoreError::from)?;
            let act = protocol::access::ReviewOpening { opening: RecordId::new(call.opening), note };
            queue(&mut tx, &open.me.own_scope, &act.into(), open.now()).await?;
            tx.commit().await.map_err(StoreError::from)?;
            open.queued(Topic::Case);
        }
        Ok(())
    }
}

fn view(line: Line) -> OpeningView {
    let body: Option<FlaggedOpening> = serde_json::from_str(&line.body).ok();
    let newer = body.is_none();
    let said = line.mid.is_some();
    let pending = line.refusal.zip(line.mid).map(|(refusal, mid)| refused(&refusal, mid));
    let review = body.as_ref().and_then(|body| body.review.clone());
    let state = match (review, pending) {
        (Some(review), _) => OpeningState::Reviewed { by: review.by, at: review.at, note: review.note },
        (None, Some(refused)) => OpeningState::Refused(refused),
        (None, None) if said => OpeningState::Waiting,
        (None, None) if body.as_ref().is_some_and(|body| body.own) => OpeningState::Own,
        (None, None) => OpeningState::Open,
    };
    let text = |of: fn(&FlaggedOpening) -> &String| body.as_ref().map(|body| of(body).clone()).unwrap_or_default();
    OpeningView {
        opening: line.id,
        by: text(|body| &body.by),
        number: text(|body| &body.number),
        title: text(|body| &body.title),
        concerns: text(|body| &body.concerns),
        purpose: body.as_ref().and_then(|body| purpose_of(body.purpose)),
        reason: text(|body| &body.reason),
        at: body.as_ref().map(|body| body.at).unwrap_or_default(),
        state,
        newer,
    }
}
