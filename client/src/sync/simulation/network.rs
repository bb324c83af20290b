//! What lies between devices and backend, and what is lost, doubled or late there.

use super::super::engine::{Effect, Event, Trouble};
use super::backend::Told;
use super::device::{Stream, StreamState, Truth, Work};
use super::feed::weight;
use super::tally::{Fault, Row};
use super::world::World;
use crate::store::Upload;
use protocol::id::ScopeId;
use protocol::refusal::Refusal;
use protocol::sync::{Event as Hint, PullRequest, PullResponse, PushRequest, PushResponse, Span};
use rand::Rng as _;
use std::time::Duration;

impl World {
    // A request on its way, there and back.
    pub(super) fn carry(&mut self, index: usize, work: Work) {
        let device = &self.devices[index];
        let trouble = if device.ended {
            Some(Trouble::Ended)
        } else if device.offline {
            Some(Trouble::Unreachable)
        } else if device.portal || self.strikes(Fault::Down) {
            Some(Trouble::Down)
        } else if self.strikes(Fault::RequestLost) {
            Some(Trouble::Unreachable)
        } else if self.strikes(Fault::Busy) {
            Some(Trouble::Busy(Duration::from_secs(self.dice.gen_range(1..20))))
        } else {
            None
        };
        let answer = match work {
            Work::Pull(flight, request) => {
                let served = self.backend.grants(self.devices[index].person);
                let served = served.into_iter().filter(|it| it.head.is_some()).map(|it| it.scope).collect();
                let truth = Truth { served, at: self.backend.now };
                match trouble.or_else(|| self.lost()) {
                    Some(trouble) => Work::Tell(Event::Pulled(flight, Err(trouble))),
                    None => {
                        let answer = self.backend.pull(self.devices[index].person, &request);
                        self.count_pages(&request, &answer);
                        Work::Answer(flight, Box::new(answer), truth)
                    }
                }
            }
            Work::Push(flight, mutations) => {
                let request = PushRequest { device: self.devices[index].id.clone(), mutations };
                let answer = match trouble {
                    Some(trouble) => Err(trouble),
                    None if self.strikes(Fault::Late) => {
                        self.ghosts.push((index, request));
                        Err(Trouble::Unreachable)
                    }
                    None => {
                        let mut answer = self.serve_push(index, &request);
                        if self.strikes(Fault::Twice) {
                            answer = self.serve_push(index, &request);
                        }
                        let lost = self.lost();
                        if lost.is_some() {
                            self.tally.row(Row::ReplyLost);
                        }
                        lost.map_or(answer.map_err(Trouble::Refused), Err)
                    }
                };
                Work::Tell(Event::Pushed(flight, answer))
            }
            Work::File(flight, missing) => match trouble.or_else(|| self.lost()) {
                // Somebody answers, with something.
                Some(Trouble::Down) if self.devices[index].portal => {
                    self.devices[index].memory.not_had.insert(missing.blob);
                    Work::Tell(Event::Fetched(flight, Ok(false)))
                }
                Some(trouble) => Work::Tell(Event::Fetched(flight, Err(trouble))),
                None if self.backend.has_file(self.devices[index].person, &missing) => {
                    Work::Store(Effect::FetchFile(flight, missing))
                }
                None => {
                    self.devices[index].memory.not_had.insert(missing.blob);
                    Work::Tell(Event::Fetched(flight, Ok(false)))
                }
            },
            Work::Upload(flight, upload) => {
                let done = match trouble {
                    Some(trouble) => Err(trouble),
                    None => self.serve_upload(index, &upload),
                };
                match done {
                    Ok(()) => Work::Store(Effect::Upload(flight, upload)),
                    Err(trouble) => Work::Tell(Event::Uploaded(flight, Err(trouble))),
                }
            }
            Work::Open => match trouble {
                Some(trouble) => Work::Tell(Event::Answered(Err(trouble))),
                None => {
                    let person = self.devices[index].person;
                    if self.backend.open(person) {
                        self.stale(person);
                    }
                    self.ask(index);
                    Work::Tell(Event::Answered(Ok(())))
                }
            },
            Work::Compare => match trouble.or_else(|| self.lost()) {
                Some(trouble) => Work::Tell(Event::Compared(Err(trouble))),
                None => Work::Digests(Box::new(self.backend.digests(self.devices[index].person))),
            },
            other => other,
        };
        self.devices[index].work.push(answer);
    }

    /// Somebody waits for a pull.
    pub(super) fn ask(&mut self, index: usize) {
        self.made += 1;
        let device = &mut self.devices[index];
        device.tickets.insert(self.made);
        device.work.push(Work::Tell(Event::Asked(self.made)));
    }

    // Which rows of the table an answer lives through.
    fn count_pages(&mut self, asked: &PullRequest, answer: &PullResponse) {
        if answer.more {
            self.tally.row(Row::MorePages);
        }
        for page in &answer.pages {
            let cursor = asked.cursors.iter().find(|cursor| cursor.scope == page.scope);
            let floor = self.backend.life.feeds[&page.scope].floor;
            let weights: Vec<_> = page.records.iter().map(weight).collect();
            let (first, last) = (page.records.first(), page.records.last());
            let of_one = first.zip(last).is_some_and(|(first, last)| first.seq == last.seq);
            let row = match page.span {
                Span::Window { replaces: Some(seq), .. } if seq < floor => Row::Collected,
                Span::Window { replaces: Some(_), .. } => Row::Void,
                Span::Back { after, .. } if after < floor && cursor.is_some() => Row::OlderPart,
                _ if of_one && weights.iter().sum::<usize>() > self.backend.budget && weights.len() > 1 => {
                    Row::OneNumber
                }
                _ if answer.more && weights.iter().any(|weight| *weight > 1) => Row::LongTexts,
                _ => continue,
            };
            self.tally.row(row);
        }
    }

    // What became of an answer on its way back.
    fn lost(&mut self) -> Option<Trouble> {
        if self.strikes(Fault::ReplyLost) {
            Some(Trouble::Unreachable)
        } else {
            self.strikes(Fault::Garbled).then_some(Trouble::Down)
        }
    }

    fn serve_upload(&mut self, index: usize, upload: &Upload) -> Result<(), Trouble> {
        let person = self.devices[index].person;
        for _ in 0..if self.strikes(Fault::Twice) { 2 } else { 1 } {
            if let Err(code) = self.backend.upload(person, &upload.lane, &upload.blob) {
                self.tally.row(Row::UploadRefused);
                return Err(Trouble::Refused(code.into()));
            }
        }
        match self.lost() {
            None => Ok(()),
            Some(trouble) => {
                self.tally.row(Row::UploadLost);
                Err(trouble)
            }
        }
    }

    pub(super) fn serve_push(&mut self, index: usize, request: &PushRequest) -> Result<PushResponse, Refusal> {
        let mut files = request.mutations.iter().flat_map(|mutation| mutation.act.files());
        if let Some(file) = files.find(|file| !self.backend.offered.contains(&file.blob))
            && !self.devices[index].memory.lossy
        {
            self.wrong = Some(format!("d{index} pushed an act before its file {}", file.blob));
        }
        let (answer, Told { touched, again, gaps, applied, missing, refused }) =
            self.backend.push(self.devices[index].person, request)?;
        for (happened, row) in [
            (again > 0, Row::SameMid),
            (gaps > 0, Row::Gap),
            (!refused.is_empty(), Row::Refused),
            (refused.contains("access"), Row::AccessLost),
            (missing > 0, Row::Missing),
            (refused.contains("newer"), Row::NewerAct),
            (!refused.is_empty() && applied > 0, Row::OneRefused),
        ] {
            if happened {
                self.tally.row(row);
            }
        }
        if let Some(blob) = self.backend.lacks_file() {
            self.wrong = Some(format!("a message is there without its file {blob}"));
        }
        self.hint(&touched);
        Ok(answer)
    }

    /// Tells every stream that something changed.
    pub(super) fn hint(&mut self, touched: &[(ScopeId, i64)]) {
        for (scope, before) in touched {
            let brings = self.dice.gen_bool(0.7);
            for device in &mut self.devices {
                let served = self.backend.is_served(device.person, scope);
                if let Some(stream) = device.stream.as_mut().filter(|it| it.state == StreamState::Open && served) {
                    let page = brings.then(|| self.backend.tail(device.person, scope, *before)).flatten();
                    stream.hints.push_back(Hint::changed(scope.clone(), page));
                }
            }
        }
    }

    /// Tells the streams of one person that their grants are others.
    pub(super) fn stale(&mut self, person: usize) {
        let own = self.devices.iter_mut().filter(|device| device.person == person);
        for stream in own.filter_map(|device| device.stream.as_mut()).filter(|it| it.state == StreamState::Open) {
            stream.hints.push_back(Hint::stale());
        }
    }

    // What goes on in an event stream.
    pub(super) fn stream(&mut self, index: usize) {
        let (offline, portal, ended) = {
            let device = &self.devices[index];
            (device.offline, device.portal, device.ended)
        };
        let Some(mut stream) = self.devices[index].stream.take() else { return };
        let flight = stream.flight;
        let said = match stream.state {
            StreamState::Silent(_) => vec![Event::Hushed(flight, None)],
            StreamState::Asking if ended => vec![Event::Hushed(flight, Some(Trouble::Ended))],
            StreamState::Asking if offline => vec![Event::Hushed(flight, Some(Trouble::Unreachable))],
            StreamState::Asking if self.deaf || self.strikes(Fault::Down) => {
                vec![Event::Hushed(flight, Some(Trouble::Down))]
            }
            // It answers well, and then speaks of something else.
            StreamState::Asking if portal => vec![Event::Opened(flight), Event::Hushed(flight, None)],
            StreamState::Asking => {
                stream.state = StreamState::Open;
                stream.hints.push_back(Hint::stale());
                vec![Event::Opened(flight)]
            }
            StreamState::Open if self.strikes(Fault::StreamCut) => vec![Event::Hushed(flight, None)],
            StreamState::Open if offline || self.strikes(Fault::StreamSilent) => {
                stream.state = StreamState::Silent(self.now);
                Vec::new()
            }
            StreamState::Open => self.hear(index, &mut stream),
        };
        if !said.iter().any(|event| matches!(event, Event::Hushed(..))) {
            self.devices[index].stream = Some(stream);
        }
        // A stream speaks in order.
        for event in said {
            let _ = self.tell(index, event);
        }
    }

    /// A device does not hear that something changed.
    pub(super) fn miss(&mut self, index: usize, hint: &Hint) {
        if let Some(scope) = hint.scope.as_ref().filter(|scope| self.backend.life.feeds.contains_key(scope)) {
            let head = self.backend.life.feeds[scope].head;
            let held = &self.devices[index].memory.held;
            if !held.has_come(scope.as_str(), head) {
                self.devices[index].missed.push((scope.clone(), head));
            }
        }
    }

    fn hear(&mut self, index: usize, stream: &mut Stream) -> Vec<Event> {
        if stream.hints.len() > 1 && self.strikes(Fault::HintLate) {
            stream.hints.swap(0, 1);
        }
        let Some(hint) = stream.hints.pop_front() else { return Vec::new() };
        if self.strikes(Fault::HintLost) {
            self.miss(index, &hint);
            return Vec::new();
        }
        let twice = self.strikes(Fault::HintTwice);
        let said = std::iter::repeat_n(Event::Heard(stream.flight, hint), if twice { 2 } else { 1 });
        said.collect()
    }

    /// Whatever was under way to or from the backend is cut off; some of it arrived.
    pub(super) fn cut_all(&mut self, arrives: bool) {
        self.ghosts.clear();
        for index in 0..self.devices.len() {
            let mut work = std::mem::take(&mut self.devices[index].work);
            for item in &mut work {
                let cut = match item {
                    Work::Pull(flight, _) | Work::Answer(flight, ..) => {
                        Event::Pulled(*flight, Err(Trouble::Unreachable))
                    }
                    Work::Push(flight, mutations) => {
                        let request = PushRequest {
                            device: self.devices[index].id.clone(),
                            mutations: std::mem::take(mutations),
                        };
                        if arrives && self.dice.gen_bool(0.5) {
                            let _ = self.serve_push(index, &request);
                        }
                        self.tally.row(Row::Killed);
                        Event::Pushed(*flight, Err(Trouble::Unreachable))
                    }
                    Work::File(flight, _) => Event::Fetched(*flight, Err(Trouble::Unreachable)),
                    Work::Upload(flight, _) => Event::Uploaded(*flight, Err(Trouble::Unreachable)),
                    Work::Open => Event::Answered(Err(Trouble::Unreachable)),
                    Work::Compare | Work::Digests(_) => Event::Compared(Err(Trouble::Unreachable)),
                    _ => continue,
                };
                *item = Work::Tell(cut);
            }
            // What was heard in between stands behind.
            self.devices[index].work.splice(0..0, work);
            let device = &mut self.devices[index];
            if let Some(stream) = device.stream.take() {
                device.work.push(Work::Tell(Event::Hushed(stream.flight, None)));
            }
        }
    }
}
