//! The first screen: what is expected, and what is new.

use crate::task::TaskView;
use crate::{Call, Millis, Topic};
use serde::{Deserialize, Serialize};

/// What is expected of me, and what is new?
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowHome {}

impl Call for ShowHome {
    const NAME: &'static str = "show_home";
    const TOPICS: &'static [Topic] = &[Topic::Task, Topic::Message, Topic::Case, Topic::Document];
    type Reply = HomeView;
}

/// The first screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HomeView {
    /// First name, to greet with.
    pub given_name: String,
    /// What is expected, soonest due first.
    pub tasks: Vec<TaskView>,
    /// What came, newest first, at most ten.
    pub news: Vec<NewsView>,
}

/// One thing that is new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewsView {
    /// What.
    pub what: News,
    /// Its title or subject.
    pub title: String,
    /// Who it comes from, as shown.
    pub from: String,
    /// When.
    pub at: Millis,
    /// Not seen before.
    pub unread: bool,
}

/// What is new, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum News {
    /// A message.
    Message {
        /// In which thread.
        thread: String,
    },
    /// A document.
    Document {
        /// Which.
        document: String,
        /// Whether it is a decision.
        decision: bool,
    },
    /// A journal note.
    Note {
        /// In which case.
        case: String,
    },
}
