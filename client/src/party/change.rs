//! Changes by staff, each one act.

use super::staff_case;
use crate::Client;
use crate::failure::failure;
use crate::relation::{ZONE, months_from};
use crate::store::{StoreError, queue};
use bridge::party::{Change, ChangeParty};
use bridge::{Failure, FailureCode, Topic, relation as shown};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use protocol::Millis;
use protocol::case::{CloseCaseTo, OpenCaseTo};
use protocol::id::{CaseId, PersonId, RecordId, ScopeId};
use protocol::mutation::Act;
use protocol::party::Party;
use protocol::record::Content as _;
use protocol::relation::{
    CheckRelation, ClosedBy, ConfirmProxy, EndKeepApart, EndProtected, EndRelation, KeepApart, MarkProtected,
    RecordRelation, RelationKind, Source,
};
use uuid::Uuid;

/// The longest ground.
const MAX_GROUND: usize = 300;

impl Client {
    /// Changes who is around a case; stored first, sent as soon as can be.
    ///
    /// # Errors
    /// `Access` when the case is not open here; `Invalid` or `TooLong` for the words, and for days and months that make
    /// no sense.
    pub async fn change_party(&self, call: ChangeParty) -> Result<(), Failure> {
        let open = self.open()?;
        let (scope, _) = staff_case(&open, &call.case).await?;
        let now = open.store.server_now(open.now()).await?;
        let mut tx = open.store.write_intent().await?;
        let is_guarded = match &call.change {
            Change::LetIn { person, .. } => is_guarded(&mut tx, &scope, person).await?,
            _ => false,
        };
        let act = act(CaseId::new(call.case), call.change, is_guarded, now)?;
        // The marks are of a person and of no case.
        let lane = match act {
            Act::MarkProtected(_) | Act::EndProtected(_) => &open.me.own_scope,
            _ => &scope,
        };
        queue(&mut tx, lane, &act, open.now()).await?;
        tx.commit().await.map_err(StoreError::from)?;
        open.queued(Topic::Case);
        Ok(())
    }
}

/// Whether somebody is let in only by being confirmed, as far as it is known here.
async fn is_guarded(conn: &mut sqlx::SqliteConnection, scope: &ScopeId, person: &str) -> Result<bool, Failure> {
    let body: Option<String> = sqlx::query_scalar("SELECT body FROM record WHERE scope = ?1 AND kind = ?2 AND id = ?3")
        .bind(scope.as_str())
        .bind(Party::KIND)
        .bind(person)
        .fetch_optional(conn)
        .await
        .map_err(StoreError::from)?;
    let party: Option<Party> = body.and_then(|body| serde_json::from_str(&body).ok());
    Ok(party.is_some_and(|party| party.suspended == Some(ClosedBy::Protected)))
}

fn act(case: CaseId, change: Change, is_guarded: bool, now: Millis) -> Result<Act, Failure> {
    Ok(match change {
        Change::Relate { person, kind, last_day, source, same_address } => RecordRelation {
            case,
            relation: RecordId::from(Uuid::now_v7()),
            kind: wire_kind(kind)?,
            person: PersonId::new(person),
            starts: day_start(today(now)?)?,
            until: last_day.as_deref().map(|day| end_of(day, now)).transpose()?,
            matters: Vec::new(),
            source: wire_source(source)?,
            same_address,
        }
        .into(),
        Change::Check { relation, source } => {
            CheckRelation { case, relation: RecordId::new(relation), source: wire_source(source)? }.into()
        }
        Change::EndRelation { relation, ground } => {
            EndRelation { case, relation: RecordId::new(relation), ground: words(&ground)? }.into()
        }
        Change::LetIn { person, ground, months } => {
            let (person, ground) = (PersonId::new(person), words(&ground)?);
            let review_at = months_from(now, months).filter(|_| (1..=12).contains(&months)).ok_or_else(invalid)?;
            if is_guarded {
                ConfirmProxy { case, person, ground, review_at }.into()
            } else {
                OpenCaseTo { case, person, ground, review_at }.into()
            }
        }
        Change::ShutOut { person, ground } => {
            CloseCaseTo { case, person: PersonId::new(person), ground: words(&ground)? }.into()
        }
        Change::KeepApart { person, other, ground } => {
            let (person, other) = (PersonId::new(person), PersonId::new(other));
            KeepApart { case, person, other, ground: words(&ground)? }.into()
        }
        Change::EndApart { person, other } => {
            EndKeepApart { case, person: PersonId::new(person), other: PersonId::new(other) }.into()
        }
        Change::Protect { person, ground } => {
            MarkProtected { person: PersonId::new(person), ground: words(&ground)? }.into()
        }
        Change::EndProtection { person, ground } => {
            EndProtected { person: PersonId::new(person), ground: words(&ground)? }.into()
        }
    })
}

fn invalid() -> Failure {
    failure(FailureCode::Invalid)
}

fn words(text: &str) -> Result<String, Failure> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        0 => Err(invalid()),
        count if count > MAX_GROUND => Err(failure(FailureCode::TooLong)),
        _ => Ok(text),
    }
}

fn today(now: Millis) -> Result<Date, Failure> {
    let now = Timestamp::from_millisecond(now).and_then(|now| now.in_tz(ZONE)).map_err(|_| invalid())?;
    Ok(now.date())
}

fn day_start(day: Date) -> Result<Millis, Failure> {
    Ok(day.in_tz(ZONE).map_err(|_| invalid())?.timestamp().as_millisecond())
}

/// The end of the day that is written so, which must not have passed.
fn end_of(day: &str, now: Millis) -> Result<Millis, Failure> {
    let next = day.parse::<Date>().and_then(|day| day.checked_add(1.day())).map_err(|_| invalid())?;
    let end = day_start(next)?;
    if end <= now { Err(invalid()) } else { Ok(end) }
}

fn wire_kind(kind: shown::RelationKind) -> Result<RelationKind, Failure> {
    Ok(match kind {
        shown::RelationKind::JointCustody => RelationKind::JointCustody,
        shown::RelationKind::SoleCustody => RelationKind::SoleCustody,
        shown::RelationKind::AppointedGuardian => RelationKind::AppointedGuardian,
        shown::RelationKind::GodMan => RelationKind::GodMan,
        shown::RelationKind::Forvaltare => RelationKind::Forvaltare,
        shown::RelationKind::Ombud => RelationKind::Ombud,
        shown::RelationKind::PublicCounsel => RelationKind::PublicCounsel,
        shown::RelationKind::Guest => RelationKind::Guest,
        shown::RelationKind::Caseworker => RelationKind::Caseworker,
        // It is given by the people themselves.
        shown::RelationKind::PowerOfAttorney | shown::RelationKind::Unknown => return Err(invalid()),
    })
}

fn wire_source(source: shown::Source) -> Result<Source, Failure> {
    Ok(match source {
        shown::Source::PopulationRegister => Source::PopulationRegister,
        shown::Source::CourtDecision => Source::CourtDecision,
        shown::Source::ChiefGuardian => Source::ChiefGuardian,
        shown::Source::Municipality => Source::Municipality,
        shown::Source::Person => Source::Person,
        shown::Source::Unknown => return Err(invalid()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon UTC on 1 September 2026.
    const NOON: Millis = 1_788_264_000_000;

    #[test]
    fn a_last_day_ends_at_midnight_in_sweden() {
        // Summer time there, winter time at the turn of the year.
        assert_eq!(end_of("2026-09-01", NOON).ok(), Some(1_788_300_000_000));
        assert_eq!(end_of("2026-12-31", NOON).ok(), Some(1_798_758_000_000));
        for wrong in ["2026-08-31", "2026-02-30", "i morgon", ""] {
            assert_eq!(end_of(wrong, NOON).err().map(|failure| failure.code), Some(FailureCode::Invalid), "{wrong}");
        }
    }

    #[test]
    fn a_ground_is_one_line_and_not_too_long() {
        assert_eq!(words("  dom om\n vårdnad ").ok().as_deref(), Some("dom om vårdnad"));
        assert_eq!(words(" \n").err().map(|failure| failure.code), Some(FailureCode::Invalid));
        assert_eq!(words(&"å".repeat(301)).err().map(|failure| failure.code), Some(FailureCode::TooLong));
    }
}
