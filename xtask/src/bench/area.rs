//! The areas, their rows and what each row aims at. A later bench adds its area here and its file beside the
//! others.

use super::row::Stat;

/// One area.
#[derive(Debug)]
pub(super) struct Area {
    /// Its name.
    pub(super) name: &'static str,
    /// How often everything is repeated, usually.
    pub(super) reps: u32,
    /// Whether the peer takes part.
    pub(super) peer: bool,
    /// Whether windows are opened.
    pub(super) windows: bool,
    /// Its rows.
    pub(super) aims: &'static [Aim],
}

/// What one row aims at.
#[derive(Debug)]
pub(super) struct Aim {
    /// The row's name.
    pub(super) name: &'static str,
    /// What is made of the samples.
    pub(super) stat: Stat,
    /// What it must not exceed, in the row's unit.
    pub(super) most: Option<f64>,
    /// How many times its limit it may take.
    pub(super) of_limit: Option<f64>,
    /// How many times the peer's time it may take.
    pub(super) of_peer: Option<f64>,
}

const fn aim(name: &'static str, stat: Stat, most: f64) -> Aim {
    Aim { name, stat, most: Some(most), of_limit: None, of_peer: None }
}

/// All areas.
pub(super) const AREAS: &[Area] = &[
    Area {
        name: "sync",
        reps: 7,
        peer: true,
        windows: false,
        aims: &[
            Aim {
                name: "first_sync_10k",
                stat: Stat::Median,
                most: Some(400.0),
                of_limit: Some(2.5),
                of_peer: Some(1.0 / 8.0),
            },
            aim("first_sync_50k", Stat::Median, 2_000.0),
            aim("first_window", Stat::Median, 150.0),
            aim("delta_p50", Stat::Median, 5.0),
            aim("delta_p99", Stat::P99, 25.0),
            aim("flush_500", Stat::Median, 250.0),
            // Of 50,000 records; the limit is what 10,000 take.
            Aim { name: "sync_memory", stat: Stat::Median, most: None, of_limit: Some(1.25), of_peer: None },
        ],
    },
    Area {
        name: "cache",
        reps: 7,
        peer: true,
        windows: false,
        aims: &[
            aim("open_50_rows", Stat::Median, 10.0),
            aim("list_p95", Stat::P95, 20.0),
            aim("search_p95", Stat::P95, 20.0),
            Aim { name: "index_10k", stat: Stat::Median, most: None, of_limit: None, of_peer: None },
            aim("wipe_12k", Stat::Median, 400.0),
            aim("purge_12k", Stat::Median, 2_000.0),
        ],
    },
    Area {
        name: "startup",
        reps: 7,
        peer: false,
        windows: true,
        aims: &[
            Aim { name: "start_to_list", stat: Stat::Median, most: None, of_limit: Some(1.25), of_peer: None },
            aim("idle_stream", Stat::Median, 20.0),
        ],
    },
];
