//! Cases and what is written in them.

mod assign;
mod hide;
mod mask;
mod remind;

use crate::Client;
use crate::failure::failure;
use crate::store::{Store, StoreError};
use crate::sync::Open;
use bridge::case::{
    CaseRowView, CaseView, CaseloadRowView, CaseworkerView, ClosedBy, EntryView, ListCaseload, ListCases, ShowCase,
    Stage,
};
use bridge::document::PassageView;
use bridge::{Failure, FailureCode, Topic};
use protocol::case::{Case, CaseRow, Masked, Note, paragraphs};
use protocol::id::ScopeId;
use protocol::identity::Realm;
use protocol::record::{Body, Json};

impl Client {
    /// The cases I take part in, newest first.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn list_cases(&self, _: ListCases) -> Result<Vec<CaseRowView>, Failure> {
        let open = self.open()?;
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT CAST(coalesce(about, id) AS TEXT), body FROM record INDEXED BY record_case
             WHERE kind IN ('case', 'case_row') AND kind = 'case'
             ORDER BY coalesce(at, 0) DESC, body ->> '$.number' DESC LIMIT 500",
        )
        .fetch_all(open.store.read())
        .await
        .map_err(StoreError::from)?;
        let case = |(id, body): (String, String)| {
            serde_json::from_str(&body).map_or_else(|_| row_of_newer(id), |case| row_of_case(&case))
        };
        Ok(rows.into_iter().map(case).collect())
    }

    /// The cases on a caseworker's desk, newest first.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says.
    pub async fn list_caseload(&self, _: ListCaseload) -> Result<Vec<CaseloadRowView>, Failure> {
        let open = self.open()?;
        let rows: Vec<(String, String, bool)> = sqlx::query_as(
            "SELECT CAST(coalesce(row.about, row.id) AS TEXT), row.body,
                 EXISTS (SELECT 1 FROM grants JOIN cursor ON cursor.scope = grants.scope
                     WHERE grants.scope = row.body ->> '$.scope' AND grants.head IS NOT NULL
                     AND (grants.sync = 'auto' OR grants.lease_until > ?1)) AS opened
             FROM record AS row INDEXED BY record_case
             WHERE row.kind IN ('case', 'case_row') AND row.kind = 'case_row'
             ORDER BY coalesce(row.at, 0) DESC, row.body ->> '$.number' DESC LIMIT 500",
        )
        .bind(open.store.lent_after(open.now()).await?)
        .fetch_all(open.store.read())
        .await
        .map_err(StoreError::from)?;
        let row = |(id, body, opened): (String, String, bool)| match serde_json::from_str::<CaseRow>(&body) {
            Ok(row) => CaseloadRowView { scope: row.scope.to_string(), opened, row: row_of_desk(row) },
            Err(_) => CaseloadRowView { scope: String::new(), opened, row: row_of_newer(id) },
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// One case with all that is written in it.
    ///
    /// # Errors
    /// `Access` when it is not here.
    pub async fn show_case(&self, call: ShowCase) -> Result<CaseView, Failure> {
        let open = self.open()?;
        let found: Option<(String, String)> =
            sqlx::query_as("SELECT scope, body FROM record WHERE kind = 'case' AND about = ?1 ORDER BY scope LIMIT 1")
                .bind(&call.case)
                .fetch_optional(open.store.read())
                .await
                .map_err(StoreError::from)?;
        let (scope, body) = found.ok_or_else(|| failure(FailureCode::Access))?;
        let case: Case = serde_json::from_str(&body).map_err(|_| failure(FailureCode::UpdateNeeded))?;
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT id, kind, body FROM record WHERE scope = ?1
             AND kind NOT IN ('case', 'task', 'thread', 'message', 'read_mark', 'profile', 'thread_row', 'case_row')
             ORDER BY coalesce(at, body ->> '$.at', 0) DESC, seq DESC",
        )
        .bind(&scope)
        .fetch_all(open.store.read())
        .await
        .map_err(StoreError::from)?;
        let notes: Vec<&str> = rows.iter().filter(|row| row.1 == "note").map(|row| row.0.as_str()).collect();
        if open.store.look(&scope, &notes).await? {
            open.changes.tell([Topic::Case]);
        }
        let mut entries: Vec<EntryView> =
            rows.into_iter().filter_map(|(id, kind, body)| entry(id, &kind, body)).collect();
        if open.me.realm == Realm::Staff {
            self.tell_kept(&open, &scope, &mut entries).await?;
        }
        Ok(CaseView {
            row: row_of_case(&case),
            yours: case.caseworker.person == open.me.person,
            caseworker: CaseworkerView {
                name: case.caseworker.name,
                title: case.caseworker.title,
                unit: case.caseworker.unit,
                phone: case.caseworker.phone,
            },
            next_step: case.next_step,
            opened_at: case.opened_at,
            entries,
        })
    }
}

impl Client {
    /// Says with every entry from whom it is kept.
    async fn tell_kept(&self, open: &Open, scope: &str, entries: &mut [EntryView]) -> Result<(), Failure> {
        let mut conn = open.store.read().acquire().await.map_err(StoreError::from)?;
        let people = mask::people(&mut conn, &ScopeId::new(scope)).await?;
        for entry in entries {
            if let EntryView::Note { id, kept, .. } | EntryView::Document { document: id, kept, .. } = entry {
                *kept = mask::Kept::read(&mut conn, id).await?.view(&people);
            }
        }
        Ok(())
    }
}

impl Store {
    /// Remembers that these were on the screen. `true` when some were not before.
    pub(crate) async fn look(&self, scope: &str, ids: &[&str]) -> Result<bool, StoreError> {
        let ids = serde_json::to_string(ids)?;
        let new: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM json_each(?2) WHERE value NOT IN (SELECT id FROM looked WHERE scope = ?1))",
        )
        .bind(scope)
        .bind(&ids)
        .fetch_one(self.read())
        .await?;
        if new {
            let mut tx = self.write().await?;
            sqlx::query("INSERT OR IGNORE INTO looked (scope, id) SELECT ?1, value FROM json_each(?2)")
                .bind(scope)
                .bind(&ids)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
        }
        Ok(new)
    }
}

// What this build knows and shows elsewhere is none.
fn entry(id: String, kind: &str, body: String) -> Option<EntryView> {
    let entry = match Json::new(body).map_or(Body::Unknown, |body| Body::parse(kind, &body)) {
        Body::Note(note) => EntryView::Note {
            id,
            passages: passages(&note),
            heading: note.heading,
            author: note.author,
            at: note.happened_at,
            kept: Vec::new(),
        },
        Body::Document(document) => EntryView::Document {
            document: id,
            sort: crate::document::sort(document.sort),
            title: document.title,
            author: document.author,
            at: document.signed_at,
            kept: Vec::new(),
        },
        Body::Closure(closure) => EntryView::Closed {
            id,
            name: closure.name,
            why: closed_by(closure.why),
            ground: closure.ground,
            at: closure.at,
        },
        Body::Unknown => EntryView::Newer { id },
        _ => return None,
    };
    Some(entry)
}

/// The words of `note`, parted where some are not shown.
fn passages(note: &Note) -> Vec<PassageView> {
    let mut words: Vec<&str> =
        if note.masked.is_empty() { vec![note.text.as_str()] } else { paragraphs(&note.text).collect() };
    let mut passages = Vec::new();
    let mut shown = 0;
    for Masked { after, ground } in &note.masked {
        let more = (*after as usize).saturating_sub(shown).min(words.len());
        shown += more;
        passages.extend(joined(words.drain(..more)));
        passages.push(PassageView::Masked { ground: ground.clone() });
    }
    passages.extend(joined(words.drain(..)));
    passages
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> Option<PassageView> {
    let words: Vec<&str> = words.collect();
    (!words.is_empty()).then(|| PassageView::Words { text: words.join("\n\n") })
}

fn closed_by(why: protocol::relation::ClosedBy) -> ClosedBy {
    match why {
        protocol::relation::ClosedBy::RelationEnded => ClosedBy::RelationEnded,
        protocol::relation::ClosedBy::KeptApart => ClosedBy::KeptApart,
        protocol::relation::ClosedBy::Protected => ClosedBy::Protected,
        protocol::relation::ClosedBy::Unknown => ClosedBy::Unknown,
    }
}

fn row_of_case(case: &Case) -> CaseRowView {
    CaseRowView {
        case: case.case.to_string(),
        number: case.number.clone(),
        title: case.title.clone(),
        concerns: case.concerns.clone(),
        stage: stage(case.stage),
        newer: false,
    }
}

// One that this build cannot read.
fn row_of_newer(case: String) -> CaseRowView {
    let nothing = String::new;
    let (number, title, concerns, stage) = (nothing(), nothing(), nothing(), Stage::Unknown);
    CaseRowView { case, number, title, concerns, stage, newer: true }
}

fn row_of_desk(row: CaseRow) -> CaseRowView {
    CaseRowView {
        case: row.case.to_string(),
        number: row.number,
        title: row.title,
        concerns: row.concerns,
        stage: stage(row.stage),
        newer: false,
    }
}

fn stage(stage: protocol::case::Stage) -> Stage {
    match stage {
        protocol::case::Stage::Received => Stage::Received,
        protocol::case::Stage::Investigating => Stage::Investigating,
        protocol::case::Stage::Decided => Stage::Decided,
        protocol::case::Stage::FollowUp => Stage::FollowUp,
        protocol::case::Stage::Closed => Stage::Closed,
        protocol::case::Stage::Unknown => Stage::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::id::CaseId;

    #[test]
    fn a_note_is_parted_where_words_are_masked() {
        let at = |after, ground: &str| Masked { after, ground: ground.to_owned() };
        let words = |text: &str| PassageView::Words { text: text.to_owned() };
        let masked = |ground: &str| PassageView::Masked { ground: ground.to_owned() };
        for (text, marks, shown) in [
            ("Ett.\n\nTvå.", vec![], vec![words("Ett.\n\nTvå.")]),
            (
                "Ett.\n\nTvå.",
                vec![at(0, "a"), at(1, "b")],
                vec![masked("a"), words("Ett."), masked("b"), words("Två.")],
            ),
            ("Ett.\n\nTvå.", vec![at(2, "a")], vec![words("Ett.\n\nTvå."), masked("a")]),
            // Senseless, as no backend of ours says it: everything is shown, and nothing fails.
            ("Ett.", vec![at(9, "a"), at(1, "b")], vec![words("Ett."), masked("a"), masked("b")]),
            ("", vec![at(0, "a")], vec![masked("a")]),
        ] {
            let note = Note {
                case: CaseId::new("c"),
                heading: String::new(),
                text: text.to_owned(),
                author: String::new(),
                happened_at: 0,
                signed_at: 0,
                masked: marks,
            };
            assert_eq!(passages(&note), shown, "{note:?}");
        }
    }
}
