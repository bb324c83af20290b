//! One row: samples become one number each for us, the limit and the peer, and these become ratios. The form
//! in which rows are written is the same for every bench.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::area::Aim;

/// How rows begin in what the measuring program says.
pub(super) const MARK: &str = "row ";

/// What is made of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stat {
    /// The one in the middle.
    Median,
    /// What all but one in twenty stay below.
    P95,
    /// What all but one in a hundred stay below.
    P99,
}

/// What was measured; smaller is better.
#[derive(Debug)]
pub(super) struct Samples {
    /// The row's name.
    pub(super) name: String,
    unit: String,
    reps: usize,
    ours: Vec<f64>,
    limit: Vec<f64>,
    peer: Vec<f64>,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Row {
    aim: &'static Aim,
    unit: String,
    reps: usize,
    ours: Option<f64>,
    p95: Option<f64>,
    limit: Option<f64>,
    peer: Option<f64>,
}

impl Stat {
    /// Nothing of nothing.
    fn of(self, samples: &[f64]) -> Option<f64> {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        Some(match self {
            Self::Median => f64::midpoint(sorted[last / 2], sorted[sorted.len() / 2]),
            // The nearest rank: the smallest sample that so many are not above.
            Self::P95 => sorted[(sorted.len() * 95).div_ceil(100) - 1],
            Self::P99 => sorted[(sorted.len() * 99).div_ceil(100) - 1],
        })
    }
}

impl Samples {
    /// Reads a line, without its mark.
    pub(super) fn read(line: &str) -> Result<Self> {
        let row: Value = serde_json::from_str(line)?;
        let text = |key: &str| row[key].as_str().map(str::to_owned).with_context(|| format!("{key} is missing"));
        let list = |key: &str| match &row[key] {
            Value::Null => Ok(Vec::new()),
            Value::Array(list) => {
                list.iter().map(|it| it.as_f64().with_context(|| format!("{key} holds {it}"))).collect()
            }
            other => Err(anyhow::anyhow!("{key} is {other}")),
        };
        Ok(Self {
            name: text("name")?,
            unit: text("unit")?,
            reps: usize::try_from(row["reps"].as_u64().context("reps is missing")?)?,
            ours: list("ours")?,
            limit: list("limit")?,
            peer: list("peer")?,
        })
    }
}

impl Row {
    /// The row of an aim; empty when nothing was measured for it.
    pub(super) fn new(aim: &'static Aim, samples: Option<&Samples>) -> Self {
        let Some(samples) = samples else {
            return Self { aim, unit: String::new(), reps: 0, ours: None, p95: None, limit: None, peer: None };
        };
        Self {
            aim,
            unit: samples.unit.clone(),
            reps: samples.reps,
            ours: aim.stat.of(&samples.ours),
            p95: Stat::P95.of(&samples.ours),
            limit: aim.stat.of(&samples.limit),
            peer: aim.stat.of(&samples.peer),
        }
    }

    /// As it is written to the file.
    pub(super) fn json(&self) -> Value {
        json!({
            "name": self.aim.name,
            "ours": self.ours,
            "limit": self.limit,
            "ratio_to_limit": ratio(self.ours, self.limit),
            "peer": self.peer,
            "ratio_to_peer": ratio(self.ours, self.peer),
            "unit": self.unit,
            "reps": self.reps,
        })
    }

    /// What it misses, if anything.
    fn verdict(&self) -> String {
        let Some(ours) = self.ours else { return "NOT MEASURED".to_owned() };
        let Aim { most, of_limit, of_peer, .. } = self.aim;
        let checks = [
            (*most, Some(ours), "≤", self.unit.as_str()),
            (*of_limit, ratio(self.ours, self.limit), "≤", "of limit"),
            (*of_peer, ratio(self.ours, self.peer), "≤", "of peer"),
        ];
        let missed: Vec<String> = checks
            .into_iter()
            .filter_map(|(most, is, sign, what)| {
                let most = most?;
                // What has an aim and no number has not reached it.
                (!is.is_some_and(|is| is <= most)).then(|| format!("{sign} {} {what}", number(Some(most))))
            })
            .collect();
        match (missed.is_empty(), most.or(*of_limit).or(*of_peer)) {
            (true, None) => "no aim".to_owned(),
            (true, Some(_)) => "reached".to_owned(),
            (false, _) => format!("MISSED {}", missed.join(", ")),
        }
    }
}

/// All rows, for people.
pub(super) fn table(rows: &[Row]) -> String {
    let mut table = format!(
        "\n{:<16}{:>10}{:>10}{:>10}{:>9}{:>10}{:>9} {:<5}{:>6}  {}",
        "row", "ours", "p95", "limit", "×limit", "peer", "×peer", "unit", "reps", "aim"
    );
    for row in rows {
        let cells = [row.ours, row.p95, row.limit, ratio(row.ours, row.limit), row.peer, ratio(row.ours, row.peer)];
        let [ours, p95, limit, to_limit, peer, to_peer] = cells.map(number);
        table.push_str(&format!(
            "\n{:<16}{ours:>10}{p95:>10}{limit:>10}{to_limit:>9}{peer:>10}{to_peer:>9} {:<5}{:>6}  {}",
            row.aim.name,
            row.unit,
            row.reps,
            row.verdict()
        ));
    }
    table
}

fn ratio(ours: Option<f64>, other: Option<f64>) -> Option<f64> {
    ours.zip(other).map(|(ours, other)| ours / other)
}

/// Three digits are all that a measurement is worth.
fn number(number: Option<f64>) -> String {
    match number {
        None => "–".to_owned(),
        Some(number) if number >= 100.0 => format!("{number:.0}"),
        Some(number) if number >= 10.0 => format!("{number:.1}"),
        Some(number) if number >= 1.0 => format!("{number:.2}"),
        Some(number) => format!("{number:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Aim, Row, Samples, Stat, table};

    static STRICT: Aim =
        Aim { name: "walk", stat: Stat::Median, most: Some(2.0), of_limit: Some(0.5), of_peer: Some(0.6) };
    static FREE: Aim = Aim { name: "rest", stat: Stat::P95, most: None, of_limit: None, of_peer: None };

    fn samples(line: &str) -> Samples {
        Samples::read(line).expect("it is a row")
    }

    #[test]
    fn samples_become_the_numbers_that_are_written() {
        let walk = samples(r#"{"name":"walk","unit":"ms","reps":3,"ours":[9,1,2],"limit":[3,5],"peer":[3.2]}"#);
        let row = Row::new(&STRICT, Some(&walk)).json();
        let written = r#"{"name":"walk","ours":2.0,"limit":4.0,"ratio_to_limit":0.5,"peer":3.2,"ratio_to_peer":0.625,
            "unit":"ms","reps":3}"#;
        assert_eq!(row, serde_json::from_str::<serde_json::Value>(written).expect("it is JSON"));
        let alone = samples(r#"{"name":"rest","unit":"kB","reps":1,"ours":[1],"limit":null,"peer":null}"#);
        let row = Row::new(&FREE, Some(&alone)).json();
        assert!(row["limit"].is_null() && row["ratio_to_peer"].is_null());
        assert!(Row::new(&FREE, None).json()["ours"].is_null());
    }

    #[test]
    fn percentiles_are_samples_by_their_rank() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(Stat::P95.of(&hundred), Some(95.0));
        assert_eq!(Stat::P99.of(&hundred), Some(99.0));
        assert_eq!(Stat::Median.of(&hundred), Some(50.5));
        assert_eq!(Stat::P99.of(&[1.0, 7.0]), Some(7.0));
        assert_eq!(Stat::Median.of(&[]), None);
    }

    #[test]
    fn what_is_missed_or_not_measured_is_said() {
        let line = |ours: f64, peer: &str| {
            format!(r#"{{"name":"walk","unit":"ms","reps":1,"ours":[{ours}],"limit":[4],"peer":{peer}}}"#)
        };
        let verdict = |line: &str| Row::new(&STRICT, Some(&samples(line))).verdict();
        assert_eq!(verdict(&line(2.0, "[4]")), "reached");
        assert_eq!(verdict(&line(2.2, "[4]")), "MISSED ≤ 2.00 ms, ≤ 0.500 of limit");
        assert_eq!(verdict(&line(2.0, "null")), "MISSED ≤ 0.600 of peer");
        assert_eq!(Row::new(&STRICT, None).verdict(), "NOT MEASURED");
        assert_eq!(Row::new(&FREE, Some(&samples(&line(1.0, "null")))).verdict(), "no aim");
        assert!(table(&[Row::new(&STRICT, None)]).contains("NOT MEASURED"));
    }

    #[test]
    fn a_broken_line_is_no_row() {
        for line in [
            "",
            "{}",
            r#"{"name":"a","unit":"ms","ours":[1]}"#,
            r#"{"name":"a","unit":"ms","reps":1,"ours":["1"]}"#,
            r#"{"name":"a","unit":"ms","reps":1,"ours":7}"#,
        ] {
            assert!(Samples::read(line).is_err(), "{line}");
        }
    }
}
