//! The registry file: municipalities, units, persons and how they belong together.

use super::beginning;
use super::when::at;
use crate::App;
use crate::db::Tx;
use crate::error::Error;
use crate::person;
use anyhow::Context as _;
use jiff::civil::Date;
use protocol::id::PersonId;
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
}

#[derive(Deserialize)]
struct Relation {
    kind: String,
    of: String,
    by: String,
    /// The first day on which it no longer holds.
    until: Option<Date>,
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
    app.db
        .write_at(beginning(today)?, move |tx| Box::pin(async move { write(tx, region).await }))
        .await
        .map_err(Into::into)
}

async fn write(tx: &mut Tx<'_>, region: Region) -> Result<(), Error> {
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
    for row in &region.relation {
        let until =
            row.until.map(|day| at(day, 0, 0, 0)).transpose().map_err(|error| Error::Internal(error.to_string()))?;
        sqlx::query(
            "INSERT INTO relation (municipality, kind, of_person, by_person, until)
             SELECT municipality, $1, $2, $3, $4 FROM person WHERE id = $2",
        )
        .bind(&row.kind)
        .bind(&row.of)
        .bind(&row.by)
        .bind(until)
        .execute(&mut *tx.conn)
        .await?;
    }
    for row in &region.kept_apart {
        for (person, other) in [(&row.a, &row.b), (&row.b, &row.a)] {
            sqlx::query(
                "INSERT INTO kept_apart (person, other, ground, municipality)
                 SELECT id, $2, $3, municipality FROM person WHERE id = $1",
            )
            .bind(person)
            .bind(other)
            .bind(&row.ground)
            .execute(&mut *tx.conn)
            .await?;
        }
    }
    Ok(())
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
    person::settle(tx, &PersonId::new(&member.id)).await
}
