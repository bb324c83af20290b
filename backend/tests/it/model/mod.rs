//! The backend against a model of it: whatever staff and families do, in whatever order, and however badly their
//! devices keep up, everybody ends with exactly what they may see.
//!
//! Steps are made at random and made smaller when they fail. The model knows who may see what and nothing of feeds,
//! numbers, windows or floors. `DIGITEAM_MODEL_CASES` sets how many cases run.

mod backup;
mod step;

use crate::acts::{
    close_case_to, mask, open_case, open_case_to, send_message, sign_document, start_thread, write_note,
};
use crate::copy::Copy;
use crate::town::{Town, towns};
use backup::Backup;
use digiteam_backend::collect::collect;
use digiteam_backend::sync::{Limits, pull_within};
use proptest::collection::vec;
use proptest::test_runner::{Config, TestRunner};
use protocol::access::ScopeKind;
use protocol::case::{MoveCase, Stage};
use protocol::id::{CaseId, ScopeId};
use protocol::mutation::{Act, Mutation, MutationResult, Outcome};
use protocol::refusal::RefusalCode;
use protocol::sync::{MAX_PUSH, Page, Span};
use std::collections::{BTreeMap, BTreeSet};
use step::{Step, step};

const FAMILY: [&str; 3] = ["barn", "moa", "far"];
const EVERYBODY: [&str; 5] = ["barn", "moa", "far", "sara", "samir"];
const HOUR: i64 = 60 * 60 * 1000;

#[test]
fn everybody_ends_with_exactly_what_they_may_see() {
    let cases = std::env::var("DIGITEAM_MODEL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 100, ..Config::default() };
    let runtime = tokio::runtime::Runtime::new().expect("runs");
    let outcome = TestRunner::new(config).run(&vec(step(), 10..60), |steps| {
        for town in runtime.block_on(towns()) {
            runtime.block_on(play(town, &steps));
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

async fn play(town: Town, steps: &[Step]) {
    let mut world = World::begin(town).await;
    for step in steps {
        world.take(step).await;
    }
    for who in EVERYBODY {
        let mut copy = world.copies[who].clone();
        world.town.follow(who, &mut copy).await;
        world.check(who, &copy).await;
        // One that begins now holds the same.
        let fresh = world.town.copy(who).await;
        assert_eq!(fresh.rows, copy.rows, "{who}");
    }
}

/// What the case holds, and who may see it.
#[derive(Default)]
struct Model {
    /// Notes and documents: kind, and whom they are hidden from.
    facts: BTreeMap<String, (&'static str, BTreeSet<&'static str>)>,
    parties: BTreeSet<&'static str>,
    /// With whom, and the messages.
    threads: BTreeMap<String, (&'static str, Vec<String>)>,
    /// Until when staff may see what they opened.
    opened: BTreeMap<(&'static str, String), i64>,
}

impl Model {
    /// Kinds and ids of what `who` sees at `now`, their own particulars left out.
    fn visible(&self, who: &'static str, now: i64) -> BTreeSet<(String, String)> {
        let mut seen: Vec<(&str, &str)> = Vec::new();
        let staff = !FAMILY.contains(&who);
        let is_open = |what: &str| self.opened.get(&(who, what.to_owned())).is_some_and(|until| *until > now);
        if self.parties.contains(who) || is_open("c1") {
            seen.push(("case", "c1"));
            let facts = self.facts.iter().filter(|(_, (_, hidden))| staff || !hidden.contains(who));
            seen.extend(facts.map(|(id, (kind, _))| (*kind, id.as_str())));
            // Staff are told from whom something is kept, nobody else is.
            let masked = self.facts.iter().filter(|(_, (_, hidden))| staff && !hidden.is_empty());
            seen.extend(masked.map(|(id, _)| ("masking", id.as_str())));
        }
        if staff && is_open("c1") {
            seen.extend(["barn", "far", "moa", "ombud"].map(|person| ("party", person)));
            // From whom somebody in the case is kept apart.
            seen.extend(self.parties.contains("moa").then_some(("party", "granne")));
        }
        if who == "sara" {
            seen.push(("case_row", "c1"));
            seen.extend(self.threads.keys().map(|id| ("thread_row", id.as_str())));
        }
        for (id, (with, messages)) in &self.threads {
            if (*with == who && self.parties.contains(who)) || is_open(id) {
                seen.push(("thread", id));
                seen.extend(messages.iter().map(|message| ("message", message.as_str())));
            }
        }
        seen.into_iter().map(|(kind, id)| (kind.to_owned(), id.to_owned())).collect()
    }
}

struct World {
    town: Town,
    model: Model,
    copies: BTreeMap<&'static str, Copy>,
    /// Everything that was ever pushed, with its result.
    pushed: Vec<(&'static str, Mutation, MutationResult)>,
    /// Pages that were answered, under which life of the database.
    pages: Vec<(&'static str, String, Page)>,
    backup: Option<Backup>,
    made: usize,
}

impl World {
    async fn begin(town: Town) -> Self {
        let copies = EVERYBODY.into_iter().map(|who| (who, Copy::default())).collect();
        let (model, pushed, pages) = (Model::default(), Vec::new(), Vec::new());
        let mut world = Self { town, model, copies, pushed, pages, backup: None, made: 0 };
        world.act("sara", open_case("c1", "barn", true), true).await;
        world.model.parties.insert("barn");
        world
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Write { document, hidden } => {
                let (id, hidden) = (self.name("f"), hidden_from(*hidden));
                let names: Vec<&str> = hidden.iter().copied().collect();
                let (kind, act): (_, Act) = if *document {
                    ("document", sign_document("c1", &id, &names).into())
                } else {
                    ("note", write_note("c1", &id, &names).into())
                };
                self.model.facts.insert(id, (kind, hidden));
                self.act_in_case(act).await;
            }
            Step::Mask { which, hidden } => {
                let Some(id) = nth(self.model.facts.keys(), *which) else { return };
                let hidden = hidden_from(*hidden);
                let names: Vec<&str> = hidden.iter().copied().collect();
                let act = mask("c1", &id, &names);
                if let Some(fact) = self.model.facts.get_mut(&id) {
                    fact.1 = hidden;
                }
                self.act_in_case(act.into()).await;
            }
            Step::Move => {
                let next_step = Some(self.name("step"));
                self.act("sara", MoveCase { case: CaseId::new("c1"), stage: Stage::Investigating, next_step }, true)
                    .await;
            }
            Step::Let { who } => {
                let mut act = open_case_to("c1", FAMILY[*who]);
                act.review_at += 1_000 * 24 * HOUR;
                self.model.parties.insert(FAMILY[*who]);
                self.act("sara", act, true).await;
            }
            Step::Close { who } => {
                let was_in = self.model.parties.remove(FAMILY[*who]);
                self.act("sara", close_case_to("c1", FAMILY[*who]), was_in).await;
            }
            Step::Thread { who } => {
                let (id, with) = (self.name("t"), FAMILY[*who]);
                let is_in = self.model.parties.contains(with);
                if is_in {
                    self.model.threads.insert(id.clone(), (with, vec![format!("{id}-1")]));
                }
                self.act("sara", start_thread("c1", &id, with), is_in).await;
            }
            Step::Send { which, by_staff } => {
                let Some(thread) = nth(self.model.threads.keys(), *which) else { return };
                let id = self.name("m");
                let (with, messages) = self.model.threads.get_mut(&thread).expect("is there");
                let by = if *by_staff { "sara" } else { *with };
                let may = *by_staff || self.model.parties.contains(by);
                if may {
                    messages.push(id.clone());
                }
                self.act(by, send_message(&thread, &id, "Hej"), may).await;
            }
            Step::Open { samir, thread } => self.open(*samir, *thread).await,
            Step::Wait { hours } => self.town.wait(*hours),
            Step::Pull { who, answers, window, first, back } => {
                let limits = Limits { window: *window, first: (*first, 1 << 20), back: (*back, 1 << 20) };
                self.pull(EVERYBODY[*who], *answers, &limits).await;
            }
            Step::Late { which } => self.late(*which),
            Step::Again { which } => {
                if self.pushed.is_empty() {
                    return;
                }
                let (who, mutation, result) = self.pushed[which % self.pushed.len()].clone();
                let again = self.town.push(who, vec![mutation]).await;
                assert_eq!(again, [result], "not what was stored");
            }
            Step::Collect => {
                self.town.wait(1);
                collect(&self.town.app.db, 0).await.expect("collects");
            }
            Step::Backup => self.backup = Some(Backup::make(&mut self.town).await),
            Step::Restore => self.restore().await,
        }
    }

    /// An act of staff in the case: moves nobody's head for whom it changes nothing.
    async fn act_in_case(&mut self, act: Act) {
        let before = self.town.heads("c1").await;
        let seen = self.rows_of_case().await;
        self.act("sara", act, true).await;
        let (after, sees) = (self.town.heads("c1").await, self.rows_of_case().await);
        for who in before.keys() {
            assert_eq!(before[who] == after[who], seen.get(who) == sees.get(who), "{who} can tell what is hidden");
        }
    }

    /// What stands in the case's scopes, by audience.
    async fn rows_of_case(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut snapshot = self.town.app.db.snapshot().await.expect("reads");
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT s.audience, r.id || ' ' || r.body FROM scope s JOIN record r ON r.scope = s.id WHERE s.fact = 'c1' AND r.deleted = 0",
        )
        .fetch_all(&mut *snapshot)
        .await
        .expect("reads");
        let mut by_audience: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (audience, id) in rows {
            by_audience.entry(audience).or_default().insert(id);
        }
        by_audience
    }

    async fn act(&mut self, who: &'static str, act: impl Into<Act>, succeeds: bool) {
        let lane = self.town.own(who).await;
        let mutation = self.town.mutation(who, lane, act);
        let result = self.town.push(who, vec![mutation.clone()]).await.remove(0);
        match &result.outcome {
            Outcome::Applied { .. } => assert!(succeeds, "{mutation:?} was done"),
            other => assert_eq!((other, succeeds), (&Outcome::Refused { refusal: RefusalCode::Access.into() }, false)),
        }
        self.pushed.push((who, mutation, result));
    }

    async fn open(&mut self, samir: bool, thread: Option<usize>) {
        let who = if samir { "samir" } else { "sara" };
        let thread = thread.and_then(|which| nth(self.model.threads.keys(), which));
        let (kind, fact) = thread.map_or((ScopeKind::Case, "c1".to_owned()), |thread| (ScopeKind::Thread, thread));
        let scope = self.scope(kind, &fact).await;
        // The unit has a share in the case and none in its threads.
        let may = who == "sara" || kind == ScopeKind::Case;
        assert_eq!(self.town.open_scope(who, &scope).await.is_ok(), may);
        if may {
            self.model.opened.insert((who, fact), self.town.app.db.now() + 12 * HOUR);
        }
    }

    async fn scope(&self, kind: ScopeKind, fact: &str) -> ScopeId {
        let audience = if kind == ScopeKind::Case { "staff" } else { "*" };
        let mut snapshot = self.town.app.db.snapshot().await.expect("reads");
        let (id,): (String,) = sqlx::query_as("SELECT id FROM scope WHERE fact = $1 AND audience = $2")
            .bind(fact)
            .bind(audience)
            .fetch_one(&mut *snapshot)
            .await
            .expect("is there");
        ScopeId::new(id)
    }

    async fn pull(&mut self, who: &'static str, answers: usize, limits: &Limits) {
        for _ in 0..answers {
            let copy = self.copies.get_mut(who).expect("everybody has one");
            let caller = self.town.caller(who);
            let waiting: Vec<_> =
                self.pushed.iter().filter(|(by, ..)| *by == who).map(|(_, m, _)| m.mid.clone()).collect();
            let asked = copy.ask(&format!("device-{who}"), &waiting);
            let answer = pull_within(&self.town.app, &caller, &asked, limits).await.expect("is answered");
            assert_eq!(answer.results.len(), waiting.len().min(MAX_PUSH), "a result is missing");
            let windows = answer.pages.iter().any(|page| matches!(page.span, Span::Window { .. }));
            let backs = answer.pages.iter().any(|page| matches!(page.span, Span::Back { .. }));
            assert!(!(windows && backs), "what is older came with first screens");
            self.pages.extend(answer.pages.iter().map(|page| (who, answer.db_epoch.clone(), page.clone())));
            if !copy.take(answer) {
                let copy = copy.clone();
                self.check(who, &copy).await;
                return;
            }
        }
    }

    /// A page from before comes once more: it fits no cursor, or it is as good as ever.
    fn late(&mut self, which: usize) {
        if self.pages.is_empty() {
            return;
        }
        let (who, db_epoch, page) = self.pages[which % self.pages.len()].clone();
        let copy = self.copies.get_mut(who).expect("everybody has one");
        let is_held = |grant: &protocol::access::Grant| {
            grant.scope == page.scope && grant.epoch == page.epoch && grant.head.is_some()
        };
        if db_epoch == copy.db_epoch && copy.grants.iter().any(is_held) {
            copy.apply(page);
        }
    }

    async fn check(&self, who: &'static str, copy: &Copy) {
        let seen: BTreeSet<(String, String)> = copy
            .rows
            .keys()
            .filter(|(_, kind, _)| kind != "profile" && kind != "representation")
            .map(|(_, kind, id)| (kind.clone(), id.clone()))
            .collect();
        assert_eq!(seen, self.model.visible(who, self.town.app.db.now()), "{}: {who}", self.town.engine);
        self.town.check_digests(who, copy).await;
    }

    /// The database is what it was at the backup; devices send again what it may have forgotten.
    async fn restore(&mut self) {
        let Some(backup) = &self.backup else { return };
        backup.bring_back(&mut self.town).await;
        self.town.app.db.renew_epoch().await.expect("is renewed");
        self.town.restart().await;
        self.model.opened.clear();
        self.town.wait(24);
        for (who, mutation, result) in &mut self.pushed {
            let again = self.town.push(who, vec![mutation.clone()]).await.remove(0);
            let is_done = |result: &MutationResult| matches!(result.outcome, Outcome::Applied { .. });
            assert_eq!(is_done(&again), is_done(result), "{mutation:?}");
            *result = again;
        }
    }

    fn name(&mut self, of: &str) -> String {
        self.made += 1;
        format!("{of}{}", self.made)
    }
}

fn nth<'a>(mut keys: impl ExactSizeIterator<Item = &'a String>, which: usize) -> Option<String> {
    let count = keys.len();
    (count > 0).then(|| keys.nth(which % count).cloned()).flatten()
}

fn hidden_from(mask: u8) -> BTreeSet<&'static str> {
    FAMILY.into_iter().enumerate().filter(|(n, _)| mask >> n & 1 == 1).map(|(_, who)| who).collect()
}
