//! Who around a case reads of staff by title and unit only, as staff see and decide it.

use super::assign::ground;
use super::mask::{people, scope};
use crate::Client;
use crate::store::StoreError;
use bridge::Failure;
use bridge::mask::{HiddenStaffView, HideStaff, ListHiddenStaff, StaffNamesView};
use protocol::access::HiddenStaff;
use protocol::id::{CaseId, PersonId};
use protocol::record::Content as _;
use std::collections::HashMap;

impl Client {
    /// Who around a case reads of staff by title and unit only, and who by name.
    ///
    /// # Errors
    /// `Access` when the case is not open here.
    pub async fn list_hidden_staff(&self, call: ListHiddenStaff) -> Result<Vec<StaffNamesView>, Failure> {
        let open = self.open()?;
        let mut conn = open.store.read().acquire().await.map_err(StoreError::from)?;
        let scope = scope(&mut conn, &call.case).await?;
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT id, body FROM record WHERE scope = ?1 AND kind = ?2")
            .bind(scope.as_str())
            .bind(HiddenStaff::KIND)
            .fetch_all(&mut *conn)
            .await
            .map_err(StoreError::from)?;
        let mut hidden: HashMap<String, HiddenStaff> =
            rows.into_iter().filter_map(|(person, body)| Some((person, serde_json::from_str(&body).ok()?))).collect();
        let mut all: Vec<StaffNamesView> = people(&mut conn, &scope)
            .await?
            .into_iter()
            .map(|one| StaffNamesView {
                hidden: hidden.remove(&one.person).map(view),
                person: one.person,
                name: one.name,
            })
            .collect();
        all.extend(hidden.into_iter().map(|(person, one)| StaffNamesView {
            person,
            name: one.name.clone(),
            hidden: Some(view(one)),
        }));
        Ok(all)
    }

    /// Decides that somebody reads of staff by title and unit only, or that they no longer do.
    ///
    /// # Errors
    /// `Invalid` without a ground, `TooLong`, `Access` when the case is not on the desk.
    pub async fn hide_staff(&self, call: HideStaff) -> Result<(), Failure> {
        let act = protocol::access::HideStaff {
            case: CaseId::new(&call.case),
            person: PersonId::new(call.person),
            ground: ground(&call.ground)?,
            hidden: call.hidden,
        };
        self.open()?.decide(&call.case, act.into()).await
    }
}

fn view(one: HiddenStaff) -> HiddenStaffView {
    HiddenStaffView { ground: one.ground, by: one.by, at: one.at }
}
