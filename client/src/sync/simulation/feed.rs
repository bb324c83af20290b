//! A scope as the backend keeps it, and which part of it is a page.

use protocol::digest::Digest;
use protocol::id::{RecordId, ScopeId};
use protocol::record::{Json, Record};
use protocol::sync::{Back, Cursor};
use std::collections::BTreeMap;

/// A record: tombstones have no body.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) seq: i64,
    pub(super) body: Option<String>,
}

/// A scope.
#[derive(Clone, Default)]
pub(super) struct Feed {
    pub(super) head: i64,
    pub(super) floor: i64,
    pub(super) closed: bool,
    pub(super) rows: BTreeMap<(String, String), Row>,
}

/// What one audience sees of a change: a record put, or removed.
pub(super) struct Put {
    pub(super) scope: ScopeId,
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) body: Option<String>,
}

impl Feed {
    /// What a complete copy amounts to.
    pub(super) fn digest(&self) -> String {
        let mut digest = Digest::default();
        for ((kind, id), row) in self.rows.iter().filter(|(_, row)| row.body.is_some()) {
            digest.add(kind, id, row.seq);
        }
        digest.to_string()
    }
}

/// Whether a cursor can be gone on with.
pub(super) fn is_good(cursor: &Cursor, epoch: i64, feed: &Feed) -> bool {
    let back_is_good = cursor.back.is_none_or(|back| 0 <= back.at && back.at < back.to && back.to <= cursor.seq);
    cursor.epoch == epoch && feed.floor <= cursor.seq && cursor.seq <= feed.head && back_is_good
}

fn record((kind, id): &(String, String), row: &Row) -> Record {
    let body = row.body.clone().map_or_else(Json::default, |body| Json::new(body).expect("bodies are JSON"));
    Record { id: RecordId::new(id), kind: kind.clone(), seq: row.seq, deleted: row.body.is_none(), body }
}

/// As many whole numbers as the budget lets through, at least one, and up to where they reach.
pub(super) fn read(feed: &Feed, after: i64, to: i64, deleted: bool, budget: usize) -> (Vec<Record>, i64) {
    let part = |row: &Row| after < row.seq && row.seq <= to && (deleted || row.body.is_some());
    let mut rows: Vec<_> = feed.rows.iter().filter(|(_, row)| part(row)).map(|(key, row)| record(key, row)).collect();
    rows.sort_by_key(|record| record.seq);
    let mut room = budget;
    let fits = rows.iter().take_while(|record| {
        let fits = room > 0;
        room = room.saturating_sub(weight(record));
        fits
    });
    let fits = fits.count();
    if fits == rows.len() {
        return (rows, to);
    }
    let last = rows[fits - 1].seq;
    rows.retain(|record| record.seq <= last);
    (rows, last)
}

/// What a record takes of an answer's budget: long texts take more.
pub(super) fn weight(record: &Record) -> usize {
    1 + record.body.get().len() / 1_000
}

/// The newest records of each kind, and what is left for later.
pub(super) fn newest(feed: &Feed, most: usize) -> (Vec<Record>, Option<Back>) {
    let mut rows: Vec<_> = feed.rows.iter().filter(|(_, row)| row.body.is_some()).collect();
    rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.seq));
    let mut of_kind: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut records, mut left_out) = (Vec::new(), 0);
    for (key, row) in rows {
        let count = of_kind.entry(&key.0).or_default();
        *count += 1;
        if *count > most {
            left_out = left_out.max(row.seq);
        } else {
            records.push(record(key, row));
        }
    }
    records.sort_by_key(|record| record.seq);
    (records, (left_out > 0).then_some(Back { at: 0, to: left_out }))
}
