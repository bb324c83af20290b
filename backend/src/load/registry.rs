//! The registry file: municipalities, units, persons and how they belong together.

use super::beginning;
use super::when::{Words, at};
use crate::App;
use crate::db::Tx;
use crate::error::Error;
use crate::person;
use crate::relation::{self, NewRelation};
use anyhow::Context as _;
use jiff::civil::Date;
use protocol::Millis;
use protocol::id::{CaseId, PersonId};
use protocol::relation::{Matter, RelationKind, Source};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
struct Region {
    municipality: Vec<Municipality>,
    unit: Vec<Unit>,
    staff: Vec<Member>,
    resident: Vec<Member>,
    #[serde(default)]
    relation: Vec<Relation>,
    #[serde(default)]
    kept_apart: Vec<Apart>,
    /// Corrects the ages and laws that come with the backend.
    #[serde(default)]
    age_rule: Vec<AgeRule>,
    #[serde(default)]
    shared_activity: Vec<SharedActivity>,
}

#[derive(Deserialize)]
struct Municipality {
    id: String,
    name: String,
    phone: String,
    orgnr: String,
}

#[derive(Deserialize)]
struct Unit {
    id: String,
    municipality: String,
    name: String,
    phone: String,
}

#[derive(Deserialize)]
struct Member {
    id: String,
    municipality: Option<String>,
    unit: Option<String>,
    title: Option<String>,
    given_name: String,
    family_name: String,
    personal_number: String,
    #[serde(default)]
    protected: bool,
    /// Whether they lead their unit.
    #[serde(default)]
    leads: bool,
    /// What is written about them says so.
    age: Option<i16>,
}

impl Member {
    /// Whether what is written about their age is no longer true on `today`.
    fn is_outgrown(&self, today: Date) -> bool {
        self.age.is_some_and(|age| age_on(&self.personal_number, today) != Some(age))
    }
}

/// Days are dates, or told from the day of loading (`day-30`).
#[derive(Deserialize)]
struct Relation {
    /// To be named elsewhere; otherwise made by chance.
    id: Option<String>,
    kind: RelationKind,
    of: String,
    by: String,
    /// The first day on which it holds.
    from: Option<String>,
    /// The first day on which it no longer holds.
    until: Option<String>,
    /// The one case in which it holds.
    case: Option<String>,
    #[serde(default)]
    matters: Vec<Matter>,
    source: Option<Source>,
    /// When the source was last looked at; the day of loading if nothing else is said.
    checked: Option<String>,
    #[serde(default)]
    same_address: bool,
}

#[derive(Deserialize)]
struct AgeRule {
    name: String,
    years: i64,
    law: String,
    /// How many days before it caseworkers are reminded; as it was if nothing is said.
    remind_days: Option<i64>,
}

/// Units, of several municipalities, that may lend each other staff.
#[derive(Deserialize)]
struct SharedActivity {
    name: String,
    /// The agreement or law.
    ground: String,
    units: Vec<String>,
}

#[derive(Deserialize)]
struct Apart {
    a: String,
    b: String,
    ground: String,
}

/// Writes the registry, all or nothing.
pub(super) async fn load(app: &App, file: &Path, today: Date) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let region: Region = toml::from_str(&text).with_context(|| format!("{} does not parse", file.display()))?;
    for member in region.resident.iter().filter(|member| member.is_outgrown(today)) {
        tracing::warn!(member = member.id, "has another age than the texts say: the data needs another date of birth");
    }
    app.db
        .write_at(beginning(today)?, move |tx| Box::pin(async move { write(tx, region, today).await }))
        .await
        .map_err(Into::into)
}

async fn write(tx: &mut Tx<'_>, region: Region, today: Date) -> Result<(), Error> {
    let (there,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM municipality").fetch_one(&mut *tx.conn).await?;
    if there > 0 {
        return Err(Error::Internal("there is a registry already".into()));
    }
    for row in &region.municipality {
        sqlx::query("INSERT INTO municipality (id, name, phone, orgnr) VALUES ($1, $2, $3, $4)")
            .bind(&row.id)
            .bind(&row.name)
            .bind(&row.phone)
            .bind(&row.orgnr)
            .execute(&mut *tx.conn)
            .await?;
    }
    for row in &region.unit {
        sqlx::query("INSERT INTO unit (id, municipality, name, phone) VALUES ($1, $2, $3, $4)")
            .bind(&row.id)
            .bind(&row.municipality)
            .bind(&row.name)
            .bind(&row.phone)
            .execute(&mut *tx.conn)
            .await?;
    }
    for (realm, members) in [("staff", &region.staff), ("resident", &region.resident)] {
        for member in members {
            write_member(tx, &region, realm, member).await?;
        }
    }
    for row in &region.kept_apart {
        relation::mark_apart(tx, &PersonId::new(&row.a), &PersonId::new(&row.b), &row.ground).await?;
    }
    write_rules(tx, &region).await?;
    for row in &region.relation {
        write_relation(tx, row, today).await?;
    }
    Ok(())
}

async fn write_rules(tx: &mut Tx<'_>, region: &Region) -> Result<(), Error> {
    for row in &region.age_rule {
        sqlx::query(
            "INSERT INTO age_rule (name, years, law, remind_days) VALUES ($1, $2, $3, COALESCE(CAST($4 AS BIGINT), 0))
             ON CONFLICT (name) DO UPDATE SET years = excluded.years, law = excluded.law,
                 remind_days = COALESCE(CAST($4 AS BIGINT), age_rule.remind_days)",
        )
        .bind(&row.name)
        .bind(row.years)
        .bind(&row.law)
        .bind(row.remind_days)
        .execute(&mut *tx.conn)
        .await?;
    }
    for row in &region.shared_activity {
        for unit in &row.units {
            sqlx::query("INSERT INTO shared_activity (activity, unit, ground) VALUES ($1, $2, $3)")
                .bind(&row.name)
                .bind(unit)
                .bind(&row.ground)
                .execute(&mut *tx.conn)
                .await?;
        }
    }
    Ok(())
}

async fn write_relation(tx: &mut Tx<'_>, row: &Relation, today: Date) -> Result<(), Error> {
    let chance = uuid::Uuid::new_v4().to_string();
    let (of, by) = (PersonId::new(&row.of), PersonId::new(&row.by));
    let case = row.case.as_ref().map(CaseId::new);
    let known_from = match row.kind {
        RelationKind::JointCustody | RelationKind::SoleCustody => Source::PopulationRegister,
        RelationKind::GodMan | RelationKind::Forvaltare => Source::ChiefGuardian,
        RelationKind::PowerOfAttorney | RelationKind::Ombud => Source::Person,
        _ => Source::Municipality,
    };
    let new = NewRelation {
        id: row.id.as_ref().unwrap_or(&chance),
        kind: row.kind,
        of: &of,
        by: &by,
        case: case.as_ref(),
        matters: &row.matters,
        starts: row.from.as_deref().map_or(Ok(tx.now), |day| day_of(day, today))?,
        until: row.until.as_deref().map(|day| day_of(day, today)).transpose()?,
        source: row.source.unwrap_or(known_from),
        checked_at: day_of(row.checked.as_deref().unwrap_or("day+0"), today)?,
        same_address: row.same_address,
    };
    relation::insert(tx, new).await?;
    relation::show(tx, &of).await
}

/// The beginning of a day that is a date, or told from `today`.
fn day_of(day: &str, today: Date) -> Result<Millis, Error> {
    let moment = match day.parse::<Date>() {
        Ok(date) => at(date, 0, 0, 0),
        Err(_) => Words { today }
            .moment(&format!("{day} 00:00"))
            .and_then(|moment| moment.with_context(|| format!("not a day: {day}"))),
    };
    moment.map_err(|error| Error::Internal(error.to_string()))
}

async fn write_member(tx: &mut Tx<'_>, region: &Region, realm: &str, member: &Member) -> Result<(), Error> {
    let unit = member.unit.as_ref().and_then(|id| region.unit.iter().find(|unit| unit.id == *id));
    let municipality = member.municipality.as_ref().or(unit.map(|unit| &unit.municipality));
    let municipality = municipality.ok_or_else(|| Error::Internal(format!("{} has no municipality", member.id)))?;
    sqlx::query(
        "INSERT INTO person (id, municipality, realm, personal_number, given_name, family_name, protected, unit, title)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&member.id)
    .bind(municipality)
    .bind(realm)
    .bind(&member.personal_number)
    .bind(&member.given_name)
    .bind(&member.family_name)
    .bind(i64::from(member.protected))
    .bind(unit.map(|unit| &unit.id))
    .bind(&member.title)
    .execute(&mut *tx.conn)
    .await?;
    if let Some(unit) = unit.filter(|_| member.leads) {
        sqlx::query(
            "INSERT INTO unit_lead (unit, person, municipality, source, checked_at) VALUES ($1, $2, $3, 'municipality', $4)",
        )
        .bind(&unit.id)
        .bind(&member.id)
        .bind(municipality)
        .bind(tx.now)
        .execute(&mut *tx.conn)
        .await?;
    }
    person::settle(tx, &PersonId::new(&member.id)).await
}

/// How old whoever has this personal number is on a day.
fn age_on(personal_number: &str, today: Date) -> Option<i16> {
    let part = |from: usize, to: usize| personal_number.get(from..to)?.parse::<i16>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let had_birthday = (i16::from(today.month()), i16::from(today.day())) >= (month, day);
    Some(today.year() - year - i16::from(!had_birthday))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_grows_on_the_birthday() {
        for (day, age) in [((2026, 9, 19), 15), ((2026, 9, 20), 16), ((2027, 9, 19), 16), ((2027, 9, 20), 17)] {
            let day = Date::constant(day.0, day.1, day.2);
            assert_eq!(age_on("201009209949", day), Some(age), "{day}");
        }
    }

    #[test]
    fn the_demo_s_texts_are_true_for_a_year_from_the_birthday() {
        let text = include_str!("../../demo/region.toml");
        let region: Region = toml::from_str(text).expect("parses");
        let wilma = region.resident.iter().find(|member| member.age.is_some()).expect("somebody's age is told");
        let birthday = Date::constant(2026, 9, 20);
        assert!(!wilma.is_outgrown(birthday));
        assert!(wilma.is_outgrown(birthday.yesterday().expect("is a day")));
    }
}
