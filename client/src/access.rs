//! Opening content for work (staff): logged by the backend before a byte of it leaves; and the log, as those whom it
//! concerns read it.
//!
//! What is still here under its lease can be looked at without a network; that too is told to the backend,
//! as soon as it can be reached. Of the log nothing is kept: its lines end with the access that they are about.

use crate::Client;
use crate::document;
use crate::failure::failure;
use crate::store::{Store, StoreError, queue};
use crate::sync::Open;
use crate::wire::{WireError, read};
use bridge::access::{AccessLogView, LogAct, LogLineView, LogThing, LogWho, OpenScope, Purpose, ShowAccessLog};
use bridge::{Failure, FailureCode, Topic};
use protocol::Millis;
use protocol::access::{LogPage, Opened, Role, Seen};
use protocol::id::{RecordId, ScopeId};
use protocol::identity::Realm;
use reqwest::Method;

impl Client {
    /// Opens content with a purpose, and fetches it. What is here already is only told to have been looked at.
    ///
    /// # Errors
    /// `Offline` when it is not here and cannot be asked for; `Access` when it is not theirs to open.
    pub async fn open_scope(&self, call: OpenScope) -> Result<(), Failure> {
        let open = self.open()?;
        let scope = ScopeId::new(call.scope);
        if open.store.is_lent(&scope, open.now()).await? {
            let mut tx = open.store.write_intent().await?;
            queue(&mut tx, &open.me.own_scope, &Seen { scope, at: open.now(), record: None }.into(), open.now())
                .await?;
            tx.commit().await.map_err(StoreError::from)?;
            open.queued(Topic::Sync);
            return Ok(());
        }
        let body = protocol::access::OpenScope { scope, purpose: purpose(call.purpose), reason: call.reason };
        match open.answer(|wire| wire.request(Method::POST, &["access", "open"]).json(&body)).await {
            Ok(Opened { .. }) => Ok(open.pull().await?),
            Err(WireError::Ended) => Err(failure(FailureCode::SessionEnded)),
            Err(error) => Err(error.into()),
        }
    }

    /// Who looked at what concerns the person or whom they act for.
    ///
    /// # Errors
    /// `Offline` when it cannot be asked for; `Access` for staff.
    pub async fn show_access_log(&self, call: ShowAccessLog) -> Result<AccessLogView, Failure> {
        let open = self.open()?;
        let before: Vec<(&str, &str)> = call.before.iter().map(|before| ("before", before.as_str())).collect();
        let answer = open.ask(|wire| wire.request(Method::GET, &["access", "log"]).query(&before)).await?;
        let page: LogPage = read(answer).await?;
        Ok(AccessLogView { lines: page.lines.into_iter().map(line).collect(), next: page.next })
    }
}

impl Open {
    /// Tells the backend that staff looked at `record` in what they have open.
    pub(crate) async fn tell_seen(&self, scope: &ScopeId, record: &str) -> Result<(), Failure> {
        if self.me.realm != Realm::Staff {
            return Ok(());
        }
        let seen = Seen { scope: scope.clone(), at: self.now(), record: Some(RecordId::new(record)) };
        let mut tx = self.store.write_intent().await?;
        queue(&mut tx, &self.me.own_scope, &seen.into(), self.now()).await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.queued(Topic::Sync);
        Ok(())
    }
}

fn line(line: protocol::access::LogLine) -> LogLineView {
    LogLineView {
        at: line.at,
        who: who(line.by),
        act: act(line.act),
        what: thing(line.what),
        purpose: line.purpose.and_then(purpose_of),
        unassigned: line.unassigned,
        concerns: line.concerns,
        about: line.about,
    }
}

fn who(by: protocol::access::LogReader) -> LogWho {
    let name = by.name.clone().unwrap_or_default();
    match by.role {
        _ if by.you => LogWho::Me,
        Role::Caseworker => LogWho::Staff { name: by.name, title: by.title, unit: by.unit },
        Role::Guardian => LogWho::Guardian { name },
        Role::Resident | Role::Representative | Role::Guest | Role::Unknown => LogWho::Proxy { name },
    }
}

fn act(act: protocol::access::LogAct) -> LogAct {
    match act {
        protocol::access::LogAct::Opened => LogAct::Opened,
        protocol::access::LogAct::Read => LogAct::Read,
        protocol::access::LogAct::Received => LogAct::Received,
        protocol::access::LogAct::Wrote => LogAct::Wrote,
        protocol::access::LogAct::Changed => LogAct::Changed,
        protocol::access::LogAct::LetIn => LogAct::LetIn,
        protocol::access::LogAct::ShutOut => LogAct::ShutOut,
        protocol::access::LogAct::Asked => LogAct::Asked,
        protocol::access::LogAct::Unknown => LogAct::Unknown,
    }
}

fn thing(thing: protocol::access::LogThing) -> LogThing {
    match thing {
        protocol::access::LogThing::Case { title } => LogThing::Case { title },
        protocol::access::LogThing::Thread { subject } => LogThing::Thread { subject },
        protocol::access::LogThing::Document { sort, title } => {
            LogThing::Document { sort: document::sort(sort), title }
        }
        protocol::access::LogThing::Note { heading } => LogThing::Note { heading },
        protocol::access::LogThing::Other => LogThing::Other,
    }
}

fn purpose_of(purpose: protocol::access::Purpose) -> Option<Purpose> {
    match purpose {
        protocol::access::Purpose::Reply => Some(Purpose::Reply),
        protocol::access::Purpose::Handle => Some(Purpose::Handle),
        protocol::access::Purpose::StandIn => Some(Purpose::StandIn),
        protocol::access::Purpose::Review => Some(Purpose::Review),
        protocol::access::Purpose::Unknown => None,
    }
}

impl Store {
    /// Whether content of `scope` is here, under a lease that holds.
    async fn is_lent(&self, scope: &ScopeId, device_now: Millis) -> Result<bool, StoreError> {
        let lent = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM cursor JOIN grants ON grants.scope = cursor.scope
                 WHERE cursor.scope = ?1 AND grants.head IS NOT NULL AND grants.lease_until > ?2)",
        )
        .bind(scope.as_str())
        .bind(self.lent_after(device_now).await?)
        .fetch_one(self.read())
        .await?;
        Ok(lent)
    }
}

fn purpose(purpose: Purpose) -> protocol::access::Purpose {
    match purpose {
        Purpose::Reply => protocol::access::Purpose::Reply,
        Purpose::Handle => protocol::access::Purpose::Handle,
        Purpose::StandIn => protocol::access::Purpose::StandIn,
        Purpose::Review => protocol::access::Purpose::Review,
    }
}
