//! How the backend in memory takes a push: each act once, in the order of its lane.

use super::backend::{Backend, Done, EMPTY, LONG, Life, Told};
use super::feed::Put;
use protocol::access::{Role, ScopeKind, SyncMode};
use protocol::document::BlobRef;
use protocol::id::{DeviceId, ScopeId};
use protocol::mutation::{Act, Mutation, MutationResult, Outcome, Place};
use protocol::refusal::{Refusal, RefusalCode};
use protocol::sync::{PushRequest, PushResponse};
use serde_json::json;

impl Backend {
    /// The answer, what it touched, and what is to be counted.
    pub(super) fn push(&mut self, person: usize, request: &PushRequest) -> Result<(PushResponse, Told), Refusal> {
        if let Some(code) = request.mutations.iter().find_map(|mutation| self.poisoned.get(&mutation.mid)) {
            return Err((*code).into());
        }
        let mut told = Told::default();
        let mut results = Vec::new();
        for mutation in &request.mutations {
            let outcome = self.take(person, &request.device, mutation, &mut told);
            results.push(MutationResult { mid: mutation.mid.clone(), outcome });
        }
        Ok((PushResponse { db_epoch: self.db_epoch(), results }, told))
    }

    fn take(&mut self, person: usize, device: &DeviceId, mutation: &Mutation, told: &mut Told) -> Outcome {
        let refused = |code: RefusalCode, details| Outcome::Refused { refusal: Refusal { code, details } };
        let hash = json!([person, device, mutation.lane, mutation.n, mutation.act]).to_string();
        match self.life.done.get(&mutation.mid) {
            Some(done) if done.hash == hash => {
                told.again += 1;
                return done.result.outcome.clone();
            }
            Some(_) => return refused(RefusalCode::Reused, None),
            None => {}
        }
        let lane = (device.clone(), mutation.lane.clone());
        match self.life.lanes.get(&lane) {
            Some(last) if mutation.n != last + 1 => {
                told.gaps += 1;
                return refused(RefusalCode::OutOfOrder, Some((last + 1).to_string()));
            }
            _ => {}
        }
        let is_here = |file: &&BlobRef| self.life.uploads.get(&file.blob) == Some(&person);
        let lacking = mutation.act.files().iter().find(|file| !is_here(file));
        if let Some(file) = lacking.filter(|_| self.life.grants.contains_key(&(person, mutation.lane.clone()))) {
            told.missing += 1;
            return refused(RefusalCode::Missing, Some(file.blob.to_string()));
        }
        let outcome = match self.act(person, mutation) {
            Ok(puts) => {
                let changed = self.write(puts);
                self.name_files(&mutation.act);
                told.applied += 1;
                told.touched.extend(changed.iter().cloned());
                let served = changed.into_iter().filter(|(scope, _)| self.is_served(person, scope));
                Outcome::Applied { at: served.map(|(scope, before)| Place { scope, seq: before + 1 }).collect() }
            }
            Err(code) => {
                told.refused.insert(match &mutation.act {
                    _ if code == RefusalCode::Access => "access",
                    Act::WriteNote(_) => "newer",
                    _ => "other",
                });
                refused(code, None)
            }
        };
        self.life.lanes.insert(lane, mutation.n);
        let result = MutationResult { mid: mutation.mid.clone(), outcome: outcome.clone() };
        self.life.done.insert(mutation.mid.clone(), Done { hash, result, at: self.now });
        outcome
    }

    fn name_files(&mut self, act: &Act) {
        let message = match act {
            Act::SendMessage(act) => &act.message,
            Act::StartThread(act) => &act.message,
            _ => return,
        };
        let files: Vec<_> = act.files().iter().map(|file| file.blob.clone()).collect();
        self.life.named.insert(message.clone(), files);
    }

    fn act(&mut self, person: usize, mutation: &Mutation) -> Result<Vec<Put>, RefusalCode> {
        let granted = |life: &Life, scope: &ScopeId| life.grants.contains_key(&(person, scope.clone())).then_some(());
        granted(&self.life, &mutation.lane).ok_or(RefusalCode::Access)?;
        let put = |scope: &ScopeId, kind, id: &str, body: serde_json::Value| Put {
            scope: scope.clone(),
            kind,
            id: id.to_owned(),
            body: Some(body.to_string()),
        };
        match &mutation.act {
            Act::SendMessage(act) => {
                let scope = ScopeId::new(act.thread.as_str());
                granted(&self.life, &scope).ok_or(RefusalCode::Access)?;
                let feed = &self.life.feeds[&scope];
                if act.text == EMPTY {
                    return Err(RefusalCode::Invalid);
                }
                if act.text == LONG {
                    return Err(RefusalCode::TooLong);
                }
                if feed.closed {
                    return Err(RefusalCode::Closed);
                }
                if feed.rows.contains_key(&("message".to_owned(), act.message.to_string())) {
                    return Err(RefusalCode::Reused);
                }
                Ok(vec![put(&scope, "message", act.message.as_str(), message(&act.text, &act.files))])
            }
            Act::MarkRead(act) => {
                let scope = ScopeId::new(act.thread.as_str());
                granted(&self.life, &scope).ok_or(RefusalCode::Access)?;
                let id = format!("p{person}");
                let held = self.life.feeds[&scope].rows.get(&("read_mark".to_owned(), id.clone()));
                let held: i64 = held.and_then(|row| row.body.as_ref()?.parse().ok()).unwrap_or_default();
                Ok(vec![put(&scope, "read_mark", &id, json!(act.upto_seq.max(held)))])
            }
            Act::CompleteTask(act) => {
                let task = ("task".to_owned(), act.task.to_string());
                let there = self.life.feeds[&mutation.lane].rows.get(&task).is_some_and(|row| row.body.is_some());
                there.then_some(()).ok_or(RefusalCode::Access)?;
                Ok(vec![put(&mutation.lane, "task", act.task.as_str(), json!({"done_at": 1}))])
            }
            Act::StartThread(act) => {
                let scope = ScopeId::new(act.thread.as_str());
                if self.life.feeds.contains_key(&scope) {
                    return Err(RefusalCode::Reused);
                }
                self.grant(person, &scope, ScopeKind::Thread, Role::Resident, SyncMode::Auto);
                Ok(vec![
                    put(&scope, "thread", act.thread.as_str(), json!({"thread": act.thread})),
                    put(&scope, "message", act.message.as_str(), message(&act.text, &act.files)),
                ])
            }
            Act::Seen(_) => Ok(Vec::new()),
            // Newer than it is.
            _ => Err(RefusalCode::Invalid),
        }
    }
}

fn message(text: &str, files: &[BlobRef]) -> serde_json::Value {
    if files.is_empty() {
        json!({"text": text})
    } else {
        json!({"text": text, "from": "p", "sent_at": 1, "files": files})
    }
}
