//! Reminders before an age at which something changes.

use crate::Client;
use crate::store::StoreError;
use bridge::Failure;
use bridge::case::{AgeRule, ListReminders, ReminderView};
use protocol::record::Content as _;
use protocol::relation::AgeReminder;

impl Client {
    /// The reminders on a caseworker's desk, the nearest day first. One whose day is there is none any more, with or
    /// without a network.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn list_reminders(&self, _: ListReminders) -> Result<Vec<ReminderView>, Failure> {
        let open = self.open()?;
        let now = open.store.server_now(open.now()).await?;
        let rows: Vec<String> = sqlx::query_scalar(
            "SELECT body FROM record WHERE kind = ?1 AND body ->> '$.at' > ?2 ORDER BY body ->> '$.at', id LIMIT 200",
        )
        .bind(AgeReminder::KIND)
        .bind(now)
        .fetch_all(open.store.read())
        .await
        .map_err(StoreError::from)?;
        // One in another form is told of by nothing else: it says no more than the birthday does.
        Ok(rows.iter().filter_map(|body| serde_json::from_str(body).ok()).map(view).collect())
    }
}

fn view(one: AgeReminder) -> ReminderView {
    ReminderView {
        case: one.case.to_string(),
        number: one.number,
        concerns: one.concerns,
        rule: match one.rule {
            protocol::relation::AgeRule::OwnAction => AgeRule::OwnAction,
            protocol::relation::AgeRule::Majority => AgeRule::Majority,
            protocol::relation::AgeRule::Unknown => AgeRule::Unknown,
        },
        years: one.years,
        at: one.at,
        law: one.law,
    }
}
