//! How the backend in memory cuts a scope into pages.

use crate::backend::Scope;
use protocol::id::ScopeId;
use protocol::sync::{Back, Cursor, Page, Span};

/// A page, and whether nothing of its scope is missing after it.
pub(crate) struct Part {
    pub(crate) page: Page,
    pub(crate) is_last: bool,
}

impl Scope {
    // What is missing next: the tail, or the newest few, or what is older than those.
    pub(crate) fn page(&self, id: &ScopeId, cursor: Option<&Cursor>, most: usize) -> Option<Part> {
        let mut records: Vec<_> = self.records.values().cloned().collect();
        records.sort_by_key(|record| record.seq);
        let page = |span, records| Page { scope: id.clone(), epoch: self.epoch, head: self.head, span, records };
        match cursor {
            Some(cursor) if cursor.epoch == self.epoch && cursor.seq < self.head => {
                records.retain(|record| record.seq > cursor.seq);
                let is_last = records.len() <= most && cursor.back.is_none();
                records.truncate(most);
                let upto = if is_last { self.head } else { records.last().map_or(self.head, |record| record.seq) };
                Some(Part { page: page(Span::Tail { after: cursor.seq, upto }, records), is_last })
            }
            Some(cursor) if cursor.epoch == self.epoch && cursor.seq == self.head => {
                let Back { at, to } = cursor.back?;
                records.retain(|record| record.seq > at && record.seq <= to && !record.deleted);
                let is_last = records.len() <= most;
                records.truncate(most);
                let upto = if is_last { to } else { records.last().map_or(to, |record| record.seq) };
                Some(Part { page: page(Span::Back { after: at, upto, to }, records), is_last })
            }
            None if self.head == 0 => None,
            void => {
                records.retain(|record| !record.deleted);
                let older = records.len().saturating_sub(most);
                records.drain(..older);
                let back = (older > 0).then_some(Back { at: 0, to: self.head });
                let span = Span::Window { replaces: void.map(|cursor| cursor.seq), back };
                Some(Part { page: page(span, records), is_last: back.is_none() })
            }
        }
    }
}
