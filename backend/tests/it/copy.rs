//! A client's copy in its simplest form: what the protocol says to do with an answer, and nothing else.

use protocol::access::Grant;
use protocol::digest::Digest;
use protocol::id::{DeviceId, MutationId, ScopeId};
use protocol::record::Record;
use protocol::sync::{Cursor, Page, PullRequest, PullResponse, Span};
use std::collections::{BTreeMap, BTreeSet};

/// What one device holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Copy {
    /// Of the last answer.
    pub(crate) db_epoch: String,
    /// Of the last answer.
    pub(crate) hash: Option<String>,
    /// The last set that came.
    pub(crate) grants: Vec<Grant>,
    /// One for each scope that has any.
    pub(crate) cursors: BTreeMap<ScopeId, Cursor>,
    /// By scope, kind and id.
    pub(crate) rows: BTreeMap<(ScopeId, String, String), Record>,
}

impl Copy {
    /// What it asks.
    pub(crate) fn ask(&self, device: &str, waiting: &[MutationId]) -> PullRequest {
        PullRequest {
            device: DeviceId::new(device),
            grants: self.hash.clone(),
            cursors: self.cursors.values().cloned().collect(),
            waiting: waiting.to_vec(),
        }
    }

    /// Takes in an answer. Returns whether to pull again at once.
    pub(crate) fn take(&mut self, answer: PullResponse) -> bool {
        if answer.db_epoch != self.db_epoch {
            let begins = self.db_epoch.is_empty();
            *self = Self { db_epoch: answer.db_epoch.clone(), ..Self::default() };
            if !begins {
                // It answers cursors that are void.
                return true;
            }
        }
        match answer.grants {
            Some(grants) => self.grants = grants,
            None => assert_eq!(self.hash.as_ref(), Some(&answer.grants_hash), "a set that is not held was left out"),
        }
        self.hash = Some(answer.grants_hash);
        let served: BTreeSet<ScopeId> =
            self.grants.iter().filter(|grant| grant.head.is_some()).map(|grant| grant.scope.clone()).collect();
        self.cursors.retain(|scope, _| served.contains(scope));
        self.rows.retain(|(scope, ..), _| served.contains(scope));
        for page in answer.pages {
            assert!(served.contains(&page.scope), "a page of a scope that is not served");
            self.apply(page);
        }
        answer.more
    }

    /// Takes in a page, if it fits.
    pub(crate) fn apply(&mut self, page: Page) -> bool {
        assert!(page.records.is_sorted_by_key(|record| record.seq), "not in order");
        let cursor = self.cursors.get(&page.scope);
        let next = match page.span {
            Span::Window { replaces, back } => {
                if cursor.map(|cursor| cursor.seq) != replaces {
                    return false;
                }
                self.rows.retain(|(scope, ..), _| *scope != page.scope);
                Cursor { scope: page.scope.clone(), epoch: page.epoch, seq: page.head, back }
            }
            Span::Tail { after, upto } => match cursor {
                Some(cursor) if cursor.epoch == page.epoch && after <= cursor.seq && cursor.seq < upto => {
                    assert!(page.records.iter().all(|record| after < record.seq && record.seq <= upto));
                    Cursor { seq: upto, ..cursor.clone() }
                }
                _ => return false,
            },
            Span::Back { after, upto, to } => match cursor {
                Some(cursor) if cursor.epoch == page.epoch && cursor.seq <= page.head => {
                    let Some(mut back) = cursor.back.filter(|back| (back.at, back.to) == (after, to)) else {
                        return false;
                    };
                    assert!(page.records.iter().all(|r| after < r.seq && r.seq <= upto && !r.deleted));
                    back.at = upto;
                    Cursor { back: (upto < to).then_some(back), ..cursor.clone() }
                }
                _ => return false,
            },
        };
        self.cursors.insert(page.scope.clone(), next);
        for record in page.records {
            let key = (page.scope.clone(), record.kind.clone(), record.id.to_string());
            if self.rows.get(&key).is_some_and(|row| row.seq >= record.seq) {
                continue;
            }
            if record.deleted {
                self.rows.remove(&key);
            } else {
                self.rows.insert(key, record);
            }
        }
        true
    }

    /// What the copy of `scope` amounts to.
    pub(crate) fn digest(&self, scope: &ScopeId) -> String {
        let mut digest = Digest::default();
        let mine = self.rows.iter().filter(|((of, ..), _)| of == scope);
        mine.for_each(|((_, kind, id), record)| digest.add(kind, id, record.seq));
        digest.to_string()
    }

    /// The ids of the records of `kind`, oldest first.
    pub(crate) fn ids(&self, kind: &str) -> Vec<String> {
        let mut ids: Vec<_> =
            self.rows.values().filter(|row| row.kind == kind).map(|row| (row.seq, row.id.to_string())).collect();
        ids.sort();
        ids.into_iter().map(|(_, id)| id).collect()
    }
}
