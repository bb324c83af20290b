//! The list of those around a case.

use super::staff_case;
use crate::Client;
use crate::failure::refused;
use crate::relation::{kind, matter, source};
use crate::store::StoreError;
use crate::sync::Open;
use bridge::Failure;
use bridge::party::{
    ApartView, ChangeSort, ChangeView, ListParties, PartiesView, PartyRelationView, PartyView, Standing, When,
};
use protocol::Millis;
use protocol::id::ScopeId;
use protocol::mutation::Act;
use protocol::party::{Party, PartyRelation};
use protocol::record::Content as _;
use protocol::relation::{ClosedBy, RelationKind};
use std::collections::HashMap;

impl Client {
    /// Who is around a case that is open here.
    ///
    /// # Errors
    /// `Access` when it is not here.
    pub async fn list_parties(&self, call: ListParties) -> Result<PartiesView, Failure> {
        let open = self.open()?;
        let (scope, case) = staff_case(&open, &call.case).await?;
        let at = open.store.server_now(open.now()).await?;
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT id, body FROM record WHERE scope = ?1 AND kind = ?2 ORDER BY id LIMIT 500")
                .bind(scope.as_str())
                .bind(Party::KIND)
                .fetch_all(open.store.read())
                .await
                .map_err(StoreError::from)?;
        let parties: Vec<(String, Option<Party>)> =
            rows.into_iter().map(|(id, body)| (id, serde_json::from_str(&body).ok())).collect();
        let names: HashMap<&str, &str> =
            parties.iter().filter_map(|(id, party)| Some((id.as_str(), party.as_ref()?.name.as_str()))).collect();
        let mut people: Vec<PartyView> = parties
            .iter()
            .map(|(id, party)| party.as_ref().map_or_else(|| newer(id), |it| view(id, it, at, &names)))
            .collect();
        people.sort_by_key(|one| {
            let closed = !matches!(one.standing, Standing::Open { .. });
            (!one.concerned, closed, one.name.to_lowercase())
        });
        let changes = changes(&open, &scope, &call.case, &people).await?;
        Ok(PartiesView { people, changes, is_mine: case.caseworker.person == open.me.person, leads: open.me.leads })
    }
}

fn view(id: &str, party: &Party, at: Millis, names: &HashMap<&str, &str>) -> PartyView {
    let apart = |other: &protocol::id::PersonId| {
        let name = names.get(other.as_str()).map(|name| (*name).to_owned())?;
        Some(ApartView { person: other.to_string(), name })
    };
    let lapsed = party.access.as_ref().and_then(|access| access.review_at).filter(|review| *review <= at);
    PartyView {
        person: id.to_owned(),
        name: party.name.clone(),
        concerned: party.concerned,
        protected: party.protected,
        relations: party.relations.iter().map(|relation| relation_view(relation, at)).collect(),
        standing: standing(party, at),
        guarded: party.suspended == Some(ClosedBy::Protected),
        lapsed_at: lapsed,
        apart: party.apart.iter().filter_map(apart).collect(),
        newer: false,
    }
}

// One that this build cannot read.
fn newer(id: &str) -> PartyView {
    PartyView {
        person: id.to_owned(),
        name: String::new(),
        concerned: false,
        protected: false,
        relations: Vec::new(),
        standing: Standing::Outside,
        guarded: false,
        lapsed_at: None,
        apart: Vec::new(),
        newer: true,
    }
}

fn standing(party: &Party, at: Millis) -> Standing {
    if let Some(access) = party.access.as_ref().filter(|access| access.review_at.is_none_or(|review| review > at)) {
        return Standing::Open {
            ground: access.ground.clone(),
            since: access.since,
            review_at: access.review_at,
            matters: access.matters.iter().copied().map(matter).collect(),
        };
    }
    let holding = || party.relations.iter().filter(|relation| when(relation, at) == When::Now);
    let lets_in =
        |relation: &&PartyRelation| !matches!(relation.kind, RelationKind::Caseworker | RelationKind::Unknown);
    // Of several the one that lets in most counts: everything before something.
    let best = holding().filter(lets_in).max_by_key(|one| (one.matters.is_empty(), one.matters.len()));
    match (party.suspended, best) {
        (Some(ClosedBy::KeptApart), _) => Standing::Apart,
        (Some(_), Some(_)) => Standing::ToConfirm,
        (None, Some(best)) => Standing::Eligible { matters: best.matters.iter().copied().map(matter).collect() },
        // Whoever a case concerns needs no relation to themself.
        (_, None) if party.concerned => Standing::Eligible { matters: Vec::new() },
        (_, None) if holding().any(|relation| relation.kind == RelationKind::Caseworker) => Standing::Staff,
        (_, None) => Standing::Outside,
    }
}

fn relation_view(relation: &PartyRelation, at: Millis) -> PartyRelationView {
    PartyRelationView {
        relation: relation.relation.to_string(),
        kind: kind(relation.kind),
        matters: relation.matters.iter().copied().map(matter).collect(),
        starts: relation.starts,
        until: relation.until,
        when: when(relation, at),
        source: source(relation.source),
        checked_at: relation.checked_at,
        same_address: relation.same_address,
    }
}

fn when(relation: &PartyRelation, at: Millis) -> When {
    match relation.until {
        Some(until) if until <= at => When::Over,
        _ if relation.starts > at => When::Ahead,
        _ => When::Now,
    }
}

/// What waits to be sent or was refused, of this case and of whoever is around it.
async fn changes(open: &Open, scope: &ScopeId, case: &str, people: &[PartyView]) -> Result<Vec<ChangeView>, Failure> {
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "SELECT act, mid, refusal FROM pending
         WHERE sort IN ('record_relation', 'check_relation', 'end_relation', 'open_case_to', 'confirm_proxy', 'close_case_to',
                        'keep_apart', 'end_keep_apart', 'mark_protected', 'end_protected')
           AND (act ->> '$.case' = ?1 OR (act ->> '$.case' IS NULL AND act ->> '$.person' IN
                (SELECT id FROM record WHERE scope = ?2 AND kind = 'party')))
         ORDER BY no",
    )
    .bind(case)
    .bind(scope.as_str())
    .fetch_all(open.store.read())
    .await
    .map_err(StoreError::from)?;
    Ok(rows
        .into_iter()
        .filter_map(|(act, mid, refusal)| {
            let (sort, person) = sort(serde_json::from_str(&act).ok()?, people)?;
            let name = people.iter().find(|one| one.person == person).map(|one| one.name.clone());
            Some(ChangeView { sort, name, refused: refusal.map(|refusal| refused(&refusal, mid.clone())), mid })
        })
        .collect())
}

/// What an act changes, and of whom.
fn sort(act: Act, people: &[PartyView]) -> Option<(ChangeSort, String)> {
    let of_relation = |relation: &protocol::id::RecordId| {
        let has = |one: &&PartyView| one.relations.iter().any(|held| held.relation == relation.as_str());
        people.iter().find(has).map(|one| one.person.clone()).unwrap_or_default()
    };
    Some(match act {
        Act::RecordRelation(act) => (ChangeSort::Relate, act.person.to_string()),
        Act::CheckRelation(act) => (ChangeSort::Check, of_relation(&act.relation)),
        Act::EndRelation(act) => (ChangeSort::EndRelation, of_relation(&act.relation)),
        Act::OpenCaseTo(act) => (ChangeSort::LetIn, act.person.to_string()),
        Act::ConfirmProxy(act) => (ChangeSort::LetIn, act.person.to_string()),
        Act::CloseCaseTo(act) => (ChangeSort::ShutOut, act.person.to_string()),
        Act::KeepApart(act) => (ChangeSort::KeepApart, act.person.to_string()),
        Act::EndKeepApart(act) => (ChangeSort::EndApart, act.person.to_string()),
        Act::MarkProtected(act) => (ChangeSort::Protect, act.person.to_string()),
        Act::EndProtected(act) => (ChangeSort::EndProtection, act.person.to_string()),
        _ => return None,
    })
}
