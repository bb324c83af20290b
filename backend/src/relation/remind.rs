//! Reminding a caseworker that somebody whom a case concerns soon comes of an age at which something changes.
//!
//! When, and by which law, are rows of `age_rule`. A reminder is made of those rows and the date of birth, so it is the same
//! however often it is made and whenever the backend was started; it stands until the day is there. It changes nothing
//! by itself: what is to be decided is for staff to decide.

use super::age::{ZONE, birth_date, birthday};
use crate::case::{self, CaseFile};
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::feed::decode;
use crate::person;
use jiff::Timestamp;
use protocol::Millis;
use protocol::case::Stage;
use protocol::id::{CaseId, PersonId};
use protocol::relation::{AgeReminder, AgeRule};

const DAY: Millis = 24 * 60 * 60 * 1000;
/// How far around the day a reminder is looked for, to be taken away: it is over, or the rule is another one now.
const AROUND: Millis = 400 * DAY;
/// How many cases are looked at in one transaction.
const PART: usize = 200;

#[derive(Clone)]
struct Rule {
    name: String,
    years: i64,
    law: String,
    before: Millis,
}

impl Rule {
    /// When whoever has this number comes of the age.
    fn reached(&self, number: &str) -> Option<Millis> {
        birthday(birth_date(number)?, self.years)
    }
}

async fn rules(conn: &mut sqlx::AnyConnection) -> Result<Vec<Rule>, Error> {
    let rows: Vec<(String, i64, String, i64)> =
        sqlx::query_as("SELECT name, years, law, remind_days FROM age_rule WHERE remind_days > 0 ORDER BY name")
            .fetch_all(conn)
            .await?;
    let rule = |(name, years, law, days): (String, i64, String, i64)| Rule { name, years, law, before: days * DAY };
    Ok(rows.into_iter().map(rule).collect())
}

/// Puts the reminders of a case on the desk of its caseworker, and takes away what is no reminder any more.
///
/// # Errors
/// When the database fails.
pub async fn remind_case(tx: &mut Tx<'_>, file: &CaseFile) -> Result<(), Error> {
    let concerned = person::find(tx, &file.person).await?;
    let (number,): (String,) = sqlx::query_as("SELECT personal_number FROM person WHERE id = $1")
        .bind(file.person.as_str())
        .fetch_one(&mut *tx.conn)
        .await?;
    let desk = person::find(tx, &file.caseworker).await?.own_scope(tx).await?;
    for rule in rules(tx.conn).await? {
        let id = id_of(&file.id, &rule);
        let at = rule.reached(&number).filter(|at| at - rule.before <= tx.now && tx.now < *at);
        match at.filter(|_| file.stage != Stage::Closed) {
            Some(at) => {
                let reminder = AgeReminder {
                    case: file.id.clone(),
                    number: file.number.clone(),
                    concerns: concerned.name(),
                    rule: decode::<AgeRule>(&rule.name)?,
                    years: rule.years,
                    at,
                    law: rule.law,
                };
                tx.feed.put(&desk, &id, &reminder)?;
            }
            None => tx.feed.remove::<AgeReminder>(&desk, &id),
        }
    }
    Ok(())
}

/// Takes the reminders of a case from the desk of somebody who has it no more.
///
/// # Errors
/// When the database fails.
pub async fn forget_reminders(tx: &mut Tx<'_>, case: &CaseId, staff: &PersonId) -> Result<(), Error> {
    let desk = person::find(tx, staff).await?.own_scope(tx).await?;
    for rule in rules(tx.conn).await? {
        tx.feed.remove::<AgeReminder>(&desk, &id_of(case, &rule));
    }
    Ok(())
}

/// Reminds of every case in which a day comes near, and forgets those whose day is there. Done daily.
///
/// # Errors
/// When the database fails; what was done before stays so.
pub async fn remind(db: &Db) -> Result<(), Error> {
    let now = db.now();
    let mut snapshot = db.snapshot().await?;
    let rules = rules(&mut snapshot).await?;
    let Some(oldest) = rules.iter().map(|rule| rule.years).max() else { return Ok(()) };
    let today = Timestamp::from_millisecond(now).and_then(|now| now.in_tz(ZONE));
    let year = i64::from(today.map_err(|error| Error::Internal(error.to_string()))?.year());
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT f.id, p.personal_number FROM case_file f JOIN person p ON p.id = f.person
         WHERE f.stage <> 'closed' AND p.personal_number >= $1 ORDER BY f.id",
    )
    .bind((year - oldest - 2).to_string())
    .fetch_all(&mut *snapshot)
    .await?;
    drop(snapshot);
    let is_near = |number: &str, rule: &Rule| {
        rule.reached(number).is_some_and(|at| at - rule.before.max(AROUND) <= now && now < at + AROUND)
    };
    let near: Vec<CaseId> = rows
        .into_iter()
        .filter(|(_, number)| rules.iter().any(|rule| is_near(number, rule)))
        .map(|(case, _)| CaseId::new(case))
        .collect();
    for part in near.chunks(PART) {
        let part = part.to_vec();
        let done = db.write(move |tx| {
            Box::pin(async move {
                for case in &part {
                    let file = case::find(tx, case).await?;
                    remind_case(tx, &file).await?;
                }
                Ok(())
            })
        });
        done.await?;
    }
    Ok(())
}

fn id_of(case: &CaseId, rule: &Rule) -> String {
    format!("{case}-{}", rule.name)
}
