//! Who acts for whom, and powers of attorney.
//!
//! A code is made here, shown once and stored nowhere; the backend is told its hash alone.

use crate::Client;
use crate::failure::{failure, refused};
use crate::store::{StoreError, queue};
use crate::sync::Open;
use bridge::relation::{
    ActingAt, GivePowerOfAttorney, GivingView, InvitationView, ListRepresentations, MakeInvitation, Matter,
    RelationKind, RepresentationView, RepresentationsView, RepresentedCaseView, ShowActing, Source,
    WithdrawPowerOfAttorney,
};
use bridge::{Failure, FailureCode, Topic};
use jiff::{Timestamp, ToSpan as _};
use protocol::Millis;
use protocol::id::RecordId;
use protocol::mutation::Act;
use protocol::record::Content as _;
use protocol::relation as wire;
use rand::Rng as _;
use sqlx::FromRow;
use std::collections::HashMap;
use uuid::Uuid;

/// Swedish time; every municipality lives in it.
pub(crate) const ZONE: &str = "Europe/Stockholm";
const DAY: Millis = 24 * 60 * 60 * 1000;
/// Letters of a code that stand together.
const GROUP: usize = 5;

#[derive(FromRow)]
struct Line {
    id: String,
    body: String,
    mid: Option<String>,
    refusal: Option<String>,
}

impl Client {
    /// For whom I act, and who acts for me.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn list_representations(&self, _: ListRepresentations) -> Result<RepresentationsView, Failure> {
        let open = self.open()?;
        let mut view = RepresentationsView { giving: giving(&open).await?, ..RepresentationsView::default() };
        for (side, one) in representations(&open).await? {
            match side {
                wire::Side::Representative => view.acting.push(one),
                wire::Side::Represented => view.acted_for.push(one),
                wire::Side::Unknown => {}
            }
        }
        Ok(view)
    }

    /// For whom I act in a case or thread, or anywhere that something is opened to me.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn show_acting(&self, call: ShowActing) -> Result<Vec<RepresentationView>, Failure> {
        let open = self.open()?;
        let case = match call.at {
            ActingAt::Anywhere => None,
            ActingAt::Case { case } => Some(case),
            ActingAt::Thread { thread } => {
                let case: Option<Option<String>> = sqlx::query_scalar(
                    "SELECT body ->> '$.case' FROM record WHERE kind = 'thread' AND about = ?1 LIMIT 1",
                )
                .bind(&thread)
                .fetch_optional(open.store.read())
                .await
                .map_err(StoreError::from)?;
                let Some(case) = case.flatten() else { return Ok(Vec::new()) };
                Some(case)
            }
        };
        let mine = representations(&open).await?.into_iter();
        let mine = mine.filter(|(side, _)| *side == wire::Side::Representative).map(|(_, one)| one);
        Ok(mine
            .filter(|one| match &case {
                Some(case) => one.cases.iter().any(|opened| opened.case == *case),
                None => !one.cases.is_empty(),
            })
            .collect())
    }

    /// Makes a code by which somebody can give me a power of attorney.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn make_invitation(&self, _: MakeInvitation) -> Result<InvitationView, Failure> {
        let open = self.open()?;
        let letters: String = {
            let mut chance = rand::thread_rng();
            let letters = wire::CODE_ALPHABET;
            (0..wire::CODE_LETTERS).map(|_| char::from(letters[chance.gen_range(0..letters.len())])).collect()
        };
        let code_hash = wire::hash_code(&letters).ok_or_else(|| failure(FailureCode::Internal))?;
        put(&open, wire::Invite { code_hash }.into()).await?;
        let groups: Vec<&str> =
            (0..letters.len()).step_by(GROUP).map(|at| &letters[at..letters.len().min(at + GROUP)]).collect();
        let days = u32::try_from(wire::INVITATION_LIFE / DAY).unwrap_or_default();
        Ok(InvitationView { code: groups.join("-"), days })
    }

    /// Gives a power of attorney; stored first, sent as soon as can be.
    ///
    /// # Errors
    /// `Invalid` for what is no code, without a matter, or for another time than one to twelve months.
    pub async fn give_power_of_attorney(&self, call: GivePowerOfAttorney) -> Result<(), Failure> {
        let open = self.open()?;
        let matters: Vec<wire::Matter> = call.matters.iter().filter_map(|matter| wire_matter(*matter)).collect();
        let is_good = wire::hash_code(&call.code).is_some() && !matters.is_empty() && (1..=12).contains(&call.months);
        let until = months_from(open.store.server_now(open.now()).await?, call.months);
        let Some(until) = until.filter(|_| is_good) else { return Err(failure(FailureCode::Invalid)) };
        let relation = RecordId::from(Uuid::now_v7());
        put(&open, wire::GivePowerOfAttorney { relation, code: call.code, matters, until }.into()).await
    }

    /// Withdraws a power of attorney, or renounces one. Saying it twice is saying it once.
    ///
    /// # Errors
    /// `Access` when there is none.
    pub async fn withdraw_power_of_attorney(&self, call: WithdrawPowerOfAttorney) -> Result<(), Failure> {
        let open = self.open()?;
        let known = representations(&open).await?.into_iter().find(|(_, one)| one.relation == call.relation);
        let (_, one) = known.filter(|(_, one)| one.can_withdraw).ok_or_else(|| failure(FailureCode::Access))?;
        if one.withdrawing {
            return Ok(());
        }
        // Said once more, it is tried once more.
        let mut tx = open.store.write_intent().await?;
        sqlx::query("DELETE FROM pending WHERE sort = 'withdraw_power_of_attorney' AND act ->> '$.relation' = ?1")
            .bind(&call.relation)
            .execute(&mut *tx)
            .await
            .map_err(StoreError::from)?;
        let act = wire::WithdrawPowerOfAttorney { relation: RecordId::new(call.relation) };
        queue(&mut tx, &open.me.own_scope, &act.into(), open.now()).await?;
        tx.commit().await.map_err(StoreError::from)?;
        open.queued(Topic::Relation);
        Ok(())
    }
}

/// Puts an act in the person's own lane.
async fn put(open: &Open, act: Act) -> Result<(), Failure> {
    let mut tx = open.store.write_intent().await?;
    queue(&mut tx, &open.me.own_scope, &act, open.now()).await?;
    tx.commit().await.map_err(StoreError::from)?;
    open.queued(Topic::Relation);
    Ok(())
}

/// Every representation that holds now, with what waits to end it.
async fn representations(open: &Open) -> Result<Vec<(wire::Side, RepresentationView)>, Failure> {
    let at = open.store.server_now(open.now()).await?;
    let lines: Vec<Line> = sqlx::query_as(
        "SELECT record.id, record.body, pending.mid, pending.refusal FROM record
         LEFT JOIN pending ON pending.sort = 'withdraw_power_of_attorney' AND pending.act ->> '$.relation' = record.id
         WHERE record.kind = ?1 ORDER BY record.body ->> '$.name', record.id LIMIT 200",
    )
    .bind(wire::Representation::KIND)
    .fetch_all(open.store.read())
    .await
    .map_err(StoreError::from)?;
    let titles = titles(open).await?;
    Ok(lines
        .into_iter()
        .filter_map(|line| {
            let body: wire::Representation = serde_json::from_str(&line.body).ok()?;
            // One that has ended is not told of, with or without a network.
            body.until.is_none_or(|until| until > at).then(|| (body.side, view(line, body, at, &titles)))
        })
        .collect())
}

/// What the cases that are here are about.
async fn titles(open: &Open) -> Result<HashMap<String, String>, Failure> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT about, body ->> '$.title' FROM record WHERE kind = 'case' AND about IS NOT NULL")
            .fetch_all(open.store.read())
            .await
            .map_err(StoreError::from)?;
    Ok(rows.into_iter().collect())
}

/// What waits to be given, and what was refused.
async fn giving(open: &Open) -> Result<Vec<GivingView>, Failure> {
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "SELECT act, mid, refusal FROM pending WHERE sort = 'give_power_of_attorney'
         AND NOT EXISTS (SELECT 1 FROM record WHERE record.kind = 'representation' AND record.id = act ->> '$.relation')
         ORDER BY no",
    )
    .fetch_all(open.store.read())
    .await
    .map_err(StoreError::from)?;
    Ok(rows
        .into_iter()
        .filter_map(|(act, mid, refusal)| {
            let act: wire::GivePowerOfAttorney = serde_json::from_str(&act).ok()?;
            Some(GivingView {
                relation: act.relation.to_string(),
                matters: act.matters.into_iter().map(matter).collect(),
                until: act.until,
                refused: refusal.map(|refusal| refused(&refusal, mid)),
            })
        })
        .collect())
}

fn view(line: Line, body: wire::Representation, at: Millis, titles: &HashMap<String, String>) -> RepresentationView {
    let cases = body.cases.into_iter().filter(|opened| opened.until.is_none_or(|until| until > at));
    let is_said = line.mid.is_some();
    let refused = line.refusal.zip(line.mid).map(|(refusal, mid)| refused(&refusal, mid));
    RepresentationView {
        relation: line.id,
        name: body.name,
        kind: kind(body.kind),
        matters: body.matters.into_iter().map(matter).collect(),
        until: body.until,
        ends_soon: body.warn_at.is_some_and(|warn| warn <= at),
        source: source(body.source),
        checked_at: body.checked_at,
        cases: cases
            .map(|opened| RepresentedCaseView {
                title: titles.get(opened.case.as_str()).cloned(),
                case: opened.case.to_string(),
                until: opened.until,
            })
            .collect(),
        can_withdraw: body.kind == wire::RelationKind::PowerOfAttorney,
        withdrawing: is_said && refused.is_none(),
        refused,
    }
}

/// So many months later, at the same time of the Swedish day.
pub(crate) fn months_from(now: Millis, months: u8) -> Option<Millis> {
    let now = Timestamp::from_millisecond(now).ok()?.in_tz(ZONE).ok()?;
    Some(now.checked_add(i32::from(months).months()).ok()?.timestamp().as_millisecond())
}

pub(crate) fn kind(kind: wire::RelationKind) -> RelationKind {
    match kind {
        wire::RelationKind::JointCustody => RelationKind::JointCustody,
        wire::RelationKind::SoleCustody => RelationKind::SoleCustody,
        wire::RelationKind::AppointedGuardian => RelationKind::AppointedGuardian,
        wire::RelationKind::GodMan => RelationKind::GodMan,
        wire::RelationKind::Forvaltare => RelationKind::Forvaltare,
        wire::RelationKind::PowerOfAttorney => RelationKind::PowerOfAttorney,
        wire::RelationKind::Ombud => RelationKind::Ombud,
        wire::RelationKind::PublicCounsel => RelationKind::PublicCounsel,
        wire::RelationKind::Guest => RelationKind::Guest,
        wire::RelationKind::Caseworker => RelationKind::Caseworker,
        wire::RelationKind::Unknown => RelationKind::Unknown,
    }
}

pub(crate) fn matter(matter: wire::Matter) -> Matter {
    match matter {
        wire::Matter::Messages => Matter::Messages,
        wire::Matter::Meetings => Matter::Meetings,
        wire::Matter::File => Matter::File,
        wire::Matter::Unknown => Matter::Unknown,
    }
}

fn wire_matter(matter: Matter) -> Option<wire::Matter> {
    match matter {
        Matter::Messages => Some(wire::Matter::Messages),
        Matter::Meetings => Some(wire::Matter::Meetings),
        Matter::File => Some(wire::Matter::File),
        Matter::Unknown => None,
    }
}

pub(crate) fn source(source: wire::Source) -> Source {
    match source {
        wire::Source::PopulationRegister => Source::PopulationRegister,
        wire::Source::CourtDecision => Source::CourtDecision,
        wire::Source::ChiefGuardian => Source::ChiefGuardian,
        wire::Source::Municipality => Source::Municipality,
        wire::Source::Person => Source::Person,
        wire::Source::Unknown => Source::Unknown,
    }
}
