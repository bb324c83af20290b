//! What changed, told to whoever shows it.
//!
//! Many small writes within a moment become one announcement, so that a first sync does not make the ui
//! ask a thousand times. Losing an announcement is impossible while somebody listens, doubling one is harmless.

use bridge::Topic;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;

/// How long changes are gathered before they are announced.
const MOMENT: Duration = Duration::from_millis(15);
/// Announcements that a slow listener may lag behind.
const BACKLOG: usize = 256;

/// The announcer. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Changes {
    sender: broadcast::Sender<Vec<Topic>>,
    gathered: Arc<Mutex<HashSet<Topic>>>,
}

impl Default for Changes {
    fn default() -> Self {
        Self { sender: broadcast::channel(BACKLOG).0, gathered: Arc::default() }
    }
}

impl Changes {
    /// Listens from now on.
    pub(crate) fn listen(&self) -> broadcast::Receiver<Vec<Topic>> {
        self.sender.subscribe()
    }

    /// Says that these changed. Needs to run within the async runtime.
    pub(crate) fn tell(&self, topics: impl IntoIterator<Item = Topic>) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        let first = gathered.is_empty();
        gathered.extend(topics);
        if first && !gathered.is_empty() {
            let this = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(MOMENT).await;
                let topics = std::mem::take(&mut *this.gathered.lock().unwrap_or_else(PoisonError::into_inner));
                // Nobody listening is no error.
                let _ = this.sender.send(topics.into_iter().collect());
            });
        }
    }
}
