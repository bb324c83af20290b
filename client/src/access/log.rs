//! The log, as those whom it concerns read it. Of it nothing is kept: its lines end with the access that they are about.

use crate::Client;
use crate::document;
use crate::wire::read;
use bridge::Failure;
use bridge::access::{AccessLogView, LogAct, LogLineView, LogThing, LogWho, Purpose, ShowAccessLog};
use protocol::access::{LogPage, Role};
use reqwest::Method;

impl Client {
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
        protocol::access::LogAct::Assigned => LogAct::Assigned,
        protocol::access::LogAct::Asked => LogAct::Asked,
        protocol::access::LogAct::Reviewed => LogAct::Reviewed,
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

pub(super) fn purpose_of(purpose: protocol::access::Purpose) -> Option<Purpose> {
    match purpose {
        protocol::access::Purpose::Reply => Some(Purpose::Reply),
        protocol::access::Purpose::Handle => Some(Purpose::Handle),
        protocol::access::Purpose::StandIn => Some(Purpose::StandIn),
        protocol::access::Purpose::Review => Some(Purpose::Review),
        protocol::access::Purpose::Unknown => None,
    }
}
