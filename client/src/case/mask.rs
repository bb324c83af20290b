//! What is kept from whom of a note or document, as staff see and decide it.
//!
//! An act names everybody whom something is kept from, so whoever adds one names the others again. What waits to be
//! sent counts as done for that: two decisions without a network do not undo each other.

use crate::Client;
use crate::failure::failure;
use crate::store::{Meta, StoreError, queue};
use crate::sync::Open;
use crate::wire::{WireError, read};
use bridge::mask::{
    HideFrom, KeptPassageView, KeptView, ListMaskGrounds, MaskGroundView, MaskingView, PersonView, ShowAgain,
    ShowMasking,
};
use bridge::{Failure, FailureCode, Topic};
use protocol::case::{Mask, MaskGround, Masking, Note, paragraphs};
use protocol::document::Document;
use protocol::id::{CaseId, PersonId, RecordId, ScopeId};
use protocol::record::Content as _;
use reqwest::Method;
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};

/// How much of a paragraph is shown for it to be known by.
const BEGINNING: usize = 120;

impl Client {
    /// What is kept from whom of a note or document, and from whom something can be kept.
    ///
    /// # Errors
    /// `Access` when it is not here.
    pub async fn show_masking(&self, call: ShowMasking) -> Result<MaskingView, Failure> {
        let open = self.open()?;
        let mut conn = open.store.read().acquire().await.map_err(StoreError::from)?;
        let passages = passages(&mut conn, &call.fact).await?;
        let scope = scope(&mut conn, &call.case).await?;
        let people = people(&mut conn, &scope).await?;
        let kept = Kept::read(&mut conn, &call.fact).await?.view(&people);
        Ok(MaskingView { passages, people, kept })
    }

    /// The legal grounds to choose from; those of the last time where they cannot be asked for.
    ///
    /// # Errors
    /// `Offline` when they never were.
    pub async fn list_mask_grounds(&self, _: ListMaskGrounds) -> Result<Vec<MaskGroundView>, Failure> {
        let open = self.open()?;
        let answer = match open.ask(|wire| wire.request(Method::GET, &["mask-grounds"])).await {
            Ok(answer) => read::<Vec<MaskGround>>(answer).await,
            Err(error) => Err(error),
        };
        let grounds = match answer {
            Ok(grounds) => {
                let mut tx = open.store.write().await?;
                Meta::MaskGrounds.keep(&mut tx, &grounds).await?;
                tx.commit().await.map_err(StoreError::from)?;
                grounds
            }
            Err(error @ (WireError::Unreachable | WireError::Down | WireError::Busy(_) | WireError::Garbled)) => {
                open.store.meta(Meta::MaskGrounds).await?.ok_or(error)?
            }
            Err(error) => return Err(error.into()),
        };
        Ok(grounds.into_iter().map(|one| MaskGroundView { law: one.law, about: one.about }).collect())
    }

    /// Keeps a note or document, or passages of it, from people besides those whom it is kept from.
    ///
    /// # Errors
    /// `Invalid` without anybody, or with passages and no ground; `Access` when the case is not on the desk.
    pub async fn hide_from(&self, call: HideFrom) -> Result<(), Failure> {
        let ground = if call.passages.is_empty() { None } else { Some(super::assign::ground(&call.ground)?) };
        if call.people.is_empty() {
            return Err(failure(FailureCode::Invalid));
        }
        self.open()?
            .change_mask(&call.case, &call.fact, |kept| match &ground {
                None => kept.whole.extend(call.people.iter().cloned()),
                Some(ground) => {
                    for passage in &call.passages {
                        let (law, people) = kept.passages.entry(*passage).or_default();
                        law.clone_from(ground);
                        people.extend(call.people.iter().cloned());
                    }
                }
            })
            .await
    }

    /// Shows somebody again what was kept from them: a passage, or the whole.
    ///
    /// # Errors
    /// `Access` when the case is not on the desk.
    pub async fn show_again(&self, call: ShowAgain) -> Result<(), Failure> {
        self.open()?
            .change_mask(&call.case, &call.fact, |kept| match call.passage {
                None => drop(kept.whole.remove(&call.person)),
                Some(passage) => {
                    if let Some((_, people)) = kept.passages.get_mut(&passage) {
                        people.remove(&call.person);
                    }
                }
            })
            .await
    }
}

impl Open {
    /// Queues what makes the masks of `fact` what `change` makes of them.
    async fn change_mask(&self, case: &str, fact: &str, change: impl FnOnce(&mut Kept)) -> Result<(), Failure> {
        let mut tx = self.store.write_intent().await?;
        let lane = super::assign::lane(&mut tx, case).await?;
        let before = Kept::read(&mut tx, fact).await?;
        let mut after = before.clone();
        change(&mut after);
        let acts = before.acts(&after, case, fact);
        for act in &acts {
            queue(&mut tx, &lane, &act.clone().into(), self.now()).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        if !acts.is_empty() {
            self.queued(Topic::Case);
        }
        Ok(())
    }
}

/// What is kept of one note or document.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kept {
    /// From whom the whole is.
    whole: BTreeSet<String>,
    /// By passage: the ground, and from whom.
    passages: BTreeMap<u32, (String, BTreeSet<String>)>,
    /// Names, as they came with it.
    names: BTreeMap<String, String>,
}

impl Kept {
    /// As the backend said it, with what waits to be sent.
    pub(super) async fn read(conn: &mut SqliteConnection, fact: &str) -> Result<Self, StoreError> {
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM record WHERE kind = ?1 AND id = ?2 LIMIT 1")
            .bind(Masking::KIND)
            .bind(fact)
            .fetch_optional(&mut *conn)
            .await?;
        let waiting: Vec<String> = sqlx::query_scalar(
            "SELECT act FROM pending WHERE sort = 'mask' AND act ->> '$.fact' = ?1 AND state <> 'refused' ORDER BY no",
        )
        .bind(fact)
        .fetch_all(conn)
        .await?;
        let mut kept = Self::default();
        for one in body.and_then(|body| serde_json::from_str::<Masking>(&body).ok()).into_iter().flat_map(|it| it.from)
        {
            let person = one.person.to_string();
            for passage in one.passages {
                let (ground, people) = kept.passages.entry(passage.passage).or_default();
                *ground = passage.ground;
                people.insert(person.clone());
            }
            if one.whole {
                kept.whole.insert(person.clone());
            }
            kept.names.insert(person, one.name);
        }
        waiting.iter().filter_map(|act| serde_json::from_str(act).ok()).for_each(|act| kept.apply(act));
        Ok(kept)
    }

    /// As the backend does it.
    fn apply(&mut self, act: Mask) {
        let people: BTreeSet<String> = act.hidden_from.iter().map(ToString::to_string).collect();
        match act.ground {
            None => self.whole = people,
            Some(ground) => {
                for passage in act.sections {
                    self.passages.insert(passage, (ground.clone(), people.clone()));
                }
            }
        }
    }

    /// What must be done for this to become `after`.
    fn acts(&self, after: &Self, case: &str, fact: &str) -> Vec<Mask> {
        let act = |people: &BTreeSet<String>, sections: Vec<u32>, ground: Option<String>| Mask {
            case: CaseId::new(case),
            fact: RecordId::new(fact),
            hidden_from: people.iter().map(PersonId::new).collect(),
            sections,
            ground,
        };
        let mut acts = Vec::new();
        if self.whole != after.whole {
            acts.push(act(&after.whole, Vec::new(), None));
        }
        // Passages that are kept from the same people for the same reason go together.
        let mut alike: BTreeMap<(&String, &BTreeSet<String>), Vec<u32>> = BTreeMap::new();
        for (passage, (ground, people)) in &after.passages {
            if self.passages.get(passage) != Some(&(ground.clone(), people.clone())) {
                alike.entry((ground, people)).or_default().push(*passage);
            }
        }
        acts.extend(alike.into_iter().map(|((ground, people), sections)| act(people, sections, Some(ground.clone()))));
        acts
    }

    /// By person.
    pub(super) fn view(&self, people: &[PersonView]) -> Vec<KeptView> {
        let everybody: BTreeSet<&String> =
            self.whole.iter().chain(self.passages.values().flat_map(|(_, people)| people)).collect();
        let name = |person: &String| {
            let known = people.iter().find(|one| one.person == *person).map(|one| one.name.clone());
            known.or_else(|| self.names.get(person).cloned()).unwrap_or_default()
        };
        let mut kept: Vec<KeptView> = everybody
            .into_iter()
            .map(|person| KeptView {
                name: name(person),
                whole: self.whole.contains(person),
                passages: self
                    .passages
                    .iter()
                    .filter(|(_, (_, people))| people.contains(person))
                    .map(|(passage, (ground, _))| KeptPassageView { passage: *passage, ground: ground.clone() })
                    .collect(),
                person: person.clone(),
            })
            .collect();
        kept.sort_by(|one, other| one.name.cmp(&other.name));
        kept
    }
}

/// The staff scope of a case.
///
/// # Errors
/// `Access` when the case is not open here.
pub(super) async fn scope(conn: &mut SqliteConnection, case: &str) -> Result<ScopeId, Failure> {
    let scope: Option<String> =
        sqlx::query_scalar("SELECT scope FROM record WHERE kind = 'case' AND about = ?1 ORDER BY scope LIMIT 1")
            .bind(case)
            .fetch_optional(conn)
            .await
            .map_err(StoreError::from)?;
    scope.map(ScopeId::new).ok_or_else(|| failure(FailureCode::Access))
}

/// Residents around a case, by name; not those who see nothing of it anyway.
pub(super) async fn people(conn: &mut SqliteConnection, scope: &ScopeId) -> Result<Vec<PersonView>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT id, coalesce(body ->> '$.name', '') FROM record WHERE scope = ?1 AND kind = 'party'
         AND coalesce(body ->> '$.suspended', '') <> 'kept_apart'
         AND NOT EXISTS (SELECT 1 FROM json_each(body, '$.relations') WHERE value ->> '$.kind' = 'caseworker')
         ORDER BY 2, 1",
    )
    .bind(scope.as_str())
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(person, name)| PersonView { person, name }).collect())
}

/// By what the passages of a note or document can be told apart, in order.
async fn passages(conn: &mut SqliteConnection, fact: &str) -> Result<Vec<String>, Failure> {
    let found: Option<(String, String)> = sqlx::query_as(
        "SELECT kind, body FROM record WHERE kind IN ('note', 'document') AND id = ?1 ORDER BY kind, scope LIMIT 1",
    )
    .bind(fact)
    .fetch_optional(conn)
    .await
    .map_err(StoreError::from)?;
    let (kind, body) = found.ok_or_else(|| failure(FailureCode::Access))?;
    let unreadable = |_| failure(FailureCode::UpdateNeeded);
    if kind == Note::KIND {
        let note: Note = serde_json::from_str(&body).map_err(unreadable)?;
        return Ok(paragraphs(&note.text).map(beginning).collect());
    }
    let document: Document = serde_json::from_str(&body).map_err(unreadable)?;
    Ok(document.sections.into_iter().map(|section| beginning(&section.heading)).collect())
}

fn beginning(text: &str) -> String {
    match text.char_indices().nth(BEGINNING) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(people: &[&str], sections: &[u32], ground: Option<&str>) -> Mask {
        Mask {
            case: CaseId::new("c"),
            fact: RecordId::new("n"),
            hidden_from: people.iter().copied().map(PersonId::new).collect(),
            sections: sections.to_vec(),
            ground: ground.map(str::to_owned),
        }
    }

    #[test]
    fn the_acts_make_of_one_state_the_other() {
        let mut before = Kept::default();
        before.apply(mask(&["a"], &[], None));
        before.apply(mask(&["a", "b"], &[0, 1], Some("12 kap. 3 §")));
        let mut after = before.clone();
        after.whole.insert("b".to_owned());
        for passage in [1, 2, 3] {
            let (ground, people) = after.passages.entry(passage).or_default();
            "26 kap. 1 §".clone_into(ground);
            people.insert("c".to_owned());
        }
        let acts = before.acts(&after, "c", "n");
        assert_eq!(
            acts,
            [
                mask(&["a", "b"], &[], None),
                mask(&["a", "b", "c"], &[1], Some("26 kap. 1 §")),
                mask(&["c"], &[2, 3], Some("26 kap. 1 §")),
            ]
        );
        acts.into_iter().for_each(|act| before.apply(act));
        assert_eq!(before, after);
        assert!(after.acts(&after, "c", "n").is_empty());
    }
}
