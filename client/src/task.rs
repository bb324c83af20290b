//! What is expected of the resident.

use crate::Client;
use crate::failure::{failure, refused};
use crate::store::{Store, StoreError, queue};
use bridge::task::{CompleteTask, TaskView};
use bridge::{Failure, FailureCode, Topic};
use protocol::id::RecordId;
use protocol::record::Content as _;
use protocol::task::Task;
use sqlx::FromRow;

#[derive(FromRow)]
struct TaskLine {
    id: String,
    body: String,
    said: Option<bool>,
    mid: Option<String>,
    refusal: Option<String>,
}

impl Client {
    /// Says that a task is done; stored first, sent as soon as can be. Saying it twice is saying it once.
    ///
    /// # Errors
    /// `Access` when there is no such task.
    pub async fn complete_task(&self, call: CompleteTask) -> Result<(), Failure> {
        let open = self.open()?;
        let mut tx = open.store.write_intent().await?;
        let (there, said): (bool, bool) = sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM record WHERE kind = 'task' AND id = ?1),
                    EXISTS (SELECT 1 FROM pending WHERE sort = 'complete_task' AND about = ?1 AND state <> 'refused')",
        )
        .bind(&call.task)
        .fetch_one(&mut *tx)
        .await
        .map_err(StoreError::from)?;
        if !there {
            return Err(failure(FailureCode::Access));
        }
        if !said {
            // Said once more, it is tried once more.
            sqlx::query("DELETE FROM pending WHERE sort = 'complete_task' AND about = ?1")
                .bind(&call.task)
                .execute(&mut *tx)
                .await
                .map_err(StoreError::from)?;
            let act = protocol::task::CompleteTask { task: RecordId::new(call.task) };
            queue(&mut tx, &open.me.own_scope, &act.into(), open.now()).await?;
            tx.commit().await.map_err(StoreError::from)?;
            open.queued(Topic::Task);
        }
        Ok(())
    }
}

impl Store {
    /// What is to be done, soonest due first; what is due some day comes last.
    pub(crate) async fn tasks(&self) -> Result<Vec<TaskView>, StoreError> {
        let rows: Vec<TaskLine> = sqlx::query_as(
            "SELECT record.id, record.body, pending.state = 'waiting' OR pending.state = 'sent' AS said, pending.mid, pending.refusal
             FROM record LEFT JOIN pending ON pending.sort = 'complete_task' AND pending.about = record.id
             WHERE kind = ?1 AND record.body ->> '$.done_at' IS NULL
             ORDER BY coalesce(record.body ->> '$.due_at', 9e15), record.seq LIMIT 100",
        )
        .bind(Task::KIND)
        .fetch_all(self.read())
        .await?;
        Ok(rows
            .into_iter()
            .map(|line| {
                let body: Option<Task> = serde_json::from_str(&line.body).ok();
                TaskView {
                    task: line.id,
                    newer: body.is_none(),
                    title: body.as_ref().map(|body| body.title.clone()).unwrap_or_default(),
                    due_at: body.as_ref().and_then(|body| body.due_at),
                    case: body.as_ref().and_then(|body| body.case.as_ref()).map(ToString::to_string),
                    detail: body.and_then(|body| body.detail),
                    done_waiting: line.said.unwrap_or_default(),
                    refused: line.refusal.zip(line.mid).map(|(refusal, mid)| refused(&refusal, mid)),
                }
            })
            .collect())
    }
}
