//! Loads an installation from data files: the registry, and living cases.
//!
//! The registry (municipalities, units, persons, relations) is written as rows. Everything that happens in
//! a case is replayed as the mutation of whoever did it, through the code that serves a client's push, with
//! the clock set to when it happened. So what loads is what users could have done, and a file that breaks a
//! rule does not load.

mod registry;
mod when;

use crate::App;
use crate::document;
use crate::identity::Caller;
use crate::person::{self, Person};
use crate::sync::push_at;
use anyhow::Context as _;
use jiff::civil::Date;
use protocol::Millis;
use protocol::id::{DeviceId, MutationId, PersonId, ScopeId};
use protocol::identity::Level;
use protocol::mutation::{Act, Mutation, Outcome};
use protocol::sync::PushRequest;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};
use when::{Words, at};

/// Names the day of a load that came to its end.
const LOADED: &str = "loaded";

/// Loads the folder `from` as seen from `today`. Does nothing when it was loaded before.
/// Returns how many steps were replayed.
///
/// # Errors
/// When a file cannot be read, does not parse, or a step is refused: the text names the file and the step. Also
/// when there is a registry already, as after a load that stopped halfway: begin with an empty database then.
pub async fn load(app: &App, from: &Path, today: Date) -> anyhow::Result<usize> {
    if app.db.meta(LOADED).await?.is_some() {
        return Ok(0);
    }
    registry::load(app, &from.join("region.toml"), today).await?;
    let words = Words { today };
    let mut steps = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(from.join("cases"))?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(file.path())?;
        let parsed: CaseFile = toml::from_str(&text).with_context(|| format!("{name} does not parse"))?;
        for (number, mut table) in parsed.step.into_iter().enumerate() {
            words.resolve(&mut table).with_context(|| format!("{name}, step {number}"))?;
            let at = table
                .remove("at")
                .and_then(|at| at.as_integer())
                .with_context(|| format!("{name}, step {number}: at"))?;
            steps.push(Step { name: format!("{name}#{number}"), at, table });
        }
    }
    // Everything in the order in which it happened, over all cases.
    steps.sort_by_key(|step| step.at);
    let mut lanes = BTreeMap::new();
    let count = steps.len();
    for step in steps {
        let name = step.name.clone();
        replay(app, from, step, &mut lanes).await.with_context(|| name)?;
    }
    app.db.keep_meta(LOADED, today.to_string()).await?;
    Ok(count)
}

#[derive(Deserialize)]
struct CaseFile {
    step: Vec<Table>,
}

struct Step {
    name: String,
    at: i64,
    table: Table,
}

async fn replay(app: &App, from: &Path, mut step: Step, lanes: &mut BTreeMap<ScopeId, i64>) -> anyhow::Result<()> {
    let by = step.table.remove("by").and_then(|by| by.as_str().map(PersonId::new)).context("by whom?")?;
    let (person, lane) = who(app, &by).await?;
    let (realm, municipality) = (person.realm, person.municipality);
    let caller = Caller {
        person: person.id,
        realm,
        level: Level::Eid,
        municipality,
        session: String::new(),
        until: Millis::MAX,
    };
    if let Some(file) = step.table.get_mut("file").and_then(Value::as_table_mut) {
        upload(app, from, &caller, file).await?;
    }
    let act: Act = Value::Table(step.table).try_into().context("not an act")?;
    let n = lanes.entry(lane.clone()).or_insert(0);
    *n += 1;
    let mid = MutationId::new(format!("load-{}", step.name));
    let mutation = Mutation { mid, lane, n: *n, made_at: step.at, needs: Vec::new(), act };
    let asked = PushRequest { device: DeviceId::new(format!("load-{by}")), mutations: vec![mutation] };
    let answer = push_at(app, caller, asked, step.at).await?;
    match answer.results.first().map(|result| &result.outcome) {
        Some(Outcome::Applied { .. }) => Ok(()),
        other => anyhow::bail!("refused: {other:?}"),
    }
}

async fn who(app: &App, id: &PersonId) -> anyhow::Result<(Person, ScopeId)> {
    let id = id.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let person = person::find(tx, &id).await?;
                let lane = person.own_scope(tx).await?;
                Ok((person, lane))
            })
        })
        .await
        .map_err(anyhow::Error::from)
}

/// Turns `{ path = "…" }` into the reference that an upload of that file gives.
async fn upload(app: &App, from: &Path, caller: &Caller, file: &mut Table) -> anyhow::Result<()> {
    let path = file.remove("path").and_then(|path| path.as_str().map(str::to_owned)).context("file without path")?;
    let path = from.join(path);
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let stored = document::store(app, caller, bytes.into()).await?;
    let name = path.file_name().context("file without a name")?.to_string_lossy().into_owned();
    file.insert("blob".into(), Value::String(stored.blob.to_string()));
    file.entry("name").or_insert(Value::String(name));
    file.insert("media_type".into(), Value::String("application/pdf".into()));
    file.insert("size".into(), Value::Integer(i64::try_from(stored.size)?));
    file.insert("sha256".into(), Value::String(stored.sha256));
    Ok(())
}

/// The time before which nothing in the files happens.
fn beginning(today: Date) -> anyhow::Result<i64> {
    at(today, -3_650, 0, 0)
}
