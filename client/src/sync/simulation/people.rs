//! What people do, and what befalls devices and the backend.

use super::super::engine::Event;
use super::backend::{EMPTY, LONG};
use super::check::Said;
use super::device::{StreamState, Work, own_scope};
use super::feed::Put;
use super::tally::{Fault, Row};
use super::world::{World, told};
use crate::store::attachment::{Attachment, give};
use crate::store::queue;
use bridge::sync::Storage;
use protocol::access::{Role, ScopeKind, Seen, SyncMode};
use protocol::case::WriteNote;
use protocol::id::{CaseId, MessageId, PersonId, RecordId, ScopeId, ThreadId};
use protocol::message::{MarkRead, SendMessage, StartThread};
use protocol::mutation::Act;
use protocol::refusal::RefusalCode;
use protocol::task::CompleteTask;
use rand::Rng as _;
use serde_json::json;

/// Who is let in where, at first and anew.
const GRANTS: &[(usize, &str, ScopeKind, Role, SyncMode)] = &[
    (0, "t0", ScopeKind::Thread, Role::Resident, SyncMode::Auto),
    (0, "t1", ScopeKind::Thread, Role::Resident, SyncMode::Auto),
    (0, "c1", ScopeKind::Case, Role::Resident, SyncMode::Auto),
    (1, "t0", ScopeKind::Thread, Role::Caseworker, SyncMode::Auto),
    (1, "c0", ScopeKind::Case, Role::Caseworker, SyncMode::OnOpen),
    (2, "t1", ScopeKind::Thread, Role::Guardian, SyncMode::Auto),
    (2, "c1", ScopeKind::Case, Role::Guardian, SyncMode::Auto),
];

impl World {
    // A resident, staff, and a guardian; two threads, a case that staff open, a case that the guardian is lent.
    pub(super) fn found_town(&mut self) {
        use {Role::*, ScopeKind::*, SyncMode::*};
        for person in 0..3 {
            self.backend.grant(person, &own_scope(person), Person, Resident, Auto);
        }
        for (person, scope, kind, role, sync) in GRANTS {
            self.backend.grant(*person, &ScopeId::new(*scope), *kind, *role, *sync);
        }
        for _ in 0..self.dice.gen_range(4..40) {
            self.others_write();
        }
    }

    /// Somebody does something, or something befalls somebody.
    pub(super) async fn stir(&mut self) -> Result<(), String> {
        self.pass(1);
        let index = self.dice.gen_range(0..self.devices.len());
        let awake = self.devices[index].asleep.is_none();
        match self.dice.gen_range(0..100) {
            0..30 if awake => self.queue_one(index).await,
            0..55 => {
                if self.devices.iter().any(|device| device.work.iter().any(|work| matches!(work, Work::Answer(..)))) {
                    self.tally.row(Row::ManyWrite);
                }
                self.others_write();
                Ok(())
            }
            55..60 => {
                let work = if self.devices[index].staff { Work::Open } else { Work::Tell(Event::Nudged) };
                self.devices[index].work.push(work);
                self.ask(index);
                Ok(())
            }
            60..64 if awake => self.devices[index].look().await.map_err(told),
            64..68 if awake => self.deal_with_refused(index).await,
            68..70 => {
                let seen = if self.dice.gen_bool(0.5) { Event::Nudged } else { Event::Shown(self.dice.gen_bool(0.5)) };
                self.devices[index].work.push(Work::Tell(seen));
                Ok(())
            }
            70..74 => {
                self.backend.back_up();
                Ok(())
            }
            74..77 if awake && self.strikes_often(Fault::Crash) => self.crash(index).await,
            77..85 => {
                self.change_grants();
                Ok(())
            }
            85..90 => {
                self.befall_backend();
                Ok(())
            }
            _ if awake => {
                self.befall_device(index);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    // As often as not, where it is on at all.
    pub(super) fn strikes_often(&mut self, fault: Fault) -> bool {
        (0..12).any(|_| self.strikes(fault))
    }

    /// Other people change something.
    pub(super) fn others_write(&mut self) {
        self.made += 1;
        let made = self.made;
        let text = |length: usize| json!({"text": "å\"ö ".repeat(length), "from": "p9"}).to_string();
        let put = |scope: &str, kind, id: String, body| Put { scope: ScopeId::new(scope), kind, id, body };
        let thread = ["t0", "t1"][self.dice.gen_range(0..2)];
        let case = ["c0", "c1"][self.dice.gen_range(0..2)];
        let any = made % 7;
        let puts = match self.dice.gen_range(0..20) {
            0..8 => vec![
                put(thread, "message", format!("o{made}"), Some(text(1))),
                put(thread, "thread", thread.to_owned(), Some(json!({"thread": thread}).to_string())),
            ],
            8..11 => {
                let own = own_scope(self.dice.gen_range(0..3));
                vec![put(own.as_str(), "task", format!("task{any}"), Some(json!({"n": made}).to_string()))]
            }
            11..13 => {
                let size = if self.dice.gen_bool(0.2) { 6 << 20 } else { 6 };
                let file = json!({"blob": format!("b{made}"), "name": "f", "media_type": "application/pdf", "size": size, "sha256": ""});
                let body = json!({"text": "ö", "file": file, "signed_at": made}).to_string();
                // As often as not it is in both cases.
                let cases = if self.dice.gen_bool(0.5) { vec!["c0", "c1"] } else { vec![case] };
                cases.iter().map(|case| put(case, "document", format!("doc{any}"), Some(body.clone()))).collect()
            }
            13..15 => {
                vec![put(case, "note", format!("n{made}"), Some(text(600))), put(case, "note", format!("n{any}"), None)]
            }
            15 => {
                vec![put(case, "hologram", format!("h{any}"), Some(json!({"form": [1, {"x": null}]}).to_string()))]
            }
            // A document that one audience may not see any more; in the other's scope it stays.
            16 => vec![put(case, "document", format!("doc{any}"), None)],
            // Both cases in one mutation; sometimes one sees less of it.
            17 if self.dice.gen_bool(0.3) => {
                self.devices.iter_mut().for_each(|device| device.withheld.push(format!("w{made}")));
                vec![put("c0", "note", format!("w{made}"), Some(text(1)))]
            }
            17 => vec![
                put("c0", "note", format!("n{made}"), Some(text(1))),
                put("c1", "note", format!("n{made}"), Some(text(1))),
            ],
            // A whole list in one mutation.
            18 => (0..12).map(|n| put(case, "note", format!("l{n}"), Some(text(1 + made as usize % 3)))).collect(),
            _ => vec![put(thread, "read_mark", "p9".to_owned(), Some(made.to_string()))],
        };
        let touched = self.backend.write(puts);
        self.hint(&touched);
    }

    async fn queue_one(&mut self, index: usize) -> Result<(), String> {
        self.made += 1;
        let newer = self.strikes(Fault::NewerAct);
        let (made, device) = (self.made, &self.devices[index]);
        if device.memory.held.life.is_none() {
            // Before the first pull there is no screen to say anything on.
            return Ok(());
        }
        let held = &device.memory.held.records;
        let threads: Vec<_> = held.iter().filter(|(_, kind, ..)| kind == "thread").map(|(scope, ..)| scope).collect();
        let task = held.iter().find(|(_, kind, ..)| kind == "task").map(|(_, _, id, ..)| RecordId::new(id));
        let own = own_scope(device.person);
        let text = match self.dice.gen_range(0..20) {
            0 => EMPTY.to_owned(),
            1 => LONG.to_owned(),
            2 => "lång ".repeat(2_000),
            _ => format!("ord {made}"),
        };
        let (lane, mut act): (ScopeId, Act) = match (if newer { 2 } else { self.dice.gen_range(0..10) }, task) {
            (0, _) => {
                let thread = ThreadId::new(format!("n{made}"));
                let (case, with) = (CaseId::new("c"), PersonId::new("p9"));
                let message = MessageId::new(format!("m{made}"));
                let (subject, files) = ("s".to_owned(), Vec::new());
                (own, StartThread { thread, case, subject, with, message, text, files }.into())
            }
            (1, Some(task)) => (own, CompleteTask { task }.into()),
            (2, _) if newer => {
                let (case, note) = (CaseId::new("c"), RecordId::new(format!("k{made}")));
                let (heading, happened_at, hidden_from) = ("k".to_owned(), self.now, Vec::new());
                (own, WriteNote { case, note, heading, text, happened_at, hidden_from }.into())
            }
            (2, _) => (own, Seen { scope: ScopeId::new("c0"), at: self.now, record: None }.into()),
            (kind, _) if !threads.is_empty() => {
                let scope = threads[self.dice.gen_range(0..threads.len())].clone();
                let thread = ThreadId::new(scope.clone());
                let act = if kind == 3 {
                    MarkRead { thread, upto_seq: i64::try_from(made).unwrap_or_default() }.into()
                } else {
                    SendMessage { thread, message: MessageId::new(format!("m{made}")), text, files: Vec::new() }.into()
                };
                (ScopeId::new(scope), act)
            }
            _ => return Ok(()),
        };
        let attaches = if self.dice.gen_bool(0.5) { self.dice.gen_range(1..3) } else { 0 };
        if let Act::SendMessage(act) = &act {
            for n in 0..attaches {
                self.attach(index, act.thread.as_str(), format!("a{made}-{n}")).await?;
            }
        }
        let device = &self.devices[index];
        let mut tx = device.store.write().await.map_err(told)?;
        if let Act::SendMessage(act) = &mut act {
            act.files = give(&mut tx, act.thread.as_str(), act.message.as_str()).await.map_err(told)?;
        }
        let mid = queue(&mut tx, &lane, &act, self.now).await.map_err(told)?;
        tx.commit().await.map_err(told)?;
        self.tally.acts += 1;
        if self.strikes(Fault::Whole) {
            self.backend.poisoned.insert(mid.clone(), RefusalCode::Invalid);
        } else if self.strikes(Fault::Poison) {
            self.backend.poisoned.insert(mid.clone(), RefusalCode::Internal);
        } else if !act.files().is_empty() && self.strikes_often(Fault::Lacks) {
            self.backend.forgets.insert(act.files()[0].blob.clone());
        }
        self.devices[index].memory.said.insert(mid, Said { lane, act, dealt: false });
        self.look_at(index, &Event::Queued, false).await?;
        if self.strikes(Fault::CrashAfter) {
            return self.crash(index).await;
        }
        self.devices[index].work.push(Work::Tell(Event::Queued));
        Ok(())
    }

    // A file that is chosen for what is being written.
    async fn attach(&mut self, index: usize, thread: &str, blob: String) -> Result<(), String> {
        let (name, media_type) = ("bild.jpg".to_owned(), "image/jpeg".to_owned());
        let chosen = Attachment { blob, name, media_type, size: 6, sha256: String::new() };
        let (scope, sealed) = (ScopeId::new(thread), (b"sealed".as_slice(), b"key".as_slice()));
        // A few more than one message may have are left out.
        self.devices[index].store.attach((thread, &scope), &chosen, sealed, 4).await.map(drop).map_err(told)
    }

    // Sends it again, or throws it away.
    async fn deal_with_refused(&mut self, index: usize) -> Result<(), String> {
        let again = self.dice.gen_bool(0.5);
        let device = &mut self.devices[index];
        let held = &device.memory.held;
        let Some((mid, ..)) = held.pending.iter().find(|(_, _, _, state, _)| state == "refused").cloned() else {
            return Ok(());
        };
        let said = device.memory.said.get_mut(&mid).ok_or("an act that nobody queued")?;
        said.dealt = true;
        let (lane, act) = (said.lane.clone(), said.act.clone());
        if again {
            device.store.resend(mid.as_str(), self.now).await.map_err(told)?;
            let held = device.held().await.map_err(told)?;
            let (anew, ..) = held.pending.last().ok_or("it was not queued again")?;
            device.memory.said.insert(anew.clone(), Said { lane, act, dealt: false });
            device.work.push(Work::Tell(Event::Queued));
        } else {
            device.store.discard(mid.as_str()).await.map_err(told)?;
        }
        self.look_at(index, &Event::Queued, false).await
    }

    fn change_grants(&mut self) {
        let (person, scope, kind, role, sync) = GRANTS[self.dice.gen_range(0..GRANTS.len())];
        let scope = ScopeId::new(scope);
        if self.dice.gen_bool(0.5) {
            if self.strikes_often(Fault::Revoke) && self.backend.revoke(person, &scope) {
                self.stale(person);
            }
        } else if self.strikes_often(Fault::Regrant) {
            self.backend.grant(person, &scope, kind, role, sync);
            self.stale(person);
        }
    }

    fn befall_backend(&mut self) {
        match self.dice.gen_range(0..5) {
            0 if self.strikes_often(Fault::Restart) => self.cut_all(true),
            1 if self.strikes_often(Fault::Restore) => {
                self.cut_all(true);
                let which = self.dice.gen_range(0..8);
                self.backend.restore(which);
            }
            2 | 3 if self.strikes_often(Fault::Floor) => {
                let scope = GRANTS[self.dice.gen_range(0..GRANTS.len())].1;
                let floor = if self.dice.gen_bool(0.5) { i64::MAX } else { self.dice.gen_range(0..120) };
                self.backend.raise_floor(&ScopeId::new(scope), floor);
            }
            4 if self.dice.gen_bool(0.1) => self.backend.close(&ScopeId::new("t0")),
            _ => {}
        }
    }

    fn befall_device(&mut self, index: usize) {
        const WHAT: [Fault; 10] = [
            Fault::Offline,
            Fault::Offline,
            Fault::Portal,
            Fault::Ended,
            Fault::Sleep,
            Fault::Clock,
            Fault::Clock,
            Fault::Clock,
            Fault::Room,
            Fault::Room,
        ];
        let fault = WHAT[self.dice.gen_range(0..WHAT.len())];
        // What is broken gets well again as easily.
        let device = &mut self.devices[index];
        match fault {
            Fault::Offline if device.offline => return device.offline = false,
            Fault::Portal if device.portal => return device.portal = false,
            Fault::Ended if device.ended => return device.log_in(),
            Fault::Room if device.storage != Storage::Ok => return device.storage = Storage::Ok,
            _ => {}
        }
        if !self.strikes_often(fault) {
            return;
        }
        let (far, jump) = (self.dice.gen_range(1_000..200_000), self.dice.gen_range(-7_200_000..7_200_000));
        let (now, storage) = (self.now, if self.dice.gen_bool(0.5) { Storage::Low } else { Storage::Full });
        let device = &mut self.devices[index];
        match fault {
            Fault::Room => device.storage = storage,
            Fault::Offline => {
                device.offline = true;
                if let Some(stream) = &mut device.stream {
                    stream.state = StreamState::Silent(now);
                }
            }
            Fault::Portal => device.portal = true,
            Fault::Ended => {
                self.tally.row(Row::SessionEnds);
                device.ended = true;
                if let Some(stream) = device.stream.take() {
                    device.work.push(Work::Tell(Event::Hushed(stream.flight, None)));
                }
            }
            Fault::Sleep => device.sleep(now, now + far),
            _ => device.skew += jump,
        }
    }
}
