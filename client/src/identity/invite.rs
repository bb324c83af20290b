//! Coming in with a code that staff gave, and giving one (staff).
//!
//! No browser and no provider take part. What the code gives is a session like any other, bound to a key of this device,
//! and the backend knows of what level it is.

use super::provider::Provider;
use super::session::Session;
use crate::Client;
use crate::failure::{failure, internal};
use crate::store::StoreError;
use crate::wire;
use bridge::invite::{Checked, GiveInvite, InviteView, TakeBackInvite, UseInvite};
use bridge::{Failure, FailureCode};
use fast_qr::{ECL, QRBuilder};
use protocol::id::ScopeId;
use protocol::invite::{InviteCode, InviteMade, MakeInvite};
use protocol::message::Thread;
use reqwest::Method;

impl Session {
    /// Begins a session with a code.
    pub(super) async fn use_invite(&self, text: &str) -> Result<(), Failure> {
        let _turn = self.turn.lock().await;
        let code = InviteCode::parse(text).ok_or_else(|| failure(FailureCode::BadInvite))?;
        let resume = self.make_way().await?;
        let granted = Provider::discover(&self.wire).await?.redeem_invite(&code).await.map_err(failure)?;
        let fresh = self.meet(granted).await?;
        self.admit(fresh, resume).await
    }
}

impl Client {
    /// Logs in with a code that staff gave.
    ///
    /// # Errors
    /// `BadInvite` for a slip of the pen, `InviteSpent` when it does not count, `Offline`, `ServiceDown`.
    pub async fn use_invite(&self, call: UseInvite) -> Result<(), Failure> {
        self.inner.use_invite(&call.code).await
    }

    /// Gives whoever one writes with in a thread a code.
    ///
    /// # Errors
    /// `Access` when it is not theirs to give; `Offline`, as it has to be asked for.
    pub async fn give_invite(&self, call: GiveInvite) -> Result<InviteView, Failure> {
        let open = self.open()?;
        let found: Option<(String, String)> = sqlx::query_as(
            "SELECT scope, body FROM record WHERE kind = 'thread' AND about = ?1 ORDER BY scope LIMIT 1",
        )
        .bind(&call.thread)
        .fetch_optional(open.store.read())
        .await
        .map_err(StoreError::from)?;
        let (scope, body) = found.ok_or_else(|| failure(FailureCode::Access))?;
        let thread: Thread = serde_json::from_str(&body).map_err(|_| failure(FailureCode::Unreadable))?;
        let mut residents = thread.participants.into_iter().filter(|one| !one.staff);
        let (Some(one), None) = (residents.next(), residents.next()) else { return Err(failure(FailureCode::Access)) };
        let wish = MakeInvite { scope: ScopeId::new(scope), person: one.person, checked: checked(call.checked) };
        let answer = open.ask(|wire| wire.request(Method::POST, &["identity", "invites"]).json(&wish)).await?;
        let made: InviteMade = wire::read(answer).await?;
        let picture = picture(&made.code).map_err(|error| internal(&error))?;
        Ok(InviteView { invite: made.invite, name: one.name, code: made.code, picture, expires_at: made.expires_at })
    }

    /// Takes a code back that was not used.
    ///
    /// # Errors
    /// `Access` when it was used or is not theirs; `Offline`.
    pub async fn take_back_invite(&self, call: TakeBackInvite) -> Result<(), Failure> {
        let open = self.open()?;
        let path = ["identity", "invites", call.invite.as_str(), "revoke"];
        open.ask(|wire| wire.request(Method::POST, &path)).await?;
        Ok(())
    }
}

fn checked(checked: Checked) -> protocol::invite::Checked {
    match checked {
        Checked::Document => protocol::invite::Checked::Document,
        Checked::Known => protocol::invite::Checked::Known,
        Checked::Vouched => protocol::invite::Checked::Vouched,
    }
}

// The code and nothing else: no address, so that nothing happens to whoever only looks at it.
fn picture(code: &str) -> Result<Vec<String>, String> {
    let drawn = QRBuilder::new(code).ecl(ECL::M).build().map_err(|error| error.to_string())?;
    let dot = |row: usize, column: usize| if drawn[row][column].value() { '1' } else { '0' };
    Ok((0..drawn.size).map(|row| (0..drawn.size).map(|column| dot(row, column)).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::picture;

    #[test]
    fn the_picture_is_square_and_has_its_three_corners() {
        let rows = picture("K7QF-2M8X-0000-1111-2222-3333-4444").expect("is drawn");
        assert!(rows.len() >= 21 && rows.iter().all(|row| row.len() == rows.len()));
        let end = rows.len() - 7;
        assert!(rows[0].starts_with("1111111") && rows[0].ends_with("1111111") && rows[end].starts_with("1111111"));
    }
}
