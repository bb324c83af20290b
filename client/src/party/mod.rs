//! Who is around a case, and what staff change about that.
//!
//! The list comes with the case's content and leaves with it. A change is an act like any other: it waits in the case's
//! lane, is done once, and a refusal stays until it is dealt with. Whether a time has come is judged here, by the
//! server's clock, so that the list is right without a network too.

mod change;
mod list;

use crate::Client;
use crate::failure::failure;
use crate::store::StoreError;
use crate::sync::Open;
use crate::wire::read;
use bridge::party::{FindPerson, FoundView};
use bridge::{Failure, FailureCode};
use protocol::access::Purpose;
use protocol::case::Case;
use protocol::id::{CaseId, ScopeId};
use protocol::party::{Found, LookUp};
use reqwest::Method;

impl Client {
    /// Finds somebody by their personal number, for a case.
    ///
    /// # Errors
    /// `Invalid` for what is no number; `Access` when nobody is found, or must not be; `Offline`, as it is noted at the
    /// service first.
    pub async fn find_person(&self, call: FindPerson) -> Result<FoundView, Failure> {
        let open = self.open()?;
        let is_mark = |letter: char| letter.is_whitespace() || letter == '-' || letter == '+';
        let personal_number = call.number.replace(is_mark, "");
        if personal_number.len() != 12 || !personal_number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(failure(FailureCode::Invalid));
        }
        let wish = LookUp { case: CaseId::new(call.case), personal_number, purpose: Purpose::Handle };
        let answer = open.ask(|wire| wire.request(Method::POST, &["party", "look-up"]).json(&wish)).await?;
        let found: Found = read(answer).await?;
        Ok(FoundView { person: found.person.to_string(), name: found.name })
    }
}

/// The scope in which staff have the case, and the case.
async fn staff_case(open: &Open, case: &str) -> Result<(ScopeId, Case), Failure> {
    let found: Option<(String, String)> =
        sqlx::query_as("SELECT scope, body FROM record WHERE kind = 'case' AND about = ?1 ORDER BY scope LIMIT 1")
            .bind(case)
            .fetch_optional(open.store.read())
            .await
            .map_err(StoreError::from)?;
    let (scope, body) = found.ok_or_else(|| failure(FailureCode::Access))?;
    Ok((ScopeId::new(scope), serde_json::from_str(&body).map_err(|_| failure(FailureCode::UpdateNeeded))?))
}
