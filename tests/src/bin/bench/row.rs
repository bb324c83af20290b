//! What was measured, one line of JSON a row on standard output, as `cargo xtask bench` reads it. Single
//! samples, not medians: what is made of them is decided in one place.

use std::time::{Duration, Instant};

use anyhow::Result;
use digiteam_tests::say;
use serde_json::{Value, json};

/// How rows begin.
const MARK: &str = "row ";

/// Samples of one thing; smaller is better.
pub(crate) struct Row {
    name: &'static str,
    unit: &'static str,
    /// What we take.
    pub(crate) ours: Vec<f64>,
    /// What it could take at best.
    pub(crate) limit: Vec<f64>,
    /// What another one takes.
    pub(crate) peer: Vec<f64>,
}

impl Row {
    /// In milliseconds.
    pub(crate) fn millis(name: &'static str) -> Self {
        Self::new(name, "ms")
    }

    /// In another unit.
    pub(crate) fn new(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, ours: Vec::new(), limit: Vec::new(), peer: Vec::new() }
    }

    /// Says it, measured so many times over; each time may have given many samples.
    pub(crate) fn say(&self, reps: usize) {
        let list = |samples: &[f64]| if samples.is_empty() { Value::Null } else { json!(samples) };
        let row = json!({
            "name": self.name, "unit": self.unit, "reps": reps,
            "ours": list(&self.ours), "limit": list(&self.limit), "peer": list(&self.peer),
        });
        say(&format!("{MARK}{row}"));
    }
}

/// How long something takes, in milliseconds, and what it gives.
pub(crate) async fn time<T>(act: impl Future<Output = Result<T>>) -> Result<(f64, T)> {
    let begin = Instant::now();
    let given = act.await?;
    Ok((millis(begin.elapsed()), given))
}

/// As a number of milliseconds.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
