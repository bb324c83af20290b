//! The frame for measurements: what we take, what we allow ourselves, and what a peer on the same machine
//! takes. Rows come with what they measure; a row that is not measured is never shown as if it were.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::run::say;

const AREAS: &[&str] = &["sync", "cache", "startup"];

/// One measurement; smaller is better.
struct Row {
    name: &'static str,
    ours: f64,
    limit: f64,
    peer: Option<f64>,
    unit: &'static str,
    reps: u32,
}

impl Row {
    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "ours": self.ours,
            "limit": self.limit,
            "ratio_to_limit": self.ours / self.limit,
            "peer": self.peer,
            "ratio_to_peer": self.peer.map(|peer| self.ours / peer),
            "unit": self.unit,
            "reps": self.reps,
        })
    }
}

/// Measures one area; `--json FILE` writes the rows.
pub(crate) fn bench(words: &[&str]) -> Result<ExitCode> {
    let (area, file) = match words {
        [area] => (area, None),
        [area, "--json", file] => (area, Some(file)),
        _ => bail!("bench takes one of: {}, and perhaps --json FILE", AREAS.join(", ")),
    };
    if !AREAS.contains(area) {
        bail!("there is no area {area}; there are: {}", AREAS.join(", "));
    }
    let rows: Vec<Row> = Vec::new();
    say(format!("bench {area}: no row is there yet"));
    if let Some(file) = file {
        let rows: Vec<Value> = rows.iter().map(Row::json).collect();
        fs::write(file, format!("{:#}\n", Value::from(rows))).with_context(|| format!("{file} cannot be written"))?;
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::{Row, bench};

    #[test]
    fn a_row_says_how_far_from_limit_and_peer() {
        let row = Row { name: "first sync", ours: 2.0, limit: 4.0, peer: Some(3.2), unit: "s", reps: 5 }.json();
        assert_eq!(row["ratio_to_limit"], 0.5);
        assert_eq!(row["ratio_to_peer"], 0.625);
        let alone = Row { name: "start", ours: 1.0, limit: 1.0, peer: None, unit: "s", reps: 1 }.json();
        assert!(alone["ratio_to_peer"].is_null());
    }

    #[test]
    fn an_unknown_area_is_refused() {
        assert!(bench(&["speed"]).is_err());
        assert!(bench(&[]).is_err());
    }
}
